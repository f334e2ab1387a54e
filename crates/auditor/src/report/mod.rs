//! The report of an audit: one value, written as JSON, which is signed, and shown as a page for people.

mod compare;
mod escape;
pub(crate) mod groups;
mod html;
mod json;
mod key;
mod language;
mod numbers;
mod reason;
mod signature;
mod words;

use serde::{Deserialize, Serialize};
use souspli_protocol::VerifyingKey;

use crate::audit::{Looked, Minute, NotListed, Parts, PolicyUsed, Unchecked};
use crate::{Area, Check, Finding, Severity};

pub use compare::{Comparison, LostSight, Since};
pub use escape::visible;
pub use html::{Proof, page};
pub use json::{FORMAT, LARGEST, ReadError, SCHEMA};
pub use key::{AuditorKey, KeyError};
pub use language::Language;
pub use numbers::{bytes, count, duration, moment, span};
pub use reason::reason;
pub use signature::{SignatureError, Signed, statement};
pub use words::{Limit, area, fact_name, gap, limits, meaning, severity, step, title, verdict_sentence};

/// What an audit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing was found in what was looked at.
    Nothing,
    /// Notes only.
    Notes,
    /// At least one warning, no breach.
    Warnings,
    /// At least one breach.
    Breach,
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `souspli-audit`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Who answers for a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auditor {
    /// As that person says.
    pub name: Option<String>,
    /// The key of the signature; without one nobody has signed.
    pub key: Option<VerifyingKey>,
}

/// The numbers of a report; findings that are not listed count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Findings of weight breach.
    pub breaches: u64,
    /// Findings of weight warning.
    pub warnings: u64,
    /// Findings of weight note.
    pub notes: u64,
    /// Places that were looked at.
    pub places: u64,
    /// Rows, lines, requests and entries that were read.
    pub rows: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Places that were not looked at.
    pub unchecked: u64,
}

/// The report of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// What made it.
    pub tool: Tool,
    /// The host, as the auditor names it.
    pub host: String,
    /// Who answers for it.
    pub auditor: Auditor,
    /// When the audit began.
    pub begin: Minute,
    /// When it ended.
    pub end: Minute,
    /// What it judged by.
    pub policy: Option<PolicyUsed>,
    /// What it comes to.
    pub verdict: Verdict,
    /// Whether all that was to be looked at was looked at.
    pub complete: bool,
    /// The numbers.
    pub counts: Counts,
    /// What was found, in the order of [`Check::ALL`].
    pub findings: Vec<Finding>,
    /// What was found and is not listed.
    pub not_listed: Vec<NotListed>,
    /// What was looked at.
    pub looked: Vec<Looked>,
    /// How many places more were looked at.
    pub looked_not_listed: u64,
    /// What was to be looked at and was not.
    pub unchecked: Vec<Unchecked>,
    /// How many places more were not.
    pub unchecked_not_listed: u64,
    /// Areas that this audit was not about.
    pub not_asked: Vec<Area>,
    /// What changed since an earlier report.
    pub comparison: Option<Comparison>,
}

impl Report {
    pub(crate) fn of(parts: Parts) -> Self {
        let mut report = Self {
            format: FORMAT.to_owned(),
            tool: Tool { name: "souspli-audit".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            host: parts.about.host,
            auditor: Auditor { name: parts.about.auditor, key: parts.about.key },
            begin: parts.begin,
            end: parts.end,
            policy: parts.policy,
            verdict: Verdict::Nothing,
            complete: false,
            counts: Counts::default(),
            findings: parts.findings,
            not_listed: parts.not_listed,
            looked: parts.looked,
            looked_not_listed: parts.looked_not_listed,
            unchecked: parts.unchecked,
            unchecked_not_listed: parts.unchecked_not_listed,
            not_asked: Vec::new(),
            comparison: None,
        };
        report.conclude();
        report
    }

    /// Everything in a report that follows from the rest of it.
    fn conclude(&mut self) {
        let seen = |area: &Area| {
            self.looked.iter().any(|looked| looked.area == *area)
                || self.unchecked.iter().any(|unchecked| unchecked.area == *area)
        };
        self.not_asked = Area::ALL.iter().copied().filter(|area| !seen(area)).collect();
        self.counts = self.count();
        self.complete = !self.looked.is_empty()
            && self.unchecked_not_listed == 0
            && self.unchecked.iter().all(|unchecked| unchecked.gap.is_choice())
            && !self.all_found().any(|(check, _, _)| check == Check::Unreadable);
        self.verdict = match self.all_found().map(|(_, severity, _)| severity).max() {
            None => Verdict::Nothing,
            Some(Severity::Note) => Verdict::Notes,
            Some(Severity::Warning) => Verdict::Warnings,
            Some(Severity::Breach) => Verdict::Breach,
        };
    }

    /// Check, weight and number of what was found, listed or not.
    fn all_found(&self) -> impl Iterator<Item = (Check, Severity, u64)> {
        let listed = self.findings.iter().map(|finding| (finding.check, finding.severity, 1));
        listed.chain(self.not_listed.iter().map(|rest| (rest.check, rest.severity, rest.count)))
    }

    fn count(&self) -> Counts {
        let sum = |numbers: &mut dyn Iterator<Item = u64>| numbers.fold(0, u64::saturating_add);
        let of = |weight| sum(&mut self.all_found().filter(|found| found.1 == weight).map(|found| found.2));
        let length = |length: usize, more: u64| u64::try_from(length).unwrap_or(u64::MAX).saturating_add(more);
        Counts {
            breaches: of(Severity::Breach),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            places: length(self.looked.len(), self.looked_not_listed),
            rows: sum(&mut self.looked.iter().map(|looked| looked.rows)),
            bytes: sum(&mut self.looked.iter().map(|looked| looked.bytes)),
            unchecked: length(self.unchecked.len(), self.unchecked_not_listed),
        }
    }

    /// Whether a report says of itself what follows from what it lists.
    fn holds_together(&self) -> bool {
        let mut again = self.clone();
        again.conclude();
        let compared = self.comparison.as_ref().is_none_or(|comparison| comparison.since.len() == self.findings.len());
        again == *self && self.begin <= self.end && compared
    }
}
