//! The honest host: a real server with its clock set by hand, three witnesses, and bookings made by the real client.

mod canaries;
mod filled;
mod patients;
mod witnesses;

use std::path::{Path, PathBuf};

use souspli_auditor::scan::{CanaryPerson, CanarySet};
use souspli_journey::Exchange;
use souspli_protocol::RecordId;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use witnesses::Witnesses;

pub use filled::small;

/// The data folder's name in a host's folder.
pub const DATA: &str = "data";
/// What the host wrote to its log.
pub const HOST_LOG: &str = "souspli-server.log";
/// Who must confirm the public log.
pub const WITNESSES: &str = "witnesses.policy";
/// What the host says of itself at `/v1/host`.
pub const HOST_INFO: &str = "host.json";
/// A checkpoint that was the newest an hour before the end.
pub const EARLIER: &str = "earlier.checkpoint";
/// The canaries; not with the host's data.
pub const CANARIES: &str = "canaries.json";

/// A host that was stopped.
#[derive(Debug)]
pub struct Honest {
    pub(crate) folder: TempDir,
    /// The PostgreSQL database, or it is SQLite.
    pub database: Option<String>,
    /// Whom the auditor invented.
    pub canaries: CanarySet,
    /// Their bookings; the nth is that of the nth person.
    pub bookings: Vec<Booking>,
    /// The fragment of the first practice's booking link.
    pub link: String,
    /// The recovery code of its owner.
    pub recovery_code: String,
    /// What crossed the wires.
    pub exchanges: Vec<Exchange>,
    /// The minute of its clock at the end.
    pub minute: u32,
    /// The witnesses answer on, as those of a host that was stopped do.
    pub(crate) _witnesses: Option<(Runtime, Witnesses)>,
}

/// A booking whose contents the auditor knows.
#[derive(Debug, Clone)]
pub struct Booking {
    /// Its id.
    pub record: RecordId,
    /// How many bookings came before it.
    pub order: u32,
    /// When the visit begins: minutes since 1970.
    pub start: i64,
    /// The fragment of its private link.
    pub link: String,
}

impl Honest {
    /// The folder with everything of it.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The host's data folder.
    pub fn data(&self) -> PathBuf {
        self.path().join(DATA)
    }

    /// Each booking with who made it.
    pub fn known(&self) -> impl Iterator<Item = (&Booking, &CanaryPerson)> {
        self.bookings.iter().zip(&self.canaries.persons)
    }
}
