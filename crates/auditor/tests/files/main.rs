//! Folders of real hosts: that of an honest one gives no finding, and each leak that is put into it is named where it is.

#[path = "../database/honest.rs"]
mod honest;
mod leaks;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use souspli_auditor::audit::{About, Audit, Minute, Silent};
use souspli_auditor::database::{KnownBooking, KnownValue};
use souspli_auditor::files::{self, Wanted};
use souspli_auditor::policy::Policy;
use souspli_auditor::report::Report;
use souspli_auditor::scan::{Canary, CanaryKind};
use souspli_auditor::{Check, Finding};

/// A word that nobody has typed, and a number.
const NAME: &str = "Zébulonix Quirfletanoux";
const PHONE: &str = "+33 6 39 98 12 34";

/// A copy of the folder of an honest host that was stopped.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(honest::sqlite().file.parent().expect("a folder"), &folder.path().join("data"));
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("data").join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect(name);
    }

    fn database(&self) -> Connection {
        Connection::open(self.path("souspli.db")).expect("opened")
    }

    fn audited(&self) -> Report {
        audited(|wanted, audit| {
            files::folder(&self.path(""), "data", wanted, audit, &mut Silent).expect("looked at");
        })
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("copied");
        }
    }
}

fn audited(look: impl FnOnce(&Wanted<'_>, &mut Audit)) -> Report {
    let policy = Policy::embedded().expect("policy");
    let mut canaries =
        vec![Canary::new("name", CanaryKind::Name, NAME), Canary::new("phone", CanaryKind::Phone, PHONE)];
    canaries.extend(typed());
    let wanted = Wanted { policy: &policy, canaries: &canaries, databases: Vec::new(), keys: Vec::new() };
    let about = About { host: "h".to_owned(), auditor: None, key: None };
    let mut audit = Audit::begin(about, Minute::new(0));
    look(&wanted, &mut audit);
    audit.end(Minute::new(0))
}

/// Telephone numbers that were typed into bookings of the honest host: they are nowhere in its folder.
fn typed() -> Vec<Canary> {
    let known = honest::sqlite().known.iter().take(20);
    let phone = |booking: &KnownBooking| {
        booking.fields.iter().find_map(|field| match &field.value {
            KnownValue::Text(text) if field.name == "phone" => Some(text.clone()),
            _ => None,
        })
    };
    let phones = known.filter_map(phone).enumerate();
    phones.map(|(number, phone)| Canary::new(format!("typed {number}"), CanaryKind::Phone, phone)).collect()
}

fn line(finding: &Finding) -> String {
    let facts: Vec<String> = finding.facts.iter().map(|fact| format!("{}={}", fact.name, fact.value)).collect();
    format!("{} {} [{}]", finding.check, finding.place.path.join(" › "), facts.join(" "))
}

fn lines(report: &Report) -> String {
    report.findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Something of a check was found at a path that begins like this, with a fact.
#[track_caller]
fn must_find(report: &Report, check: Check, path: &[&str], fact: &str) {
    let found = report.findings.iter().any(|finding| {
        let fits = path.iter().zip(&finding.place.path).all(|(begin, step)| step.starts_with(begin));
        let has_fact = fact.is_empty() || finding.facts.iter().any(|found| found.value.contains(fact));
        finding.check == check && fits && finding.place.path.len() >= path.len() && has_fact
    });
    assert!(found, "{check} at {} ({fact}) is not in\n{}", path.join(" › "), lines(report));
}

#[test]
fn the_folder_of_an_honest_host_gives_no_finding() {
    let copy = Copy::new();
    copy.write(
        "souspli-server.log",
        "2026-11-23T08:00:01.123456Z  INFO request method=\"GET\" route=\"/\" status=200 code=\"-\" micros=12\n",
    );
    let report = copy.audited();
    assert!(report.findings.is_empty(), "{}", lines(&report));
    assert!(report.unchecked.is_empty() && report.complete, "{:?}", report.unchecked);
    let [looked] = report.looked.as_slice() else { panic!("{:?}", report.looked) };
    assert!(looked.rows > 8 && looked.bytes > 1 << 20, "{looked:?}");
}

/// As long as it runs, its write-ahead log is there. Rows that stay the same would not be written.
#[test]
fn a_database_in_use_is_read_with_its_log() {
    let copy = Copy::new();
    let db = copy.database();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON; UPDATE record SET released = 1 - released")
        .expect("written");
    assert!(fs::metadata(copy.path("souspli.db-wal")).expect("a log").len() > 0);
    let report = copy.audited();
    assert!(report.findings.is_empty(), "{}", lines(&report));
}

#[test]
fn what_is_not_there_is_said() {
    let report = audited(|wanted, audit| {
        files::folder(Path::new("/nowhere"), "nowhere", wanted, audit, &mut Silent).expect("said");
        files::log(Path::new("/nowhere.log"), "nowhere.log", wanted, audit, &mut Silent).expect("said");
    });
    assert!(!report.complete && report.looked.is_empty() && report.unchecked.len() == 2, "{:?}", report.unchecked);
}
