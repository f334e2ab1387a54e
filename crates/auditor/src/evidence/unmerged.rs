//! A receipt whose leaf is not in the log though its time is over (`docs/spec/evidence.md` §6).

use std::io::BufRead;

use souspli_protocol::Digest;
use souspli_protocol::receipt::{Receipt, ReceiptStatement};
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::note::Note;
use souspli_tlog::tile::{FULL, TILE_HEIGHT};
use souspli_tlog::tree::{Frontier, root_of_leaves};

use super::accepted::one_chain;
use super::file::Lines;
use super::verdict::{Doubt, Guilt, Verdict};
use crate::log::cosigned::{log_keys, quorum_since};
use crate::receipt::HostKeys;

pub(super) fn judge<R: BufRead>(lines: &mut Lines<R>, keys: &HostKeys) -> Result<Verdict, Doubt> {
    let receipt = lines.receipt("receipt", keys)?;
    let later = if lines.is_next("later") { Some(lines.receipt("later", keys)?) } else { None };
    let note = lines.note()?;
    let checkpoint = signed(&note, keys)?;
    match &later {
        Some(later) => check_later(&receipt.statement, later)?,
        None => check_cosigned(&note, &receipt.statement, keys)?,
    }
    if later.is_some() && note.signatures().len() != 1 {
        return Err(Doubt::Checkpoint);
    }
    let found = read_leaves(lines, &checkpoint, [Some(&receipt), later.as_ref()])?;
    lines.end()?;
    let statement = receipt.statement;
    match (found, later) {
        ([true, _], _) => Err(Doubt::Merged),
        ([false, false], Some(_)) => Err(Doubt::NotLater),
        ([false, true], Some(later)) => Ok(Verdict::Guilty(Guilt::Unmerged {
            sequence: statement.link.sequence,
            minute: statement.minute,
            mmd: statement.mmd,
            later: later.statement.link.sequence,
            later_minute: later.statement.minute,
            size: checkpoint.size,
        })),
        ([false, _], None) => Ok(Verdict::Unanswered { link: statement.link, over: over(&statement) }),
    }
}

/// When a receipt's time is over, in seconds since 1970: at the end of its last minute.
pub(crate) fn over(statement: &ReceiptStatement) -> u64 {
    u64::from(statement.minute).saturating_add(u64::from(statement.mmd)).saturating_add(1).saturating_mul(60)
}

/// What a listed log has signed.
fn signed(note: &Note, keys: &HostKeys) -> Result<Checkpoint, Doubt> {
    let checkpoint = Checkpoint::parse(note.text()).map_err(|_| Doubt::Checkpoint)?;
    let by_log = log_keys(&keys.policy, &checkpoint.origin).any(|key| note.verify(key).is_ok());
    if by_log { Ok(checkpoint) } else { Err(Doubt::Checkpoint) }
}

/// That a receipt is of a later place, when the first one's time was over by the host's own minutes.
pub(crate) fn check_later(receipt: &ReceiptStatement, later: &Receipt) -> Result<(), Doubt> {
    let later = &later.statement;
    one_chain(&receipt.link, &later.link)?;
    let over = u64::from(receipt.minute).saturating_add(u64::from(receipt.mmd));
    if later.link.sequence > receipt.link.sequence && u64::from(later.minute) >= over {
        Ok(())
    } else {
        Err(Doubt::NotLater)
    }
}

/// That a quorum has cosigned when the time was over; no signature is there that nobody can verify.
fn check_cosigned(note: &Note, statement: &ReceiptStatement, keys: &HostKeys) -> Result<(), Doubt> {
    let logs = keys.policy.logs().iter().map(souspli_tlog::policy::Log::key);
    let known: Vec<_> = logs.chain(keys.policy.witnesses().iter().map(souspli_tlog::policy::Witness::key)).collect();
    if note.signatures().iter().any(|signature| !known.iter().any(|key| signature.names(key))) {
        return Err(Doubt::Checkpoint);
    }
    // All of them verify, the early ones too.
    keys.policy.check_note(note, None).map_err(|_| Doubt::NotWitnessed)?;
    quorum_since(note, &keys.policy, over(statement)).map(drop).ok_or(Doubt::NotWitnessed)
}

/// Reads all leaves of a tree; says which receipts' leaves are among them.
fn read_leaves<R: BufRead>(
    lines: &mut Lines<R>,
    checkpoint: &Checkpoint,
    wanted: [Option<&Receipt>; 2],
) -> Result<[bool; 2], Doubt> {
    let wanted = wanted.map(|receipt| receipt.map(|receipt| receipt.statement.link.leaf));
    let (mut tree, mut found) = (Frontier::new(), [false; 2]);
    while let Some(bytes) = lines.take_if("leaves")? {
        let (hashes, rest) = bytes.as_chunks::<{ Digest::SIZE }>();
        let leaves: Vec<Digest> = hashes.iter().copied().map(Digest).collect();
        if !rest.is_empty() || leaves.is_empty() || leaves.len() > usize::from(FULL) {
            return Err(Doubt::Leaves);
        }
        for (found, wanted) in found.iter_mut().zip(&wanted) {
            *found |= wanted.is_some_and(|wanted| leaves.contains(&wanted));
        }
        if leaves.len() == usize::from(FULL) {
            // Refused where a line before this one was not full.
            tree.push_subtree(TILE_HEIGHT, root_of_leaves(&leaves)).map_err(|_| Doubt::Leaves)?;
        } else {
            leaves.into_iter().try_for_each(|leaf| tree.push(leaf)).map_err(|_| Doubt::Leaves)?;
        }
        if tree.size() > checkpoint.size {
            return Err(Doubt::Leaves);
        }
    }
    if tree.size() == checkpoint.size && tree.root() == checkpoint.root { Ok(found) } else { Err(Doubt::Leaves) }
}
