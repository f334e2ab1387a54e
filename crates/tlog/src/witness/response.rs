//! What a witness answers: cosignature lines, or the size that it has.

use crate::checkpoint::Checkpoint;
use crate::cosignature::{self, CosignatureError};
use crate::note::{MAX_NOTE, NoteError, NoteSignature, parse_lines};
use crate::text::decimal;
use crate::vkey::VerifierKey;

/// Why the answer of a witness is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// The body is not one or more signature lines.
    #[error(transparent)]
    Lines(#[from] NoteError),
    /// No line is by a known key.
    #[error("no cosignature is by a known witness")]
    Unknown,
    /// A line that names a known key does not hold.
    #[error(transparent)]
    Cosignature(#[from] CosignatureError),
}

/// The body of a 200: one or more cosignatures, a line each.
pub fn encode_response(cosignatures: &[NoteSignature]) -> String {
    cosignatures.iter().map(NoteSignature::line).collect()
}

/// Reads the body of a 200: the verified cosignatures of known keys, of type 0x04, with their times. Lines of unknown
/// keys are ignored; a time of zero is refused, since a witness says when it has seen the checkpoint.
pub fn read_response(
    body: &[u8],
    checkpoint: &Checkpoint,
    known: &[VerifierKey],
) -> Result<Vec<(NoteSignature, u64)>, ResponseError> {
    if body.len() > MAX_NOTE {
        return Err(NoteError::TooLong.into());
    }
    let text = core::str::from_utf8(body).map_err(|_| NoteError::NotText)?;
    let mut read = Vec::new();
    for cosignature in parse_lines(text)? {
        for key in known.iter().filter(|key| cosignature.names(key)) {
            let timestamp = cosignature::verify(checkpoint, &cosignature, key)?;
            if timestamp == 0 {
                return Err(CosignatureError::Timestamp { timestamp }.into());
            }
            read.push((cosignature.clone(), timestamp));
        }
    }
    if read.is_empty() { Err(ResponseError::Unknown) } else { Ok(read) }
}

/// Reads the body of a 409: the size of the latest checkpoint that the witness cosigned, and a newline.
pub fn conflict_size(body: &[u8]) -> Option<u64> {
    decimal(core::str::from_utf8(body).ok()?.strip_suffix('\n')?)
}
