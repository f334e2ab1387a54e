//! What of the records was given to a key, by the journal of reads: from sequences of the chain to events, and from events
//! to what the key could open of them (`docs/spec/log.md` §7).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use souspli_booking::date::Date;
use souspli_booking::zone::Offsets;
use souspli_protocol::VerifyingKey;
use souspli_protocol::journal::ReadRow;

use super::Unlocked;
use super::ledger::Place;
use super::who::Standing;
use crate::body::Kind;
use crate::face::{local_date, local_time};
use crate::failure::Failure;

const HOUR: u32 = 60;

/// A moment that somebody names: a local date, or a UTC minute.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Moment {
    Minute(u32),
    Date(String),
}

/// From one moment to another, both included; open where there is none.
#[derive(Debug)]
pub(super) struct Span {
    since: Option<Moment>,
    until: Option<Moment>,
}

impl Span {
    pub(super) fn new(since: Option<Moment>, until: Option<Moment>) -> Result<Self, Failure> {
        for moment in [&since, &until].into_iter().flatten() {
            if let Moment::Date(date) = moment {
                date.parse::<Date>().map_err(|_| Failure::new("bad_date").in_field(date))?;
            }
        }
        Ok(Self { since, until })
    }

    /// Whether any minute of an hour lies in it.
    pub(super) fn has_hour(&self, hour: u32, offsets: &Offsets) -> bool {
        let first = hour.saturating_mul(HOUR);
        self.has(first, first.saturating_add(HOUR - 1), offsets)
    }

    /// Whether a minute lies in it.
    pub(super) fn has_minute(&self, minute: u32, offsets: &Offsets) -> bool {
        self.has(minute, minute, offsets)
    }

    fn has(&self, first: u32, last: u32, offsets: &Offsets) -> bool {
        let begun = self.since.as_ref().is_none_or(|since| match since {
            Moment::Minute(minute) => last >= *minute,
            Moment::Date(date) => local_date(offsets, last) >= *date,
        });
        let ended = self.until.as_ref().is_some_and(|until| match until {
            Moment::Minute(minute) => first > *minute,
            Moment::Date(date) => local_date(offsets, first) > *date,
        });
        begun && !ended
    }
}

/// An hour, as people say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct HourView {
    /// Its first UTC minute.
    pub(super) minute: u32,
    date: String,
    time: String,
}

impl HourView {
    pub(super) fn new(hour: u32, offsets: &Offsets) -> Self {
        let minute = hour.saturating_mul(HOUR);
        Self { minute, date: local_date(offsets, minute), time: local_time(offsets, minute) }
    }
}

/// First and last hour of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hours {
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Hours {
    pub(super) fn of(hour: u32) -> Self {
        Self { first: hour, last: hour }
    }

    /// With more of them.
    pub(super) fn with(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// As far as a key could open an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Opened {
    Nothing,
    Desk,
    Clinical,
}

/// An event that was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    pub(super) place: Place,
    pub(super) hours: Hours,
    pub(super) opened: Opened,
}

/// What a key was given.
#[derive(Debug, Default)]
pub(super) struct Exposure {
    /// Events, by their sequence.
    pub(super) events: BTreeMap<u64, Given>,
    /// Entries of the chain that show no event, by their sequence.
    pub(super) silent: BTreeSet<u64>,
}

/// Sequences as ranges, both ends included.
pub(super) fn ranges(sequences: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for sequence in sequences {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*sequence) => *last = *sequence,
            _ => ranges.push((*sequence, *sequence)),
        }
    }
    ranges
}

impl Unlocked {
    /// What rows of one key gave it.
    pub(super) fn exposure<'a>(&self, key: &VerifyingKey, rows: impl Iterator<Item = &'a ReadRow>) -> Exposure {
        let mut given: BTreeMap<u64, Hours> = BTreeMap::new();
        for row in rows {
            for sequence in row.ranges.iter().flat_map(|(first, last)| first..=last.min(self.chain.sequence)) {
                let hours = Hours::of(row.hour);
                given.entry(sequence).and_modify(|known| *known = known.with(hours)).or_insert(hours);
            }
        }
        let mut exposure = Exposure::default();
        for (sequence, hours) in given {
            match self.ledger.places(sequence, sequence).next() {
                Some((_, place)) => {
                    let given = Given { place: *place, hours, opened: self.opened(key, place) };
                    exposure.events.insert(sequence, given);
                }
                None => {
                    exposure.silent.insert(sequence);
                }
            }
        }
        exposure
    }

    fn opened(&self, key: &VerifyingKey, place: &Place) -> Opened {
        Opened::by(self.standing(key, place.epoch), place.said)
    }
}

impl Opened {
    /// What a key could open of an event, by its kind and the clinical key that it is also sealed to. Where this device could
    /// not open it itself (`None`), more is assumed rather than less.
    fn by(standing: Standing, said: Option<(Kind, Option<u8>)>) -> Self {
        let granted = |mask: u8, index: u8| mask.checked_shr(index.into()).is_some_and(|rest| rest & 1 == 1);
        match (standing, said) {
            (Standing::Owner | Standing::Unknown, _) => Self::Clinical,
            (Standing::Practitioner(mask), Some((_, Some(index)))) if granted(mask, index) => Self::Clinical,
            (Standing::Practitioner(mask), None) if mask != 0 => Self::Clinical,
            (Standing::Practitioner(_) | Standing::Desk, _) => Self::Desk,
            (Standing::Later, _) => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_what_its_member_was_granted() {
        use Opened::{Clinical, Desk, Nothing};
        let sealed_to = |index| Some((Kind::Booked, index));
        let said = [sealed_to(None), sealed_to(Some(0)), sealed_to(Some(3)), None];
        let of = |standing| said.map(|said| Opened::by(standing, said));
        assert_eq!(of(Standing::Owner), [Clinical; 4]);
        assert_eq!(of(Standing::Unknown), [Clinical; 4], "of a strange key everything is assumed");
        assert_eq!(of(Standing::Practitioner(0b1000)), [Desk, Desk, Clinical, Clinical]);
        assert_eq!(of(Standing::Practitioner(0)), [Desk; 4]);
        assert_eq!(of(Standing::Desk), [Desk; 4]);
        assert_eq!(of(Standing::Later), [Nothing; 4]);
    }

    #[test]
    fn sequences_are_told_as_ranges() {
        assert_eq!(ranges(&BTreeSet::from([1, 2, 3, 7, 9, 10])), [(1, 3), (7, 7), (9, 10)]);
        assert_eq!(ranges(&BTreeSet::new()), []);
    }

    #[test]
    fn a_span_has_each_hour_that_it_touches() {
        let paris = Offsets::fixed(60).expect("an offset");
        let span = |since: Option<&str>, until: Option<u32>| {
            Span::new(since.map(|date| Moment::Date(date.to_owned())), until.map(Moment::Minute)).expect("a span")
        };
        // 2026-11-23 08:00 UTC.
        let monday = 29_923_680 / 60;
        let from = span(Some("2026-11-23"), None);
        assert!(from.has_hour(monday - 9, &paris), "midnight in Paris");
        assert!(!from.has_hour(monday - 10, &paris));
        let to = span(None, Some(monday * 60));
        assert!(to.has_hour(monday, &paris) && to.has_hour(0, &paris) && !to.has_hour(monday + 1, &paris));
        let dated = Span::new(None, Some(Moment::Date("2026-11-22".to_owned()))).expect("a span");
        assert!(dated.has_hour(monday - 10, &paris) && !dated.has_hour(monday - 9, &paris));
        assert!(Span::new(Some(Moment::Date("22.11.2026".to_owned())), None).is_err());
    }
}
