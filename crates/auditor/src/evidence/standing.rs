//! That a record's claims stand at some place of the chain (`docs/spec/evidence.md` §3).

use std::io::BufRead;

use souspli_attest::head_after;
use souspli_protocol::event::Event;
use souspli_protocol::receipt::Receipt;

use super::accepted::{Accepted, Claiming, one_chain};
use super::file::{Draft, Lines};
use super::verdict::Doubt;
use crate::receipt::HostKeys;

/// Most entries that a file shows.
pub(super) const MAX_ENTRIES: usize = 4_096;

/// A place of the chain, with what was accepted there if it was an event.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) receipt: Receipt,
    pub(super) event: Option<Accepted>,
}

impl Shown {
    pub(super) fn new(event: Option<Event>, receipt: Receipt) -> Result<Self, Doubt> {
        Ok(Self { event: event.map(|event| Accepted::new(event, receipt)).transpose()?, receipt })
    }

    pub(super) fn write(&self, draft: &mut Draft) {
        match &self.event {
            Some(event) => event.write("event", draft),
            None => draft.add("receipt", &self.receipt.encode()),
        }
    }
}

/// How it is shown.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// By the chain from there on.
    Chain(Vec<Shown>),
    /// By how the record went on.
    Record(Vec<Accepted>),
}

impl Standing {
    /// Reads what is left of a file.
    pub(super) fn read<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Self, Doubt> {
        let standing = if lines.is_next("next") {
            let mut events = Vec::new();
            while let Some(event) = lines.accepted("next", keys)? {
                events.push(event);
                check_count(events.len())?;
            }
            Self::Record(events)
        } else {
            Self::Chain(read_chain(lines, keys)?)
        };
        lines.end()?;
        Ok(standing)
    }

    pub(super) fn write(&self, draft: &mut Draft) {
        match self {
            Self::Chain(entries) => entries.iter().for_each(|entry| entry.write(draft)),
            Self::Record(events) => events.iter().for_each(|event| event.write("next", draft)),
        }
    }

    /// That what `claiming` took was still its record's behind the place `through`, when the calendar had this version.
    pub(super) fn check(&self, claiming: &Claiming, through: u64, version: u64) -> Result<(), Doubt> {
        if claiming.accepted.sequence() > through {
            return Err(Doubt::Order);
        }
        match self {
            Self::Chain(entries) => by_chain(entries, claiming, through, version),
            Self::Record(events) => by_record(events, claiming, through),
        }
    }
}

/// Entries of a chain, each with its event where it has one.
pub(super) fn read_chain<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Vec<Shown>, Doubt> {
    let mut entries = Vec::new();
    while lines.is_next("event") || lines.is_next("receipt") {
        let event = lines.event("event")?;
        entries.push(Shown::new(event, lines.receipt("receipt", keys)?)?);
        check_count(entries.len())?;
    }
    Ok(entries)
}

fn check_count(entries: usize) -> Result<(), Doubt> {
    if entries > MAX_ENTRIES { Err(Doubt::Gap) } else { Ok(()) }
}

/// That entries follow each other without a gap, place by place and head by head, up to a place.
pub(super) fn check_gapless(before: Option<&Receipt>, entries: &[Shown], through: u64) -> Result<(), Doubt> {
    let mut before = before.copied();
    for entry in entries {
        let link = &entry.receipt.statement.link;
        if let Some(before) = &before {
            let last = &before.statement.link;
            one_chain(last, link)?;
            if last.sequence.checked_add(1) != Some(link.sequence) || link.previous != head_after(last) {
                return Err(Doubt::Gap);
            }
        }
        before = Some(entry.receipt);
    }
    let last = before.map_or(0, |before| before.statement.link.sequence);
    if last == through { Ok(()) } else { Err(Doubt::Gap) }
}

/// How many entries are not shown to be events.
pub(super) fn without_event(entries: &[Shown]) -> u64 {
    let count = entries.iter().filter(|entry| entry.event.is_none()).count();
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn by_chain(entries: &[Shown], claiming: &Claiming, through: u64, version: u64) -> Result<(), Doubt> {
    check_gapless(Some(claiming.accepted.receipt()), entries, through)?;
    let versions = version.checked_sub(claiming.header().version).ok_or(Doubt::Order)?;
    if without_event(entries) != versions {
        return Err(Doubt::MayBeEvents);
    }
    let record = claiming.header().record;
    let mut events = entries.iter().filter_map(|entry| entry.event.as_ref());
    if events.any(|event| event.header().record == record && event.claims_or_releases()) {
        return Err(Doubt::GivenBack);
    }
    Ok(())
}

fn by_record(events: &[Accepted], claiming: &Claiming, through: u64) -> Result<(), Doubt> {
    let mut before = &claiming.accepted;
    for event in events {
        one_chain(before.link(), event.link())?;
        let (old, new) = (before.header(), event.header());
        let follows = new.record == old.record
            && old.revision.checked_add(1) == Some(new.revision)
            && new.previous == before.hash()
            && before.sequence() < event.sequence();
        // Only the last one is later, and it is that.
        if !follows || before.sequence() > through {
            return Err(Doubt::Order);
        }
        if event.sequence() <= through && event.claims_or_releases() {
            return Err(Doubt::GivenBack);
        }
        before = event;
    }
    if before.sequence() > through { Ok(()) } else { Err(Doubt::Gap) }
}
