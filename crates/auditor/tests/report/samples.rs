//! Audits of many kinds.

use souspli_auditor::audit::{About, Audit, Gap, Looked, Minute, Unchecked};
use souspli_auditor::report::{AuditorKey, Report};
use souspli_auditor::{Area, Check, Finding, Place, Severity};

/// 30 November 2026, 09:00 UTC.
pub(crate) const BEGIN: u32 = 29_933_820;

pub(crate) fn key() -> AuditorKey {
    AuditorKey::from_seed(&[7; 32])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

pub(crate) fn about() -> About {
    let (host, auditor) = ("https://rdv.example.org".to_owned(), Some("A. Example, expert".to_owned()));
    About { host, auditor, key: Some(key().public()) }
}

pub(crate) fn audit() -> Audit {
    Audit::begin(about(), Minute::new(BEGIN))
}

pub(crate) fn end(audit: Audit) -> Report {
    audit.end(Minute::new(BEGIN + 42))
}

pub(crate) fn database() -> Place {
    Place::of("database souspli.db")
}

pub(crate) fn looked(place: Place, checks: &[Check]) -> Looked {
    Looked { area: Area::Database, place, checks: checks.to_vec(), rows: 12_345, bytes: 98_765_432, seconds: 75 }
}

/// A finding at a row of a column.
pub(crate) fn canary(row: u32) -> Finding {
    let place = database().at("table event").at("column bytes").at(format!("row {row}"));
    Finding::new(Check::Canary, place).fact("encoding", "base64").fact("canary", "Zéphyrine Ostrogoth").fact("row", row)
}

/// Everything was looked at and nothing was found.
pub(crate) fn clean() -> Report {
    let mut audit = audit();
    audit.judge_by("policy.toml", b"policy");
    audit.looked(looked(database(), &[Check::Canary, Check::UndeclaredObject]));
    end(audit)
}

/// One finding of a weight, everything looked at.
pub(crate) fn with(severity: Severity) -> Report {
    let mut audit = audit();
    audit.looked(looked(database(), Check::ALL));
    audit.find(Finding { severity, ..canary(1) });
    end(audit)
}

/// Findings of every check, gaps of every kind, every area.
pub(crate) fn full() -> Audit {
    let mut audit = audit();
    audit.judge_by("policy.toml", b"policy");
    for area in Area::ALL {
        let place = if *area == Area::Database { database() } else { Place::of(format!("file {area:?}.bin")) };
        audit.looked(Looked { area: *area, ..looked(place, Check::ALL) });
    }
    for check in Check::ALL {
        let place = database().at("table event").at("column bytes");
        audit.find(Finding::new(*check, place).fact("expected", 8_192).fact("found", 8_191));
    }
    for row in 0..25 {
        audit.find(canary(row));
    }
    for gap in Gap::ALL {
        let place = Place::of(format!("folder backups {}", gap.code()));
        audit.unchecked(Unchecked::new(Area::Files, place, *gap).fact("error", "an error"));
    }
    audit
}

/// What a host may have put where its names and values come from.
pub(crate) const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "</code></td><script src=//evil.example/x.js></script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style><style>@import url(https://evil.example/)</style>",
    "</title><svg onload=alert(1)>",
    "<!-- ",
    "]]>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "javascript:alert(1)",
    "&lt;b&gt;&#0;&unknown",
    "{{7*7}}",
    "\\u{202e}",
    "\\",
    "\0nul\0",
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "line\nfeed\r\ttab",
    "\u{7f}\u{80}\u{9f}",
    "\u{202e}txt.exe",
    "\u{2066}\u{2067}\u{2068}x\u{2069}",
    "\u{200b}\u{200d}\u{2060}\u{feff}",
    "\u{2028}\u{2029}",
    "שלום עולם",
    "العربية",
    "z\u{335}\u{327}\u{489}algo",
    "\u{fffe}\u{ffff}\u{10ffff}",
    "\u{e0041}\u{e007f}",
    "😀 emoji",
    "",
    " ",
];

/// The corpus as names of artefacts, steps, facts, values, hosts and auditors, with names of 10,000 characters.
pub(crate) fn hostile() -> Report {
    let corpus: Vec<String> = HOSTILE
        .iter()
        .map(|text| (*text).to_owned())
        .chain([("<b>\u{202e}".repeat(2_500)), "x".repeat(10_000)])
        .collect();
    let all = corpus.concat();
    let about = About { host: all.clone(), auditor: Some(all.clone()), key: None };
    let mut audit = Audit::begin(about, Minute::new(BEGIN));
    audit.judge_by(all, b"policy");
    for text in &corpus {
        let place = Place::of(text.clone()).at(text.clone()).at(format!("table {text}"));
        audit.find(Finding::new(Check::UndeclaredObject, place.clone()).fact(text, text).fact("found", text));
        audit.looked(looked(place.clone(), &[Check::Canary]));
        audit.unchecked(Unchecked::new(Area::Log, place, Gap::Damaged).fact(text, text));
        for row in 0..12 {
            audit.find(Finding::new(Check::WrongHeader, Place::of(text.clone()).at(format!("row {row}"))));
        }
    }
    end(audit)
}

/// Reports of all kinds.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    let mut compared = end(full());
    let mut earlier = audit();
    earlier.looked(looked(database(), &[Check::Canary, Check::Repeated]));
    earlier.looked(looked(Place::of("database other.db"), &[Check::Canary]));
    earlier.find(canary(3));
    earlier.find(Finding::new(Check::Repeated, database().at("table vault")));
    earlier.find(Finding::new(Check::Canary, Place::of("database other.db")));
    compared.compare(&end(earlier));
    vec![
        ("empty", end(audit())),
        ("clean", clean()),
        ("notes", with(Severity::Note)),
        ("warnings", with(Severity::Warning)),
        ("breach", with(Severity::Breach)),
        ("full", end(full())),
        ("compared", compared),
        ("hostile", hostile()),
    ]
}
