//! What the practice's client checks of each booking before it is confirmed (`docs/spec/claims.md` §7).
//!
//! Only a wrong claim set or an earlier live claim is declined without a person; the rest is put before one, because a
//! host that rolls back hours must not be able to make the practice decline real patients.

use std::collections::BTreeMap;

use souspli_booking::free::{Booker, FreeTimes, Unavailable};
use souspli_booking::zone::Zone;
use souspli_protocol::event::AuthorKind;
use souspli_protocol::{ItemId, RecordId};

use super::ledger::Record;
use super::{Session, Unlocked};
use crate::body::{Answers, Desk};
use crate::failure::Failure;
use crate::flow::Io;
use crate::record::claims_match;
use souspli_booking::catalogue::Confirm;

/// The claims are not those of the time that the booking names.
pub(super) const WRONG_CLAIMS: &str = "wrong_claims";
/// Another booking has the time, and had it earlier.
pub(super) const DOUBLE_BOOKED: &str = "double_booked";

impl Session {
    /// Judges every booking that waits for an answer.
    pub(super) fn judge(&mut self) -> Result<(), Failure> {
        let open = self.open()?;
        let waiting = open.ledger.waiting();
        if waiting.is_empty() {
            return Ok(());
        }
        let taken = open.occupied();
        let judged: Vec<(RecordId, Option<&'static str>)> =
            waiting.iter().filter_map(|id| Some((*id, open.attention(open.ledger.get(id).ok()?, &taken)))).collect();
        for (id, attention) in judged {
            open.ledger.set_attention(&id, attention);
        }
        Ok(())
    }

    /// Answers by itself what needs no person: confirms what is in order where the practice confirms automatically, and
    /// declines what cannot be.
    pub(super) async fn answer_waiting(&mut self, io: &Io, now: u32) -> Result<Vec<RecordId>, Failure> {
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref() else { return Ok(Vec::new()) };
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

impl Unlocked {
    pub(super) fn occupied(&self) -> Occupied {
        let mut occupied = Occupied::new();
        for (_, record) in self.ledger.iter().filter(|(_, record)| record.story.is_live()) {
            let sequence = claimed_at(record);
            for place in record.story.appointment.occupied() {
                let first = occupied.entry(place).or_insert(sequence);
                *first = sequence.min(*first);
            }
        }
        occupied
    }

    fn attention(&self, record: &Record, occupied: &Occupied) -> Option<&'static str> {
        let practice = self.practice.as_deref()?;
        let availability = self.availability.as_ref()?;
        let appointment = record.story.appointment;
        let claiming = record.entries.iter().find(|entry| entry.hash == record.story.claiming)?;
        // By the zone that the owner signed: a host that withholds hours must not move a window's end.
        let Ok(zone) = Zone::new(&practice.catalogue.zone) else { return Some(Unavailable::Hours.code()) };
        let offsets = zone.window_offsets(zone.window_of(appointment.start_minute()));
        let window = appointment.window(&offsets);
        if !window.is_some_and(|window| claims_match(claiming.header(), &appointment, window, &self.access)) {
            return Some(WRONG_CLAIMS);
        }
        let sequence = claimed_at(record);
        if appointment.occupied().iter().any(|place| occupied.get(place).is_some_and(|first| *first < sequence)) {
            return Some(DOUBLE_BOOKED);
        }
        let create = record.entries.first()?.header();
        if create.author_kind == AuthorKind::Link && !practice.links.contains(&create.author) {
            return Some("unknown_link");
        }
        // As of the minute in which the host took it; what is claimed was judged above.
        let minute = record.story.claimed_at;
        let free = FreeTimes::new(&practice.catalogue, &availability.hours, minute, |_, _| false);
        let checked = free.map_or(Err(Unavailable::Hours), |free| free.check(&appointment, Booker::Patient));
        checked.err().map(Unavailable::code)
    }
}

fn claimed_at(record: &Record) -> u64 {
    let claiming = record.entries.iter().find(|entry| entry.hash == record.story.claiming);
    claiming.map_or(u64::MAX, |entry| entry.receipt.statement.link.sequence)
}
