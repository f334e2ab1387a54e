//! Findings, a bounded number of each kind, with a count of the rest.

use std::collections::BTreeMap;

use crate::{Check, Finding, Place};

/// Findings of one check in one column that are kept.
const KEPT: u64 = 8;

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: Vec<Finding>,
    /// By check, place without its row, and kind: where the first one stands, and how many there are.
    groups: BTreeMap<(Check, String, String), (usize, u64)>,
}

impl Report {
    /// Adds a finding. Those of one check, place (up to its row) and kind are counted together.
    pub(crate) fn add(&mut self, kind: &str, finding: Finding) {
        let path = finding.place.path.iter().filter(|step| !is_row(step));
        let place = path.map(String::as_str).collect::<Vec<_>>().join("/");
        let next = self.findings.len();
        let (_, count) = self.groups.entry((finding.check, place, kind.to_owned())).or_insert((next, 0));
        *count = count.saturating_add(1);
        if *count <= KEPT {
            self.findings.push(finding);
        }
    }

    /// All of them; the first of each group says how many more there are.
    pub(crate) fn finish(self) -> Vec<Finding> {
        let mut findings = self.findings;
        for (first, count) in self.groups.into_values() {
            let more = count.saturating_sub(KEPT);
            if more > 0
                && let Some(finding) = findings.get_mut(first)
            {
                *finding = finding.clone().fact("more", more);
            }
        }
        findings
    }
}

fn is_row(step: &str) -> bool {
    step.starts_with("row ") || step.starts_with("byte ")
}

/// A row's place; rows count from 1.
pub(crate) fn at_row(place: &Place, row: u64) -> Place {
    place.at(format!("row {}", row.saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_counted() {
        let mut report = Report::default();
        let column = Place::of("database").at("table event").at("column bytes");
        for row in 0..20 {
            report.add("size", Finding::new(Check::WrongShape, at_row(&column, row)));
        }
        report.add("size", Finding::new(Check::WrongShape, Place::of("database").at("table event").at("column hash")));
        report.add("size", Finding::new(Check::ClearRun, column));
        let findings = report.finish();
        assert_eq!(findings.len(), 10);
        assert_eq!(findings[0].place.path[2], "row 1");
        assert_eq!(findings[0].facts.last().map(|fact| fact.value.as_str()), Some("12"));
        assert!(findings[1..].iter().all(|finding| finding.facts.is_empty()));
    }
}
