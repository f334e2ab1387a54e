//! Windows as the host counts them: by the UTC date, since it must not know the practice's zone (ADR 0009).

use std::ops::{Range, RangeInclusive};

use souspli_protocol::sizes::{KEPT_WINDOWS, WINDOW_DAYS, WINDOWS};

const MINUTES_OF_DAY: u32 = 1_440;
/// Days from 1970-01-01, a Thursday, to the Monday on which window 0 begins.
const FIRST_MONDAY: u32 = 4;

/// The window of a minute's UTC date.
pub(crate) fn current(minute: u32) -> u32 {
    (minute / MINUTES_OF_DAY).saturating_sub(FIRST_MONDAY) / WINDOW_DAYS
}

/// The seven windows that `times` tells of.
pub(crate) fn told(minute: u32) -> Range<u32> {
    let first = current(minute);
    first..first.saturating_add(u32::try_from(WINDOWS).unwrap_or(u32::MAX))
}

/// The windows in which a time may be held or claimed: one more on either side, for the zones.
pub(crate) fn claimable(minute: u32) -> RangeInclusive<u32> {
    let current = current(minute);
    current.saturating_sub(1)..=current.saturating_add(7)
}

/// The windows, or epochs, for which a practice may publish when `current` is the present one.
pub(crate) fn publishable(current: u32) -> RangeInclusive<u32> {
    current.saturating_sub(1)..=current.saturating_add(8)
}

/// The last window of which everything is due to be erased (`docs/spec/events.md` §8).
pub(crate) fn due(minute: u32) -> Option<u32> {
    current(minute).checked_sub(KEPT_WINDOWS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn window_0_begins_on_monday_5_january_1970() {
        let day = |n: u32| n * MINUTES_OF_DAY;
        assert_eq!(current(0), 0);
        assert_eq!(current(day(4)), 0);
        assert_eq!(current(day(32) - 1), 0);
        assert_eq!(current(day(32)), 1);
        assert_eq!(told(day(32)), 1..8);
        assert_eq!(claimable(day(32)), 0..=8);
        assert_eq!(claimable(0), 0..=7);
    }
}
