//! Granules, windows and epochs (`docs/spec/README.md`, `docs/spec/claims.md` §1).

use crate::{date::Date, interval::Interval, zone::Offsets};

/// Minutes of a granule.
pub const GRANULE_MINUTES: u32 = 5;
/// Days of a window.
pub const WINDOW_DAYS: u32 = 28;
/// Windows that are published and fetched, always all of them.
pub const WINDOWS: usize = 7;
/// Minutes of an epoch.
pub const EPOCH_MINUTES: u32 = 20_160;
/// The last window that ends within the calendar of [`Date`].
pub const LAST_WINDOW: u32 = (Date::MAX.days() - FIRST_MONDAY) / WINDOW_DAYS - 1;

/// 1970-01-05, where window 0 begins, in days since 1970-01-01.
const FIRST_MONDAY: u32 = 4;

/// The granule that a minute lies in.
pub const fn granule(minute: u32) -> u32 {
    minute / GRANULE_MINUTES
}

/// The first granule that begins at a minute or after it.
pub const fn granule_from(minute: u32) -> u32 {
    minute.div_ceil(GRANULE_MINUTES)
}

/// The minute that a granule begins at.
pub const fn minute(granule: u32) -> u32 {
    granule.saturating_mul(GRANULE_MINUTES)
}

/// The epoch that a minute lies in.
pub const fn epoch(minute: u32) -> u32 {
    minute / EPOCH_MINUTES
}

/// The Monday that a window begins with; windows past [`LAST_WINDOW`] begin with the last date.
pub fn first_date(window: u32) -> Date {
    Date::from_days(window.saturating_mul(WINDOW_DAYS).saturating_add(FIRST_MONDAY)).unwrap_or(Date::MAX)
}

/// The window that a local date lies in; the four days before the first Monday count as window 0.
pub const fn window_of_date(date: Date) -> u32 {
    date.days().saturating_sub(FIRST_MONDAY) / WINDOW_DAYS
}

/// Four weeks from a Monday 00:00 of a practice's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its number.
    pub number: u32,
    /// The UTC minute that it begins at.
    pub start: u32,
    /// The UTC minute that the next one begins at.
    pub end: u32,
}

impl Window {
    /// Its granules; `None` at the far end of time, where windows have no length.
    pub const fn granules(self) -> Option<Interval> {
        Interval::new(granule_from(self.start), granule_from(self.end))
    }

    /// Its 28 dates.
    pub fn dates(self) -> impl Iterator<Item = Date> {
        let first = first_date(self.number);
        (0..WINDOW_DAYS).map(move |day| first.plus(day))
    }

    /// Whether a UTC minute lies inside.
    pub const fn contains(self, minute: u32) -> bool {
        self.start <= minute && minute < self.end
    }
}

impl Offsets {
    /// The window of this number.
    pub fn window(&self, number: u32) -> Window {
        let start = self.rule_minute(first_date(number).midnight());
        let end = self.rule_minute(first_date(number.saturating_add(1)).midnight());
        Window { number, start, end }
    }

    /// The number of the window that a UTC minute lies in.
    ///
    /// That of the local date, but where clocks go back over midnight the new date has begun for good.
    pub fn window_of(&self, minute: u32) -> u32 {
        let number = window_of_date(self.wall_time(minute).date);
        let next = number.saturating_add(1);
        let number = if self.window(next).start <= minute { next } else { number };
        number.min(LAST_WINDOW)
    }

    /// The window that a UTC minute lies in and the six after it.
    pub fn windows(&self, now: u32) -> [Window; WINDOWS] {
        let mut number = self.window_of(now);
        [(); WINDOWS].map(|()| {
            let window = self.window(number);
            number = number.saturating_add(1);
            window
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_one_day() {
        // 2026-11-30T08:32Z
        let minute = 29_933_792;
        assert_eq!((granule(minute), granule_from(minute), epoch(minute)), (5_986_758, 5_986_759, 1_484));
        assert_eq!(super::minute(5_986_758), 29_933_790);
        let date: Date = "2026-11-30".parse().expect("date");
        assert_eq!(window_of_date(date), 742);
        assert_eq!(first_date(742).to_string(), "2026-11-23");
        assert_eq!(window_of_date("2026-11-22".parse().expect("date")), 741);
        assert_eq!(window_of_date("1970-01-05".parse().expect("date")), 0);
    }

    #[test]
    fn windows_of_a_fixed_zone() {
        let paris_in_winter = Offsets::fixed(60).expect("offset");
        let window = paris_in_winter.window(742);
        assert_eq!((window.start, window.end - window.start), (29_923_140, 40_320));
        assert_eq!(paris_in_winter.window_of(window.start - 1), 741);
        assert_eq!(paris_in_winter.window_of(window.start), 742);
        let granules = window.granules().expect("granules");
        assert_eq!((granules.start(), granules.granules()), (5_984_628, 8_064));
        let seven = paris_in_winter.windows(window.start + 5);
        assert_eq!(seven.map(|w| w.number), [742, 743, 744, 745, 746, 747, 748]);
        assert!(seven.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(window.dates().last().map(|date| date.to_string()).as_deref(), Some("2026-12-20"));
    }

    #[test]
    fn clocks_back_over_midnight_do_not_reopen_a_window() {
        // A made-up zone that goes from +60 to 0 five minutes after the Monday midnight that window 742 begins with.
        let start = 29_923_140;
        let offsets = Offsets::new(vec![(0, 60), (start + 5, 0)]).expect("offsets");
        assert_eq!(offsets.window(742).start, start);
        assert_eq!(offsets.wall_time(start + 10).date.to_string(), "2026-11-22");
        assert_eq!(offsets.window_of(start + 10), 742);
    }

    proptest! {
        #[test]
        fn a_minute_lies_in_its_window(minute in 10_000_u32.., first in -720_i16..=720, change in any::<u32>(), then in -720_i16..=720) {
            let offsets = Offsets::new(vec![(0, first), (change.max(1), then)]);
            let offsets = offsets.unwrap_or_else(|_| Offsets::fixed(first).expect("offset"));
            let number = offsets.window_of(minute);
            if number < LAST_WINDOW {
                prop_assert!(offsets.window(number).contains(minute), "{number} {offsets:?}");
            }
        }
    }
}
