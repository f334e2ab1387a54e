//! Every record of the calendar as far as this device has verified and opened it.

use std::collections::BTreeMap;

use souspli_crypto::PublicKey;
use souspli_protocol::event::{AuthorKind, Header};
use souspli_protocol::{Digest, Gid, RecordId, VerifyingKey};

use crate::body::Kind;
use crate::failure::Failure;
use crate::record::{Entry, Said, State, Story, follows, verify_order};
use crate::trust::Distrust;

/// One record.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) entries: Vec<Entry>,
    pub(super) story: Story,
    /// Why a person must look before it is confirmed.
    pub(super) attention: Option<&'static str>,
    /// What was found when somebody last looked; of an earlier time where it was moved since.
    claims: Option<Claims>,
}

/// What is known of the claims of an event that took a record's time.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    /// That event.
    pub(super) event: Digest,
    /// The real ids of the time that the record names; `None` where they are not what the event claims.
    pub(super) ids: Option<Vec<Gid>>,
}

impl Record {
    /// The newest event.
    pub(super) fn last(&self) -> Result<&Entry, Failure> {
        self.entries.last().ok_or_else(|| Failure::new("internal"))
    }

    /// The entry that took the time now valid.
    pub(super) fn claiming(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.hash == self.story.claiming)
    }

    /// What that entry claims, once somebody has looked.
    pub(super) fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref().filter(|claims| claims.event == self.story.claiming)
    }

    /// The patient's key that later events are sealed to.
    pub(super) fn patient(&self) -> Option<PublicKey> {
        self.story.view_key.as_ref().and_then(|key| PublicKey::from_bytes(&key[..]).ok())
    }

    /// Notes of the practice, in order.
    pub(super) fn notes(&self) -> impl Iterator<Item = &crate::record::Happened> {
        self.story.history.iter().filter(|happened| happened.kind == crate::body::Kind::Note)
    }
}

/// All records.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    records: BTreeMap<RecordId, Record>,
    /// Records whose events do not verify or do not open: shown as such, never hidden.
    pub(super) broken: BTreeMap<RecordId, Distrust>,
    /// The window in which each record claims time, by what its events say in clear.
    windows: BTreeMap<RecordId, u32>,
    /// Where in the chain events stand.
    places: BTreeMap<u64, Place>,
}

/// An event by its place in the chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) record: RecordId,
    pub(super) epoch: u32,
    pub(super) author_kind: AuthorKind,
    pub(super) author: VerifyingKey,
    /// Minute of acceptance.
    pub(super) minute: u32,
    /// Its kind and the clinical key that it is also sealed to; `None` where this device could not open it.
    pub(super) said: Option<(Kind, Option<u8>)>,
}

impl Ledger {
    /// Takes the next event of a record, opened. What does not follow marks the record as broken and is kept out.
    #[inline(never)]
    pub(super) fn take(&mut self, entry: Entry, said: &Said) -> Result<(), Distrust> {
        let id = entry.header().record;
        let outcome = match self.records.get_mut(&id) {
            None => Story::begin(&entry, said).and_then(|story| {
                verify_order(std::slice::from_ref(&entry), id)?;
                self.records.insert(id, Record { entries: vec![entry], story, attention: None, claims: None });
                Ok(())
            }),
            Some(record) => {
                let before = record.entries.last().ok_or(Distrust::BadChain)?.clone();
                let mut story = record.story.clone();
                verify_next(&before, &entry, &record.story).and_then(|()| story.go_on(&before, &entry, said)).map(
                    |()| {
                        record.story = story;
                        record.entries.push(entry);
                    },
                )
            }
        };
        if let Err(distrust) = outcome {
            self.broken.insert(id, distrust);
        }
        outcome
    }

    /// Takes note of what an event says in clear: what the host goes by, whether or not the event can be read.
    pub(super) fn see(&mut self, header: &Header) {
        if header.release {
            self.windows.remove(&header.record);
        } else if !header.claims.is_zero() {
            self.windows.insert(header.record, header.window);
        }
    }

    /// Forgets a record that was erased.
    pub(super) fn forget(&mut self, id: &RecordId) {
        self.records.remove(id);
        self.broken.remove(id);
        self.windows.remove(id);
        self.places.retain(|_, place| place.record != *id);
    }

    /// Takes note of where an event stands, whether or not it can be read.
    pub(super) fn place(&mut self, entry: &Entry, said: Option<&Said>) {
        let header = entry.header();
        let place = Place {
            record: header.record,
            epoch: header.epoch,
            author_kind: header.author_kind,
            author: header.author,
            minute: entry.receipt.statement.minute,
            said: said.map(|said| (said.d.content.kind(), said.d.clinical)),
        };
        self.places.insert(entry.receipt.statement.link.sequence, place);
    }

    /// Events by their places, from one to another, both included.
    pub(super) fn places(&self, first: u64, last: u64) -> impl Iterator<Item = (u64, &Place)> {
        self.places.range(first..=last.max(first)).map(|(sequence, place)| (*sequence, place))
    }

    /// Windows of the records that claim time.
    pub(super) fn claiming(&self) -> impl Iterator<Item = &u32> {
        self.windows.values()
    }

    /// Records all of whose events verify.
    pub(super) fn whole(&self) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(|(id, _)| !self.broken.contains_key(id)).map(|(_, record)| record)
    }

    pub(super) fn get(&self, id: &RecordId) -> Result<&Record, Failure> {
        self.records.get(id).ok_or_else(|| Failure::new("no_record"))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&RecordId, &Record)> {
        self.records.iter()
    }

    /// Records that take time.
    pub(super) fn live(&self) -> impl Iterator<Item = (&RecordId, &Record)> {
        self.iter().filter(|(_, record)| record.story.is_live())
    }

    pub(super) fn set_attention(&mut self, id: &RecordId, attention: Option<&'static str>) {
        if let Some(record) = self.records.get_mut(id) {
            record.attention = attention;
        }
    }

    /// Takes note of what a record's time is claimed by.
    pub(super) fn set_claims(&mut self, id: &RecordId, claims: Claims) {
        if let Some(record) = self.records.get_mut(id) {
            record.claims = Some(claims);
        }
    }

    /// Bookings that wait for an answer.
    pub(super) fn waiting(&self) -> Vec<RecordId> {
        let waits = self.records.iter().filter(|(_, record)| record.story.state == State::Reserved);
        waits.map(|(id, _)| *id).collect()
    }
}

fn verify_next(before: &Entry, entry: &Entry, story: &Story) -> Result<(), Distrust> {
    let revived = !story.is_live() && !entry.header().claims.is_zero();
    if follows(before, entry) && !revived { Ok(()) } else { Err(Distrust::BadChain) }
}
