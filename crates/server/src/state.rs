//! What all handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use souspli_protocol::problem::Code;
use souspli_protocol::sizes::epoch_of;
use souspli_protocol::{CalendarId, Context, Digest, VerifyingKey, Work};
use souspli_store::{Calendar, Linker, Store};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::budget::Budgets;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::config::{Registration, Timeouts};
use crate::directory::{Directories, Directory, Known};
use crate::host_key::HostKey;
use crate::journal::Said;
use crate::limits::{AddressLimit, LinkLimit};
use crate::log::Log;
use crate::nonce::Nonces;
use crate::observe::Metrics;
use crate::pulse::Pulse;
use crate::rejection::Rejection;
use crate::release::Release;
use crate::reserve::Reserve;
use crate::sets::Sets;
use crate::turns::Turns;
use crate::web::Site;

/// The state of every route.
pub(crate) type AppState = Arc<Shared>;

/// What all handlers share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) key: Arc<HostKey>,
    pub(crate) linker: Arc<dyn Linker>,
    pub(crate) nonces: Nonces,
    pub(crate) addresses: AddressLimit,
    pub(crate) links: LinkLimit,
    pub(crate) changes: Arc<Changes>,
    pub(crate) directories: Directories,
    pub(crate) sets: Sets,
    pub(crate) said: Said,
    pub(crate) budgets: Budgets,
    pub(crate) turns: Turns,
    pub(crate) pulse: Pulse,
    pub(crate) reserve: Reserve,
    pub(crate) metrics: Metrics,
    pub(crate) site: Site,
    pub(crate) release: Release,
    pub(crate) timeouts: Timeouts,
    pub(crate) registration: Registration,
    pub(crate) log: Arc<Log>,
    pub(crate) log_origin: String,
    pub(crate) behind_tls: bool,
    pub(crate) openapi: String,
    pub(crate) stopping: AtomicBool,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Shared {
    /// The calendar, or `no_calendar`.
    pub(crate) async fn calendar(&self, id: CalendarId) -> Result<Calendar, Rejection> {
        Ok(self.store.calendar(id).await?.ok_or(Code::NoCalendar)?)
    }

    /// The members, links and identities of a calendar that was just read.
    pub(crate) async fn directory(&self, calendar: &Calendar) -> Result<Arc<Directory>, Rejection> {
        let epoch = epoch_of(self.clock.minute());
        self.directories.of(self.store.as_ref(), calendar, epoch).await
    }

    /// What is known of a calendar at the version that a request quotes, if it is: then the database need not be asked.
    pub(crate) fn known(&self, id: CalendarId, version: u64) -> Option<Known> {
        self.directories.at(id, version, epoch_of(self.clock.minute()))
    }

    /// Counts a hold or a booking through a link; goes on only if enough work was done.
    pub(crate) fn count_booking(
        &self,
        context: &Context,
        link: VerifyingKey,
        object: &Digest,
        work: Work,
    ) -> Result<(), Rejection> {
        self.links.take(context, link, object, work, Instant::now())
    }

    /// Goes on only if there is room for what makes the data grow, and the log keeps up with what was promised.
    pub(crate) fn has_room(&self) -> Result<(), Code> {
        if self.reserve.is_there() && !self.log.is_behind() { Ok(()) } else { Err(Code::Busy) }
    }

    /// Whether the host is about to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}
