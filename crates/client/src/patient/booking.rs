//! Sending a booking until it is saved (`docs/spec/events.md` §5).

use souspli_attest::event_hash;
use souspli_booking::appointment::Appointment;
use souspli_crypto::envelope::sign_session;
use souspli_crypto::keys::RecordKeys;
use souspli_protocol::event::{AuthorKind, Event};
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Append, Appended, Blob};
use souspli_protocol::{Digest, Signature, VerifyingKey, Work};

use super::call::Chosen;
use super::outbox::Waiting;
use super::{Right, Session};
use crate::body::{BodyC, BodyD, Desk};
use crate::face::{BookingView, FormView};
use crate::failure::Failure;
use crate::flow::Io;
use crate::form::check_form;
use crate::http::calendar_path;
use crate::record::{Said, verify_receipt};
use crate::seal::{self, Basis, Claim};
use crate::trust::Distrust;
use crate::work::Worked;

/// Steps that a page may show.
const STEPS: u32 = 4;
/// How often the same bytes are sent before the outcome is left open.
const TRIES: u32 = 3;

impl Session {
    /// Books the held time: seals, keeps, sends, reads back, compares.
    pub(super) async fn book(&mut self, io: &Io, form: &FormView, now: u32) -> Result<BookingView, Failure> {
        let held = self.held.as_ref().filter(|held| held.sure).ok_or_else(|| Failure::new("no_hold"))?;
        let appointment = held.appointment;
        check_form(form, &self.practice()?.catalogue, appointment.visit_type)?;
        io.progress(1, STEPS).await;
        let waiting = self.seal_booking(form, now)?;
        waiting.keep(io, self.outbox_key()?, &mut self.rng).await?;
        io.progress(2, STEPS).await;
        match self.deliver(io, &waiting).await {
            Ok(receipt) => {
                self.held = None;
                io.progress(3, STEPS).await;
                let view = self.read_back(io, &waiting, &receipt, Some((form, &appointment)), now).await?;
                io.progress(STEPS, STEPS).await;
                waiting.forget(io).await;
                Ok(view)
            }
            Err(failure) if failure.is_final() => {
                waiting.forget(io).await;
                Err(self.refused(io, failure, now).await)
            }
            Err(_) => Err(Failure::new("outcome_unknown")),
        }
    }

    /// Sends the same bytes until the host says yes or no.
    pub(super) async fn deliver(&mut self, io: &Io, waiting: &Waiting) -> Result<Blob, Failure> {
        let (context, _) = self.linked()?;
        let context = *context;
        let hash = event_hash(waiting.event.bytes());
        let mut body = Append {
            event: Blob(waiting.event.bytes().to_vec()),
            claims: Blob(waiting.claims.encode()),
            session: waiting.session,
            session_signature: waiting.session_signature,
            work: Work::ZERO,
        };
        let path = calendar_path(&context.calendar, "events");
        let (mut tries, mut worked) = (1..TRIES, Worked::default());
        loop {
            let outcome: Result<Appended, Failure> = self.host.post(io, path.clone(), &body).await;
            match outcome {
                Ok(appended) => return Ok(appended.receipt),
                Err(failure) => match worked.more(&context, &hash, &failure) {
                    Some(work) => body.work = work?,
                    None if failure.is_final() || tries.next().is_none() => return Err(failure),
                    None => {}
                },
            }
        }
    }

    /// Verifies the receipt, reads the record, compares bytes, opens them and compares with the form and the held time.
    pub(super) async fn read_back(
        &mut self,
        io: &Io,
        waiting: &Waiting,
        receipt: &Blob,
        meant: Option<(&FormView, &Appointment)>,
        now: u32,
    ) -> Result<BookingView, Failure> {
        let hash = event_hash(waiting.event.bytes());
        self.hear(io, receipt, now).await?;
        verify_receipt(&receipt.0, &hash, &self.practice()?.promiser())?;
        let context = self.linked()?.0;
        let keys = RecordKeys::derive(&context, &waiting.cap_seed);
        self.load_record(io, keys.record(), keys.view(), now).await.map_err(not_read_back)?;
        let booked = self.booked.as_ref().ok_or(Distrust::ReadBackDiffers)?;
        let stored = booked.entries.first().ok_or(Distrust::ReadBackDiffers)?;
        let same_bytes = stored.event.bytes() == waiting.event.bytes() && stored.receipt.encode() == receipt.0;
        let as_meant = meant.is_none_or(|(form, appointment)| {
            FormView::of(&booked.story) == *form && booked.story.appointment == *appointment
        });
        if !same_bytes || !as_meant {
            return Err(Distrust::ReadBackDiffers.into());
        }
        self.booking_view(&keys.record(), Some(&waiting.cap_seed), now)
    }

    fn seal_booking(&mut self, form: &FormView, now: u32) -> Result<Waiting, Failure> {
        let cap_seed = seal::make_cap_seed(&mut self.rng);
        let (context, right) = self.link.as_ref().ok_or_else(super::no_link)?;
        let Right::Book { keys: link, .. } = right else { return Err(Failure::new("bad_link")) };
        let practice = self.practice.as_deref().ok_or_else(|| Failure::new("not_taking_bookings"))?;
        let held = self.held.as_ref().ok_or_else(|| Failure::new("no_hold"))?;
        let keys = RecordKeys::derive(context, &cap_seed);
        let clinical = practice.catalogue.practitioner(held.appointment.practitioner).map(|(_, who)| who.clinical);
        let content = Desk::Booked { appointment: held.appointment, contact: form.contact() };
        let answers = form.answers.iter().map(|answer| (answer.question, answer.text.clone())).collect();
        let said = Said {
            d: BodyD { clinical, view_key: seal::view_key(&keys), content },
            c: Some(BodyC { text: form.reason.clone(), answers }),
        };
        let basis = Basis { practice, availability: self.availability.as_ref(), head: Digest::ZERO, now };
        let claim = Claim { ids: &held.claims, window: held.window };
        let author = (AuthorKind::Link, link.signing());
        let event: Event = seal::create(&basis, &claim, &keys, author, &said, &mut self.rng)?;
        let session_signature = sign_session(context, &event_hash(event.bytes()), &held.session);
        let session = held.session.verifying_key();
        Ok(Waiting { event, claims: held.claims, session, session_signature, cap_seed })
    }

    /// What follows from a refusal: fresh times where the time has gone, a fresh profile where the offer has changed.
    /// What was typed stays on the page.
    pub(super) async fn refused(&mut self, io: &Io, failure: Failure, now: u32) -> Failure {
        let asked = self.held.as_ref().map(|held| Chosen {
            visit_type: held.appointment.visit_type,
            practitioner: held.wanted,
            start: held.appointment.start,
        });
        if let (true, Some(chosen)) = (failure.is(Code::SlotTaken), asked) {
            self.held = None;
            return self.taken(io, &chosen, now).await;
        }
        if failure.is(Code::StaleVersion) || failure.is(Code::BadEpoch) {
            self.practice = None;
            if let Err(other) = self.fetch_times(io, now).await {
                return other;
            }
            return Failure::new(Code::StaleVersion.as_str());
        }
        failure
    }
}

/// The host has given a receipt, and then the record could not be read: whether it keeps what it promised is not known
/// yet. One that says there is no such record has broken its promise.
fn not_read_back(failure: Failure) -> Failure {
    if failure.is(Code::NoRecord) {
        return Distrust::ReadBackDiffers.into();
    }
    if failure.is_no_verdict() { Failure::new("outcome_unknown") } else { failure }
}

/// "No session" as the wire has it.
pub(super) const NO_SESSION: (VerifyingKey, Signature) = (VerifyingKey::ZERO, Signature::ZERO);
