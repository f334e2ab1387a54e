//! Evidence files from what somebody keeps (`docs/spec/evidence.md`). Whether a file shows anything is for
//! [`judge`](super::judge) to say, and so it is asked before a file is handed on.

use std::io::Write;

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::sha256;
use souspli_protocol::Digest;
use souspli_protocol::receipt::Receipt;
use souspli_tlog::checkpoint::SignedCheckpoint;
use souspli_tlog::note::Note;
use souspli_tlog::policy::Policy;

use super::accepted::{Accepted, Claiming};
use super::chain::Entry;
use super::file::{Draft, leaves_line};
use super::log_fork::{self, by_alone};
use super::standing::{MAX_ENTRIES, Shown, Standing};
use super::verdict::{Doubt, Kind};
use crate::log::cosigned::log_keys;
use crate::log::walk::walk;
use crate::log::{Edge, Fault, Source};

/// Why no file can be made.
#[derive(Debug, thiserror::Error)]
pub enum Unmade {
    /// The chain at hand has no entry there, or one without event or claims.
    #[error("the chain has no event with its claims at place {0}")]
    NoEntry(u64),
    /// The parts do not belong together.
    #[error(transparent)]
    Doubt(#[from] Doubt),
    /// A claimed-id set that cannot be read.
    #[error("the claimed-id set cannot be read")]
    Set,
    /// More entries than a file may show.
    #[error("more than 4,096 entries would have to be shown")]
    TooLong,
    /// The checkpoint is not one of the policy's logs.
    #[error("the checkpoint is of no log of the policy")]
    Checkpoint,
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] Fault),
    /// The log's entries do not make the checkpoint's root.
    #[error("the log's entries do not make the checkpoint's root")]
    Root,
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Two receipts of one place, or of two that follow each other (§2).
pub fn make_signed_twice(one: &Receipt, other: &Receipt) -> Vec<u8> {
    let first = one.statement.link.sequence <= other.statement.link.sequence;
    let (one, other) = if first { (one, other) } else { (other, one) };
    let draft = Draft::new(Kind::SignedTwice);
    draft.line("receipt", &one.encode()).line("receipt", &other.encode()).finish()
}

/// A notice as served, and the receipt of its sequence or of the next one (§8).
pub fn make_false_notice(notice: &[u8], receipt: &Receipt) -> Vec<u8> {
    Draft::new(Kind::FalseNotice).line("notice", notice).line("receipt", &receipt.encode()).finish()
}

/// The claiming events of two places (§3). How the first one's record went on is shown where the chain says it, else the
/// chain between them.
pub fn make_double_claim(chain: &[Entry], first: u64, second: u64) -> Result<Vec<u8>, Unmade> {
    let (one, other) = (claiming(chain, first)?, claiming(chain, second)?);
    let mut draft = Draft::new(Kind::DoubleClaim);
    one.write(&mut draft);
    other.write(&mut draft);
    standing(chain, &one, second.saturating_sub(1))?.write(&mut draft);
    Ok(draft.finish())
}

/// A signed statement and its set, both as served, and the claiming event of a place (§4).
pub fn make_hidden_claim(statement: &[u8], set: &[u8], chain: &[Entry], claim: u64) -> Result<Vec<u8>, Unmade> {
    let claiming = claiming(chain, claim)?;
    let mut draft = told(Kind::HiddenClaim, statement, set)?;
    claiming.write(&mut draft);
    standing(chain, &claiming, sequence_of(statement)?)?.write(&mut draft);
    Ok(draft.finish())
}

/// A signed statement and its set, both as served, and the whole chain up to it (§4).
pub fn make_wrong_count(statement: &[u8], set: &[u8], chain: &[Entry]) -> Result<Vec<u8>, Unmade> {
    let mut draft = told(Kind::WrongCount, statement, set)?;
    Standing::Chain(between(chain, 0, sequence_of(statement)?)?).write(&mut draft);
    Ok(draft.finish())
}

/// Two signed statements with their sets, and the claiming event of a place where it is needed (§4).
pub fn make_two_claim_sets(
    one: (&[u8], &[u8]),
    other: (&[u8], &[u8]),
    claim: Option<(&[Entry], u64)>,
) -> Result<Vec<u8>, Unmade> {
    let mut draft = told(Kind::TwoClaimSets, one.0, one.1)?;
    draft.add("statement", other.0);
    draft.add("set", &without_held(other.1)?);
    if let Some((chain, place)) = claim {
        claiming(chain, place)?.write(&mut draft);
    }
    Ok(draft.finish())
}

/// Two checkpoints of one log, the smaller one first; `root` and `path` say what the second tree begins with (§7).
pub fn make_log_fork(
    policy: &Policy,
    older: &SignedCheckpoint,
    newer: &SignedCheckpoint,
    root: &Digest,
    path: &[Digest],
) -> Result<Vec<u8>, Unmade> {
    log_fork::make(policy, older, newer, root, path).ok_or(Unmade::Checkpoint)
}

/// A receipt, a later one if there is one, and all leaves of a log at a checkpoint (§6), written as they are read.
pub async fn make_unmerged(
    source: &Source,
    policy: &Policy,
    receipt: &Receipt,
    later: Option<&Receipt>,
    checkpoint: &SignedCheckpoint,
    out: &mut (dyn Write + Send),
) -> Result<(), Unmade> {
    let note = note_for(policy, checkpoint, later.is_some()).ok_or(Unmade::Checkpoint)?;
    let mut draft = Draft::new(Kind::Unmerged).line("receipt", &receipt.encode());
    if let Some(later) = later {
        draft.add("later", &later.encode());
    }
    out.write_all(&draft.line("checkpoint", &note.encode()).finish())?;
    let mut written = Ok(());
    let mut write = |_: u64, leaves: &[Digest]| {
        if written.is_ok() {
            let hashes: Vec<u8> = leaves.iter().flat_map(|leaf| leaf.0).collect();
            written = out.write_all(leaves_line(&hashes).as_bytes());
        }
    };
    let size = checkpoint.checkpoint().size;
    let walked = walk(source, size, Edge::default(), &mut write, &mut |_, _| ()).await?;
    written?;
    if walked.root == checkpoint.checkpoint().root { Ok(out.flush()?) } else { Err(Unmade::Root) }
}

/// The note with the log's signature; where its time must be shown, with the cosignatures of listed witnesses too.
fn note_for(policy: &Policy, signed: &SignedCheckpoint, alone: bool) -> Option<Note> {
    let note = signed.note();
    let key = log_keys(policy, &signed.checkpoint().origin).find(|key| note.verify(key).is_ok())?;
    let mut kept = by_alone(note, key)?;
    for witness in policy.witnesses().iter().filter(|_| !alone) {
        for cosignature in note.by(witness.key()) {
            kept.add(cosignature.clone()).ok()?;
        }
    }
    Some(kept)
}

fn entry(chain: &[Entry], place: u64) -> Result<&Entry, Unmade> {
    chain.iter().find(|entry| entry.sequence() == place).ok_or(Unmade::NoEntry(place))
}

fn claiming(chain: &[Entry], place: u64) -> Result<Claiming, Unmade> {
    let entry = entry(chain, place)?;
    let (Some(event), Some(claims)) = (&entry.event, entry.claims) else { return Err(Unmade::NoEntry(place)) };
    Ok(Claiming::new(Accepted::new(event.clone(), entry.receipt)?, claims)?)
}

/// That the claims stand behind the place `through`: by the record where it goes on later, else by the chain.
fn standing(chain: &[Entry], claiming: &Claiming, through: u64) -> Result<Standing, Unmade> {
    let (record, since) = (claiming.header().record, claiming.accepted.sequence());
    let mut events = Vec::new();
    for entry in chain.iter().filter(|entry| entry.sequence() > since) {
        let Some(event) = entry.event.as_ref().filter(|event| event.header().record == record) else { continue };
        events.push(Accepted::new(event.clone(), entry.receipt)?);
        if entry.sequence() > through {
            return Ok(Standing::Record(events));
        }
    }
    Ok(Standing::Chain(between(chain, since, through)?))
}

/// The entries behind one place, up to another.
fn between(chain: &[Entry], since: u64, through: u64) -> Result<Vec<Shown>, Unmade> {
    let entries = chain.iter().filter(|entry| entry.sequence() > since && entry.sequence() <= through);
    let shown: Vec<Shown> =
        entries.map(|entry| Shown::new(entry.event.clone(), entry.receipt)).collect::<Result<_, _>>()?;
    if shown.len() > MAX_ENTRIES { Err(Unmade::TooLong) } else { Ok(shown) }
}

fn told(kind: Kind, statement: &[u8], set: &[u8]) -> Result<Draft, Unmade> {
    Ok(Draft::new(kind).line("statement", statement).line("set", &without_held(set)?))
}

fn sequence_of(statement: &[u8]) -> Result<u64, Unmade> {
    let (statement, _) = souspli_protocol::wire::split_signed(statement).ok_or(Unmade::Set)?;
    let statement = souspli_protocol::claims::ClaimSetStatement::decode(statement).map_err(|_| Unmade::Set)?;
    Ok(statement.sequence)
}

/// `seed || count || filter` of a set as it is served.
fn without_held(set: &[u8]) -> Result<Vec<u8>, Unmade> {
    let (filter_hash, _) = ClaimSet::decode(set).map_err(|_| Unmade::Set)?.hashes();
    // The held ids are 8 bytes each, behind their count; how many they are is said by the length alone.
    let lengths = (0_u32..).map_while(|held| {
        let tail = usize::try_from(held).ok()?.checked_mul(8)?.checked_add(4)?;
        Some((held, set.len().checked_sub(tail)?))
    });
    let mut found = lengths.filter_map(|(held, at)| {
        let (filter, tail) = set.split_at_checked(at)?;
        (tail.starts_with(&held.to_be_bytes()) && sha256(filter) == filter_hash).then(|| filter.to_vec())
    });
    found.next().ok_or(Unmade::Set)
}
