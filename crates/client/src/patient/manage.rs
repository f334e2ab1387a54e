//! Reading, moving and cancelling a booking by its private link.

use souspli_attest::event_hash;
use souspli_crypto::envelope::{open_patient, verify};
use souspli_crypto::keys::ViewKeys;
use souspli_crypto::publish::Identity;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{AuthorKind, Event, Header};
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Append, Appended, Blob, RecordAnswer, RecordEntry, RecordRead};
use souspli_protocol::{Digest, RecordId, Work};

use super::booking::NO_SESSION;
use super::call::{Chosen, Moved};
use super::{Booked, Right, Session};
use crate::body::{BodyD, Desk};
use crate::face::BookingView;
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::record::{Entry, Said, Story, claimed_ids, claims_of, verify_order, verify_receipt};
use crate::seal::{self, Basis, Claim};
use crate::trust::{Distrust, Practice, identity_of_epoch, parse};

/// How often a change is sent before the record is asked what came of it.
const TRIES: u32 = 2;

impl Session {
    /// Reads the booking of the private link; a GET would change nothing, and neither does this.
    pub(super) async fn read(&mut self, io: &Io, now: u32) -> Result<BookingView, Failure> {
        let (record, view, cap_seed) = self.record_right()?;
        if let Err(failure) = self.load_record(io, record, &view, now).await {
            if !self.brought_back(io, &failure, &view, now).await? {
                return Err(failure);
            }
            self.load_record(io, record, &view, now).await?;
        }
        self.booking_view(&record, cap_seed.as_ref(), now)
    }

    /// Takes another time for the booking.
    pub(super) async fn move_to(&mut self, io: &Io, moved: &Moved, now: u32) -> Result<BookingView, Failure> {
        let visit_type = self.managed()?.story.appointment.visit_type;
        let chosen = Chosen { visit_type, practitioner: moved.practitioner, start: moved.start };
        if self.availability.is_none() {
            self.fetch_times(io, now).await?;
        }
        let appointment = match self.appointment_at(&chosen, now) {
            Err(failure) if failure.code == "slot_taken" => return Err(self.taken(io, &chosen, now).await),
            outcome => outcome?,
        };
        let window = self.offsets_for(&appointment)?.window_of(appointment.start_minute());
        let claims = claims_of(&self.linked()?.0, &appointment, window, &self.practice()?.access)?;
        let content = Desk::Moved { appointment, text: String::new() };
        match self.append(io, content, Some(&(claims, window)), now).await {
            Err(failure) if failure.is(Code::SlotTaken) => Err(self.taken(io, &chosen, now).await),
            outcome => outcome,
        }
    }

    /// Gives the booking up.
    pub(super) async fn cancel(&mut self, io: &Io, text: String, now: u32) -> Result<BookingView, Failure> {
        self.managed()?;
        self.append(io, Desk::Cancelled { text }, None, now).await
    }

    /// Reads a record, verifies its whole chain and opens it. Trust comes from the fingerprint: the access that reads
    /// the practice's identity is sealed inside the record, and the identity then vouches for host and members.
    pub(super) async fn load_record(
        &mut self,
        io: &Io,
        record: RecordId,
        view: &ViewKeys,
        now: u32,
    ) -> Result<(), Failure> {
        let context = self.linked()?.0;
        let path = calendar_path(&context.calendar, "records/read");
        let answer: RecordAnswer =
            self.host.post_signed(io, &context, view.signing(), path, &RecordRead { record }).await?;
        if !matches!(self.linked()?.1, Right::Book { .. }) {
            self.trust_record(io, &answer.entries, view, now).await?;
        }
        let host = self.practice()?.promiser();
        let entries = answer.entries.iter().map(|entry| Entry::verify(entry, &host));
        let entries: Vec<Entry> = entries.collect::<Result<_, Distrust>>()?;
        verify_order(&entries, record)?;
        self.check_not_shorter(&entries)?;
        let identities = self.identities(io, &entries).await?;
        let story = self.tell(&entries, view, &identities)?;
        self.booked = Some(Booked { entries, story });
        Ok(())
    }

    /// A record that was seen still holds the event that was its last. Each event names the one before: so none of
    /// those has changed either.
    fn check_not_shorter(&self, entries: &[Entry]) -> Result<(), Distrust> {
        let Some(last) = self.booked.as_ref().and_then(|booked| booked.entries.last()) else { return Ok(()) };
        let same_record = entries.first().is_some_and(|first| first.header().record == last.header().record);
        let holds = entries.iter().any(|entry| entry.hash == last.hash);
        if same_record && !holds { Err(Distrust::RolledBack) } else { Ok(()) }
    }

    async fn trust_record(
        &mut self,
        io: &Io,
        entries: &[RecordEntry],
        view: &ViewKeys,
        now: u32,
    ) -> Result<(), Failure> {
        let context = self.linked()?.0;
        let mut access = None;
        for entry in entries {
            let event = Event::parse(entry.event.0.clone()).map_err(|_| Distrust::BadEvent)?;
            verify(&event, &context).map_err(|_| Distrust::BadEvent)?;
            self.written_in = Some(event.header().epoch);
            if let Ok(opened) = open_patient(&event, view.sealing()) {
                access = Some(opened.access);
            }
        }
        self.access = Some(access.ok_or(Distrust::BadEvent)?);
        self.fetch_practice(io, now).await?;
        self.fetch_times(io, now).await
    }

    /// The identities of the epochs in which members wrote.
    async fn identities(&mut self, io: &Io, entries: &[Entry]) -> Result<Vec<Identity>, Failure> {
        let current = self.practice()?.identity.epoch;
        let context = self.linked()?.0;
        let mut identities = Vec::<Identity>::new();
        for epoch in entries.iter().map(Entry::header).filter(|h| h.author_kind == AuthorKind::Member).map(|h| h.epoch)
        {
            if epoch == current || identities.iter().any(|identity| identity.epoch == epoch) {
                continue;
            }
            let publication = parse(&self.fetch_identity(io, epoch).await?, Distrust::BadIdentity)?;
            identities.push(identity_of_epoch(&context, &publication, epoch, &self.practice()?.access)?);
        }
        Ok(identities)
    }

    /// Opens the events and tells what they come to.
    fn tell(&self, entries: &[Entry], view: &ViewKeys, old: &[Identity]) -> Result<Story, Distrust> {
        let practice = self.practice.as_deref().ok_or(Distrust::BadIdentity)?;
        let mut story: Option<Story> = None;
        // The first stands before itself, and before it nothing is compared.
        for (before, entry) in entries.iter().take(1).chain(entries).zip(entries) {
            check_author(entry.header(), practice, old)?;
            let Some(said) = read_as_patient(entry, view)? else { continue };
            match &mut story {
                None => story = Some(Story::begin(entry, &said)?),
                Some(story) => story.go_on(before, entry, &said)?,
            }
            let claimed = story.as_ref().filter(|_| !entry.header().claims.is_zero());
            if let Some(story) = claimed {
                let offsets = self.offsets_for(&story.appointment)?;
                let window = offsets.window_of(story.appointment.start_minute());
                let access = practice.access.advance_to(&practice.context, window).map_err(|_| Distrust::BadEvent)?;
                let key = access.k_gid(&practice.context);
                let header = entry.header();
                if header.window != window || claimed_ids(header, &story.appointment, &key).is_none() {
                    return Err(Distrust::BadEvent);
                }
            }
        }
        story.ok_or(Distrust::BadChain)
    }

    /// Appends an event by the manage key, until it is saved.
    async fn append(
        &mut self,
        io: &Io,
        content: Desk,
        claim: Option<&(ClaimIds, u32)>,
        now: u32,
    ) -> Result<BookingView, Failure> {
        let event = self.seal_append(content, claim, now)?;
        let hash = event_hash(event.bytes());
        let body = Append {
            event: Blob(event.bytes().to_vec()),
            claims: Blob(claim.map(|(ids, _)| ids.encode()).unwrap_or_default()),
            session: NO_SESSION.0,
            session_signature: NO_SESSION.1,
            work: Work::ZERO,
        };
        let failed = match self.send(io, &body).await {
            Ok(receipt) => {
                self.hear(io, &receipt, now).await?;
                verify_receipt(&receipt.0, &hash, &self.practice()?.promiser())?;
                None
            }
            Err(failure) if failure.is_final() => return Err(failure),
            // The record itself tells what came of it.
            Err(failure) => Some(failure),
        };
        let (record, view, cap_seed) = self.record_right()?;
        self.load_record(io, record, &view, now).await.map_err(not_known)?;
        let kept = self.booked.as_ref().is_some_and(|booked| booked.entries.iter().any(|entry| entry.hash == hash));
        if kept {
            return self.booking_view(&record, cap_seed.as_ref(), now);
        }
        // With a receipt it must stand there; without one it has not arrived, and may be decided anew: should it arrive
        // still, then only one of the two follows on this record's last event.
        Err(failed.unwrap_or_else(|| Distrust::ReadBackDiffers.into()))
    }

    async fn send(&mut self, io: &Io, body: &Append) -> Result<Blob, Failure> {
        let path = calendar_path(&self.linked()?.0.calendar, "events");
        let mut tries = 1..TRIES;
        loop {
            let outcome: Result<Appended, Failure> = self.host.post(io, path.clone(), body).await;
            match outcome {
                Err(failure) if !failure.is_final() && tries.next().is_some() => {}
                outcome => return outcome.map(|appended| appended.receipt),
            }
        }
    }

    fn seal_append(&mut self, content: Desk, claim: Option<&(ClaimIds, u32)>, now: u32) -> Result<Event, Failure> {
        let (_, right) = self.link.as_ref().ok_or_else(super::no_link)?;
        let Right::Manage { keys, .. } = right else { return Err(Failure::new("view_only")) };
        let booked = self.booked.as_ref().ok_or_else(|| Failure::new("no_record"))?;
        let practice = self.practice.as_deref().ok_or_else(|| Failure::new("not_taking_bookings"))?;
        if practice.has_lapsed(now) {
            return Err(Distrust::EpochExpired.into());
        }
        let last = booked.entries.last().ok_or_else(|| Failure::new("no_record"))?;
        let clinical = match &content {
            Desk::Moved { appointment, .. } => {
                practice.catalogue.practitioner(appointment.practitioner).map(|(_, who)| who.clinical)
            }
            _ => booked.story.clinical,
        };
        let said = Said { d: BodyD { clinical, view_key: None, content }, c: None };
        let basis = Basis { practice, availability: self.availability.as_ref(), head: last.head(), now };
        let claim = claim.map(|(ids, window)| Claim { ids, window: *window });
        let author = (AuthorKind::Manage, keys.manage());
        let patient = Some(keys.view().sealing().public());
        seal::append(&basis, last, claim.as_ref(), author, &said, patient, &mut self.rng)
    }

    fn managed(&self) -> Result<&Booked, Failure> {
        if !matches!(self.linked()?.1, Right::Manage { .. }) {
            return Err(Failure::new("view_only"));
        }
        self.booked.as_ref().ok_or_else(|| Failure::new("no_record"))
    }
}

/// A change was sent, and the record that tells what came of it cannot be read.
fn not_known(failure: Failure) -> Failure {
    if failure.is_no_verdict() { Failure::new("change_unknown") } else { failure }
}

/// That a member was in the roster of its event's epoch. Link and manage keys are told by the signatures; what they say
/// is the patient's own.
fn check_author(header: &Header, practice: &Practice, old: &[Identity]) -> Result<(), Distrust> {
    if header.author_kind != AuthorKind::Member {
        return Ok(());
    }
    let current = header.epoch == practice.identity.epoch;
    let identity =
        if current { Some(&practice.identity) } else { old.iter().find(|identity| identity.epoch == header.epoch) };
    identity.and_then(|identity| identity.member(&header.author)).map(|_| ()).ok_or(Distrust::NotRostered)
}

/// Opens an event with the view key. One by a member that is not for the patient (a note) is passed over; anything
/// else that does not open is a failure.
fn read_as_patient(entry: &Entry, view: &ViewKeys) -> Result<Option<Said>, Distrust> {
    let header = entry.header();
    let Ok(opened) = open_patient(&entry.event, view.sealing()) else {
        let internal = header.author_kind == AuthorKind::Member && header.claims == Digest::ZERO && !header.release;
        return if internal && header.revision > 0 { Ok(None) } else { Err(Distrust::BadEvent) };
    };
    Said::read(&header.context, opened.d.expose_secret(), Some(opened.c.expose_secret())).map(Some)
}
