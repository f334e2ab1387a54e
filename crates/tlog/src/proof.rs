//! Proof files, which are verified offline (C2SP tlog-proof, "Format" and "Verifying a tlog proof").

use souspli_protocol::Digest;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{MAX_NOTE, Note, NoteError};
use crate::policy::{Policy, PolicyError, Verified};
use crate::text::{decimal, from_base64, hash, hash_lines, to_base64};
use crate::tree::{TreeError, verify_inclusion};

/// First line of a proof file.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Most bytes of extra data.
pub const MAX_EXTRA: usize = 64 * 1024;
/// Most hashes of a path: trees of up to 2^63 leaves.
pub const MAX_PATH: usize = 63;
/// Most bytes of a proof file: more than the longest of each part.
pub const MAX_PROOF: usize = MAX_NOTE + 2 * MAX_EXTRA;

/// Why bytes are not a proof file, or one that proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// More bytes, extra data or hashes than are read.
    #[error("the proof is too long")]
    TooLong,
    /// The bytes are not UTF-8.
    #[error("the proof is not text")]
    NotText,
    /// The first line is another one.
    #[error("the first line is not {HEADER}")]
    Header,
    /// Extra data that is not canonical base64, or empty: where there is none, there is no line.
    #[error("the extra data is not base64")]
    Extra,
    /// There is no line `index` with a decimal without leading zeroes.
    #[error("the index is not a decimal without leading zeroes")]
    Index,
    /// A line of the path is not 32 bytes in canonical base64.
    #[error("line {at} of the path is not a hash")]
    Path {
        /// Which line of the path, from 0.
        at: usize,
    },
    /// There is no empty line with a checkpoint behind it.
    #[error("the proof has no checkpoint")]
    NoCheckpoint,
    /// The checkpoint is not a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is not one that the policy accepts.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// A proof that a leaf is in a log, and who has seen that log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Data that nobody vouches for; empty where there is none.
    pub extra: Vec<u8>,
    /// Which leaf, from 0.
    pub index: u64,
    /// From the leaf's sibling to the root's child (RFC 6962 §2.1.1).
    pub path: Vec<Digest>,
    /// The checkpoint with its signatures, as the log serves it.
    pub checkpoint: Note,
}

impl Proof {
    /// The file's bytes. More than 64 KiB of extra data or 63 hashes is refused.
    pub fn encode(&self) -> Result<Vec<u8>, ProofError> {
        if self.extra.len() > MAX_EXTRA || self.path.len() > MAX_PATH {
            return Err(ProofError::TooLong);
        }
        let extra = match self.extra.as_slice() {
            [] => String::new(),
            extra => format!("extra {}\n", to_base64(extra)),
        };
        let head = format!("{HEADER}\n{extra}index {}\n{}\n", self.index, hash_lines(&self.path));
        Ok([head.into_bytes(), self.checkpoint.encode()].concat())
    }

    /// Reads a file; [`Proof::encode`] gives the same bytes again. That the proof proves something is
    /// [`verify`]'s to say.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > MAX_PROOF {
            return Err(ProofError::TooLong);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| ProofError::NotText)?;
        let (head, note) = text.split_once("\n\n").ok_or(ProofError::NoCheckpoint)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Header);
        }
        let extra = match lines.next_if(|line| line.starts_with("extra")) {
            Some(line) => read_extra(line)?,
            None => Vec::new(),
        };
        let index = lines.next().and_then(|line| decimal(line.strip_prefix("index ")?)).ok_or(ProofError::Index)?;
        let path = lines.enumerate().map(|(at, line)| match hash(line) {
            _ if at >= MAX_PATH => Err(ProofError::TooLong),
            hash => hash.ok_or(ProofError::Path { at }),
        });
        let path = path.collect::<Result<_, _>>()?;
        let checkpoint = Note::parse(note.as_bytes())?;
        Checkpoint::parse(checkpoint.text())?;
        Ok(Self { extra, index, path, checkpoint })
    }
}

fn read_extra(line: &str) -> Result<Vec<u8>, ProofError> {
    let extra = line.strip_prefix("extra ").and_then(from_base64).filter(|extra| !extra.is_empty());
    let extra = extra.ok_or(ProofError::Extra)?;
    if extra.len() > MAX_EXTRA { Err(ProofError::TooLong) } else { Ok(extra) }
}

/// Verifies that a leaf is in a log that the policy accepts ("Verifying a tlog proof", steps 2 to 4; step 1, the leaf
/// hash of what is to be proved, is the caller's).
pub fn verify(proof: &Proof, leaf: &Digest, policy: &Policy) -> Result<Verified, ProofError> {
    let verified = policy.check_note(&proof.checkpoint, None)?;
    let Checkpoint { size, root, .. } = &verified.checkpoint;
    verify_inclusion(leaf, proof.index, *size, &proof.path, root)?;
    Ok(verified)
}
