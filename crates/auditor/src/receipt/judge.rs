//! Judging a receipt: who signed it, and whether the log holds its leaf (`docs/spec/log.md` §4).

use souspli_attest::{event_hash, leaf_of};
use souspli_protocol::Digest;
use souspli_protocol::receipt::{Receipt, ReceiptStatement};
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, MMD_MINUTES};
use souspli_tlog::policy::PolicyError;
use souspli_tlog::proof::{Proof, ProofError, verify};

use super::host::{Host, HostError};
use super::keys::HostKeys;
use super::read::Given;
use super::verdict::{Judgement, Reason, ShownBy, Verdict};
use crate::evidence::{check_later, over};
use crate::log::cosigned::{self, Witnessed, quorum_since};
use crate::log::walk::walk;
use crate::log::{Edge, Progress, Source, finding_of};
use crate::{Check, Finding, Place};

/// What a receipt is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The host's keys.
    pub keys: &'a HostKeys,
    /// Now, in minutes since 1970.
    pub now: u32,
    /// The event's own bytes, where somebody has them.
    pub event: Option<&'a [u8]>,
    /// Later receipts of the same calendar: what makes a broken promise plain to a third party.
    pub later: &'a [Receipt],
    /// The log, to be read from its first entry to its last.
    pub log: Option<&'a Source>,
    /// The running host, to be asked for a proof file.
    pub host: Option<&'a Host>,
}

impl Context<'_> {
    /// Now, in seconds.
    fn seconds(&self) -> u64 {
        u64::from(self.now).saturating_mul(60)
    }

    fn is_over(&self, statement: &ReceiptStatement) -> bool {
        self.now > until(statement)
    }
}

/// The last minute of a receipt's time.
fn until(statement: &ReceiptStatement) -> u32 {
    statement.minute.saturating_add(statement.mmd)
}

/// Judges a file with nothing but itself and the keys.
pub fn judge_alone(file: &[u8], context: &Context<'_>) -> Judgement {
    let given = match Given::read(file) {
        Ok(given) => given,
        Err(error) => return not_ours(error.into(), None),
    };
    let receipt = given.receipt;
    if let Err(reason) = check(&receipt, context) {
        return not_ours(reason, Some(receipt));
    }
    let (verdict, proof) = match given.proof.map(|proof| included(&proof, &receipt, context)) {
        Some(Ok(verdict)) => (verdict, None),
        Some(Err(finding)) => {
            let why = "the proof file does not show that it is in the log";
            (not_shown(&receipt.statement, context, why), Some(*finding))
        }
        None => {
            let why = "a proof file or the log itself would tell more";
            (not_shown(&receipt.statement, context, why), None)
        }
    };
    Judgement { verdict, receipt: Some(receipt), proof, besides: Vec::new() }
}

/// Judges a file; asks the host for a proof file, and reads the whole log where that is what decides.
pub async fn judge(file: &[u8], context: &Context<'_>, progress: Progress<'_>) -> Judgement {
    let mut judgement = judge_alone(file, context);
    let (Some(receipt), false) = (judgement.receipt, judgement.is_decided()) else { return judgement };
    if let Some(host) = context.host {
        judgement.ask(host, &receipt, context).await;
    }
    let reads = context.is_over(&receipt.statement) || context.host.is_none();
    if let Some(log) = context.log
        && reads
        && !judgement.is_decided()
    {
        judgement.search(log, &receipt, context, progress).await;
    }
    judgement
}

fn not_ours(reason: Reason, receipt: Option<Receipt>) -> Judgement {
    Judgement { verdict: Verdict::NotOurs(reason), receipt, proof: None, besides: Vec::new() }
}

fn not_shown(statement: &ReceiptStatement, context: &Context<'_>, why: &str) -> Verdict {
    if context.is_over(statement) {
        Verdict::Undecided { why: why.to_owned() }
    } else {
        Verdict::Pending { until: until(statement) }
    }
}

/// Whether this host has signed it, and for what was given.
fn check(receipt: &Receipt, context: &Context<'_>) -> Result<(), Reason> {
    let statement = &receipt.statement;
    if !context.keys.has_signed(receipt) {
        return Err(Reason::Signature);
    }
    if statement.mmd != MMD_MINUTES {
        return Err(Reason::Mmd(statement.mmd));
    }
    if context.event.is_some_and(|event| leaf_of(&event_hash(event)) != statement.link.leaf) {
        return Err(Reason::Event);
    }
    if statement.minute > context.now.saturating_add(CLOCK_SKEW_MINUTES) {
        return Err(Reason::Future(statement.minute));
    }
    Ok(())
}

/// Verifies a proof file: leaf, path, log and quorum.
fn included(proof: &Proof, receipt: &Receipt, context: &Context<'_>) -> Result<Verdict, Box<Finding>> {
    let failed =
        |check, why: &dyn std::fmt::Display| Box::new(Finding::new(check, Place::of("proof file")).fact("why", why));
    let verified = verify(proof, &receipt.statement.link.leaf, &context.keys.policy).map_err(|error| match &error {
        ProofError::Policy(PolicyError::Quorum { .. }) => failed(Check::NoQuorum, &error),
        ProofError::Tree(_) => failed(Check::BadReceipt, &error),
        _ => failed(Check::BadCheckpoint, &error),
    })?;
    let note = proof.checkpoint.encode();
    let witnessed = cosigned::read(&note, &context.keys.policy, context.seconds());
    let witnessed = witnessed.map_err(|error| failed(Check::BadCheckpoint, &error))?;
    if !witnessed.has_quorum() {
        return Err(failed(Check::NoQuorum, &"cosignatures are dated in the future"));
    }
    Ok(Verdict::Included { checkpoint: verified.checkpoint, index: proof.index, cosigned: witnessed.cosigned })
}

impl Judgement {
    fn is_decided(&self) -> bool {
        !matches!(self.verdict, Verdict::Pending { .. } | Verdict::Undecided { .. })
    }

    /// Asks the host for a proof file.
    async fn ask(&mut self, host: &Host, receipt: &Receipt, context: &Context<'_>) {
        let found = |check, why: &dyn std::fmt::Display| Finding::new(check, Place::of("host")).fact("why", why);
        let bytes = match host.proof(receipt).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return,
            Err(error @ HostError::Unknown) => return self.besides.push(found(Check::NotInDatabase, &error)),
            Err(error) => return self.besides.push(found(Check::Unreadable, &error)),
        };
        match Proof::decode(&bytes) {
            Ok(proof) if proof.extra != receipt.encode() => {
                self.besides.push(found(Check::BadReceipt, &"the proof file carries another receipt"));
            }
            Ok(proof) => match included(&proof, receipt, context) {
                Ok(verdict) => self.verdict = verdict,
                Err(finding) => self.besides.push(*finding),
            },
            Err(error) => self.besides.push(found(Check::BadReceipt, &error)),
        }
    }

    /// Looks for the leaf in the whole log.
    async fn search(&mut self, log: &Source, receipt: &Receipt, context: &Context<'_>, progress: Progress<'_>) {
        let at = Place::of(format!("log {log}"));
        let note = match log.checkpoint().await {
            Ok(note) => note,
            Err(error) => return self.unread(context, Finding::new(Check::Unreadable, at).fact("why", error)),
        };
        let witnessed = match cosigned::read(&note, &context.keys.policy, context.seconds()) {
            Ok(witnessed) => witnessed,
            Err(error) => return self.unread(context, Finding::new(Check::BadCheckpoint, at).fact("why", error)),
        };
        let checkpoint = witnessed.checkpoint().clone();
        let mut wanted = Wanted::new(receipt, context);
        let mut look = |first: u64, leaves: &[Digest]| wanted.look(first, leaves);
        let walked = match walk(log, checkpoint.size, Edge::default(), &mut look, progress).await {
            Ok(walked) => walked,
            Err(fault) => return self.unread(context, finding_of(&fault, &checkpoint)),
        };
        if walked.root != checkpoint.root {
            let finding = Finding::new(Check::BadTile, at).fact("why", "the entries do not make the signed root");
            return self.unread(context, finding);
        }
        self.decide(&witnessed, receipt, &wanted, context);
    }

    /// The log tells nothing.
    fn unread(&mut self, context: &Context<'_>, finding: Finding) {
        self.besides.push(finding);
        if let Some(receipt) = &self.receipt {
            self.verdict = not_shown(&receipt.statement, context, "the log could not be read to its end");
        }
    }

    fn decide(&mut self, witnessed: &Witnessed, receipt: &Receipt, wanted: &Wanted, context: &Context<'_>) {
        let checkpoint = witnessed.checkpoint().clone();
        self.verdict = match wanted.index {
            Some(index) if witnessed.has_quorum() => {
                Verdict::Included { checkpoint, index, cosigned: witnessed.cosigned.clone() }
            }
            Some(index) => Verdict::Unwitnessed { checkpoint, index, missing: witnessed.missing.clone() },
            None if !context.is_over(&receipt.statement) => return,
            None => {
                let policy = &context.keys.policy;
                let since = quorum_since(witnessed.signed.note(), policy, over(&receipt.statement));
                let shown_by = match (wanted.later, since) {
                    (Some(later), _) => ShownBy::LaterReceipt(Box::new(later)),
                    (None, Some(_)) => ShownBy::Witnesses,
                    (None, None) => ShownBy::OwnClock,
                };
                Verdict::BrokenPromise { shown_by, checkpoint: Box::new(witnessed.signed.clone()) }
            }
        };
    }
}

/// What is looked for in the log.
struct Wanted {
    leaf: Digest,
    index: Option<u64>,
    candidates: Vec<Receipt>,
    later: Option<Receipt>,
}

impl Wanted {
    fn new(receipt: &Receipt, context: &Context<'_>) -> Self {
        let later = |later: &&Receipt| context.keys.has_signed(later) && check_later(&receipt.statement, later).is_ok();
        let candidates = context.later.iter().filter(later).copied().collect();
        Self { leaf: receipt.statement.link.leaf, index: None, candidates, later: None }
    }

    fn look(&mut self, first: u64, leaves: &[Digest]) {
        for (index, leaf) in (first..).zip(leaves) {
            if *leaf == self.leaf && self.index.is_none() {
                self.index = Some(index);
            }
            if self.later.is_none() {
                self.later = self.candidates.iter().find(|later| later.statement.link.leaf == *leaf).copied();
            }
        }
    }
}
