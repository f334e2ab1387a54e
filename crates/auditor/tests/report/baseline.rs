//! What changed since an earlier report.

use souspli_auditor::audit::{Audit, Gap, Unchecked};
use souspli_auditor::report::{Comparison, Report, Since};
use souspli_auditor::{Area, Check, Finding, Place};

use crate::samples::{audit, canary, clean, database, end, hex, looked};

fn of(build: impl FnOnce(&mut Audit)) -> Report {
    let mut audit = audit();
    build(&mut audit);
    end(audit)
}

fn compared(mut now: Report, then: &Report) -> Comparison {
    now.compare(then);
    now.comparison.expect("compared")
}

fn everywhere(audit: &mut Audit) {
    audit.looked(looked(database(), Check::ALL));
}

#[test]
fn new_gone_and_unchanged_findings_are_told_apart() {
    let then = of(|audit| {
        everywhere(audit);
        audit.find(canary(1));
        audit.find(Finding::new(Check::Repeated, database().at("table vault")));
    });
    let now = of(|audit| {
        everywhere(audit);
        audit.find(canary(900));
        audit.find(Finding::new(Check::KeyBeside, database().at("table secret")));
    });
    let comparison = compared(now.clone(), &then);
    assert_eq!(comparison.since, [Since::Unchanged, Since::New], "the row counts for nothing");
    assert_eq!(comparison.gone.iter().map(|finding| finding.check).collect::<Vec<_>>(), [Check::Repeated]);
    assert!(comparison.not_seen_again.is_empty() && comparison.lost_sight.is_empty());
    let same = compared(now.clone(), &now);
    assert_eq!((same.count(Since::Unchanged), same.gone.len()), (2, 0));
}

#[test]
fn what_is_not_looked_for_any_more_is_not_gone() {
    let then = of(|audit| {
        everywhere(audit);
        audit.find(canary(1));
    });
    let elsewhere = of(|audit| audit.looked(looked(Place::of("database other.db"), Check::ALL)));
    let without = of(|audit| audit.looked(looked(database(), &[Check::Repeated])));
    let partly = of(|audit| {
        everywhere(audit);
        audit.unchecked(Unchecked::new(Area::Database, database().at("table event"), Gap::Unreadable));
    });
    let outside = of(|audit| {
        everywhere(audit);
        audit.unchecked(Unchecked::new(Area::Database, database(), Gap::Changed));
    });
    for (name, now) in [("elsewhere", elsewhere), ("without", without), ("partly", partly), ("outside", outside)] {
        let comparison = compared(now, &then);
        assert_eq!((comparison.gone.len(), comparison.not_seen_again.len()), (0, 1), "{name}");
    }
    let aside = of(|audit| {
        everywhere(audit);
        audit.unchecked(Unchecked::new(Area::Database, database().at("table vault"), Gap::Unreadable));
    });
    assert_eq!(compared(aside, &then).gone.len(), 1, "a gap elsewhere does not matter");
}

#[test]
fn what_was_not_looked_for_before_is_not_new() {
    let now = of(|audit| {
        everywhere(audit);
        audit.find(canary(1));
    });
    let then = of(|audit| audit.looked(looked(database(), &[Check::Repeated])));
    assert_eq!(compared(now.clone(), &then).since, [Since::Unknown]);
    assert_eq!(compared(now, &clean()).since, [Since::New]);
}

#[test]
fn a_list_that_was_cut_decides_nothing() {
    let crowded = of(|audit| {
        everywhere(audit);
        for word in 0..50 {
            audit.find(canary(1).fact("word", word));
        }
    });
    let one = |word: u32| {
        of(|audit| {
            everywhere(audit);
            audit.find(canary(1).fact("word", word));
        })
    };
    let comparison = compared(one(40), &crowded);
    assert_eq!(comparison.since, [Since::Unknown], "it may have been among those that were not listed");
    let comparison = compared(crowded, &one(40));
    assert_eq!((comparison.gone.len(), comparison.not_seen_again.len()), (0, 1));
}

#[test]
fn what_was_looked_at_then_and_is_not_now_is_named() {
    let then = of(|audit| {
        audit.looked(looked(database(), &[Check::Canary, Check::Repeated]));
        audit.looked(looked(Place::of("file a.log"), &[Check::Canary]));
        audit.looked(looked(Place::of("file b.log").at("line 7"), &[Check::Canary]));
    });
    let now = of(|audit| {
        audit.looked(looked(database(), &[Check::Canary]));
        audit.looked(looked(Place::of("file b.log"), &[Check::Canary]));
    });
    let lost = compared(now, &then).lost_sight;
    let named: Vec<_> = lost.iter().map(|lost| (lost.place.to_string(), lost.checks.clone())).collect();
    assert_eq!(
        named,
        [("database souspli.db".to_owned(), vec![Check::Repeated]), ("file a.log".to_owned(), vec![Check::Canary])]
    );
    assert!(compared(then.clone(), &then).lost_sight.is_empty());
}

#[test]
fn a_comparison_names_the_report_that_it_is_with() {
    let then = clean();
    let comparison = compared(clean(), &then);
    assert_eq!(comparison.sha256, hex(&souspli_attest::sha256(&then.to_json()).0));
    assert_eq!(comparison.end, then.end);
}
