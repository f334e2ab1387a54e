//! What a member does to a record, and records that the practice makes itself.

use souspli_booking::appointment::Appointment;
use souspli_booking::date::{Date, WallTime};
use souspli_booking::free::{Booker, FreeTimes, Wanted};
use souspli_booking::window::granule;
use souspli_booking::zone::Zone;
use souspli_crypto::Secret;
use souspli_crypto::keys::RecordKeys;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::AuthorKind;
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::CLAIMS;
use souspli_protocol::{ItemId, RecordId};

use super::attention::{Occupied, occupied};
use super::outbox::{Outgoing, PaperLink};
use super::{Session, Unlocked};
use crate::availability::{Taken, nearest};
use crate::body::{BodyC, BodyD, Desk, fits, limits};
use crate::face::FormView;
use crate::failure::Failure;
use crate::flow::Io;
use crate::form::check_form;
use crate::record::{Said, claims_of};
use crate::seal::{self, Basis, Claim};

/// A time that a member chose.
pub(super) struct Choice {
    pub(super) visit_type: ItemId,
    pub(super) practitioner: Option<ItemId>,
    pub(super) start: u32,
}

/// A time to be kept free.
pub(super) struct Blocking<'a> {
    pub(super) practitioner: ItemId,
    pub(super) date: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) text: &'a str,
}

impl Session {
    /// Appends an event to a record, until the host has it; then the chain is followed to it.
    pub(super) async fn append(
        &mut self,
        io: &Io,
        id: &RecordId,
        content: Desk,
        note: Option<String>,
        claim: Option<&(ClaimIds, u32)>,
        now: u32,
    ) -> Result<(), Failure> {
        let rng = &mut self.rng;
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let record = open.ledger.get(id)?;
        let last = record.last()?;
        let clinical = match &content {
            Desk::Moved { appointment, .. } => open.clinical_of(appointment.practitioner),
            _ => record.story.clinical,
        };
        let c = note.map(|text| BodyC { text, answers: Vec::new() });
        let said = Said { d: BodyD { clinical, view_key: None, content }, c };
        let basis = open.basis(now)?;
        let author = (AuthorKind::Member, open.keys.signing());
        let patient = record.patient();
        let claiming = claim.map(|(ids, window)| Claim { ids, window: *window });
        let event = seal::append(&basis, last, claiming.as_ref(), author, &said, patient.as_ref(), rng)?;
        let ids = claim.map(|(ids, _)| ids.encode()).unwrap_or_default();
        self.send(io, &Outgoing { event, claims: ids, cap_seed: None, earlier: Vec::new() }, now).await
    }

    /// Moves a booking to another time of the practice's choice.
    pub(super) async fn move_record(
        &mut self,
        io: &Io,
        id: &RecordId,
        choice: &Choice,
        now: u32,
    ) -> Result<(), Failure> {
        self.refresh(io, now).await?;
        let own = self.open()?.ledger.get(id)?.story.appointment;
        let appointment = self.open()?.choose(choice, &[own], now)?;
        let claim = self.open()?.claim(&appointment)?;
        let content = Desk::Moved { appointment, text: String::new() };
        let outcome = self.append(io, id, content, None, Some(&claim), now).await;
        self.or_nearest(io, outcome, choice, now).await
    }

    /// Types a booking in for a patient, and gives the patient's private link, which nobody can make again later.
    pub(super) async fn phone_booking(
        &mut self,
        io: &Io,
        choice: &Choice,
        form: &FormView,
        now: u32,
    ) -> Result<(RecordId, PaperLink), Failure> {
        self.refresh(io, now).await?;
        let open = self.open()?;
        check_form(form, &open.practice()?.catalogue, choice.visit_type)?;
        let appointment = open.choose(choice, &[], now)?;
        let answers = form.answers.iter().map(|answer| (answer.question, answer.text.clone())).collect();
        let c = BodyC { text: form.reason.clone(), answers };
        let content = Desk::Booked { appointment, contact: form.contact() };
        let cap_seed = seal::make_cap_seed(&mut self.rng);
        let outcome = self.create_record(io, &appointment, content, Some(c), &cap_seed, now).await;
        let record = self.or_nearest(io, outcome, choice, now).await?;
        let link = self.open()?.paper_link(record, &cap_seed)?;
        Ok((record, link))
    }

    /// Keeps what is free of a time of one day free: what stands there stays. A long time is several records.
    pub(super) async fn block(&mut self, io: &Io, blocking: &Blocking<'_>, now: u32) -> Result<Vec<RecordId>, Failure> {
        fits("text", blocking.text, limits::TEXT)?;
        self.refresh(io, now).await?;
        self.follow(io, now).await?;
        let open = self.open()?;
        let (start, end) = open.granules(blocking)?;
        let occupied = occupied(open.ledger.live().map(|(_, record)| record));
        let stretches = free_stretches(blocking.practitioner, start, end, &occupied);
        if stretches.is_empty() {
            return Err(Failure::new("nothing_free"));
        }
        let (mut records, mut held) = (Vec::new(), false);
        for (from, granules) in stretches {
            let appointment = Appointment::blocked(blocking.practitioner, from, granules)
                .map_err(|_| Failure::new("bad_time").in_field("from"))?;
            let content = Desk::Blocked { appointment, text: blocking.text.to_owned() };
            let cap_seed = seal::make_cap_seed(&mut self.rng);
            match self.create_record(io, &appointment, content, None, &cap_seed, now).await {
                Ok(record) => records.push(record),
                // A patient holds a part of it at this moment; the rest is blocked all the same.
                Err(failure) if failure.is(Code::SlotTaken) => held = true,
                Err(failure) => return Err(failure),
            }
        }
        if held { Err(Failure::new("partly_held")) } else { Ok(records) }
    }

    async fn create_record(
        &mut self,
        io: &Io,
        appointment: &Appointment,
        content: Desk,
        c: Option<BodyC>,
        cap_seed: &Secret<32>,
        now: u32,
    ) -> Result<RecordId, Failure> {
        let rng = &mut self.rng;
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let (claims, window) = open.claim(appointment)?;
        let keys = RecordKeys::derive(&open.context, cap_seed);
        let booked = matches!(content, Desk::Booked { .. });
        let view_key = booked.then(|| seal::view_key(&keys)).flatten();
        let clinical = booked.then(|| open.clinical_of(appointment.practitioner)).flatten();
        let said = Said { d: BodyD { clinical, view_key, content }, c };
        let author = (AuthorKind::Member, open.keys.signing());
        let claim = Claim { ids: &claims, window };
        let event = seal::create(&open.basis(now)?, &claim, &keys, author, &said, rng)?;
        let cap_seed = booked.then(|| cap_seed.duplicate());
        self.send(io, &Outgoing { event, claims: claims.encode(), cap_seed, earlier: Vec::new() }, now).await?;
        Ok(keys.record())
    }

    async fn or_nearest<T>(
        &mut self,
        io: &Io,
        outcome: Result<T, Failure>,
        choice: &Choice,
        now: u32,
    ) -> Result<T, Failure> {
        match outcome {
            Err(mut failure) if failure.is(Code::SlotTaken) => {
                self.refresh(io, now).await?;
                let open = self.open()?;
                let wanted = practices(choice);
                let availability = open.availability.as_ref().ok_or_else(|| Failure::new("not_published"))?;
                failure.nearest =
                    nearest(open.practice()?, availability, &wanted, choice.start, now).unwrap_or_default();
                Err(failure)
            }
            outcome => outcome,
        }
    }
}

impl Unlocked {
    fn basis(&self, now: u32) -> Result<Basis<'_>, Failure> {
        let availability = self.availability.as_ref();
        Ok(Basis { practice: self.practice()?, availability, head: self.chain.head, now })
    }

    fn clinical_of(&self, practitioner: ItemId) -> Option<u8> {
        let practice = self.practice.as_deref()?;
        practice.catalogue.practitioner(practitioner).map(|(_, who)| who.clinical)
    }

    /// The 24 ids of an appointment and its window.
    fn claim(&self, appointment: &Appointment) -> Result<(ClaimIds, u32), Failure> {
        let zone = Zone::new(&self.practice()?.catalogue.zone).map_err(|_| Failure::new("form").in_field("zone"))?;
        let window = zone.window_of(appointment.start_minute());
        Ok((claims_of(&self.context, appointment, window, &self.access)?, window))
    }

    /// The appointment at a time that a member chose: free, but not held to what patients are held to.
    fn choose(&self, choice: &Choice, own: &[Appointment], now: u32) -> Result<Appointment, Failure> {
        let practice = self.practice()?;
        let availability = self.availability.as_ref().ok_or_else(|| Failure::new("not_published"))?;
        let taken = Taken::new(practice, availability, own);
        let free = FreeTimes::new(&practice.catalogue, &availability.hours, now, |id, granule| taken.is(id, granule));
        let free = free.map_err(|_| Failure::new("bad_hours"))?;
        let times = free.starts(&practices(choice), choice.start, choice.start.saturating_add(1));
        let times = times.map_err(|_| Failure::new("no_visit_type"))?;
        let time = times.first().ok_or_else(|| Failure::new(Code::SlotTaken.as_str()))?;
        let practitioner = choice.practitioner.or_else(|| time.practitioners.first().copied());
        let (_, visit_type) =
            practice.catalogue.visit_type(choice.visit_type).ok_or_else(|| Failure::new("no_visit_type"))?;
        let practitioner = practitioner.ok_or_else(|| Failure::new(Code::SlotTaken.as_str()))?;
        time.appointment(visit_type, practitioner).map_err(|_| Failure::new(Code::SlotTaken.as_str()))
    }

    fn granules(&self, blocking: &Blocking<'_>) -> Result<(u32, u32), Failure> {
        let catalogue = &self.practice()?.catalogue;
        if catalogue.practitioner(blocking.practitioner).is_none() {
            return Err(Failure::new("unknown").in_field("practitioner"));
        }
        let zone = Zone::new(&catalogue.zone).map_err(|_| Failure::new("form").in_field("zone"))?;
        let date: Date = blocking.date.parse().map_err(|_| Failure::new("bad_date").in_field("date"))?;
        let minute = |text: &str, field: &str| {
            let wall = wall_time(date, text).ok_or_else(|| Failure::new("bad_time").in_field(field))?;
            let near = Date::from_days(date.days().saturating_sub(2)).unwrap_or(date).days() * 1_440;
            let offsets = zone.offsets(near, near.saturating_add(5 * 1_440));
            offsets.typed_minute(wall).map_err(|_| Failure::new("no_such_time").in_field(field))
        };
        let (start, end) = (minute(blocking.from, "from")?, minute(blocking.to, "to")?);
        if start >= end {
            return Err(Failure::new("turned_round").in_field("to"));
        }
        Ok((granule(start), granule(end)))
    }
}

/// The stretches of `start..end` that nothing of a practitioner's stands in, none longer than one record may be.
fn free_stretches(practitioner: ItemId, start: u32, end: u32, occupied: &Occupied) -> Vec<(u32, u8)> {
    let mut stretches: Vec<(u32, u8)> = Vec::new();
    for granule in (start..end).filter(|granule| !occupied.contains_key(&(practitioner, *granule))) {
        match stretches.last_mut() {
            Some((from, length))
                if from.saturating_add(u32::from(*length)) == granule && usize::from(*length) < CLAIMS =>
            {
                *length = length.saturating_add(1);
            }
            _ => stretches.push((granule, 1)),
        }
    }
    stretches
}

fn practices(choice: &Choice) -> Wanted {
    Wanted { visit_type: choice.visit_type, practitioner: choice.practitioner, by: Booker::Practice }
}

/// `09:30`, on a granule.
fn wall_time(date: Date, text: &str) -> Option<WallTime> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (hours <= 24 && minutes < 60 && minute <= 1_440 && minute.is_multiple_of(5)).then_some(WallTime { date, minute })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_goes_around_what_stands_there_and_no_record_is_too_long() {
        let (who, other) = (ItemId([1; 8]), ItemId([2; 8]));
        let occupied: Occupied = [((who, 103), 7), ((who, 104), 7), ((other, 110), 8)].into();
        assert_eq!(free_stretches(who, 100, 106, &occupied), [(100, 3), (105, 1)]);
        assert!(free_stretches(who, 103, 105, &occupied).is_empty());
        assert_eq!(free_stretches(who, 105, 155, &occupied), [(105, 24), (129, 24), (153, 2)]);
        assert!(free_stretches(who, 9, 9, &occupied).is_empty());
    }
}
