//! The public log of a host (`docs/spec/log.md`).
//!
//! The folder is all there is; what is in memory only saves reading it. One process of a host merges at a time, every
//! process serves.

mod batch;
mod folder;
mod policy;
mod proven;
mod run;
mod sequencer;
mod signer;
mod witness;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use souspli_protocol::problem::Code;
use souspli_tlog::checkpoint::SignedCheckpoint;
use souspli_tlog::policy::Policy;
use souspli_tlog::proof::Proof;
use souspli_tlog::store::{Tiles as _, inclusion_path};
use souspli_tlog::tile::TileId;

use crate::config::Config;
use crate::failure::StartError;
use crate::host_key::HostKey;
use crate::log::batch::Batch;
use crate::log::folder::{CHECKPOINT, COSIGNED, Folder, GENERATION, STAGED};
use crate::log::signer::Signer;
use crate::observe::LogFigures;
use crate::rejection::Rejection;

pub use batch::Random;
pub use proven::Damage;
pub use sequencer::{Died, Halt, Sequencer, Step, Stop, Turn, Watch};

pub(crate) use run::{Runner, start};

/// Minutes for which a leaf may wait before nothing is taken that would make another: MMD / 2.
pub(crate) const PATIENCE: u32 = souspli_protocol::sizes::MMD_MINUTES / 2;

/// The log as every process of a host sees it.
pub(crate) struct Log {
    folder: Folder,
    signer: Signer,
    policy: Policy,
    /// Whether the oldest leaf has waited for too long.
    behind: AtomicBool,
    /// Whether this process's sequencer has found something that does not fit together.
    halted: AtomicBool,
    /// Minutes for which the oldest leaf has waited.
    waited: AtomicU32,
    size: AtomicU64,
}

/// How far a log's folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Leaves of the newest checkpoint.
    pub(crate) size: u64,
    /// Where the batch that is staged begins and ends.
    pub(crate) staged: Option<(u64, u64)>,
    /// The host's generation.
    pub(crate) generation: u32,
}

impl Log {
    /// The log of a configuration, and its origin.
    pub(crate) fn of(config: &Config, key: &Arc<HostKey>) -> Result<(Arc<Self>, String), StartError> {
        let origin = config.log_origin.clone().unwrap_or_else(|| origin_of(key));
        let folder = config.log_folder.clone().unwrap_or_else(|| config.data.join("log"));
        let log = Self::open(&folder, Arc::clone(key), &origin, config.witness_policy.as_deref())?;
        Ok((log, origin))
    }

    /// How far the folder is.
    pub(crate) fn mark(&self) -> io::Result<Mark> {
        let size = self.newest()?.map_or(0, |newest| newest.checkpoint().size);
        let staged = self.folder.file(STAGED)?.and_then(|bytes| Batch::decode(&bytes));
        let generation = self.folder.number(GENERATION)?;
        let generation = u32::try_from(generation).map_err(|_| io::Error::other("the generation is too large"))?;
        Ok(Mark { size, staged: staged.map(|batch| (batch.start, batch.end())), generation })
    }

    /// Opens the log's folder, or makes it. `policy` is the operator's: witnesses and quorum.
    pub(crate) fn open(
        folder: &Path,
        key: Arc<HostKey>,
        origin: &str,
        policy: Option<&Path>,
    ) -> Result<Arc<Self>, StartError> {
        let failed = |error: io::Error| StartError::Data(folder.to_owned(), error.to_string());
        let signer = Signer::new(key, origin)
            .ok_or_else(|| StartError::Config(format!("log_origin {origin} cannot name a key")))?;
        let policy = policy::read(policy, signer.verifier())?;
        Ok(Arc::new(Self {
            folder: Folder::open(folder).map_err(failed)?,
            signer,
            policy,
            behind: AtomicBool::new(false),
            halted: AtomicBool::new(false),
            waited: AtomicU32::new(0),
            size: AtomicU64::new(0),
        }))
    }

    /// This process's sequencer; `holder` is random, and `alone` where no other process has the same database.
    pub(crate) fn sequencer(&self, holder: [u8; 16], alone: bool) -> Sequencer {
        Sequencer::new(self.folder.clone(), self.signer.clone(), holder, alone)
    }

    /// The policy of the host as text: its log, its witnesses, its quorum.
    pub(crate) fn policy_text(&self) -> String {
        String::from_utf8_lossy(&self.policy.encode()).into_owned()
    }

    /// The newest checkpoint; `None` before the first.
    pub(crate) fn checkpoint(&self) -> io::Result<Option<Vec<u8>>> {
        self.folder.file(CHECKPOINT)
    }

    /// A tile of the tree of the newest checkpoint, or of an older one.
    pub(crate) fn tile(&self, id: TileId) -> io::Result<Option<Vec<u8>>> {
        let Some(newest) = self.newest()? else { return Ok(None) };
        let there = TileId::in_tree(id.level, id.index, newest.checkpoint().size);
        if there.is_none_or(|there| there.width < id.width) {
            return Ok(None);
        }
        self.folder.read(id).map(Some)
    }

    /// The proof file of a leaf that lies at `place`, with the receipt or the row that it goes with; `None` while no checkpoint
    /// with a quorum holds it.
    pub(crate) fn proof(&self, place: u64, extra: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let Some(cosigned) = self.signed(COSIGNED)? else { return Ok(None) };
        let size = cosigned.checkpoint().size;
        if place >= size {
            return Ok(None);
        }
        let path = inclusion_path(&self.folder, place, size).map_err(|error| io::Error::other(error.to_string()))?;
        let proof = Proof { extra: extra.to_vec(), index: place, path, checkpoint: cosigned.note().clone() };
        proof.encode().map(Some).map_err(|error| io::Error::other(error.to_string()))
    }

    /// The newest checkpoint, read and verified.
    fn newest(&self) -> io::Result<Option<SignedCheckpoint>> {
        self.signed(CHECKPOINT)
    }

    fn signed(&self, name: &str) -> io::Result<Option<SignedCheckpoint>> {
        let Some(note) = self.folder.file(name)? else { return Ok(None) };
        let signed = self.signer.open(&note);
        signed.map(Some).ok_or_else(|| io::Error::other(format!("{name} is not this host's")))
    }

    /// Whether nothing is taken that would make another leaf.
    pub(crate) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::Relaxed)
    }

    /// Whether this process's sequencer has stopped for good.
    pub(crate) fn has_halted(&self) -> bool {
        self.halted.load(Ordering::Relaxed)
    }

    /// For the metrics.
    pub(crate) fn figures(&self) -> LogFigures {
        LogFigures {
            leaves: self.size.load(Ordering::Relaxed),
            waited: self.waited.load(Ordering::Relaxed),
            stopped: self.has_halted(),
        }
    }

    /// A look at the leaf that has waited longest.
    fn look(&self, oldest: Option<u32>, now: u32) {
        let waited = oldest.map_or(0, |oldest| now.saturating_sub(oldest));
        self.waited.store(waited, Ordering::Relaxed);
        let behind = waited > PATIENCE;
        if behind != self.behind.swap(behind, Ordering::Relaxed) {
            if behind {
                tracing::error!(waited, "leaves have waited for the log for too long; nothing new is taken");
            } else {
                tracing::info!("the log has caught up; bookings are taken");
            }
        }
    }
}

/// The sequencer of a host that is not running, with the key of its data folder; for who wants to see one die.
pub fn sequencer(data: &Path, folder: &Path, holder: [u8; 16], alone: bool) -> Result<Sequencer, StartError> {
    let key = Arc::new(HostKey::open(data)?);
    let origin = origin_of(&key);
    Ok(Log::open(folder, key, &origin, None)?.sequencer(holder, alone))
}

/// The origin of a log that was given none.
pub(crate) fn origin_of(key: &HostKey) -> String {
    format!("souspli/{}", key.log_key())
}

/// Reads the log's folder where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Rejection> {
    let outcome = tokio::task::spawn_blocking(read).await;
    outcome.map_err(|_| Code::Internal)?.map_err(|error| {
        tracing::error!(%error, "the log could not be read");
        Code::Busy.into()
    })
}
