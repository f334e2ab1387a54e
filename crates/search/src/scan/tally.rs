//! Hits by what they have in common: a leak in every row is one thing, said once.

use std::collections::BTreeMap;

use super::hit::{Hit, Sink};
use crate::{Finding, Place};

/// Keeps the first hit of each canary in each form, and counts the others. Needs memory for as many as there are forms,
/// however many hits there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<(String, String), (Place, Hit, u64)>);

impl Tally {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first hit of each kind, where it was, and how many there were.
    pub fn hits(&self) -> impl Iterator<Item = (&Place, &Hit, u64)> {
        self.0.values().map(|(place, hit, count)| (place, hit, *count))
    }

    /// A finding for each kind of hit; `times` says how many there were.
    pub fn findings(&self) -> Vec<Finding> {
        self.hits().map(|(place, hit, count)| hit.finding(place).fact("times", count)).collect()
    }
}

impl Sink for Tally {
    fn hit(&mut self, place: &Place, hit: Hit) {
        let key = (hit.canary.clone(), hit.form.clone());
        self.0.entry(key).and_modify(|(_, _, count)| *count += 1).or_insert_with(|| (place.clone(), hit, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_often_is_said_once() {
        let hit = |form: &str, offset| Hit {
            canary: "canary 1, name".to_owned(),
            form: form.to_owned(),
            offset,
            inside: Vec::new(),
            at: offset,
            hashed: false,
        };
        let mut tally = Tally::default();
        assert!(tally.is_empty());
        for (row, form, offset) in [(1, "utf8", 7), (2, "utf8", 3), (2, "hex", 9)] {
            tally.hit(&Place::of("database").at(format!("row {row}")), hit(form, offset));
        }
        let findings = tally.findings();
        let facts = |name: &str| -> Vec<&str> {
            let all = findings.iter().flat_map(|finding| &finding.facts);
            all.filter(|fact| fact.name == name).map(|fact| fact.value.as_str()).collect()
        };
        assert_eq!(
            (facts("form"), facts("offset"), facts("times")),
            (vec!["hex", "utf8"], vec!["9", "7"], vec!["1", "2"])
        );
        assert_eq!(findings[1].place.path, ["row 1"]);
    }
}
