//! The collector of one run: what was found, what was looked at, and what was not.
//!
//! An examination gets an [`Audit`] and tells it three things, and nothing else: [`Audit::find`], [`Audit::looked`] and
//! [`Audit::unchecked`]. What it looked at counts as much as what it found: a report says "nothing was found" only of
//! what stands there.

mod clip;
mod gap;
mod identity;
mod minute;
mod progress;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use souspli_protocol::VerifyingKey;

use crate::report::Report;
use crate::{Area, Check, Fact, Finding, Place, Severity};

pub(crate) use clip::hex;
pub use clip::{FACTS, STEPS, TEXT};
pub use gap::Gap;
pub(crate) use identity::lies_in;
pub use identity::{Identity, PASSING_FACTS, PASSING_STEPS, lasting};
pub use minute::Minute;
pub use progress::{Progress, Silent};

/// Findings that are kept of one check in one place, rows aside; the rest are counted.
pub const PER_PLACE: usize = 10;
/// Findings that are kept of one check and weight in all places together; the rest are counted.
pub const PER_CHECK: usize = 500;
/// Bytes of names and values that are kept of one check and weight; what comes after is counted.
pub const BYTES_PER_CHECK: usize = 256 * 1024;
/// Places that are listed as looked at, and as not looked at; the rest are counted.
pub const PLACES: usize = 2_000;
/// Bytes of names and values that are kept of the places that were looked at, and of those that were not.
pub const BYTES_OF_PLACES: usize = 1024 * 1024;

/// Who examines whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The host, as the person who runs the audit names it.
    pub host: String,
    /// Who runs the audit, as that person says.
    pub auditor: Option<String>,
    /// The key that the report will be signed with.
    pub key: Option<VerifyingKey>,
}

/// The policy that an audit judges by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyUsed {
    /// Its name: a file, or a release.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// What it belongs to.
    pub area: Area,
    /// Where: an artefact, or a part of one that was looked at by itself.
    pub place: Place,
    /// What was looked for.
    pub checks: Vec<Check>,
    /// Rows, lines, requests or entries that were read.
    pub rows: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// How long it took.
    pub seconds: u64,
}

/// Something that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unchecked {
    /// What it belongs to.
    pub area: Area,
    /// Where.
    pub place: Place,
    /// Why.
    pub gap: Gap,
    /// What is known of the reason, such as the system's error.
    pub facts: Vec<Fact>,
}

impl Unchecked {
    /// Something that was not looked at, and why.
    pub fn new(area: Area, place: Place, gap: Gap) -> Self {
        Self { area, place, gap, facts: Vec::new() }
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.facts.push(Fact { name: name.to_owned(), value: value.to_string() });
        self
    }
}

/// Findings that are counted and not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotListed {
    /// Of this check.
    pub check: Check,
    /// Of this weight.
    pub severity: Severity,
    /// In this place; without one, in places of which none is listed.
    pub place: Option<Place>,
    /// How many.
    pub count: u64,
}

/// One run. Whatever the host shows, what is kept stays small.
#[derive(Debug)]
pub struct Audit {
    about: About,
    begin: Minute,
    policy: Option<PolicyUsed>,
    findings: Vec<Finding>,
    places: BTreeMap<(Check, Severity, Place), Counted>,
    kept: BTreeMap<(Check, Severity), Kept>,
    beyond: BTreeMap<(Check, Severity), u64>,
    looked: Vec<Looked>,
    looked_bytes: usize,
    looked_beyond: u64,
    unchecked: Vec<Unchecked>,
    unchecked_bytes: usize,
    unchecked_beyond: u64,
}

/// Findings of one check in one place.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    kept: usize,
    rest: u64,
}

/// Findings of one check.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    findings: usize,
    bytes: usize,
}

impl Kept {
    fn is_full(self) -> bool {
        self.findings >= PER_CHECK || self.bytes >= BYTES_PER_CHECK
    }
}

impl Audit {
    /// Begins at a minute of the auditor's clock.
    pub fn begin(about: About, minute: Minute) -> Self {
        Self {
            about: About { host: clip::text(about.host), auditor: about.auditor.map(clip::text), ..about },
            begin: minute,
            policy: None,
            findings: Vec::new(),
            places: BTreeMap::new(),
            kept: BTreeMap::new(),
            beyond: BTreeMap::new(),
            looked: Vec::new(),
            looked_bytes: 0,
            looked_beyond: 0,
            unchecked: Vec::new(),
            unchecked_bytes: 0,
            unchecked_beyond: 0,
        }
    }

    /// Says which policy this audit judges by.
    pub fn judge_by(&mut self, name: impl Into<String>, policy: &[u8]) {
        let sha256 = hex(&souspli_attest::sha256(policy).0);
        self.policy = Some(PolicyUsed { name: clip::text(name.into()), sha256 });
    }

    /// Takes a finding. Of many alike the first ones are listed and all are counted.
    ///
    /// A finding of [`Check::Unreadable`] makes the audit incomplete, as an [`Audit::unchecked`] does.
    pub fn find(&mut self, finding: Finding) {
        let finding = clip::finding(finding);
        let (check, severity) = (finding.check, finding.severity);
        let of_check = self.kept.entry((check, severity)).or_default();
        let key = (check, severity, lasting(&finding.place));
        if !of_check.is_full() {
            let here = self.places.entry(key).or_default();
            if here.kept < PER_PLACE {
                here.kept = here.kept.saturating_add(1);
                of_check.findings = of_check.findings.saturating_add(1);
                of_check.bytes = of_check.bytes.saturating_add(clip::size(&finding.place, &finding.facts));
                self.findings.push(finding);
            } else {
                here.rest = here.rest.saturating_add(1);
            }
        } else if let Some(here) = self.places.get_mut(&key) {
            here.rest = here.rest.saturating_add(1);
        } else {
            let beyond = self.beyond.entry((check, severity)).or_default();
            *beyond = beyond.saturating_add(1);
        }
    }

    /// Says what was looked at, what for and how much of it, once it was looked at to its end.
    pub fn looked(&mut self, looked: Looked) {
        if self.looked.len() < PLACES && self.looked_bytes < BYTES_OF_PLACES {
            let place = clip::place(looked.place);
            self.looked_bytes = self.looked_bytes.saturating_add(clip::size(&place, &[]));
            let mut checks = looked.checks;
            checks.sort_unstable();
            checks.dedup();
            self.looked.push(Looked { place, checks, ..looked });
        } else {
            self.looked_beyond = self.looked_beyond.saturating_add(1);
        }
    }

    /// Says what was not looked at, and why.
    pub fn unchecked(&mut self, unchecked: Unchecked) {
        if self.unchecked.len() < PLACES && self.unchecked_bytes < BYTES_OF_PLACES {
            let (place, facts) = (clip::place(unchecked.place), clip::facts(unchecked.facts));
            self.unchecked_bytes = self.unchecked_bytes.saturating_add(clip::size(&place, &facts));
            self.unchecked.push(Unchecked { place, facts, ..unchecked });
        } else {
            self.unchecked_beyond = self.unchecked_beyond.saturating_add(1);
        }
    }

    /// Ends at a minute of the auditor's clock.
    pub fn end(self, minute: Minute) -> Report {
        let mut findings = self.findings;
        findings.sort_by_cached_key(|finding| {
            (finding.check, std::cmp::Reverse(finding.severity), lasting(&finding.place))
        });
        let in_places = self.places.into_iter().filter(|(_, counted)| counted.rest > 0).map(
            |((check, severity, place), counted)| NotListed {
                check,
                severity,
                place: Some(place),
                count: counted.rest,
            },
        );
        let beyond = self.beyond.into_iter();
        let elsewhere = beyond.map(|((check, severity), count)| NotListed { check, severity, place: None, count });
        let mut not_listed: Vec<NotListed> = in_places.chain(elsewhere).collect();
        not_listed.sort_by(|a, b| (a.check, b.severity, &a.place).cmp(&(b.check, a.severity, &b.place)));
        let parts = Parts {
            about: self.about,
            begin: self.begin,
            end: minute.max(self.begin),
            policy: self.policy,
            findings,
            not_listed,
            looked: self.looked,
            looked_not_listed: self.looked_beyond,
            unchecked: self.unchecked,
            unchecked_not_listed: self.unchecked_beyond,
        };
        Report::of(parts)
    }
}

/// What a run leaves for its report.
pub(crate) struct Parts {
    pub(crate) about: About,
    pub(crate) begin: Minute,
    pub(crate) end: Minute,
    pub(crate) policy: Option<PolicyUsed>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) not_listed: Vec<NotListed>,
    pub(crate) looked: Vec<Looked>,
    pub(crate) looked_not_listed: u64,
    pub(crate) unchecked: Vec<Unchecked>,
    pub(crate) unchecked_not_listed: u64,
}
