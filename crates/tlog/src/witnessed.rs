//! Cosignatures by their times (C2SP tlog-cosignature, "Format"): what is dated in the future does not count.

use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, open};
use crate::cosignature;
use crate::note::{Note, NoteSignature};
use crate::policy::{Log, Policy, PolicyError};
use crate::vkey::VerifierKey;

/// Seconds that a witness's clock may be ahead.
pub const AHEAD: u64 = 15 * 60;

/// A checkpoint that a listed log has signed, and who has cosigned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The checkpoint with its note.
    pub signed: SignedCheckpoint,
    /// Listed witnesses whose cosignature counts: name of the key, and its time (seconds since 1970).
    pub cosigned: Vec<(String, u64)>,
    /// Witnesses that the quorum misses; empty where it is met.
    pub missing: Vec<String>,
}

impl Witnessed {
    /// Reads a checkpoint that a log of the policy has signed. Every cosignature by a listed witness must verify; those
    /// dated later than `now` (seconds) and [`AHEAD`] do not count. A quorum that is missing is no error here.
    pub fn read(bytes: &[u8], policy: &Policy, now: u64) -> Result<Self, PolicyError> {
        let note = Note::parse(bytes)?;
        let latest = now.saturating_add(AHEAD);
        // All of them must verify, those that do not count as well.
        missing(&note, policy)?;
        let counted = within(&note, policy, |time| time <= latest);
        let missing = missing(&counted, policy)?;
        let signed = opened(&note, policy)?;
        let mut cosigned = Vec::new();
        for witness in policy.witnesses() {
            if let Some(time) = cosignature::latest(&counted, witness.key())? {
                cosigned.push((witness.key().name().to_owned(), time));
            }
        }
        Ok(Self { signed, cosigned, missing })
    }

    /// What is signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.signed.checkpoint()
    }

    /// Time of the newest cosignature.
    pub fn newest(&self) -> Option<u64> {
        self.cosigned.iter().map(|(_, time)| *time).max()
    }

    /// Whether the policy's quorum has cosigned.
    pub fn has_quorum(&self) -> bool {
        self.missing.is_empty()
    }
}

/// The keys that a policy lists for an origin.
pub fn log_keys<'a>(policy: &'a Policy, origin: &'a str) -> impl Iterator<Item = &'a VerifierKey> {
    policy.logs().iter().map(Log::key).filter(move |key| key.name() == origin)
}

/// The note without the cosignatures of listed witnesses whose time (seconds) is not kept.
pub fn within(note: &Note, policy: &Policy, keep: impl Fn(u64) -> bool) -> Note {
    let kept = |signature: &NoteSignature| {
        let listed = policy.witnesses().iter().any(|witness| signature.names(witness.key()));
        let time = signature.bytes().first_chunk().map(|time| u64::from_be_bytes(*time));
        !listed || time.is_some_and(&keep)
    };
    let mut signatures = note.signatures().iter().filter(|signature| kept(signature)).cloned();
    let Some(first) = signatures.next() else { return note.clone() };
    let Ok(mut filtered) = Note::new(note.text(), first) else { return note.clone() };
    for signature in signatures {
        // As many as stood there have room.
        let _ = filtered.add(signature);
    }
    filtered
}

/// A note with the signature of one key and no other; `None` where that key has not signed it.
pub fn by_alone(note: &Note, key: &VerifierKey) -> Option<Note> {
    Note::new(note.text(), note.by(key).next()?.clone()).ok()
}

/// The witnesses that the quorum misses.
fn missing(note: &Note, policy: &Policy) -> Result<Vec<String>, PolicyError> {
    match policy.check_note(note, None) {
        Ok(_) => Ok(Vec::new()),
        Err(PolicyError::Quorum { missing }) => Ok(missing),
        Err(error) => Err(error),
    }
}

/// The checkpoint, verified under the key of the listed log that it names.
fn opened(note: &Note, policy: &Policy) -> Result<SignedCheckpoint, PolicyError> {
    let origin = Checkpoint::parse(note.text())?.origin;
    let bytes = note.encode();
    let opened = log_keys(policy, &origin).map(|key| open(&bytes, key)).reduce(Result::or);
    Ok(opened.ok_or_else(|| CheckpointError::OtherOrigin { origin: origin.clone() })??)
}
