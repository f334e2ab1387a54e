//! Honest hosts give no alarm, whatever is looked at.

use libtest_mimic::{Failed, Trial};
use souspli_auditor::report::Report;
use souspli_leaky_host::audited::{Part, RECORDING, audit};
use souspli_leaky_host::copy::Copy;
use souspli_leaky_host::har::Har;
use souspli_leaky_host::host::Honest;

use crate::judge::line;
use crate::running::live;
use crate::{count, worlds};

/// The tests.
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("honest/sqlite", || small(worlds::sqlite())),
        Trial::test("honest/postgres", || small(worlds::postgres())),
        Trial::test("honest/running", || quiet(&live(None))),
    ]
}

fn small(honest: &'static Honest) -> Result<(), Failed> {
    let copy = Copy::of(honest);
    let har = Har::of(&honest.exchanges, "https://rdv.example.org");
    std::fs::write(copy.path().join(RECORDING), har.0.to_string()).expect("written");
    let parts = [Part::Database, Part::Files, Part::Log, Part::Traffic];
    quiet(&audit(copy.path(), &copy.database(), &parts, honest.minute))
}

/// Nothing was found, and everything was looked at that there is.
fn quiet(report: &Report) -> Result<(), Failed> {
    count::alarms(report.findings.len());
    let found = report.findings.iter().map(|finding| format!("false alarm: {}", line(finding)));
    let left_out = report.unchecked.iter().filter(|_| !report.complete);
    let unchecked = left_out.map(|one| format!("not looked at: {} {:?} {:?}", one.place, one.gap, one.facts));
    let wrong: Vec<String> = found.chain(unchecked).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
