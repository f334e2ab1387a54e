//! The program, run in a folder of its own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use souspli_auditor::audit::{About, Audit, Looked, Minute};
use souspli_auditor::report::{AuditorKey, Report, Signed};
use souspli_auditor::{Area, Check, Finding, Place, Severity};
use tempfile::TempDir;

/// The host that all reports here are about.
pub(crate) const HOST: &str = "https://rdv.example.org";

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder to run the program in.
pub(crate) struct Desk(TempDir, AtomicU32);

impl Desk {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("folder"), AtomicU32::new(0))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).expect(name);
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// A name that no file has yet.
    pub(crate) fn fresh(&self) -> String {
        format!("{}.json", self.1.fetch_add(1, Ordering::Relaxed))
    }

    /// Runs the program in English.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in("C", arguments)
    }

    pub(crate) fn run_in(&self, locale: &str, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_souspli-audit"))
            .args(arguments)
            .current_dir(self.0.path())
            .env("LC_ALL", locale)
            .output()
            .expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("utf-8");
        Ran { code: output.status.code().expect("a code"), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Writes a report that an auditor signed whose key lies in `auditor.key`, and says what that key's public half is.
    pub(crate) fn signed(&self, name: &str, severity: Option<Severity>) -> String {
        let file = self.path("auditor.key");
        let made = AuditorKey::open(&file).or_else(|_| AuditorKey::create(&file, &[5; 32]));
        let key = made.expect("a key");
        let json = report(severity, Some(&key)).to_json();
        self.write(name, &json);
        self.write(&format!("{name}.sig"), Signed::sign(&json, &key).to_text());
        key.public().to_string()
    }
}

/// A report with one finding of a weight, or none.
pub(crate) fn report(severity: Option<Severity>, key: Option<&AuditorKey>) -> Report {
    let about = About { host: HOST.to_owned(), auditor: None, key: key.map(AuditorKey::public) };
    let mut audit = Audit::begin(about, Minute::new(29_933_820));
    let place = Place::of("database souspli.db");
    let (area, checks) = (Area::Database, Check::ALL.to_vec());
    audit.looked(Looked { area, place: place.clone(), checks, rows: 1, bytes: 2, seconds: 3 });
    if let Some(severity) = severity {
        let finding = Finding::new(Check::ClearRun, place.at("table event\u{1b}[2J")).fact("found", "\u{202e}x");
        audit.find(Finding { severity, ..finding });
    }
    audit.end(Minute::new(29_933_821))
}
