//! What witnesses were shown of a log (C2SP tlog-witness, "Monitor Retrieval Mechanism"), compared with what it shows here.

use http::StatusCode;
use souspli_tlog::cosignature;
use souspli_tlog::policy::Policy;
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witness::monitoring_path;

use super::cosigned::{self, Witnessed};
use super::earlier::{self, Earlier};
use super::source::{MAX_CHECKPOINT, Source};
use crate::http::{Address, Client};
use crate::{Check, Finding, Place, Severity};

/// A witness, and where it serves what it has cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAt {
    /// Its key.
    pub key: VerifierKey,
    /// Its monitoring prefix.
    pub prefix: Address,
}

/// The witnesses of a policy at the addresses that it gives: many serve reading and writing under one prefix.
pub fn witnesses_of(policy: &Policy) -> Vec<WitnessAt> {
    let at = |witness: &souspli_tlog::policy::Witness| {
        let prefix = Address::parse(witness.url()?).ok()?;
        Some(WitnessAt { key: witness.key().clone(), prefix })
    };
    policy.witnesses().iter().filter_map(at).collect()
}

/// What came of looking at the witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Splits of the view; and witnesses that could not be looked at.
    pub findings: Vec<Finding>,
    /// Evidence files for third parties: forks that the log's own hashes prove.
    pub evidence: Vec<Vec<u8>>,
    /// Witnesses whose checkpoint agrees with the log's: name and size.
    pub agree: Vec<(String, u64)>,
}

/// Compares the log's checkpoint with what each witness serves. A log shows a checkpoint before it asks for cosignatures,
/// so no witness may have a larger tree than the log shows here.
pub async fn monitor(source: &Source, client: &Client, witnesses: &[WitnessAt], policy: &Policy, now: u64) -> Seen {
    let mut seen = Seen::default();
    let Some(mut here) = checkpoint(source, policy, now, &mut seen).await else { return seen };
    for witness in witnesses {
        let place = Place::of(format!("witness {}", witness.key.name()));
        let theirs = match fetch(client, witness, policy, &here).await {
            Ok(theirs) => theirs,
            Err((check, why)) => {
                seen.findings.push(Finding::new(check, place).fact("why", why));
                continue;
            }
        };
        let Some(theirs) = theirs else {
            let mut finding = Finding::new(Check::Unreadable, place).fact("why", "it has cosigned nothing of this log");
            finding.severity = Severity::Note;
            seen.findings.push(finding);
            continue;
        };
        if theirs.checkpoint().size > here.checkpoint().size {
            // The log may have grown between the two questions.
            let Some(newer) = checkpoint(source, policy, now, &mut seen).await else { return seen };
            here = newer;
        }
        match earlier::compare(source, &theirs, &here.signed, policy).await {
            None => seen.agree.push((witness.key.name().to_owned(), theirs.checkpoint().size)),
            Some((finding, evidence)) => {
                seen.findings.push(finding);
                seen.evidence.extend(evidence);
            }
        }
    }
    seen
}

async fn checkpoint(source: &Source, policy: &Policy, now: u64, seen: &mut Seen) -> Option<Witnessed> {
    let at = || Place::of(format!("log {source}")).at("checkpoint");
    match source.checkpoint().await {
        Ok(note) => match cosigned::read(&note, policy, now) {
            Ok(witnessed) => return Some(witnessed),
            Err(error) => seen.findings.push(Finding::new(Check::BadCheckpoint, at()).fact("why", error)),
        },
        Err(error) => seen.findings.push(Finding::new(Check::Unreadable, at()).fact("why", error)),
    }
    None
}

/// The checkpoint that a witness serves, signed by the log and cosigned by the witness; `None` where it has none.
async fn fetch(
    client: &Client,
    witness: &WitnessAt,
    policy: &Policy,
    here: &Witnessed,
) -> Result<Option<Earlier>, (Check, String)> {
    let path = monitoring_path(&here.checkpoint().origin);
    let unreadable = |why: String| (Check::Unreadable, why);
    let bad = |why: String| (Check::BadCheckpoint, why);
    let answer = client.get(&witness.prefix, &path, MAX_CHECKPOINT).await;
    let answer = answer.map_err(|error| unreadable(error.to_string()))?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(unreadable(format!("status {}", status.as_u16()))),
    }
    let name = format!("witness {}", witness.key.name());
    let theirs = earlier::given(&name, &answer.body, policy)
        .map_err(|finding| bad(finding.facts.first().map(|fact| fact.value.clone()).unwrap_or_default()))?;
    match cosignature::latest(theirs.signed.note(), &witness.key) {
        Ok(Some(_)) => Ok(Some(theirs)),
        Ok(None) => Err(bad("the witness has not cosigned what it serves".to_owned())),
        Err(error) => Err(bad(error.to_string())),
    }
}
