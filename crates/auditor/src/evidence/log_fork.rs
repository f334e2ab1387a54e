//! Two trees under one log's key (`docs/spec/evidence.md` §7).

use std::io::BufRead;

use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use souspli_tlog::note::Note;
use souspli_tlog::policy::Policy;
use souspli_tlog::tree::verify_consistency;
use souspli_tlog::vkey::VerifierKey;
pub(super) use souspli_tlog::witnessed::by_alone;

use super::file::{Draft, Lines};
use super::verdict::{Doubt, Guilt, Kind, Verdict};
use crate::log::cosigned::log_keys;
use crate::receipt::HostKeys;

/// Most hashes of a consistency path.
const MAX_PATH: usize = 64;

pub(super) fn judge<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let (older, newer) = (lines.note()?, lines.note()?);
    let root = digest(&lines.take("root")?)?;
    let mut path = Vec::new();
    while let Some(hash) = lines.take_if("path")? {
        path.push(digest(&hash)?);
        if path.len() > MAX_PATH {
            return Err(Doubt::Path);
        }
    }
    lines.end()?;
    let (older, newer) = signed_by_one(&older, &newer, keys)?;
    verify_consistency(older.size, &root, newer.size, &newer.root, &path).map_err(|_| Doubt::Path)?;
    if root == older.root {
        return Err(Doubt::Agrees);
    }
    Ok(Verdict::Guilty(Guilt::LogFork { origin: older.origin, size: older.size, newer: newer.size }))
}

fn digest(bytes: &[u8]) -> Result<Digest, Doubt> {
    Digest::try_from(bytes).map_err(|_| Doubt::Path)
}

/// The two checkpoints, if one log has signed both, and nobody else.
fn signed_by_one(older: &Note, newer: &Note, keys: &HostKeys) -> Result<(Checkpoint, Checkpoint), Doubt> {
    let parse = |note: &Note| Checkpoint::parse(note.text()).map_err(|_| Doubt::Checkpoint);
    let (first, second) = (parse(older)?, parse(newer)?);
    let signed = |key: &VerifierKey| [older, newer].iter().all(|note| note.verify(key).is_ok());
    let alone = older.signatures().len() == 1 && newer.signatures().len() == 1;
    if first.origin == second.origin && alone && log_keys(&keys.policy, &first.origin).any(signed) {
        Ok((first, second))
    } else {
        Err(Doubt::Checkpoint)
    }
}

/// The file of two checkpoints that were found to be forked; `None` where no key of the policy has signed both.
pub(crate) fn make(
    policy: &Policy,
    older: &SignedCheckpoint,
    newer: &SignedCheckpoint,
    root: &Digest,
    path: &[Digest],
) -> Option<Vec<u8>> {
    let (older, newer) = (older.note(), newer.note());
    let origin = Checkpoint::parse(newer.text()).ok()?.origin;
    let key = log_keys(policy, &origin).find(|key| older.verify(key).is_ok() && newer.verify(key).is_ok())?;
    let mut draft = Draft::new(Kind::LogFork)
        .line("checkpoint", &by_alone(older, key)?.encode())
        .line("checkpoint", &by_alone(newer, key)?.encode())
        .line("root", root.as_bytes());
    for hash in path {
        draft.add("path", hash.as_bytes());
    }
    Some(draft.finish())
}
