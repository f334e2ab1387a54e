//! Other checkpoints of the same log: from the last audit, from proof files, from witnesses.

use souspli_tlog::checkpoint::{Checkpoint, SignedCheckpoint, open};
use souspli_tlog::policy::Policy;

use super::audit::{AuditError, finding_of};
use super::cosigned::log_keys;
use super::paths::{self, Agreement};
use super::source::Source;
use crate::evidence::log_fork;
use crate::{Check, Finding, Place};

/// A checkpoint that the log has signed at another time, or shown at another place.
#[derive(Debug, Clone)]
pub(crate) struct Earlier {
    /// Where it comes from.
    pub(crate) name: String,
    /// The checkpoint.
    pub(crate) signed: SignedCheckpoint,
}

impl Earlier {
    pub(crate) fn checkpoint(&self) -> &Checkpoint {
        self.signed.checkpoint()
    }
}

/// The checkpoint of the last audit, which must be of the log that is audited now.
pub(crate) fn kept(note: &[u8], newest: &Checkpoint, policy: &Policy) -> Result<Earlier, AuditError> {
    let signed = log_keys(policy, &newest.origin).find_map(|key| open(note, key).ok());
    let signed = signed.ok_or(AuditError::OtherLog)?;
    Ok(Earlier { name: "the last audit".to_owned(), signed })
}

/// A checkpoint that somebody gives; one that no log of the policy has signed is a finding.
pub(crate) fn given(name: &str, note: &[u8], policy: &Policy) -> Result<Earlier, Finding> {
    let keys = policy.logs().iter().map(souspli_tlog::policy::Log::key);
    let signed = keys.map(|key| open(note, key)).reduce(Result::or);
    match signed {
        Some(Ok(signed)) => Ok(Earlier { name: name.to_owned(), signed }),
        Some(Err(error)) => Err(Finding::new(Check::BadCheckpoint, Place::of(name)).fact("why", error)),
        None => Err(Finding::new(Check::BadCheckpoint, Place::of(name)).fact("why", "the policy lists no log")),
    }
}

/// Compares another checkpoint with the one that the log shows here; nothing where this one goes on from it.
pub(crate) async fn compare(
    source: &Source,
    other: &Earlier,
    here: &SignedCheckpoint,
    policy: &Policy,
) -> Option<(Finding, Option<Vec<u8>>)> {
    let (theirs, ours) = (other.checkpoint(), here.checkpoint());
    let at = Place::of(format!("log {}", ours.origin)).at(format!("checkpoint of {}", other.name));
    let text = |signed: &SignedCheckpoint| String::from_utf8_lossy(&signed.encode()).into_owned();
    let finding = |check| Finding::new(check, at.clone()).fact("theirs", text(&other.signed)).fact("here", text(here));
    if theirs.origin != ours.origin {
        return Some((Finding::new(Check::BadCheckpoint, at).fact("why", "it is of another log"), None));
    }
    if theirs.size > ours.size {
        return Some((finding(Check::SmallerTree).fact("size", theirs.size).fact("size_here", ours.size), None));
    }
    match paths::compare(source, theirs, ours).await {
        Ok(Agreement::Consistent) => None,
        Ok(Agreement::Forked(fork)) => {
            let evidence = log_fork::make(policy, &other.signed, here, &fork.prefix, &fork.path);
            Some((finding(Check::LogForked).fact("size", theirs.size).fact("root_here", fork.prefix), evidence))
        }
        Err(fault) => Some((finding_of(&fault, ours), None)),
    }
}
