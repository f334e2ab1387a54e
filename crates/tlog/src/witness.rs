//! Witnesses: what a log asks, what a witness decides, what the log reads of it (C2SP tlog-witness, "add-checkpoint").

mod request;
mod response;

use souspli_attest::sha256;
use souspli_protocol::Digest;

use crate::checkpoint::Checkpoint;
use crate::note::{Note, NoteError};
use crate::tree::{TreeError, empty_root, verify_consistency};
use crate::vkey::VerifierKey;

pub use request::{AddCheckpoint, MAX_CONSISTENCY};
pub use response::{ResponseError, conflict_size, encode_response, read_response};

/// The logs that a witness watches.
pub trait KnownLogs {
    /// The keys that are trusted for an origin; `None` where the origin is unknown.
    fn keys(&self, origin: &str) -> Option<&[VerifierKey]>;
}

/// What a witness keeps of a log: the latest checkpoint that it cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// Leaves of its tree.
    pub size: u64,
    /// Root of its tree.
    pub root: Digest,
}

/// What a witness may cosign. It first replaces the state that it judged by with the new one, atomically and for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What is to be cosigned.
    pub checkpoint: Checkpoint,
    /// The checkpoint's note with the log's verified signatures and no others: with the cosignature added, it is what the
    /// witness serves ("Monitor Retrieval Mechanism").
    pub note: Note,
    /// The latest checkpoint from now on.
    pub state: State,
}

/// Why a witness does not cosign. Each has the HTTP status that the text demands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: the body is not an old size, at most 63 hashes, an empty line and a checkpoint.
    #[error("the request is malformed: {0}")]
    Malformed(String),
    /// 404: the witness does not know the log.
    #[error("the log {origin} is unknown")]
    UnknownLog {
        /// The origin that the checkpoint names.
        origin: String,
    },
    /// 403: no trusted key of the log has signed, or a signature that names one does not verify.
    #[error("{0}")]
    Signature(String),
    /// 400: the old size is larger than the checkpoint's.
    #[error("the old size {old} is larger than the checkpoint's {new}")]
    OldSize {
        /// The old size.
        old: u64,
        /// The checkpoint's size.
        new: u64,
    },
    /// 409: the old size is not that of the latest cosigned checkpoint.
    #[error("the latest cosigned checkpoint has size {size}")]
    Conflict {
        /// Size of the latest cosigned checkpoint; 0 where there is none.
        size: u64,
    },
    /// 422: the trees do not agree, or the consistency proof does not show that they do.
    #[error("{0}")]
    Inconsistent(TreeError),
}

impl Refusal {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldSize { .. } => 400,
            Self::Signature(_) => 403,
            Self::UnknownLog { .. } => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent(_) => 422,
        }
    }

    /// The media type of the body.
    pub const fn content_type(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "text/x.tlog.size",
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The body: the size in decimal of a conflict, else a sentence; then a newline.
    pub fn body(&self) -> String {
        match self {
            Self::Conflict { size } => format!("{size}\n"),
            other => format!("{other}\n"),
        }
    }
}

/// Decides whether a checkpoint is to be cosigned, given the latest one that was cosigned for its origin.
///
/// The checks stand in the order of the text: origin (404), signatures (403), sizes (400), latest size (409), trees (422).
pub fn decide(known: &impl KnownLogs, last: Option<&State>, request: &AddCheckpoint) -> Result<Accepted, Refusal> {
    let checkpoint = request.checkpoint();
    let note = signed_part(known, request)?;
    let (old, new) = (request.old_size(), checkpoint.size);
    if old > new {
        return Err(Refusal::OldSize { old, new });
    }
    let empty = State { size: 0, root: empty_root() };
    let last = last.unwrap_or(&empty);
    if old != last.size {
        return Err(Refusal::Conflict { size: last.size });
    }
    // Covers the empty tree's root, the empty proof from zero, and equal roots at equal sizes.
    verify_consistency(old, &last.root, new, &checkpoint.root, request.proof()).map_err(Refusal::Inconsistent)?;
    let state = State { size: new, root: checkpoint.root };
    Ok(Accepted { checkpoint: checkpoint.clone(), note, state })
}

/// The note with the signatures of trusted keys alone; at least one, and all of them verified.
fn signed_part(known: &impl KnownLogs, request: &AddCheckpoint) -> Result<Note, Refusal> {
    let origin = &request.checkpoint().origin;
    let keys = known.keys(origin).ok_or_else(|| Refusal::UnknownLog { origin: origin.clone() })?;
    let refused = |error: NoteError| Refusal::Signature(error.to_string());
    let mut signed: Option<Note> = None;
    for key in keys {
        request.note().is_signed_by(key).map_err(refused)?;
        for signature in request.note().by(key) {
            match &mut signed {
                Some(note) => note.add(signature.clone()).map_err(refused)?,
                None => signed = Some(Note::new(request.note().text(), signature.clone()).map_err(refused)?),
            }
        }
    }
    signed.ok_or_else(|| Refusal::Signature(format!("the checkpoint is not signed by the log {origin}")))
}

/// Where a witness serves the latest checkpoint of a log, below its monitoring prefix: `<origin hash>/checkpoint`.
pub fn monitoring_path(origin: &str) -> String {
    let digits = sha256(origin.as_bytes()).0.into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    let hash: String = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect();
    hash + "/checkpoint"
}
