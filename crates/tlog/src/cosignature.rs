//! Timestamped Ed25519 cosignatures (C2SP tlog-cosignature, "Format" and "Ed25519 signed message").

use souspli_attest::SigningKey;
use souspli_protocol::Signature;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{Note, NoteSignature};
use crate::vkey::{KeyType, VerifierKey};

/// Largest timestamp, in seconds since 1970.
pub const MAX_TIMESTAMP: u64 = i64::MAX as u64;

/// Why a cosignature cannot be made, or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// The key is not of type 0x04.
    #[error("{name} is not the key of a cosigner")]
    KeyType {
        /// Name of the key.
        name: String,
    },
    /// The secret half belongs to another key.
    #[error("{name} has another secret half")]
    OtherSecret {
        /// Name of the key.
        name: String,
    },
    /// The signature line names another key.
    #[error("the cosignature is not by {name}")]
    OtherKey {
        /// Name of the key.
        name: String,
    },
    /// Not eight bytes of time and 64 of signature.
    #[error("a cosignature by {name} has 72 bytes")]
    Length {
        /// Name of the key.
        name: String,
    },
    /// A time beyond 2^63 - 1; or none, in a cosignature that is to be made.
    #[error("the timestamp {timestamp} is not allowed")]
    Timestamp {
        /// The timestamp.
        timestamp: u64,
    },
    /// It does not verify.
    #[error("a cosignature by {name} does not verify")]
    Unverified {
        /// Name of the key.
        name: String,
    },
    /// What is to be cosigned is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Cosigns a checkpoint, as of `timestamp` (seconds since 1970, not zero), with a key of type 0x04.
pub fn cosign(
    checkpoint: &Checkpoint,
    timestamp: u64,
    key: &VerifierKey,
    secret: &SigningKey,
) -> Result<NoteSignature, CosignatureError> {
    check_type(key)?;
    if *key.key() != secret.verifying_key() {
        return Err(CosignatureError::OtherSecret { name: key.name().to_owned() });
    }
    if !(1..=MAX_TIMESTAMP).contains(&timestamp) {
        return Err(CosignatureError::Timestamp { timestamp });
    }
    let signature = secret.sign(message(&checkpoint.checked_text()?, timestamp).as_bytes());
    Ok(NoteSignature::new(key, [&timestamp.to_be_bytes()[..], signature.as_bytes()].concat()))
}

/// Verifies one cosignature of a checkpoint and gives its timestamp. Whether that lies in the future is for whoever has
/// a clock.
pub fn verify(
    checkpoint: &Checkpoint,
    cosignature: &NoteSignature,
    key: &VerifierKey,
) -> Result<u64, CosignatureError> {
    check_type(key)?;
    if !cosignature.names(key) {
        return Err(CosignatureError::OtherKey { name: key.name().to_owned() });
    }
    verify_text(&checkpoint.text(), cosignature, key)
}

/// Latest time at which a key of type 0x04 cosigned a checkpoint's note; `None` where no signature names it. One that
/// names it and does not verify is an error.
pub fn latest(note: &Note, key: &VerifierKey) -> Result<Option<u64>, CosignatureError> {
    check_type(key)?;
    note.by(key).try_fold(None, |latest, cosignature| {
        let timestamp = verify_text(note.text(), cosignature, key)?;
        Ok(latest.max(Some(timestamp)))
    })
}

fn verify_text(text: &str, cosignature: &NoteSignature, key: &VerifierKey) -> Result<u64, CosignatureError> {
    let name = || key.name().to_owned();
    let (timestamp, signature) =
        cosignature.bytes().split_first_chunk().ok_or_else(|| CosignatureError::Length { name: name() })?;
    let signature = Signature::try_from(signature).map_err(|_| CosignatureError::Length { name: name() })?;
    let timestamp = u64::from_be_bytes(*timestamp);
    if timestamp > MAX_TIMESTAMP {
        return Err(CosignatureError::Timestamp { timestamp });
    }
    souspli_attest::verify(key.key(), message(text, timestamp).as_bytes(), &signature)
        .map_err(|_| CosignatureError::Unverified { name: name() })?;
    Ok(timestamp)
}

/// What is signed: header line, timestamp line, and the whole text of the note.
fn message(text: &str, timestamp: u64) -> String {
    format!("cosignature/v1\ntime {timestamp}\n{text}")
}

fn check_type(key: &VerifierKey) -> Result<(), CosignatureError> {
    if key.kind() == KeyType::Cosignature {
        Ok(())
    } else {
        Err(CosignatureError::KeyType { name: key.name().to_owned() })
    }
}
