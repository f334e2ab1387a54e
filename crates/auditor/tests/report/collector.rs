//! What an audit counts and concludes, and that it stays small whatever a host shows.

use souspli_auditor::audit::{Audit, FACTS, Gap, Minute, PER_CHECK, PER_PLACE, PLACES, STEPS, TEXT, Unchecked};
use souspli_auditor::report::{LARGEST, Report, Verdict};
use souspli_auditor::{Area, Check, Finding, Place, Severity};

use crate::samples::{BEGIN, about, audit, canary, clean, database, end, full, looked, with};

#[test]
fn the_heaviest_finding_is_the_verdict() {
    assert_eq!(clean().verdict, Verdict::Nothing);
    assert_eq!(with(Severity::Note).verdict, Verdict::Notes);
    assert_eq!(with(Severity::Warning).verdict, Verdict::Warnings);
    assert_eq!(with(Severity::Breach).verdict, Verdict::Breach);
    assert!(Verdict::Nothing < Verdict::Notes && Verdict::Warnings < Verdict::Breach);
}

#[test]
fn an_audit_that_looked_at_nothing_is_not_complete() {
    let report = end(audit());
    assert!(!report.complete);
    assert_eq!(report.not_asked, Area::ALL);
}

#[test]
fn what_could_not_be_looked_at_makes_an_audit_incomplete_and_a_choice_does_not() {
    for gap in Gap::ALL {
        let mut audit = audit();
        audit.looked(looked(database(), &[Check::Canary]));
        audit.unchecked(Unchecked::new(Area::Files, Place::of("folder backups"), *gap));
        let report = end(audit);
        assert_eq!(report.complete, gap.is_choice(), "{gap:?}");
        assert_eq!(report.counts.unchecked, 1);
        assert!(!report.not_asked.contains(&Area::Files), "it was asked for");
    }
    let mut audit = audit();
    audit.looked(looked(database(), &[Check::Canary]));
    audit.find(Finding::new(Check::Unreadable, database().at("table event")));
    assert!(!end(audit).complete, "a finding of the same meaning counts the same");
}

#[test]
fn of_many_alike_some_are_listed_and_all_are_counted() {
    let mut audit = audit();
    for row in 0..1_000 {
        audit.find(canary(row));
    }
    audit.find(Finding::new(Check::Canary, database().at("table vault").at("row 1")));
    let report = end(audit);
    assert_eq!(report.findings.len(), PER_PLACE + 1);
    assert_eq!(report.counts.breaches, 1_001);
    let [rest] = &report.not_listed[..] else { panic!("{:?}", report.not_listed) };
    assert_eq!(rest.count, 1_000 - u64::try_from(PER_PLACE).expect("small"));
    assert_eq!(rest.place, Some(database().at("table event").at("column bytes")), "without the row");
}

#[test]
fn many_places_do_not_hide_another_check_or_a_heavier_finding() {
    let mut audit = audit();
    for table in 0..20_000 {
        let place = database().at(format!("table {table}"));
        audit.find(Finding { severity: Severity::Note, ..Finding::new(Check::UndeclaredObject, place) });
    }
    audit.find(Finding::new(Check::UndeclaredObject, database().at("table real")));
    audit.find(canary(1));
    let report = end(audit);
    assert_eq!(report.findings.len(), PER_CHECK + 2);
    assert_eq!((report.counts.notes, report.counts.warnings, report.counts.breaches), (20_000, 1, 1));
    assert_eq!(report.not_listed.iter().map(|rest| rest.count).sum::<u64>(), 19_500);
    assert!(report.not_listed.iter().all(|rest| rest.place.is_none()), "places of which none is listed");
    assert_eq!(report.verdict, Verdict::Breach);
}

#[test]
fn places_are_listed_to_a_bound_and_counted_beyond() {
    let mut audit = audit();
    let more = PLACES + 5;
    for file in 0..more {
        audit.looked(looked(Place::of(format!("file {file}")), &[Check::Canary]));
        audit.unchecked(Unchecked::new(Area::Files, Place::of(format!("file {file}")), Gap::LeftOut));
    }
    let report = end(audit);
    assert_eq!((report.looked.len(), report.looked_not_listed), (PLACES, 5));
    assert_eq!((report.unchecked.len(), report.unchecked_not_listed), (PLACES, 5));
    assert_eq!(report.counts.places, u64::try_from(more).expect("small"));
    assert!(!report.complete, "nobody can see what the places are that are not listed");
}

/// Bytes of a report in which some checks fail in many places, whose names are as long as they may be and take most room
/// as JSON.
fn largest(checks: usize) -> usize {
    const FINDINGS: usize = 50;
    let mut audit = audit();
    let long = "\u{10ffff}".repeat(TEXT - 4);
    let place = |n: usize| (0..STEPS).fold(database(), |place, _| place.at(format!("{n:04}{long}")));
    for check in &Check::ALL[..checks] {
        for n in 0..FINDINGS {
            let mut finding = Finding::new(*check, place(n));
            for _ in 0..FACTS {
                finding = finding.fact(&long, &long);
            }
            audit.find(finding);
        }
    }
    for n in 0..PLACES / 16 {
        audit.looked(looked(place(n), Check::ALL));
        audit.unchecked(Unchecked::new(Area::Files, place(n), Gap::Damaged).fact(&long, &long));
    }
    let mut report = end(audit);
    let all = u64::try_from(FINDINGS * checks).expect("small");
    assert_eq!(report.counts.breaches + report.counts.warnings, all, "all are counted");
    assert!(
        report.findings.len() < FINDINGS * checks && report.looked_not_listed > 0 && report.unchecked_not_listed > 0,
        "the bytes were the bound"
    );
    report.compare(&report.clone());
    report.to_json().len()
}

#[test]
fn a_report_of_everything_at_its_largest_stays_small() {
    let (one, two) = (largest(1), largest(2));
    let all = one + (two - one) * (Check::ALL.len() - 1);
    assert!(all < LARGEST / 2, "{all} bytes");
}

#[test]
fn numbers_that_are_too_large_do_not_wrap() {
    let mut audit = audit();
    for _ in 0..3 {
        let mut looked = looked(database(), &[Check::Canary]);
        (looked.rows, looked.bytes, looked.seconds) = (u64::MAX, u64::MAX, u64::MAX);
        audit.looked(looked);
    }
    assert_eq!(end(audit).counts.bytes, u64::MAX);
}

#[test]
fn a_clock_that_was_set_back_does_not_end_an_audit_before_it_began() {
    let audit = Audit::begin(about(), Minute::new(BEGIN));
    let report = audit.end(Minute::new(BEGIN - 1));
    assert_eq!(report.end, report.begin);
}

#[test]
fn the_order_is_that_of_the_checks_whatever_order_they_came_in() {
    let report = end(full());
    let order: Vec<_> = report.findings.iter().map(|finding| finding.check).collect();
    assert!(order.is_sorted());
    assert!(Report::from_json(&report.to_json()).is_ok());
}
