//! A practice's session: one member, one calendar, everything that was opened on this device.
//!
//! What runs once for each event stands in functions of its own, marked `#[inline(never)]`, and flows that wait for long
//! ones set them `apart`: a browser compiles a function that has run often once more, as a whole, and the longer it is
//! the sooner.

mod act;
mod agenda;
mod attention;
mod call;
mod claimed;
mod exposure;
mod handover;
mod index;
mod journal;
mod later;
mod ledger;
mod links;
mod log;
mod maintain;
mod members;
mod opening;
mod outbox;
mod page;
mod people;
mod publish;
mod queue;
mod report;
mod request;
mod setup;
mod staff;
mod sync;
mod through;
mod unlock;
mod versions;
mod who;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use souspli_attest::head_after;
use souspli_crypto::keys::{CalendarKey, MemberKeys, StaffKey};
use souspli_crypto::local::LocalKeys;
use souspli_crypto::vault::{MemberVault, OpenVault, RootVault};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::{Context, Digest};

use crate::failure::Failure;
use crate::flow::{Flow, Io};
use crate::http::Host;
use crate::journal::Journal;
use crate::seal::Rng;
use crate::trust::{Availability, Pins, Practice as Verified};
use ledger::Ledger;
use setup::Making;
use staff::Openers;

/// A practice's session; cheap to clone, one flow at a time.
#[derive(Clone)]
pub struct Practice {
    session: Rc<RefCell<Session>>,
}

struct Session {
    rng: Rng,
    host: Host,
    /// Keys that were made and are not registered yet.
    making: Option<Box<Making>>,
    unlocked: Option<Box<Unlocked>>,
    /// Keys that another worker handed over: this session opens events and does nothing else.
    helper: handover::Helper,
}

/// What is known once a vault is open.
struct Unlocked {
    context: Context,
    member: OpenVault<MemberVault>,
    root: Option<OpenVault<RootVault>>,
    keys: MemberKeys,
    local: LocalKeys,
    /// The first access of the generation.
    access: CalendarKey,
    staff: StaffKey,
    openers: Openers,
    pins: Pins,
    /// What the device has kept of them.
    kept_pins: Pins,
    /// The calendar's version, also before anything can be booked.
    version: u64,
    /// `None` before the first catalogue.
    practice: Option<Box<Verified>>,
    availability: Option<Availability>,
    seen: Option<publish::Seen>,
    chain: Chain,
    /// The chain's head after each of its entries: what members quote.
    heads: BTreeSet<Digest>,
    ledger: Ledger,
    /// Digest of the claimed-id set that was compared with the chain last.
    compared: Digest,
    /// What the records were judged by last.
    judged: Option<attention::JudgedBy>,
    /// Notes and no-shows that are sent with those of the day.
    later: Vec<later::Waiting>,
    /// Who read what; `None` until somebody asks.
    journal: Option<Box<Journal>>,
    watched: log::Watched,
}

/// How far the calendar's chain has been verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chain {
    sequence: u64,
    /// How many of its entries showed no event.
    publications: u64,
    head: Digest,
}

impl Chain {
    const START: Self = Self { sequence: 0, publications: 0, head: Digest::ZERO };

    /// With the entry that a receipt is for.
    fn after(self, receipt: &Receipt, is_publication: bool) -> Self {
        let link = &receipt.statement.link;
        let publications = self.publications.saturating_add(u64::from(is_publication));
        Self { sequence: link.sequence, publications, head: head_after(link) }
    }
}

impl Practice {
    /// A locked session.
    pub fn new(rng: Rng) -> Self {
        let session =
            Session { rng, host: Host::default(), making: None, unlocked: None, helper: handover::Helper::default() };
        Self { session: Rc::new(RefCell::new(session)) }
    }

    /// Starts a call of the contract by its name and JSON arguments; `now` is the device's UTC minute.
    pub fn start(&self, call: &str, arguments: &str, now: u32) -> Flow<serde_json::Value> {
        let session = Rc::clone(&self.session);
        let call = call::Call::read(call, arguments);
        Flow::new(move |io: Io| async move {
            let mut session = session.try_borrow_mut().map_err(|_| Failure::new("busy"))?;
            session.carry_out(&io, call?, now).await
        })
    }
}

impl std::fmt::Debug for Practice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Practice(…)")
    }
}

impl Session {
    fn open(&mut self) -> Result<&mut Unlocked, Failure> {
        self.unlocked.as_deref_mut().ok_or_else(|| Failure::new("locked"))
    }
}

impl Unlocked {
    fn practice(&self) -> Result<&Verified, Failure> {
        self.practice.as_deref().ok_or_else(|| Failure::new("not_published"))
    }

    fn root(&self) -> Result<&OpenVault<RootVault>, Failure> {
        self.root.as_ref().ok_or_else(|| Failure::new("owner_only"))
    }
}
