//! Free times, and holding one (`docs/spec/claims.md` §4, §7).

use souspli_attest::{SigningKey, claims_digest, sha256};
use souspli_booking::appointment::Appointment;
use souspli_booking::free::{Booker, FreeTimes, Wanted};
use souspli_booking::zone::{Offsets, offsets_of_vtimezone};
use souspli_crypto::{Secret, open_box, seal_box};
use souspli_protocol::claims::{HoldRequest, HoldStatement};
use souspli_protocol::json::{self, FromJson};
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Blob, Empty, Held as HeldAnswer, Hold};
use souspli_protocol::{Context, ItemId, Label, Work};

use super::call::{self, Chosen};
use super::{Held, Right, Session};
use crate::availability::{Taken, free_days, nearest};
use crate::face::{AppointmentView, FreeDaysView, FreeTimeView};
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::record::claims_of;
use crate::trust::{Availability, Distrust};
use crate::work::Worked;

/// Name of the entry that a session's seed is sealed as.
const SESSION: &[u8] = b"hold";

impl Session {
    /// The free times of a visit type, day by day.
    pub(super) fn free_days(&self, wanted: &call::Wanted, now: u32) -> Result<FreeDaysView, Failure> {
        let wanted = patients(wanted.visit_type, wanted.practitioner);
        free_days(self.practice()?, self.availability()?, &wanted, &self.own(), now)
    }

    /// Holds a free time for ten minutes.
    pub(super) async fn hold(&mut self, io: &Io, chosen: &Chosen, now: u32) -> Result<String, Failure> {
        if self.availability.is_none() {
            self.fetch_times(io, now).await?;
        }
        let appointment = match self.appointment_at(chosen, now) {
            Err(failure) if failure.code == "slot_taken" => return Err(self.taken(io, chosen, now).await),
            outcome => outcome?,
        };
        let (request, mut held) = self.hold_request(&appointment, chosen.practitioner)?;
        match self.send_hold(io, &request).await {
            Ok(answer) => {
                let view = self.appointment_view(&appointment)?;
                let session = self.keep_session(&held.seed)?;
                held.sure = true;
                self.held = Some(held);
                Ok(json::object(&[
                    ("expires", &answer.expires),
                    ("extendable", &true),
                    ("appointment", &view),
                    ("session", &session),
                ]))
            }
            Err(failure) if failure.is(Code::SlotTaken) => {
                if self.held.as_ref().is_some_and(|held| !held.sure && held.appointment.start == appointment.start) {
                    self.held = None;
                }
                Err(self.taken(io, chosen, now).await)
            }
            Err(failure) if failure.is(Code::StaleVersion) => {
                self.practice = None;
                self.fetch_times(io, now).await?;
                Err(failure)
            }
            Err(failure) => {
                if !failure.is_final() {
                    self.held = Some(held);
                }
                Err(failure)
            }
        }
    }

    /// Extends the hold, once.
    pub(super) async fn extend_hold(&mut self, io: &Io) -> Result<String, Failure> {
        let answer: HeldAnswer = self.session_request(io, "holds/extend").await?;
        Ok(json::to_string(&answer))
    }

    /// Gives the hold back; nothing is held afterwards, whatever the host says.
    pub(super) async fn release_hold(&mut self, io: &Io) -> Result<String, Failure> {
        if self.held.is_some() {
            let outcome: Result<Empty, Failure> = self.session_request(io, "holds/release").await;
            self.held = None;
            match outcome {
                Err(failure) if failure.code == "offline" => return Err(failure),
                _ => {}
            }
        }
        Ok(json::to_string(&Empty {}))
    }

    /// The appointment that a chosen time stands for, if it is still free as far as is known.
    pub(super) fn appointment_at(&self, chosen: &Chosen, now: u32) -> Result<Appointment, Failure> {
        let practice = self.practice.as_deref().ok_or_else(|| Failure::new("not_taking_bookings"))?;
        let availability = self.availability.as_ref().ok_or_else(|| Failure::new("not_taking_bookings"))?;
        let taken = Taken::new(practice, availability, &self.own());
        let free = FreeTimes::new(&practice.catalogue, &availability.hours, now, |id, granule| taken.is(id, granule));
        let free = free.map_err(|_| Failure::new("bad_hours"))?;
        let wanted = patients(chosen.visit_type, chosen.practitioner);
        let until = chosen.start.saturating_add(1);
        let times = free.starts(&wanted, chosen.start, until).map_err(|_| Failure::new("no_visit_type"))?;
        let time = times.first().ok_or_else(|| Failure::new("slot_taken"))?;
        let (_, visit_type) =
            practice.catalogue.visit_type(chosen.visit_type).ok_or_else(|| Failure::new("no_visit_type"))?;
        let practitioner = match chosen.practitioner {
            Some(practitioner) => practitioner,
            None => any_of(&time.practitioners, chosen.start, &self.whim).ok_or_else(|| Failure::new("slot_taken"))?,
        };
        time.appointment(visit_type, practitioner).map_err(|_| Failure::new("slot_taken"))
    }

    /// What is told when a time has gone: fresh times, and those nearest to it.
    pub(super) async fn taken(&mut self, io: &Io, chosen: &Chosen, now: u32) -> Failure {
        let mut failure = Failure::new(Code::SlotTaken.as_str());
        if let Err(other) = self.fetch_times(io, now).await {
            return other;
        }
        let wanted = patients(chosen.visit_type, chosen.practitioner);
        failure.nearest = self.nearest(&wanted, chosen.start, now).unwrap_or_default();
        failure
    }

    /// What does not block its own patient: the booking that may be moved, and the time that is held.
    fn own(&self) -> Vec<Appointment> {
        let booked = self.booked.as_ref().map(|booked| booked.story.appointment);
        booked.into_iter().chain(self.held.as_ref().map(|held| held.appointment)).collect()
    }

    /// An appointment in words.
    pub(super) fn appointment_view(&self, appointment: &Appointment) -> Result<AppointmentView, Failure> {
        let offsets = self.offsets_for(appointment)?;
        Ok(AppointmentView::new(appointment, &self.practice()?.catalogue, &offsets))
    }

    /// The offsets that tell an appointment's local time: those of the published windows if it lies in them; else, long
    /// before or after or when hours have run out, those of the catalogue.
    pub(super) fn offsets_for(&self, appointment: &Appointment) -> Result<Offsets, Distrust> {
        let published = self.availability.as_ref().filter(|availability| {
            availability.hours.iter().any(|hours| hours.bounds().contains(appointment.start_minute()))
        });
        let published = published.and_then(Availability::offsets);
        let practice = self.practice.as_deref().ok_or(Distrust::BadIdentity)?;
        published.or_else(|| offsets_of_vtimezone(&practice.catalogue.vtimezone)).ok_or(Distrust::BadCatalogue)
    }

    fn nearest(&self, wanted: &Wanted, start: u32, now: u32) -> Result<Vec<FreeTimeView>, Failure> {
        nearest(self.practice()?, self.availability()?, wanted, start, now)
    }

    /// A session's seed for this tab to keep, sealed: a page that is loaded anew gives back what it held before
    /// ([`Self::let_go`]).
    fn keep_session(&mut self, seed: &Secret<32>) -> Result<Blob, Failure> {
        let (key, bound) = self.session_box()?;
        let sealed = seal_box(&key, &bound, seed.expose_secret(), &mut self.rng);
        sealed.map(Blob).map_err(|_| Failure::new("internal"))
    }

    fn session_box(&self) -> Result<(Secret<32>, Vec<u8>), Failure> {
        Ok((self.outbox_key()?, self.linked()?.0.write(Label::SealOutbox).bytes(4, SESSION).finish()))
    }

    /// Gives back what a session of this tab held before the page was loaded anew.
    pub(super) async fn let_go(&mut self, io: &Io, sealed: &[u8]) -> Result<String, Failure> {
        let (key, bound) = self.session_box()?;
        let seed = open_box(&key, &bound, sealed).ok().and_then(|seed| Secret::from_slice(seed.expose_secret()).ok());
        let seed: Secret<32> = seed.ok_or_else(|| Failure::new("no_hold"))?;
        let released: Empty =
            self.by_session(io, &SigningKey::from_seed(seed.expose_secret()), "holds/release").await?;
        Ok(json::to_string(&released))
    }

    fn hold_request(
        &mut self,
        appointment: &Appointment,
        wanted: Option<ItemId>,
    ) -> Result<(HoldRequest, Held), Failure> {
        // The session that holds a time already replaces it; else a fresh key, so that attempts are not linked.
        let seed = match &self.held {
            Some(held) => held.seed.duplicate(),
            None => Secret::make(&mut self.rng),
        };
        let session = SigningKey::from_seed(seed.expose_secret());
        let practice = self.practice()?;
        let (context, right) = self.linked()?;
        let Right::Book { keys, .. } = right else { return Err(Failure::new("bad_link")) };
        let window = self.offsets_for(appointment)?.window_of(appointment.start_minute());
        let claims = claims_of(context, appointment, window, &practice.access)?;
        let statement = HoldStatement {
            context: *context,
            link: keys.verifying_key(),
            session: session.verifying_key(),
            window,
            version: practice.version,
            claims: claims_digest(context, window, &claims),
        };
        let signed = statement.encode();
        let (link_signature, session_signature) = (keys.signing().sign(&signed), session.sign(&signed));
        let request = HoldRequest { statement, claims, link_signature, session_signature };
        let appointment = *appointment;
        Ok((request, Held { appointment, wanted, sure: false, window, claims, seed, session }))
    }

    async fn send_hold(&mut self, io: &Io, request: &HoldRequest) -> Result<HeldAnswer, Failure> {
        let context: Context = request.statement.context;
        let path = calendar_path(&context.calendar, "holds");
        let bytes = request.encode();
        let object = sha256(&bytes);
        let mut body = Hold { hold: Blob(bytes), work: Work::ZERO };
        let mut worked = Worked::default();
        loop {
            let outcome = self.host.post(io, path.clone(), &body).await;
            let more = outcome.as_ref().err().and_then(|failure| worked.more(&context, &object, failure));
            match more {
                Some(work) => body.work = work?,
                None => return outcome,
            }
        }
    }

    async fn session_request<A: FromJson>(&mut self, io: &Io, route: &str) -> Result<A, Failure> {
        let held = self.held.as_ref().ok_or_else(|| Failure::new("no_hold"))?;
        let session = SigningKey::from_seed(held.seed.expose_secret());
        self.by_session(io, &session, route).await
    }

    async fn by_session<A: FromJson>(&mut self, io: &Io, session: &SigningKey, route: &str) -> Result<A, Failure> {
        let context = self.linked()?.0;
        let path = calendar_path(&context.calendar, route);
        self.host.post_signed(io, &context, session, path, &Empty {}).await
    }
}

fn patients(visit_type: ItemId, practitioner: Option<ItemId>) -> Wanted {
    Wanted { visit_type, practitioner, by: Booker::Patient }
}

/// One of several, at random, so that the first in the list is not always the fullest; but for one time always the same
/// in a session: a second attempt with somebody else would share the room's ids with the first and no others, and a host
/// could count by them how long the visit is.
fn any_of(ids: &[ItemId], start: u32, whim: &Secret<32>) -> Option<ItemId> {
    let lot = |id: &ItemId| sha256(&[&whim.expose_secret()[..], &start.to_be_bytes(), &id.0].concat()).0;
    ids.iter().copied().max_by_key(lot)
}
