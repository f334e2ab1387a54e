//! Evidence against a host that a third party can check alone (`docs/spec/evidence.md`).

mod accepted;
mod chain;
mod claim_set;
mod double_claim;
mod file;
pub(crate) mod log_fork;
mod make;
mod signed_twice;
mod standing;
#[cfg(test)]
pub(crate) mod tests;
mod unmerged;
mod verdict;

use std::io::BufRead;

use crate::receipt::HostKeys;
use file::Lines;

pub use accepted::{Accepted, Claiming};
pub use chain::{Entry, double_claims};
pub use make::{
    Unmade, make_double_claim, make_hidden_claim, make_log_fork, make_signed_twice, make_two_claim_sets, make_unmerged,
    make_wrong_count,
};
pub(crate) use unmerged::{check_later, over};
pub use verdict::{Doubt, Guilt, Judgement, Kind, Verdict};

/// Judges an evidence file with a host's keys. Nothing else is asked: no network, no clock.
pub fn judge(file: impl BufRead, keys: &HostKeys) -> Judgement {
    let mut lines = match Lines::open(file) {
        Ok(lines) => lines,
        Err(doubt) => return Judgement { kind: None, verdict: Verdict::NotShown(doubt) },
    };
    let kind = lines.kind();
    let verdict = match kind {
        Kind::SignedTwice => signed_twice::judge(&mut lines, keys),
        Kind::DoubleClaim => double_claim::judge(&mut lines, keys),
        Kind::HiddenClaim => claim_set::hidden(&mut lines, keys),
        Kind::WrongCount => claim_set::count(&mut lines, keys),
        Kind::TwoClaimSets => claim_set::two(&mut lines, keys),
        Kind::Unmerged => unmerged::judge(&mut lines, keys),
        Kind::LogFork => log_fork::judge(&mut lines, keys),
    };
    Judgement { kind: Some(kind), verdict: verdict.unwrap_or_else(Verdict::NotShown) }
}
