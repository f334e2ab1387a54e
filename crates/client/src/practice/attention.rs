//! What the practice's client checks of each booking before it is confirmed (`docs/spec/claims.md` §7).
//!
//! Only a wrong claim set or an earlier live claim is declined without a person; the rest is put before one, because a
//! host that rolls back hours must not be able to make the practice decline real patients.

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
use crate::record::{Entry, State, claims_match};
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
    /// Judges every booking that waits for an answer; and of all others, whether two have the same time.
    pub(super) fn judge(&mut self) -> Result<(), Failure> {
        let open = self.open()?;
        let version = open.practice.as_deref().map(|practice| practice.version);
        let by = (open.chain.head, version, open.availability.as_ref().map(|known| known.claim_set));
        if open.judged == Some(by) {
            return Ok(());
        }
        let all: Vec<RecordId> = open.ledger.iter().map(|(id, _)| *id).collect();
        let honest = open.match_claims(&all);
        let occupied = open.occupied(|id| honest.get(id) != Some(&Some(false)));
        let live = open.ledger.iter().filter(|(_, record)| record.story.is_live());
        let judged: Vec<(RecordId, Option<&'static str>)> = live
            .map(|(id, record)| (*id, open.attention(record, honest.get(id).copied().unwrap_or(Some(true)), &occupied)))
            .collect();
        for (id, attention) in judged {
            open.ledger.set_attention(&id, attention);
        }
        open.judged = Some(by);
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

    /// Of each of these that is a booking that waits, whether it claims the time that it names; `None` where that cannot
    /// be told. Looks once at each that does.
    pub(super) fn match_claims(&mut self, ids: &[RecordId]) -> BTreeMap<RecordId, Option<bool>> {
        let honest = self.claims_of_waiting(ids);
        for (id, _) in honest.iter().filter(|(_, honest)| **honest == Some(true)) {
            self.ledger.set_honest(id);
        }
        honest
    }

    /// The window is that of the published offsets or of the database: hours that the host keeps back must not turn a
    /// true claim into a wrong one.
    fn claims_of_waiting(&self, ids: &[RecordId]) -> BTreeMap<RecordId, Option<bool>> {
        let zone = self.practice.as_deref().and_then(|practice| Zone::new(&practice.catalogue.zone).ok());
        let published = self.availability.as_ref().and_then(Availability::offsets);
        let records = ids.iter().filter_map(|id| Some((id, self.ledger.get(id).ok()?)));
        let waiting = records.filter(|(_, record)| record.story.state == State::Reserved);
        let (known, new): (Vec<_>, Vec<_>) =
            waiting.partition(|(_, record)| record.honest == Some(record.story.claiming));
        let keys = self.gid_keys(new.iter().filter_map(|(_, record)| Some(claiming(record)?.header().window)));
        let judge = |record: &Record| {
            let appointment = record.story.appointment;
            let header = claiming(record)?.header();
            let zone = zone.as_ref()?;
            let matches = |offsets: &Offsets| {
                let (window, key) = (appointment.window(offsets), keys.get(&header.window));
                window.zip(key).is_some_and(|(window, key)| claims_match(header, &appointment, window, key))
            };
            let by_the_hours = published.as_ref().is_some_and(matches);
            Some(by_the_hours || matches(&zone.published_offsets(appointment.start_minute())))
        };
        let known = known.into_iter().map(|(id, _)| (*id, Some(true)));
        known.chain(new.into_iter().map(|(id, record)| (*id, judge(record)))).collect()
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
    claiming(record).map_or(u64::MAX, |entry| entry.receipt.statement.link.sequence)
}

/// The entry that took the time now valid.
fn claiming(record: &Record) -> Option<&Entry> {
    record.entries.iter().find(|entry| entry.hash == record.story.claiming)
}
