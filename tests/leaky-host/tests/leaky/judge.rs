//! Whether a leak is named, and nothing else.

use std::sync::OnceLock;

use libtest_mimic::Failed;
use souspli_auditor::Finding;
use souspli_auditor::report::Report;
use souspli_auditor::scan::CanaryPerson;
use souspli_leaky_host::audited::{Part, RECORDING, REPORTS, audit};
use souspli_leaky_host::copy::{Copy, Postgres, Sqlite};
use souspli_leaky_host::har::Har;
use souspli_leaky_host::host::CANARIES;
use souspli_leaky_host::{Leak, Switch};

use crate::running::live;
use crate::{count, worlds};

/// Puts a leak in, audits, and compares with what must be said.
pub(crate) fn judge(switch: &Switch) -> Result<(), Failed> {
    count::tried();
    let report = leaking(switch);
    let missing: Vec<String> = switch
        .named
        .iter()
        .filter(|named| !report.findings.iter().any(|finding| named.is(finding)))
        .map(|named| format!("not named: {} at {}", named.check, named.at.join(" › ")))
        .collect();
    let alarms: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| !switch.explains(&finding.place))
        .map(|finding| format!("nothing explains: {}", line(finding)))
        .collect();
    if missing.is_empty() {
        count::named();
    }
    count::alarms(alarms.len());
    if missing.is_empty() && alarms.is_empty() {
        return Ok(());
    }
    let found = report.findings.iter().map(|finding| format!("found: {}", line(finding)));
    let unchecked =
        report.unchecked.iter().map(|one| format!("not looked at: {} {:?} {:?}", one.place, one.gap, one.facts));
    let lines: Vec<String> = missing.into_iter().chain(alarms).chain(found).chain(unchecked).collect();
    Err(format!("{}\n{}", switch.says, lines.join("\n")).into())
}

/// A finding as a line.
pub(crate) fn line(finding: &Finding) -> String {
    let facts: Vec<String> = finding.facts.iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect();
    format!("{} {} [{}]", finding.check, finding.place, facts.join(" "))
}

/// The report on a host with a leak.
fn leaking(switch: &Switch) -> Report {
    let audited = |copy: &Copy, parts: &[Part]| {
        let minute = copy.honest().minute + switch.later;
        audit(copy.path(), &copy.database(), parts, minute)
    };
    match switch.leak {
        Leak::Sqlite(leak) => {
            let host = Sqlite::of(Copy::of(worlds::sqlite()));
            leak(&host);
            audited(&host.closed(), &[Part::Database])
        }
        Leak::Postgres(leak) => {
            let host = Postgres::of(Copy::of(worlds::postgres()));
            leak(&host);
            audited(host.copy(), &[Part::Database])
        }
        Leak::Dump(leak) => {
            let host = Postgres::of(Copy::of(worlds::postgres()));
            leak(&host);
            audited(host.copy(), &[Part::Database, Part::Files])
        }
        Leak::Files(leak) => {
            let copy = Copy::of(worlds::sqlite());
            leak(&copy);
            audited(&copy, &[Part::Files])
        }
        Leak::Both(leak) => {
            let copy = Copy::of(worlds::sqlite());
            leak(&copy);
            audited(&copy, &[Part::Database, Part::Files])
        }
        Leak::Log(leak) => {
            let copy = Copy::of(worlds::sqlite());
            leak(&copy);
            audited(&copy, &[Part::Database, Part::Log])
        }
        Leak::LogAgain(leak) => {
            let copy = Copy::of(worlds::sqlite());
            remember(&copy);
            leak(&copy);
            audited(&copy, &[Part::Database, Part::Log])
        }
        Leak::Traffic(leak) => traffic(leak, switch),
        Leak::Live(lie) => live(Some(lie())),
    }
}

/// An auditor who was there before the leak knows the log as it was.
fn remember(copy: &Copy) {
    static STATE: OnceLock<Vec<u8>> = OnceLock::new();
    let state = STATE.get_or_init(|| {
        let honest = Copy::of(copy.honest());
        audit(honest.path(), &honest.database(), &[Part::Log], honest.honest().minute);
        std::fs::read(honest.path().join(REPORTS).join("log.state")).expect("what the audit keeps")
    });
    std::fs::create_dir_all(copy.path().join(REPORTS)).expect("a folder");
    std::fs::write(copy.path().join(REPORTS).join("log.state"), state).expect("written");
}

/// Exchanges of a recording that leaks: long enough for every route, and audited in a third of the time.
const RECORDED: usize = 260;

fn traffic(leak: fn(&mut Har, &[CanaryPerson]), switch: &Switch) -> Report {
    let honest = worlds::sqlite();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(honest.path().join(CANARIES), folder.path().join(CANARIES)).expect("copied");
    let mut har = Har::of(&honest.exchanges[..RECORDED], "https://rdv.example.org");
    let before = har.clone();
    leak(&mut har, &honest.canaries.persons);
    assert_ne!(har, before, "{}: nothing leaks", switch.name);
    std::fs::write(folder.path().join(RECORDING), har.0.to_string()).expect("written");
    audit(folder.path(), "", &[Part::Traffic], honest.minute)
}
