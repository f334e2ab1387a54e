//! The bundled IANA database; never the system's, so that browser and agent agree.

use core::fmt;
use std::sync::LazyLock;

use jiff::{
    Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};

use super::{Offsets, vtimezone};
use crate::{
    date::DAY_MINUTES,
    window::{self, WINDOW_DAYS, WINDOWS, Window},
};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Longer than any offset, so that a table made for a span holds what decides its ends.
const MARGIN: u32 = 2 * DAY_MINUTES as u32;

/// Minutes of a window in which clocks do not change.
const WINDOW: u32 = WINDOW_DAYS * DAY_MINUTES as u32;

/// A zone of the IANA database.
#[derive(Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// A name that the bundled database does not hold, or not in this spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no zone of this name")]
pub struct UnknownZone;

impl Zone {
    /// Looks a zone up by its exact name.
    pub fn new(name: &str) -> Result<Self, UnknownZone> {
        let rules = DATABASE.get(name).map_err(|_| UnknownZone)?;
        // The database ignores case; what is published must have one spelling.
        if rules.iana_name() == Some(name) && super::is_zone_name(name) {
            Ok(Self { name: name.to_owned(), rules })
        } else {
            Err(UnknownZone)
        }
    }

    /// The names of all zones, sorted.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = DATABASE.available().map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The UTC minutes between two (the first excluded, the last included) at which the offset changes, and the new
    /// offset in minutes.
    pub fn transitions(&self, from: u32, to: u32) -> Vec<(u32, i16)> {
        let mut last = self.offset_at(from);
        let mut changes = Vec::new();
        for transition in self.rules.following(timestamp(from)) {
            let Some(minute) = minute(transition.timestamp()).filter(|&minute| minute <= to) else { break };
            let offset = minutes(transition.offset());
            if offset != last {
                changes.push((minute, offset));
                last = offset;
            }
        }
        changes
    }

    /// The table of offsets for a span of UTC minutes.
    pub fn offsets(&self, from: u32, to: u32) -> Offsets {
        let changes = self.transitions(from, to);
        Offsets { first: self.offset_at(from), changes }
    }

    /// The table of offsets for one window, as published hours carry it.
    pub fn window_offsets(&self, number: u32) -> Offsets {
        let day = |window| window::first_date(window).days().saturating_mul(u32::from(DAY_MINUTES));
        self.offsets(day(number).saturating_sub(MARGIN), day(number.saturating_add(1)).saturating_add(MARGIN))
    }

    /// The table of offsets for the windows that are published now.
    pub fn published_offsets(&self, now: u32) -> Offsets {
        self.offsets(now.saturating_sub(WINDOW + MARGIN), now.saturating_add(8 * WINDOW + MARGIN))
    }

    /// The window of this number.
    pub fn window(&self, number: u32) -> Window {
        self.window_offsets(number).window(number)
    }

    /// The number of the window that a UTC minute lies in.
    pub fn window_of(&self, minute: u32) -> u32 {
        self.published_offsets(minute).window_of(minute)
    }

    /// The window that a UTC minute lies in and the six after it.
    pub fn windows(&self, now: u32) -> [Window; WINDOWS] {
        self.published_offsets(now).windows(now)
    }

    /// A VTIMEZONE component (RFC 5545 §3.6.5) that is right from one UTC minute to another, with CRLF at each end of
    /// line.
    pub fn vtimezone(&self, from: u32, to: u32) -> String {
        vtimezone::write(&self.name, self.onsets(from, to))
    }

    /// What is in force at `from`, and every change after it up to `to`.
    fn onsets(&self, from: u32, to: u32) -> Vec<vtimezone::Onset> {
        let in_force = self.rules.preceding(timestamp(from.saturating_add(1))).next();
        let mut onsets = vec![in_force.and_then(|change| self.onset(&change)).unwrap_or_else(|| self.always(from))];
        let later = self.rules.following(timestamp(from)).map_while(|change| self.onset(&change));
        onsets.extend(later.take_while(|onset| onset.minute <= to));
        onsets
    }

    fn onset(&self, change: &jiff::tz::TimeZoneTransition<'_>) -> Option<vtimezone::Onset> {
        let minute = minute(change.timestamp()).filter(|&minute| minute > 0)?;
        Some(vtimezone::Onset {
            minute,
            from: self.offset_at(minute - 1),
            to: minutes(change.offset()),
            name: change.abbreviation().to_owned(),
            daylight: change.dst().is_dst(),
        })
    }

    /// For a zone that has not changed since 1970.
    fn always(&self, minute: u32) -> vtimezone::Onset {
        let info = self.rules.to_offset_info(timestamp(minute));
        let (offset, name) = (minutes(info.offset()), info.abbreviation().to_owned());
        vtimezone::Onset { minute: 0, from: offset, to: offset, name, daylight: false }
    }

    fn offset_at(&self, minute: u32) -> i16 {
        minutes(self.rules.to_offset(timestamp(minute)))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

/// Minutes past the year 9999 count as its end.
fn timestamp(minute: u32) -> Timestamp {
    Timestamp::from_second(i64::from(minute) * 60).unwrap_or(Timestamp::MAX)
}

/// `None` before 1970.
fn minute(timestamp: Timestamp) -> Option<u32> {
    u32::try_from(timestamp.as_second().div_euclid(60)).ok()
}

fn minutes(offset: jiff::tz::Offset) -> i16 {
    i16::try_from(offset.seconds().div_euclid(60)).unwrap_or(0)
}
