//! Audits of real databases: a real host with some hundred real bookings gives no finding, and each leak that is put into
//! it is named where it is.

mod dump;
mod honest;
mod postgres;
mod search;
mod sqlite;

use souspli_auditor::database::{KnownBooking, Outcome, Source, ValueSearch, Wanted, audit};
use souspli_auditor::policy::Policy;
use souspli_auditor::{Check, Finding};

/// Audits a source that can be read.
fn audited(source: &Source, search: Option<&dyn ValueSearch>, known: &[KnownBooking]) -> Outcome {
    let policy = Policy::embedded().expect("policy");
    audit(source, Wanted { search, known, ..Wanted::by(&policy) }, &mut |_| {}).expect("audited")
}

/// A finding as a line: check, path without its first step's name, facts.
fn line(finding: &Finding) -> String {
    let facts: Vec<String> = finding.facts.iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect();
    format!("{} {} [{}]", finding.check, finding.place.path.join(" › "), facts.join(" "))
}

fn lines(outcome: &Outcome) -> String {
    outcome.findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Whether something of a check was found at a path that begins like this.
fn found(outcome: &Outcome, check: Check, path: &[&str]) -> bool {
    outcome.findings.iter().any(|finding| {
        let steps: Vec<&str> = finding.place.path.iter().map(String::as_str).collect();
        finding.check == check && steps.starts_with(path)
    })
}

#[track_caller]
fn must_find(outcome: &Outcome, check: Check, path: &[&str]) {
    assert!(found(outcome, check, path), "{check} at {} is not in\n{}", path.join(" › "), lines(outcome));
}

/// A fact of the first finding of a check at a place.
#[track_caller]
fn fact_of(outcome: &Outcome, check: Check, path: &[&str], name: &str) -> String {
    let there = outcome.findings.iter().filter(|finding| {
        let steps: Vec<&str> = finding.place.path.iter().map(String::as_str).collect();
        finding.check == check && steps.starts_with(path)
    });
    let fact = there.flat_map(|finding| &finding.facts).find(|fact| fact.name == name);
    let Some(fact) = fact else { panic!("no {name} in\n{}", lines(outcome)) };
    fact.value.clone()
}
