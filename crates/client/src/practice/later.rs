//! Notes and no-shows wait on the device and are sent once a day, together: the minute in which the host takes an event
//! must not say when the visit was (`docs/spec/events.md` §7).

use souspli_booking::zone::Zone;
use souspli_crypto::Secret;
use souspli_protocol::problem::Code;
use souspli_protocol::{ItemId, RecordId};

use super::ledger::Record;
use super::{Session, Unlocked};
use crate::body::{Desk, fits, limits};
use crate::failure::Failure;
use crate::flow::Io;
use crate::record::State;

/// Where they wait, sealed.
const LATER: &str = "later/";

/// What is to be said of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// An internal note.
    Note(String),
    /// The patient did not come.
    NoShow,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) id: ItemId,
    pub(super) record: RecordId,
    /// When it was written.
    pub(super) minute: u32,
    pub(super) what: What,
}

impl Session {
    /// Keeps a note or a no-show sealed on the device. Where storage refuses, it is sent at once: rather seen than lost.
    pub(super) async fn write_later(&mut self, io: &Io, record: RecordId, what: What, now: u32) -> Result<(), Failure> {
        if let What::Note(text) = &what {
            fits("text", text, limits::NOTE)?;
        }
        let id = ItemId(*Secret::<8>::make(&mut self.rng).expose_secret());
        let open = self.unlocked.as_deref_mut().ok_or_else(|| Failure::new("locked"))?;
        open.ledger.get(&record)?;
        let waiting = Waiting { id, record, minute: now, what };
        let name = open.later_name(id);
        let sealed = open.local.seal_outbox(name.as_bytes(), &waiting.encode(), &mut self.rng);
        let sealed = sealed.map_err(|_| Failure::new("internal"))?;
        if io.keep(name, sealed).await.is_err() {
            return self.say(io, &waiting, now).await;
        }
        self.open()?.later.push(waiting);
        Ok(())
    }

    /// Takes back what has not been sent.
    pub(super) async fn take_back(&mut self, io: &Io, id: ItemId) -> Result<(), Failure> {
        let open = self.open()?;
        if !open.later.iter().any(|waiting| waiting.id == id) {
            return Err(Failure::new("sent_already"));
        }
        io.forget(open.later_name(id)).await;
        self.open()?.later.retain(|waiting| waiting.id != id);
        Ok(())
    }

    /// Loads what waits on this device.
    pub(super) async fn load_later(&mut self, io: &Io) -> Result<(), Failure> {
        let prefix = format!("{LATER}{}/", self.open()?.member.vault());
        let kept = io.load(&prefix).await;
        let open = self.open()?;
        for (name, sealed) in kept {
            let Ok(plain) = open.local.open_outbox(name.as_bytes(), &sealed) else { continue };
            let Some(waiting) = Waiting::decode(plain.expose_secret()) else { continue };
            if name == open.later_name(waiting.id) {
                open.later.push(waiting);
            }
        }
        open.later.sort_by_key(|waiting| (waiting.minute, waiting.id));
        Ok(())
    }

    /// Sends what was written on another day of the practice than today; all of it when somebody asks for it. Gives the
    /// records that changed. What the host does not take stays here.
    pub(super) async fn send_later(&mut self, io: &Io, all: bool, now: u32) -> Result<Vec<RecordId>, Failure> {
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref().filter(|_| !open.later.is_empty()) else { return Ok(Vec::new()) };
        let zone = Zone::new(&practice.catalogue.zone).map_err(|_| Failure::new("form").in_field("zone"))?;
        let day = |minute: u32| zone.offsets(minute, minute.saturating_add(1)).date(minute);
        let due: Vec<Waiting> =
            open.later.iter().filter(|waiting| all || day(waiting.minute) < day(now)).cloned().collect();
        let mut changed = Vec::new();
        for waiting in due {
            if !self.open()?.is_moot(&waiting) {
                match self.say(io, &waiting, now).await {
                    Ok(()) => changed.push(waiting.record),
                    // Nothing is left that it could be said of.
                    Err(failure) if failure.is(Code::RecordErased) => {}
                    Err(failure) if failure.code == "outcome_unknown" => break,
                    Err(failure) if failure.is(Code::RevisionConflict) || failure.is(Code::StaleVersion) => break,
                    Err(failure) if failure.is_final() || failure.code == "no_record" => continue,
                    Err(failure) => return Err(failure),
                }
            }
            self.take_back(io, waiting.id).await?;
        }
        Ok(changed)
    }

    async fn say(&mut self, io: &Io, waiting: &Waiting, now: u32) -> Result<(), Failure> {
        let (content, note) = match &waiting.what {
            What::Note(text) => (Desk::Note, Some(text.clone())),
            What::NoShow => (Desk::NoShow, None),
        };
        self.append(io, &waiting.record, content, note, None, now).await
    }
}

impl Unlocked {
    pub(super) fn later_name(&self, id: ItemId) -> String {
        format!("{LATER}{}/{id}", self.member.vault())
    }

    /// What waits for a record.
    pub(super) fn later_of(&self, record: RecordId) -> impl Iterator<Item = &Waiting> {
        self.later.iter().filter(move |waiting| waiting.record == record)
    }

    /// Whether nothing is left to say: it was sent, and the device crashed before it could forget it; another device
    /// marked the same; or the appointment was moved or cancelled meanwhile, and nobody can have missed it.
    fn is_moot(&self, waiting: &Waiting) -> bool {
        let moot = |record: &Record| match &waiting.what {
            What::NoShow => record.story.state != State::Confirmed,
            What::Note(text) => record.notes().any(|note| note.text == *text && note.minute >= waiting.minute),
        };
        self.ledger.get(&waiting.record).is_ok_and(moot)
    }
}

impl Waiting {
    /// id || record || minute || text of a note, or nothing.
    fn encode(&self) -> Vec<u8> {
        let text = match &self.what {
            What::Note(text) => text.as_bytes(),
            What::NoShow => &[],
        };
        [&self.id.0[..], self.record.as_bytes(), &self.minute.to_be_bytes(), text].concat()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<8>()?;
        let (record, rest) = rest.split_first_chunk::<16>()?;
        let (minute, text) = rest.split_first_chunk::<4>()?;
        let text = std::str::from_utf8(text).ok()?.to_owned();
        let what = if text.is_empty() { What::NoShow } else { What::Note(text) };
        Some(Self { id: ItemId(*id), record: RecordId(*record), minute: u32::from_be_bytes(*minute), what })
    }
}
