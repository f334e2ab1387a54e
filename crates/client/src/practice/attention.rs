//! What the practice's client checks of each booking before it is confirmed (`docs/spec/claims.md` §7).
//!
//! Only a wrong claim set or an earlier live claim is declined without a person; the rest is put before one, because a
//! host that rolls back hours must not be able to make the practice decline real patients.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use souspli_booking::free::{Booker, FreeTimes, Unavailable};
use souspli_booking::zone::{Offsets, Zone};
use souspli_protocol::event::AuthorKind;
use souspli_protocol::{Digest, ItemId, RecordId};

use super::ledger::Record;
use super::{Session, Unlocked};
use crate::body::{Answers, Desk};
use crate::failure::Failure;
use crate::flow::Io;
use crate::record::State;
use crate::trust::Availability;
use souspli_booking::catalogue::Confirm;

/// The claims are not those of the time that the booking names.
pub(super) const WRONG_CLAIMS: &str = "wrong_claims";
/// Another booking has the time, and had it earlier.
pub(super) const DOUBLE_BOOKED: &str = "double_booked";
/// There are no hours to judge by.
const UNKNOWN: &str = Unavailable::Hours.code();

/// What a judgement depends on: head of the chain, version of the publications, digest of the claimed-id set.
pub(super) type JudgedBy = (Digest, Option<u64>, Option<Digest>);

impl Session {
    /// Answers by itself what needs no person: confirms what is in order where the practice confirms automatically, and
    /// declines what cannot be.
    pub(super) async fn answer_waiting(&mut self, io: &Io, now: u32) -> Result<Vec<RecordId>, Failure> {
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref().filter(|practice| !practice.is_amber()) else {
            // What a restore has lost may still come back, and was there first.
            return Ok(Vec::new());
        };
        let automatic = practice.catalogue.confirm == Confirm::Automatic;
        let mut answered = Vec::new();
        for id in open.ledger.waiting() {
            let record = self.open()?.ledger.get(&id)?;
            let answers = Answers { event: record.story.claiming, head: record.last()?.head() };
            let content = match record.attention {
                None if automatic => Desk::Confirmed { answers, text: String::new() },
                Some(WRONG_CLAIMS | DOUBLE_BOOKED) => Desk::Declined { answers, text: String::new() },
                _ => continue,
            };
            match self.append(io, &id, content, None, None, now).await {
                Ok(()) => answered.push(id),
                // Another device was quicker, or the host is away: the next round sees.
                Err(failure) if matches!(failure.code, "revision_conflict" | "outcome_unknown") => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(answered)
    }
}

/// Who has each granule of each resource, by the sequence of the event that took it.
pub(super) type Occupied = BTreeMap<(ItemId, u32), u64>;

/// What records occupy. Where two have the same, it is that of the earlier.
pub(super) fn occupied<'a>(records: impl Iterator<Item = &'a Record>) -> Occupied {
    let places = records.flat_map(|record| {
        let sequence = claimed_at(record);
        record.story.appointment.occupied().into_iter().map(move |place| (place, sequence))
    });
    let mut places: Vec<((ItemId, u32), u64)> = places.collect();
    // The last of a place stays.
    places.sort_unstable_by_key(|(_, sequence)| Reverse(*sequence));
    places.into_iter().collect()
}

impl Unlocked {
    /// Judges every booking that waits for an answer; and of all others, whether two have the same time.
    pub(super) fn judge(&mut self) {
        let version = self.practice.as_deref().map(|practice| practice.version);
        let by = (self.chain.head, version, self.availability.as_ref().map(|known| known.claim_set));
        if self.judged == Some(by) {
            return;
        }
        self.look_at_claims(&self.ledger.waiting());
        for (id, attention) in self.attentions() {
            self.ledger.set_attention(&id, attention);
        }
        self.judged = Some(by);
    }

    /// Why a person must look at each record that takes time, if so. One that claims another time than it names takes
    /// nothing from those that do not.
    fn attentions(&self) -> Vec<(RecordId, Option<&'static str>)> {
        let zone = self.practice.as_deref().and_then(|practice| Zone::new(&practice.catalogue.zone).ok());
        let published = self.availability.as_ref().and_then(Availability::offsets);
        let honest = |record: &Record| match record.story.state {
            State::Reserved => claims_its_time(record, zone.as_ref()?, published.as_ref()),
            _ => Some(true),
        };
        let live: Vec<_> = self.ledger.live().map(|(id, record)| (id, record, honest(record))).collect();
        let counting = live.iter().filter(|(_, _, honest)| *honest != Some(false));
        let occupied = occupied(counting.map(|(_, record, _)| *record));
        live.into_iter().map(|(id, record, honest)| (*id, self.attention(record, honest, &occupied))).collect()
    }

    fn attention(&self, record: &Record, honest: Option<bool>, occupied: &Occupied) -> Option<&'static str> {
        if honest == Some(false) {
            return Some(WRONG_CLAIMS);
        }
        let (appointment, sequence) = (record.story.appointment, claimed_at(record));
        if appointment.occupied().iter().any(|place| occupied.get(place).is_some_and(|first| *first < sequence)) {
            return Some(DOUBLE_BOOKED);
        }
        if record.story.state != State::Reserved {
            return None;
        }
        let (Some(practice), Some(availability), Some(true)) = (&self.practice, &self.availability, honest) else {
            return Some(UNKNOWN);
        };
        let create = record.entries.first()?;
        let (header, accepted) = (create.header(), create.receipt.statement.minute);
        if header.author_kind == AuthorKind::Link && !practice.has_link(&header.author, accepted) {
            return Some("unknown_link");
        }
        // As of the minute in which the host took it; what is claimed was judged above.
        let minute = record.story.claimed_at;
        match FreeTimes::new(&practice.catalogue, &availability.hours, minute, |_, _| false) {
            Ok(free) => free.check(&appointment, Booker::Patient).err().map(Unavailable::code),
            Err(_) => Some(UNKNOWN),
        }
    }
}

/// Whether a booking claims the time that it names; `None` where that cannot be told. The window is that of the published
/// offsets or of the database: hours that the host keeps back must not turn a true claim into a wrong one.
fn claims_its_time(record: &Record, zone: &Zone, published: Option<&Offsets>) -> Option<bool> {
    let (appointment, window) = (record.story.appointment, record.claiming()?.header().window);
    let lies_there = |offsets: &Offsets| appointment.window(offsets) == Some(window);
    let claims = record.claims().is_some_and(|claims| claims.ids.is_some());
    let by_the_hours = published.is_some_and(lies_there);
    Some(claims && (by_the_hours || lies_there(&zone.published_offsets(appointment.start_minute()))))
}

fn claimed_at(record: &Record) -> u64 {
    record.claiming().map_or(u64::MAX, |entry| entry.receipt.statement.link.sequence)
}
