//! Whether `docs/auditing.md` says what the program does.

use souspli_auditor::audit::Gap;
use souspli_auditor::report::Language::English;
use souspli_auditor::report::{gap, limits, title};
use souspli_auditor::{Area, Check, Severity};

const TEXT: &str = include_str!("../../../../docs/auditing.md");

/// The rows of a section whose first cell is a code.
fn rows(section: &str) -> Vec<Vec<&'static str>> {
    let from = TEXT.split_once(&format!("\n## {section}")).expect(section).1;
    let text = from.split("\n## ").next().expect("a section");
    let cells =
        |line: &'static str| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect();
    text.lines().filter(|line| line.starts_with("| `")).map(cells).collect()
}

#[test]
fn the_table_of_checks_is_that_of_the_program() {
    let area = |area: Area| format!("{area:?}").to_lowercase();
    let severity = |severity: Severity| format!("{severity:?}").to_lowercase();
    let row = |check: &Check| {
        [check.code().to_owned(), area(check.area()), severity(check.severity()), title(*check, English).to_owned()]
    };
    let expected: Vec<_> = Check::ALL.iter().map(row).collect();
    assert_eq!(rows("4. The checks"), expected);
}

#[test]
fn the_table_of_reasons_is_that_of_the_program() {
    let incomplete = |reason: &Gap| if reason.is_choice() { "no, it was a choice" } else { "yes" };
    let expected: Vec<_> =
        Gap::ALL.iter().map(|reason| [reason.code(), gap(*reason, English), incomplete(reason)]).collect();
    assert_eq!(rows("5. Why something was not looked at"), expected);
}

#[test]
fn what_no_audit_can_show_is_said_here_as_in_a_report() {
    let section = TEXT.split_once("\n## 7. What no audit can show\n").expect("the section").1;
    let expected: Vec<String> =
        limits(English).iter().map(|limit| format!("- **{}.** {}", limit.title, limit.text)).collect();
    assert_eq!(section.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_verdicts_are_those_of_the_program() {
    let reports = [crate::samples::clean()]
        .into_iter()
        .chain([Severity::Note, Severity::Warning, Severity::Breach].map(crate::samples::with));
    let expected: Vec<_> = reports
        .map(|report| {
            let code = serde_json::to_value(report.verdict).expect("json").as_str().expect("a code").to_owned();
            (code, souspli_auditor::report::verdict_sentence(&report, English))
        })
        .collect();
    let found: Vec<_> = rows("3. Verdicts and exit codes").iter().map(|row| (row[0].to_owned(), row[1])).collect();
    assert_eq!(found, expected);
}
