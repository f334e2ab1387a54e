//! One audit of a log: is it signed and witnessed, does it go on from before, is everything there that it counts.

use std::path::Path;

use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::policy::Policy;

use super::cosigned::{self, Witnessed};
use super::earlier::{self, Earlier};
use super::edge::Edge;
use super::source::{Source, SourceError};
use super::state::{State, StateError};
use super::walk::{Fault, Progress, Walked, walk};
use crate::{Check, Finding, Place};

/// What an audit is made by.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The log, its witnesses and their quorum.
    pub policy: &'a Policy,
    /// Now, in seconds since 1970.
    pub now: u64,
    /// Seconds after which the newest cosignature is too old.
    pub stale_after: u64,
    /// The file that the last audit of this log left, and this one leaves.
    pub state: Option<&'a Path>,
    /// Whether only what is new since then is read. An entry that was put in the place of an old one meanwhile is then
    /// not seen: the signed root says nothing of what lies in the files.
    pub only_new: bool,
    /// Further checkpoints of the log, from proof files, from other people or other places, each with its name.
    pub others: &'a [(String, Vec<u8>)],
}

/// What an audit has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// What is not as it must be; nothing where all is well.
    pub findings: Vec<Finding>,
    /// The log's checkpoint, where one was there that the log has signed.
    pub witnessed: Option<Witnessed>,
    /// Entries that were read this time.
    pub read: u64,
    /// Evidence files for third parties (`docs/spec/evidence.md`): forks that the log's own hashes prove.
    pub evidence: Vec<Vec<u8>>,
}

/// Why no audit can be made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file of the last audit.
    #[error(transparent)]
    State(#[from] StateError),
    /// The last audit was of another log.
    #[error("the last audit was of another log than the policy's")]
    OtherLog,
}

/// Audits a log. `progress` is told of entries read and to be read.
pub async fn audit(source: &Source, options: &Options<'_>, progress: Progress<'_>) -> Result<Audit, AuditError> {
    let state = options.state.map(State::read).transpose()?.flatten();
    let mut audit = Audit::default();
    let Some(witnessed) = audit.checkpoint(source, options).await else { return Ok(audit) };
    let newest = witnessed.checkpoint().clone();
    audit.age(&witnessed, state.as_ref(), options);
    let mut edge = Edge::default();
    if let Some(state) = state {
        let kept = earlier::kept(&state.checkpoint, &newest, options.policy)?;
        if audit.goes_on(source, &witnessed, kept, options.policy).await && options.only_new {
            edge = state.edge;
        }
    }
    for (name, note) in options.others {
        match earlier::given(name, note, options.policy) {
            Ok(given) => {
                audit.goes_on(source, &witnessed, given, options.policy).await;
            }
            Err(finding) => audit.findings.push(finding),
        }
    }
    let whole = audit.walk(source, &newest, edge, progress).await;
    let sound = audit.findings.iter().all(|finding| !is_of_the_tree(finding.check));
    if let (Some(path), Some(edge), true) = (options.state, whole, sound) {
        State { seen: options.now, checkpoint: witnessed.signed.encode(), edge }.write(path)?;
    }
    audit.witnessed = Some(witnessed);
    Ok(audit)
}

/// Whether a finding of this check means that what was read is not what is to be gone on from.
fn is_of_the_tree(check: Check) -> bool {
    use Check::{BadCheckpoint, BadTile, LogForked, SmallerTree, Unreadable};
    matches!(check, BadCheckpoint | LogForked | SmallerTree | BadTile | Unreadable)
}

fn place(checkpoint: &Checkpoint) -> Place {
    Place::of(format!("log {}", checkpoint.origin))
}

impl Audit {
    /// The checkpoint: signed by the log, cosigned by a quorum.
    async fn checkpoint(&mut self, source: &Source, options: &Options<'_>) -> Option<Witnessed> {
        let at = Place::of(format!("log {source}")).at("checkpoint");
        let note = match source.checkpoint().await {
            Ok(note) => note,
            Err(error) => {
                let check = match error {
                    SourceError::Unreadable(..) => Check::Unreadable,
                    SourceError::Missing(_) | SourceError::TooLong(_) => Check::BadCheckpoint,
                };
                self.findings.push(Finding::new(check, at).fact("why", error));
                return None;
            }
        };
        match cosigned::read(&note, options.policy, options.now) {
            Ok(witnessed) => {
                if !witnessed.has_quorum() {
                    let finding = Finding::new(Check::NoQuorum, place(witnessed.checkpoint()).at("checkpoint"));
                    self.findings.push(
                        finding
                            .fact("size", witnessed.checkpoint().size)
                            .fact("cosigned", witnessed.cosigned.len())
                            .fact("missing", witnessed.missing.join(", ")),
                    );
                }
                Some(witnessed)
            }
            Err(error) => {
                let note = String::from_utf8_lossy(&note).into_owned();
                self.findings.push(Finding::new(Check::BadCheckpoint, at).fact("why", error).fact("note", note));
                None
            }
        }
    }

    /// How old the checkpoint is: by its newest cosignature; without any, by what the last audit saw.
    fn age(&mut self, witnessed: &Witnessed, state: Option<&State>, options: &Options<'_>) {
        let since = match (witnessed.newest(), state) {
            (Some(time), _) => Some(time),
            (None, Some(state)) if state.checkpoint == witnessed.signed.encode() => Some(state.seen),
            _ => None,
        };
        if let Some(since) = since
            && options.now.saturating_sub(since) > options.stale_after
        {
            let finding = Finding::new(Check::LogStale, place(witnessed.checkpoint()).at("checkpoint"));
            self.findings.push(finding.fact("since", since).fact("now", options.now).fact("may", options.stale_after));
        }
    }

    /// Whether the checkpoint goes on from another one.
    async fn goes_on(&mut self, source: &Source, witnessed: &Witnessed, other: Earlier, policy: &Policy) -> bool {
        let Some((finding, evidence)) = earlier::compare(source, &other, &witnessed.signed, policy).await else {
            return true;
        };
        self.findings.push(finding);
        self.evidence.extend(evidence);
        false
    }

    /// Everything behind the edge.
    async fn walk(&mut self, source: &Source, newest: &Checkpoint, edge: Edge, progress: Progress<'_>) -> Option<Edge> {
        let mut read = 0;
        let mut count = |_: u64, leaves: &[_]| read = u64::saturating_add(read, leaves.len() as u64);
        let walked = walk(source, newest.size, edge, &mut count, progress).await;
        self.read = read;
        match walked {
            Ok(walked) => self.judge(newest, walked),
            Err(fault) => {
                self.findings.push(finding_of(&fault, newest));
                None
            }
        }
    }

    fn judge(&mut self, newest: &Checkpoint, walked: Walked) -> Option<Edge> {
        let Walked { edge, root, differing } = walked;
        let makes_root = root == newest.root;
        let verdict = if makes_root { "the signed root" } else { "another root" };
        for tile in &differing {
            let finding = Finding::new(Check::BadTile, place(newest).at(tile.path()));
            self.findings
                .push(finding.fact("why", "other hashes than those of the entries").fact("entries_make", verdict));
        }
        if !makes_root && differing.is_empty() {
            let finding = Finding::new(Check::BadTile, place(newest).at("tile"));
            self.findings.push(
                finding
                    .fact("why", "entries and hashes agree, and do not make the signed root")
                    .fact("signed", newest.root)
                    .fact("found", root),
            );
        }
        (makes_root && differing.is_empty()).then_some(edge)
    }
}

/// What it means that a log cannot be read.
pub(crate) fn finding_of(fault: &Fault, checkpoint: &Checkpoint) -> Finding {
    match fault {
        Fault::Tile { path, why } => Finding::new(Check::BadTile, place(checkpoint).at(path.clone())).fact("why", why),
        Fault::Source(error) => Finding::new(Check::Unreadable, place(checkpoint)).fact("why", error),
    }
}
