//! The body of `add-checkpoint`.

use souspli_protocol::Digest;

use super::Refusal;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{MAX_NOTE, Note};
use crate::text::{decimal, hash, hash_lines};

/// Most hashes of a consistency proof.
pub const MAX_CONSISTENCY: usize = 63;
/// Most bytes of a request: more than the longest of each part.
const MAX_REQUEST: usize = MAX_NOTE + 4096;

/// A log's request for a cosignature: well formed, nothing verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Digest>,
    note: Note,
    checkpoint: Checkpoint,
}

impl AddCheckpoint {
    /// A request, of the size that the witness is thought to have, the consistency path from there, and the checkpoint.
    pub fn new(old_size: u64, proof: Vec<Digest>, note: Note) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { old_size, proof, note, checkpoint })
    }

    /// Reads a request; [`AddCheckpoint::encode`] gives the same bytes again.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let malformed = |what: &str| Refusal::Malformed(what.to_owned());
        if bytes.len() > MAX_REQUEST {
            return Err(malformed("it is too long"));
        }
        let text = core::str::from_utf8(bytes).map_err(|_| malformed("it is not text"))?;
        let (head, note) = text.split_once("\n\n").ok_or_else(|| malformed("it has no empty line"))?;
        let mut lines = head.split('\n');
        let old_size = lines.next().and_then(|line| decimal(line.strip_prefix("old ")?));
        let old_size = old_size.ok_or_else(|| malformed("the first line is not an old size"))?;
        let hashes: Vec<&str> = lines.take(MAX_CONSISTENCY.saturating_add(1)).collect();
        if hashes.len() > MAX_CONSISTENCY {
            return Err(malformed("the consistency proof has more than 63 hashes"));
        }
        let proof = hashes.into_iter().map(|line| hash(line).ok_or_else(|| malformed("a line is not a hash")));
        let proof = proof.collect::<Result<_, _>>()?;
        let note = Note::parse(note.as_bytes()).map_err(|error| malformed(&error.to_string()))?;
        Self::new(old_size, proof, note).map_err(|error| malformed(&error.to_string()))
    }

    /// The body to send.
    pub fn encode(&self) -> Vec<u8> {
        let head = format!("old {}\n{}\n", self.old_size, hash_lines(&self.proof));
        [head.into_bytes(), self.note.encode()].concat()
    }

    /// Size of the tree that the proof begins at.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The consistency path.
    pub fn proof(&self) -> &[Digest] {
        &self.proof
    }

    /// The checkpoint with its signatures.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// What the note says.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}
