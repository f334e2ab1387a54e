//! Time zones: UTC minutes to wall time and back.
//!
//! All conversions are those of [`Offsets`], a short table of when a zone changes. With the feature `tzdb`, `Zone`
//! makes such tables from the bundled IANA database; without it they come with published hours.

#[cfg(feature = "tzdb")]
mod iana;
#[cfg(all(test, feature = "tzdb"))]
mod iana_tests;
mod vtimezone;

#[cfg(feature = "tzdb")]
pub use iana::{UnknownZone, Zone};
pub use vtimezone::{is_vtimezone, offsets_of_vtimezone};

use serde::{Serialize, Serializer};

use crate::date::{Date, WallTime};

/// Bytes of a zone's name at most.
pub const ZONE_NAME: usize = 64;
/// The furthest that a zone may be from UTC, in minutes.
pub const MAX_OFFSET: i16 = 18 * 60;

/// Whether a text has the form of an IANA zone name; whether there is such a zone, `Zone::new` says.
pub fn is_zone_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= ZONE_NAME
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte))
}

/// When a zone changes its offset from UTC, over the span that the table was made for.
///
/// The first offset holds also before that span and the last one after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsets {
    first: i16,
    changes: Vec<(u32, i16)>,
}

/// Why a table is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadOffsets {
    /// No entry, or the first one does not begin at minute 0.
    #[error("the table of offsets does not begin at 0")]
    Start,
    /// Entries do not rise, or two neighbours have the same offset.
    #[error("the table of offsets does not rise")]
    Order,
    /// An offset of more than 18 hours.
    #[error("an offset is more than 18 hours")]
    Offset,
    /// Two tables that are joined contradict one another.
    #[error("two tables of offsets contradict one another")]
    Conflict,
}

/// The UTC minutes at which a clock on the wall shows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// Once, as nearly always.
    Once(u32),
    /// Never: clocks go forward over it; `next` is the minute of the change.
    Gap {
        /// The first minute at which the clock shows a later time.
        next: u32,
    },
    /// Twice, since clocks go back.
    Fold {
        /// The first time.
        earlier: u32,
        /// The last time.
        later: u32,
    },
}

/// A typed time that no clock of the zone will show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("clocks go forward over this time")]
pub struct Gap {
    /// The first minute at which the clock shows a later time.
    pub next: u32,
}

impl Offsets {
    /// Of a clock that shows UTC.
    pub const UTC: Self = Self { first: 0, changes: Vec::new() };

    /// From entries (UTC minute, offset in minutes from then on); the first begins at 0, "before all else".
    pub fn new(entries: Vec<(u32, i16)>) -> Result<Self, BadOffsets> {
        let mut entries = entries.into_iter();
        let (0, first) = entries.next().ok_or(BadOffsets::Start)? else { return Err(BadOffsets::Start) };
        let changes: Vec<(u32, i16)> = entries.collect();
        let mut last = (0, first);
        for &next in &changes {
            if next.0 <= last.0 || next.1 == last.1 {
                return Err(BadOffsets::Order);
            }
            last = next;
        }
        let far = |offset: i16| !(-MAX_OFFSET..=MAX_OFFSET).contains(&offset);
        if far(first) || changes.iter().any(|change| far(change.1)) {
            return Err(BadOffsets::Offset);
        }
        Ok(Self { first, changes })
    }

    /// A zone that never changes.
    pub fn fixed(minutes: i16) -> Result<Self, BadOffsets> {
        Self::new(vec![(0, minutes)])
    }

    /// Tables of spans that follow one another, as one: of the seven hours, in order.
    pub fn join<'a>(tables: impl IntoIterator<Item = &'a Self>) -> Result<Self, BadOffsets> {
        let mut tables = tables.into_iter();
        let mut joined = tables.next().ok_or(BadOffsets::Start)?.clone();
        for table in tables {
            let last = joined.changes.last().copied();
            let known = table.changes.partition_point(|change| last.is_some_and(|last| change.0 <= last.0));
            let (known, new) = table.changes.split_at_checked(known).unwrap_or_default();
            let agrees = match known.last() {
                Some(_) => known.last() == last.as_ref() && known.iter().all(|change| joined.changes.contains(change)),
                None => last.map_or(joined.first, |last| last.1) == table.first,
            };
            if !agrees {
                return Err(BadOffsets::Conflict);
            }
            joined.changes.extend_from_slice(new);
        }
        Ok(joined)
    }

    /// The table for a shorter span: what holds at `from`, and the changes after it up to `to`.
    #[must_use]
    pub fn within(&self, from: u32, to: u32) -> Self {
        let changes = self.changes.iter().copied().filter(|change| from < change.0 && change.0 <= to).collect();
        Self { first: self.at(from), changes }
    }

    /// The entries that [`Offsets::new`] takes.
    pub fn entries(&self) -> impl Iterator<Item = (u32, i16)> {
        core::iter::once((0, self.first)).chain(self.changes.iter().copied())
    }

    /// Minutes to add to UTC at a minute of UTC.
    pub fn at(&self, minute: u32) -> i16 {
        let after = self.changes.partition_point(|change| change.0 <= minute);
        after.checked_sub(1).and_then(|place| self.changes.get(place)).map_or(self.first, |change| change.1)
    }

    /// What clocks show at a minute of UTC.
    pub fn wall_time(&self, minute: u32) -> WallTime {
        WallTime::from_count(i64::from(minute) + i64::from(self.at(minute)))
    }

    /// The local date at a minute of UTC.
    pub fn date(&self, minute: u32) -> Date {
        self.wall_time(minute).date
    }

    /// When clocks show a wall time: once, never or twice.
    pub fn resolve(&self, wall: WallTime) -> Resolved {
        let shown = self.pieces().filter_map(|(from, until, offset)| {
            let minute = wall.count() - i64::from(offset);
            (from <= minute && minute < until).then(|| clamp(minute))
        });
        let mut shown = shown.collect::<Vec<u32>>().into_iter();
        match (shown.next(), shown.next_back()) {
            (None, _) => Resolved::Gap { next: self.rule_minute(wall) },
            (Some(once), None) => Resolved::Once(once),
            (Some(earlier), Some(later)) => Resolved::Fold { earlier, later },
        }
    }

    /// The minute of a time that a person typed: refused in a gap, the earlier one in a fold.
    pub fn typed_minute(&self, wall: WallTime) -> Result<u32, Gap> {
        match self.resolve(wall) {
            Resolved::Once(minute) | Resolved::Fold { earlier: minute, .. } => Ok(minute),
            Resolved::Gap { next } => Err(Gap { next }),
        }
    }

    /// The minute of a time in a weekly rule: the first at which clocks show it or more.
    ///
    /// So a time in a gap moves forward to the gap's end, the earlier one counts in a fold, and an earlier wall time
    /// never becomes a later minute: a range may shrink, but never turns round.
    pub fn rule_minute(&self, wall: WallTime) -> u32 {
        let first = self.pieces().find_map(|(from, until, offset)| {
            let minute = (wall.count() - i64::from(offset)).max(from);
            (minute < until).then_some(minute)
        });
        first.map_or(u32::MAX, clamp)
    }

    /// (first minute, minute after the last one, offset) for each stretch between changes.
    fn pieces(&self) -> impl Iterator<Item = (i64, i64, i16)> {
        let ends = self.changes.iter().map(|change| i64::from(change.0)).chain([1 << 32]);
        self.entries().zip(ends).map(|((from, offset), until)| (i64::from(from), until, offset))
    }
}

fn clamp(minute: i64) -> u32 {
    u32::try_from(minute.max(0)).unwrap_or(u32::MAX)
}

impl Serialize for Offsets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.entries())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(date: &str, minute: u16) -> WallTime {
        WallTime { date: date.parse().expect("date"), minute }
    }

    /// Europe/Paris around 2026: forward on 29 March 01:00Z, back on 25 October 01:00Z.
    fn paris() -> Offsets {
        Offsets::new(vec![(0, 60), (29_579_100, 120), (29_881_500, 60)]).expect("offsets")
    }

    #[test]
    fn forward_and_back() {
        let paris = paris();
        assert_eq!(paris.wall_time(29_579_099), wall("2026-03-29", 119));
        assert_eq!(paris.wall_time(29_579_100), wall("2026-03-29", 180));
        assert_eq!(paris.resolve(wall("2026-03-29", 119)), Resolved::Once(29_579_099));
        assert_eq!(paris.resolve(wall("2026-03-29", 150)), Resolved::Gap { next: 29_579_100 });
        assert_eq!(paris.typed_minute(wall("2026-03-29", 150)), Err(Gap { next: 29_579_100 }));
        assert_eq!(paris.rule_minute(wall("2026-03-29", 150)), 29_579_100);
        assert_eq!(paris.resolve(wall("2026-03-29", 180)), Resolved::Once(29_579_100));
        let (earlier, later) = (29_881_470, 29_881_530);
        assert_eq!(paris.resolve(wall("2026-10-25", 150)), Resolved::Fold { earlier, later });
        assert_eq!(paris.typed_minute(wall("2026-10-25", 150)), Ok(earlier));
        assert_eq!(paris.rule_minute(wall("2026-10-25", 150)), earlier);
        assert_eq!(paris.rule_minute(wall("2026-10-25", 180)), 29_881_560);
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        let west = Offsets::fixed(-720).expect("offset");
        let east = Offsets::fixed(720).expect("offset");
        assert_eq!(west.wall_time(0), wall("1970-01-01", 0));
        assert_eq!(east.rule_minute(wall("1970-01-01", 0)), 0);
        assert_eq!(east.resolve(wall("1970-01-01", 0)), Resolved::Gap { next: 0 });
        assert_eq!(east.wall_time(u32::MAX), wall("9999-12-31", 1439));
        assert_eq!(west.rule_minute(Date::MAX.midnight()), 4_223_370_960);
    }

    #[test]
    fn tables_are_strict() {
        assert_eq!(Offsets::new(vec![]), Err(BadOffsets::Start));
        assert_eq!(Offsets::new(vec![(1, 0)]), Err(BadOffsets::Start));
        assert_eq!(Offsets::new(vec![(0, 0), (0, 60)]), Err(BadOffsets::Order));
        assert_eq!(Offsets::new(vec![(0, 0), (5, 0)]), Err(BadOffsets::Order));
        assert_eq!(Offsets::new(vec![(0, 0), (5, 60), (5, 0)]), Err(BadOffsets::Order));
        assert_eq!(Offsets::new(vec![(0, 1081)]), Err(BadOffsets::Offset));
        assert_eq!(Offsets::new(vec![(0, 0), (9, -1081)]), Err(BadOffsets::Offset));
    }

    #[test]
    fn tables_that_follow_one_another_join() {
        let table = |entries: &[(u32, i16)]| Offsets::new(entries.to_vec()).expect("offsets");
        let whole = table(&[(0, 60), (100, 120), (200, 60)]);
        for parts in [
            vec![table(&[(0, 60), (100, 120)]), table(&[(0, 120), (200, 60)])],
            vec![table(&[(0, 60), (100, 120)]), table(&[(0, 60), (100, 120), (200, 60)]), table(&[(0, 60)])],
            vec![table(&[(0, 60)]), table(&[(0, 60), (100, 120)]), table(&[(0, 120)]), table(&[(0, 120), (200, 60)])],
        ] {
            assert_eq!(Offsets::join(&parts), Ok(whole.clone()));
        }
        assert_eq!(Offsets::join([]), Err(BadOffsets::Start));
        let joined = Offsets::join(&[table(&[(0, 60)]), table(&[(0, 120)])]);
        assert_eq!(joined, Err(BadOffsets::Conflict));
        let joined = Offsets::join(&[table(&[(0, 60), (100, 120)]), table(&[(0, 60), (90, 120), (200, 60)])]);
        assert_eq!(joined, Err(BadOffsets::Conflict));
    }

    #[test]
    fn names_have_a_form() {
        assert!(is_zone_name("America/Argentina/Buenos_Aires") && is_zone_name("Etc/GMT+5"));
        for bad in ["", "Europe/Paris\r\nX:1", "Europe Paris", "É", &"a".repeat(65)] {
            assert!(!is_zone_name(bad), "{bad}");
        }
    }
}
