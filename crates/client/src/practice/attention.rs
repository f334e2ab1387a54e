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
use crate::record::{State, claims_match};
use crate::trust::Availability;
use souspli_booking::catalogue::Confirm;

/// The claims are not those of the time that the booking names.
pub(super) const WRONG_CLAIMS: &str = "wrong_claims";
/// Another booking has the time, and had it earlier.
pub(super) const DOUBLE_BOOKED: &str = "double_booked";
/// There are no hours to judge by.
const UNKNOWN: &str = Unavailable::Hours.code();

impl Session {
    /// Judges every booking that waits for an answer; and of all others, whether two have the same time.
    pub(super) fn judge(&mut self) -> Result<(), Failure> {
        let open = self.open()?;
        let waiting = open.ledger.iter().filter(|(_, record)| record.story.state == State::Reserved);
        let honest: BTreeMap<RecordId, Option<bool>> =
            waiting.map(|(id, record)| (*id, open.claims_what_it_names(record))).collect();
        let occupied = open.occupied(|id| honest.get(id) != Some(&Some(false)));
        let live = open.ledger.iter().filter(|(_, record)| record.story.is_live());
        let judged: Vec<(RecordId, Option<&'static str>)> = live
            .map(|(id, record)| (*id, open.attention(record, honest.get(id).copied().unwrap_or(Some(true)), &occupied)))
            .collect();
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
    /// What live records occupy. One that claims another time than it names takes nothing from those that do not.
    pub(super) fn occupied(&self, counts: impl Fn(&RecordId) -> bool) -> Occupied {
        let mut occupied = Occupied::new();
        let live = self.ledger.iter().filter(|(id, record)| record.story.is_live() && counts(id));
        for (_, record) in live {
            let sequence = claimed_at(record);
            for place in record.story.appointment.occupied() {
                let first = occupied.entry(place).or_insert(sequence);
                *first = sequence.min(*first);
            }
        }
        occupied
    }

    /// Whether a record claims the time that it names; `None` where that cannot be told. The window is that of the
    /// published offsets or of the database: hours that the host keeps back must not turn a true claim into a wrong one.
    fn claims_what_it_names(&self, record: &Record) -> Option<bool> {
        let practice = self.practice.as_deref()?;
        let appointment = record.story.appointment;
        let claiming = record.entries.iter().find(|entry| entry.hash == record.story.claiming)?;
        let zone = Zone::new(&practice.catalogue.zone).ok()?;
        let published = self.availability.as_ref().and_then(Availability::offsets);
        let mut tables = published.into_iter().chain([zone.published_offsets(appointment.start_minute())]);
        Some(tables.any(|offsets| {
            let window = appointment.window(&offsets);
            window.is_some_and(|window| claims_match(claiming.header(), &appointment, window, &self.access))
        }))
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

fn claimed_at(record: &Record) -> u64 {
    let claiming = record.entries.iter().find(|entry| entry.hash == record.story.claiming);
    claiming.map_or(u64::MAX, |entry| entry.receipt.statement.link.sequence)
}
