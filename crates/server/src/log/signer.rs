//! The log's key and name: makes checkpoints, and knows its own again.

use std::sync::Arc;

use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{self, Checkpoint, SignedCheckpoint};
use souspli_tlog::vkey::{KeyType, VerifierKey};

use crate::host_key::HostKey;

/// Signs checkpoints of one origin.
#[derive(Clone)]
pub(crate) struct Signer {
    key: Arc<HostKey>,
    verifier: VerifierKey,
}

impl Signer {
    /// The signer of an origin; `None` where the origin cannot name a key.
    pub(crate) fn new(key: Arc<HostKey>, origin: &str) -> Option<Self> {
        let verifier = VerifierKey::new(origin, KeyType::Ed25519, key.log_key()).ok()?;
        Some(Self { key, verifier })
    }

    /// What verifies its checkpoints.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// A checkpoint of this log.
    pub(crate) fn checkpoint(&self, size: u64, root: Digest) -> Checkpoint {
        Checkpoint::new(self.verifier.name(), size, root)
    }

    /// Signs one: the same bytes each time.
    pub(crate) fn sign(&self, checkpoint: &Checkpoint) -> Option<SignedCheckpoint> {
        checkpoint::sign(checkpoint.clone(), &self.verifier, self.key.log()).ok()
    }

    /// Reads one of its own; `None` for everything else.
    pub(crate) fn open(&self, note: &[u8]) -> Option<SignedCheckpoint> {
        checkpoint::open(note, &self.verifier).ok()
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Signer").field(&self.verifier).finish()
    }
}
