//! A witness of logs (C2SP tlog-witness): cosigns a checkpoint that goes on from the last one it cosigned, and no other.
//!
//! What it cosigned last is durable before the cosignature leaves. Reading it, deciding and writing it anew is one step
//! for each log, so that no two answers go back behind each other. It listens without TLS, behind a proxy of its own.

mod folder;
mod key;
mod logs;
mod serve;
mod state;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use souspli_tlog::cosignature::{CosignatureError, cosign};
use souspli_tlog::note::NoteError;
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witness::{AddCheckpoint, Refusal, decide, encode_response, monitoring_path};

use folder::Folder;
use state::Kept;

pub use folder::FolderError;
pub use key::{KeyError, WitnessKey};
pub use logs::{BadLogs, Logs};
pub use serve::{BadPrefix, Limits, Served, serve};

/// Where the time comes from: seconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Why a checkpoint is not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The text says so, with a status of its own.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// What would be cosigned cannot be kept: nothing is cosigned then.
    #[error("what was cosigned cannot be kept: {0}")]
    Keep(#[from] io::Error),
    /// No cosignature can be made: the clock shows no time.
    #[error(transparent)]
    Cosign(#[from] CosignatureError),
    /// The note has no room for a cosignature.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// A witness with its state.
pub struct Witness {
    key: WitnessKey,
    logs: Logs,
    folder: Folder,
    /// By origin: what was cosigned last. Every known log has its place, so that the map itself never changes.
    kept: HashMap<String, Mutex<Option<Kept>>>,
    clock: Clock,
}

impl Witness {
    /// Opens a witness whose state lies in `folder`. One process at a time has a folder; a state that cannot be read is an
    /// error, and never the same as none.
    pub fn open(key: WitnessKey, logs: Logs, folder: &Path, clock: Clock) -> Result<Self, FolderError> {
        let folder = Folder::open(folder)?;
        let mut kept = HashMap::new();
        for origin in logs.origins() {
            kept.insert(origin.to_owned(), Mutex::new(folder.read(origin, key.verifier())?));
        }
        Ok(Self { key, logs, folder, kept, clock })
    }

    /// What verifies its cosignatures.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Answers the body of `add-checkpoint` with cosignature lines. Blocks until the new state is on the disk.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<String, Refused> {
        let request = AddCheckpoint::parse(body)?;
        let Some(place) = self.kept.get(&request.checkpoint().origin) else {
            decide(&self.logs, None, &request)?;
            return Err(Refusal::UnknownLog { origin: request.checkpoint().origin.clone() }.into());
        };
        let mut kept = place.lock().unwrap_or_else(PoisonError::into_inner);
        let accepted = decide(&self.logs, kept.as_ref().map(Kept::state), &request)?;
        let cosignature = cosign(&accepted.checkpoint, (self.clock)(), self.key.verifier(), self.key.secret())?;
        let mut note = accepted.note;
        note.add(cosignature.clone())?;
        let next = Kept::new(accepted.state, note);
        self.folder.write(&accepted.checkpoint.origin, &next)?;
        *kept = Some(next);
        Ok(encode_response(&[cosignature]))
    }

    /// The latest checkpoint that it cosigned, by what stands in the path: `<origin hash>`.
    pub fn checkpoint(&self, origin_hash: &str) -> Option<Vec<u8>> {
        let path = format!("{origin_hash}/checkpoint");
        let origin = self.logs.origins().find(|origin| monitoring_path(origin) == path)?;
        let kept = self.kept.get(origin)?.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(Kept::note)
    }
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Witness").field(self.key.verifier()).finish()
    }
}
