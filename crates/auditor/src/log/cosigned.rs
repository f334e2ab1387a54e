//! Cosignatures by their times (C2SP tlog-cosignature, "Format"): what is dated in the future does not count, and what is
//! dated too early does not show that something was still so later.

use souspli_tlog::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, open};
use souspli_tlog::note::{Note, NoteSignature};
use souspli_tlog::policy::{Policy, PolicyError, Verified};
use souspli_tlog::{cosignature, vkey::VerifierKey};

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

/// Reads a checkpoint that a log of the policy has signed. Every cosignature by a listed witness must verify; those dated
/// later than `now` (seconds) and [`AHEAD`] do not count. A quorum that is missing is no error here.
pub(crate) fn read(bytes: &[u8], policy: &Policy, now: u64) -> Result<Witnessed, PolicyError> {
    let note = Note::parse(bytes)?;
    let latest = now.saturating_add(AHEAD);
    let counted = within(&note, policy, |time| time <= latest);
    let missing = match policy.check_note(&note, None) {
        Ok(_) | Err(PolicyError::Quorum { .. }) => match policy.check_note(&counted, None) {
            Ok(_) => Vec::new(),
            Err(PolicyError::Quorum { missing }) => missing,
            Err(error) => return Err(error),
        },
        Err(error) => return Err(error),
    };
    let signed = opened(&note, policy)?;
    let mut cosigned = Vec::new();
    for witness in policy.witnesses() {
        if let Some(time) = cosignature::latest(&counted, witness.key())? {
            cosigned.push((witness.key().name().to_owned(), time));
        }
    }
    Ok(Witnessed { signed, cosigned, missing })
}

/// Whether a quorum of witnesses has cosigned at `time` (seconds) or later. Without witnesses nobody has.
pub(crate) fn quorum_since(note: &Note, policy: &Policy, time: u64) -> Option<Verified> {
    let since = within(note, policy, |cosigned| cosigned >= time);
    policy.check_note(&since, None).ok().filter(|_| policy.needs_witnesses())
}

/// The checkpoint, verified under the key of the listed log that it names.
fn opened(note: &Note, policy: &Policy) -> Result<SignedCheckpoint, PolicyError> {
    let origin = Checkpoint::parse(note.text())?.origin;
    let keys: Vec<&VerifierKey> = log_keys(policy, &origin).collect();
    let bytes = note.encode();
    let mut last = CheckpointError::OtherOrigin { origin: origin.clone() };
    for key in keys {
        match open(&bytes, key) {
            Ok(signed) => return Ok(signed),
            Err(error) => last = error,
        }
    }
    Err(last.into())
}

/// The keys that a policy lists for an origin.
pub(crate) fn log_keys<'a>(policy: &'a Policy, origin: &'a str) -> impl Iterator<Item = &'a VerifierKey> {
    policy.logs().iter().map(souspli_tlog::policy::Log::key).filter(move |key| key.name() == origin)
}

/// The note without the cosignatures of listed witnesses whose time is not kept.
fn within(note: &Note, policy: &Policy, keep: impl Fn(u64) -> bool) -> Note {
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
