//! A patient's session: one link, one practice, one booking at a time.

mod booking;
mod call;
mod choose;
mod manage;
mod outbox;
mod restore;
mod show;

use std::cell::RefCell;
use std::rc::Rc;

use souspli_attest::SigningKey;
use souspli_booking::appointment::Appointment;
use souspli_crypto::Secret;
use souspli_crypto::keys::{CalendarKey, LinkKeys, RecordKeys, ViewKeys};
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement};
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::EPOCH_MINUTES;
use souspli_protocol::wire::{Blob, IdentityAnswer, Profile, Times, split_signed};
use souspli_protocol::{Context, ItemId, RecordId};

use crate::failure::Failure;
use crate::flow::{Flow, Io};
use crate::http::{Host, calendar_path};
use crate::record::{Entry, Story};
use crate::seal::Rng;
use crate::trust::{Access, Availability, Distrust, Pins, Practice, Verified, verify_profile, verify_times};

/// A patient's session; cheap to clone, one flow at a time.
#[derive(Clone)]
pub struct Patient {
    session: Rc<RefCell<Session>>,
}

/// What a link gave.
enum Right {
    Book { keys: Box<LinkKeys>, secret: Secret<32> },
    Manage { record: RecordId, keys: Box<RecordKeys>, cap_seed: Secret<32> },
    View { record: RecordId, keys: Box<ViewKeys> },
}

/// A time that is held.
struct Held {
    appointment: Appointment,
    /// With whom, as it was asked for: anybody, or one.
    wanted: Option<ItemId>,
    /// Whether the host has said so. Where its answer was lost the session's key must stay all the same, or a hold that
    /// it does have would stand in its own holder's way.
    sure: bool,
    window: u32,
    claims: ClaimIds,
    seed: Secret<32>,
    session: SigningKey,
}

/// The booking that is shown.
struct Booked {
    entries: Vec<Entry>,
    story: Story,
}

struct Session {
    rng: Rng,
    /// Decides who it is where somebody wants anybody.
    whim: Secret<32>,
    host: Host,
    link: Option<(Context, Right)>,
    pins: Pins,
    /// What a record's events say that its patient may read.
    access: Option<CalendarKey>,
    /// The epoch of its last event: where nobody has signed keys since, the practice is read as of then.
    written_in: Option<u32>,
    practice: Option<Box<Practice>>,
    availability: Option<Availability>,
    held: Option<Held>,
    booked: Option<Booked>,
}

impl Patient {
    /// A session that knows nothing yet.
    pub fn new(mut rng: Rng) -> Self {
        let session = Session {
            whim: Secret::make(&mut rng),
            rng,
            host: Host::default(),
            link: None,
            pins: Pins::default(),
            access: None,
            written_in: None,
            practice: None,
            availability: None,
            held: None,
            booked: None,
        };
        Self { session: Rc::new(RefCell::new(session)) }
    }

    /// Starts a call of the contract by its name and JSON arguments; its value is JSON too. `now` is the device's UTC
    /// minute.
    pub fn start(&self, call: &str, arguments: &str, now: u32) -> Flow<String> {
        let session = Rc::clone(&self.session);
        let call = call::Call::read(call, arguments);
        Flow::new(move |io| async move {
            // One flow at a time: a second one is told so instead of waiting for ever.
            let mut session = session.try_borrow_mut().map_err(|_| Failure::new("busy"))?;
            session.carry_out(&io, call?, now).await
        })
    }
}

impl std::fmt::Debug for Patient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patient(…)")
    }
}

impl Session {
    /// Takes a link apart and forgets what belonged to another one.
    fn take_link(&mut self, fragment: &str) -> Result<(), Failure> {
        let link = PrivateLink::parse(fragment).map_err(|_| Failure::new("bad_link"))?;
        let context = link.context;
        let right = match link.opens {
            Opens::Book { secret, token: _ } => {
                let secret = Secret::new(secret);
                Right::Book { keys: Box::new(LinkKeys::derive(&context, &secret)), secret }
            }
            Opens::Manage { record, cap_seed } => {
                let cap_seed = Secret::new(cap_seed);
                let keys = Box::new(RecordKeys::derive(&context, &cap_seed));
                if keys.record() != record {
                    return Err(Failure::new("bad_link"));
                }
                Right::Manage { record, keys, cap_seed }
            }
            Opens::View { record, view_seed } => {
                Right::View { record, keys: Box::new(ViewKeys::derive(&context, Secret::new(view_seed))) }
            }
        };
        if self.link.as_ref().is_none_or(|(known, _)| *known != context) {
            self.pins = Pins::default();
        }
        (self.link, self.practice, self.availability) = (Some((context, right)), None, None);
        (self.held, self.booked, self.written_in) = (None, None, None);
        Ok(())
    }

    /// Fetches and verifies the profile. `None`: the practice takes no bookings at present.
    async fn fetch_practice(&mut self, io: &Io, now: u32) -> Result<Option<&Practice>, Failure> {
        let context = self.linked()?.0;
        let mut profile: Profile = self.host.get(io, calendar_path(&context.calendar, "profile")).await?;
        let (mut pins, mut as_of) = (self.pins, now);
        if let (None, Some(epoch)) = (&profile.identity, self.written_in) {
            profile.identity = Some(self.fetch_identity(io, epoch).await?);
            (pins.epoch, pins.identity, as_of) = (epoch, 0, epoch.saturating_mul(EPOCH_MINUTES));
        }
        let access = match &self.linked()?.1 {
            Right::Book { keys, .. } => Access::Link(keys),
            Right::Manage { .. } | Right::View { .. } => Access::Key(self.access.as_ref().ok_or_else(no_link)?),
        };
        let verified = verify_profile(&context, &access, &profile, &mut pins, as_of)?;
        let accepts = pins.accepted > self.pins.accepted;
        let identity = if accepts { pins.identity } else { pins.identity.max(self.pins.identity) };
        self.pins = Pins { epoch: pins.epoch.max(self.pins.epoch), identity, ..pins };
        self.practice = match verified {
            Verified::Open(practice) => Some(practice),
            Verified::Silent => None,
        };
        Ok(self.practice.as_deref())
    }

    /// The identity of an epoch, as the host gives it.
    async fn fetch_identity(&mut self, io: &Io, epoch: u32) -> Result<Blob, Failure> {
        let path = calendar_path(&self.linked()?.0.calendar, &format!("identities/{epoch}"));
        let answer: IdentityAnswer = self.host.get(io, path).await?;
        Ok(answer.identity)
    }

    /// Fetches and verifies hours and claims; the profile first, where it has changed.
    async fn fetch_times(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        if self.practice.is_none() {
            self.fetch_practice(io, now).await?;
        }
        for attempt in 0..2 {
            let context = self.linked()?.0;
            let times: Times = self.host.get(io, calendar_path(&context.calendar, "times")).await?;
            let practice = self.practice.as_ref().ok_or_else(|| Failure::new("not_taking_bookings"))?;
            let newer = times.version.0 > practice.version || generation_of(&times) > practice.restores.generation();
            if newer && attempt == 0 {
                self.fetch_practice(io, now).await?;
                continue;
            }
            let availability = verify_times(practice, &times, &mut self.pins, now)?;
            self.availability = Some(availability);
            return Ok(());
        }
        Ok(())
    }

    /// Learns of a restore that was said since the profile was fetched: a receipt of a newer generation tells.
    async fn hear(&mut self, io: &Io, receipt: &Blob, now: u32) -> Result<(), Failure> {
        let receipt = Receipt::decode(&receipt.0).map_err(|_| Distrust::BadReceipt)?;
        if receipt.statement.link.generation > self.practice()?.restores.generation() {
            self.fetch_practice(io, now).await?;
        }
        Ok(())
    }

    fn linked(&self) -> Result<&(Context, Right), Failure> {
        self.link.as_ref().ok_or_else(no_link)
    }

    fn practice(&self) -> Result<&Practice, Failure> {
        self.practice.as_deref().ok_or_else(|| Failure::new("not_taking_bookings"))
    }

    fn availability(&self) -> Result<&Availability, Failure> {
        self.availability.as_ref().ok_or_else(|| Failure::new("not_taking_bookings"))
    }
}

/// The generation that a claimed-id set says it is of; nothing is verified here.
fn generation_of(times: &Times) -> u32 {
    let statement = split_signed(&times.statement.0).and_then(|(bytes, _)| ClaimSetStatement::decode(bytes).ok());
    statement.map_or(0, |statement| statement.generation)
}

fn no_link() -> Failure {
    Failure::new("bad_link")
}
