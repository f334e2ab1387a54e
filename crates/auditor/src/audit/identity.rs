//! What makes a finding the same one in two audits: the check, the place without rows, and the facts that stay.

use crate::{Fact, Finding, Place};

/// Kinds of step that, with a number behind, say where in a heap of equal things: they change with every booking.
pub const PASSING_STEPS: &[&str] = &["row", "byte", "line", "page", "offset", "entry", "request", "item"];

/// Names of facts that are measured anew each time. Every other fact is part of a finding's identity: to mistake two
/// findings for one would hide the second.
pub const PASSING_FACTS: &[&str] = &[
    "bytes",
    "count",
    "minute",
    "more_facts",
    "offset",
    "p_value",
    "row",
    "rows",
    "score",
    "seconds",
    "share",
    "statistic",
    "values",
];

/// A place without the steps that pass.
pub fn lasting(place: &Place) -> Place {
    Place { artefact: place.artefact.clone(), path: lasting_steps(place).cloned().collect() }
}

fn lasting_steps(place: &Place) -> impl Iterator<Item = &String> {
    place.path.iter().filter(|step| !passes(step))
}

fn passes(step: &str) -> bool {
    step.split_once(' ').is_some_and(|(kind, number)| {
        PASSING_STEPS.contains(&kind) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether a place is another one, or lies in it.
pub(crate) fn lies_in(inner: &Place, outer: &Place) -> bool {
    let mut inner_steps = lasting_steps(inner);
    inner.artefact == outer.artefact && lasting_steps(outer).all(|step| inner_steps.next() == Some(step))
}

/// What two findings must share to be the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    check: &'static str,
    place: Place,
    facts: Vec<(String, String)>,
}

impl Identity {
    /// The identity of a finding; its weight and the order of its facts do not count.
    pub fn of(finding: &Finding) -> Self {
        let stays = |fact: &&Fact| !PASSING_FACTS.contains(&fact.name.as_str());
        let mut facts: Vec<_> =
            finding.facts.iter().filter(stays).map(|fact| (fact.name.clone(), fact.value.clone())).collect();
        facts.sort_unstable();
        Self { check: finding.check.code(), place: lasting(&finding.place), facts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Check;

    fn finding(row: u32) -> Finding {
        let place = Place::of("database a.db").at("table event").at("column bytes").at(format!("row {row}"));
        Finding::new(Check::Canary, place).fact("encoding", "base64").fact("p_value", row)
    }

    #[test]
    fn rows_and_measurements_pass_and_everything_else_stays() {
        let one = Identity::of(&finding(1));
        assert_eq!(one, Identity::of(&finding(2)));
        let turned = Finding { facts: finding(1).facts.into_iter().rev().collect(), ..finding(1) };
        assert_eq!(one, Identity::of(&turned));
        for other in [
            Finding { check: Check::ClearRun, ..finding(1) },
            Finding { place: Place { artefact: "database b.db".to_owned(), ..finding(1).place }, ..finding(1) },
            Finding { place: finding(1).place.at("value"), ..finding(1) },
            finding(1).fact("canary", "phone"),
            Finding { facts: Vec::new(), ..finding(1) },
        ] {
            assert_ne!(one, Identity::of(&other), "{other:?}");
        }
    }

    #[test]
    fn what_only_looks_like_a_row_stays() {
        let place =
            Place::of("database a.db").at("table row 5").at("page /row").at("row 5").at("page 12").at("row 5 a");
        assert_eq!(lasting(&place).path, ["table row 5", "page /row", "row 5 a"]);
    }

    #[test]
    fn a_place_lies_in_what_holds_it() {
        let database = Place::of("database a.db");
        let column = database.at("table event").at("column bytes");
        assert!(lies_in(&column.at("row 3"), &database));
        assert!(lies_in(&column, &column.at("row 9")), "rows do not count");
        assert!(!lies_in(&database, &column));
        assert!(!lies_in(&column, &Place::of("database b.db")));
        assert!(!lies_in(&database.at("table events"), &database.at("table event")));
    }
}
