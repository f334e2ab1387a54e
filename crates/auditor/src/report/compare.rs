//! What changed since an earlier report.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Report;
use crate::audit::{Identity, Minute, hex, lasting, lies_in};
use crate::{Check, Finding, Place};

/// Whether a finding was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The earlier audit looked there for it, and did not find it.
    New,
    /// It was there before.
    Unchanged,
    /// The earlier audit did not look there for it, or did not list all that it found.
    Unknown,
}

/// A place that the earlier audit looked at, and what for, and this one does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostSight {
    /// Where.
    pub place: Place,
    /// What is no longer looked for there.
    pub checks: Vec<Check>,
}

/// What changed since an earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// SHA-256 of the earlier report, in hexadecimal.
    pub sha256: String,
    /// When the earlier audit ended.
    pub end: Minute,
    /// For each finding of this report, in their order.
    pub since: Vec<Since>,
    /// Found then, looked for in the same place, and no longer found.
    pub gone: Vec<Finding>,
    /// Found then, and not looked for in the same place, or not all found is listed.
    pub not_seen_again: Vec<Finding>,
    /// Looked at then and not now.
    pub lost_sight: Vec<LostSight>,
}

impl Comparison {
    /// How many of this report's findings are of one kind.
    pub fn count(&self, kind: Since) -> usize {
        self.since.iter().filter(|since| **since == kind).count()
    }
}

impl Report {
    /// Compares this report with an earlier one, which the caller has verified, and takes what came of it in.
    pub fn compare(&mut self, earlier: &Self) {
        let (now, then) = (identities(self), identities(earlier));
        let judge = |finding: &Finding| match then.contains_key(&Identity::of(finding)) {
            true => Since::Unchanged,
            false if earlier.would_list(finding) => Since::New,
            false => Since::Unknown,
        };
        let since = self.findings.iter().map(judge).collect();
        let away = then.iter().filter(|(identity, _)| !now.contains_key(identity)).map(|(_, finding)| *finding);
        let (gone, not_seen_again) = away.cloned().partition(|finding| self.would_list(finding));
        self.comparison = Some(Comparison {
            sha256: hex(&souspli_attest::sha256(&earlier.to_json()).0),
            end: earlier.end,
            since,
            gone,
            not_seen_again,
            lost_sight: self.lost_sight(earlier),
        });
    }

    /// Whether a finding that holds would stand in this report: its place was looked at for its check, nothing about that
    /// place was left out, and all that its check found there is listed.
    fn would_list(&self, finding: &Finding) -> bool {
        let place = &finding.place;
        let looked = self.looked.iter().any(|l| lies_in(place, &l.place) && l.checks.contains(&finding.check));
        let near = |other: &Place| lies_in(place, other) || lies_in(other, place);
        let left_out = self.unchecked_not_listed > 0 || self.unchecked.iter().any(|unchecked| near(&unchecked.place));
        let cut = self
            .not_listed
            .iter()
            .any(|rest| rest.check == finding.check && rest.place.as_ref().is_none_or(|cut| *cut == lasting(place)));
        looked && !left_out && !cut
    }

    fn lost_sight(&self, earlier: &Self) -> Vec<LostSight> {
        let mut sights: BTreeMap<Place, BTreeSet<Check>> = BTreeMap::new();
        for looked in &earlier.looked {
            sights.entry(lasting(&looked.place)).or_default().extend(&looked.checks);
        }
        for looked in &self.looked {
            // What is looked at as a whole now covers what was looked at in parts.
            for (place, checks) in &mut sights {
                if lies_in(place, &looked.place) {
                    looked.checks.iter().for_each(|check| _ = checks.remove(check));
                }
            }
        }
        let lost = sights.into_iter().filter(|(_, checks)| !checks.is_empty());
        lost.map(|(place, checks)| LostSight { place, checks: checks.into_iter().collect() }).collect()
    }
}

/// The first finding of each identity.
fn identities(report: &Report) -> BTreeMap<Identity, &Finding> {
    let mut found = BTreeMap::new();
    for finding in &report.findings {
        found.entry(Identity::of(finding)).or_insert(finding);
    }
    found
}
