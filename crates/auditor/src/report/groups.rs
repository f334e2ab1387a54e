//! Findings that say the same, put together: the order in which a report tells them.

use super::{Report, Since};
use crate::audit::NotListed;
use crate::{Check, Finding, Severity};

/// The findings of one check and weight.
pub(crate) struct Alike<'a> {
    pub(crate) check: Check,
    pub(crate) severity: Severity,
    /// Each with what an earlier report says of it, if there is one.
    pub(crate) listed: Vec<(&'a Finding, Option<Since>)>,
    /// What is counted only.
    pub(crate) rest: Vec<&'a NotListed>,
}

impl Alike<'_> {
    /// How many there are, listed or not.
    pub(crate) fn count(&self) -> u64 {
        let listed = u64::try_from(self.listed.len()).unwrap_or(u64::MAX);
        self.rest.iter().fold(listed, |sum, rest| sum.saturating_add(rest.count))
    }
}

/// The findings of a report, the heaviest first, then in the order of the checks.
pub(crate) fn of_report(report: &Report) -> Vec<Alike<'_>> {
    let since = report.comparison.as_ref().map(|comparison| &comparison.since);
    let since = |at: usize| since.and_then(|since| since.get(at)).copied();
    let findings: Vec<_> = report.findings.iter().enumerate().map(|(at, finding)| (finding, since(at))).collect();
    put_together(&findings, &report.not_listed)
}

/// Findings by themselves, in the same order.
pub(crate) fn of_findings(findings: &[Finding]) -> Vec<Alike<'_>> {
    let findings: Vec<_> = findings.iter().map(|finding| (finding, None)).collect();
    put_together(&findings, &[])
}

fn put_together<'a>(findings: &[(&'a Finding, Option<Since>)], not_listed: &'a [NotListed]) -> Vec<Alike<'a>> {
    let weights = [Severity::Breach, Severity::Warning, Severity::Note];
    let kinds = weights.into_iter().flat_map(|severity| Check::ALL.iter().map(move |check| (*check, severity)));
    kinds
        .map(|(check, severity)| Alike {
            check,
            severity,
            listed: findings.iter().filter(|(f, _)| (f.check, f.severity) == (check, severity)).copied().collect(),
            rest: not_listed.iter().filter(|rest| (rest.check, rest.severity) == (check, severity)).collect(),
        })
        .filter(|group| group.count() > 0)
        .collect()
}
