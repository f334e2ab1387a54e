//! An audit as an auditor makes it: a configuration, `souspli-audit all`, and the JSON of its report.

use std::cell::Cell;
use std::path::Path;

use clap::Parser as _;
use souspli_auditor::cli::{Cli, Surroundings, run};
use souspli_auditor::report::{Language, Report};

use crate::host::{CANARIES, DATA, HOST_LOG, WITNESSES};

/// The recording of traffic in a host's folder.
pub const RECORDING: &str = "evening.har";
/// Where reports lie, and what the audit of the log keeps for the next time.
pub const REPORTS: &str = "reports";

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The database.
    Database,
    /// The data folder, and what was logged.
    Files,
    /// The public log, as a copy of its folder.
    Log,
    /// Recorded traffic.
    Traffic,
}

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// Audits these parts of a host whose folder this is, at a minute.
///
/// # Panics
/// Where there is no report.
pub fn audit(folder: &Path, database: &str, parts: &[Part], minute: u32) -> Report {
    let mut lines = vec![
        "host = \"https://rdv.example.org\"".to_owned(),
        format!("canaries = \"{CANARIES}\""),
        format!("reports = \"{REPORTS}\""),
    ];
    lines.extend(parts.iter().map(|part| match part {
        Part::Database => format!("databases = [\"{}\"]", without_password(database)),
        Part::Files => format!("folders = [\"{DATA}\"]"),
        Part::Log => format!("log = \"{DATA}/log\"\nwitnesses = \"{WITNESSES}\""),
        Part::Traffic => format!("traffic = [\"{RECORDING}\"]"),
    }));
    if parts.contains(&Part::Files) && folder.join(HOST_LOG).is_file() {
        lines.push(format!("logs = [\"{HOST_LOG}\"]"));
    }
    let config = folder.join("audit.toml");
    std::fs::write(&config, lines.join("\n") + "\n").expect("written");
    let json = fresh(folder);
    let arguments = ["souspli-audit", "--quiet", "all", "--config"].map(Into::into);
    let files = [config.into_os_string(), "--json".into(), json.clone().into_os_string()];
    report(arguments.into_iter().chain(files), &json, minute)
}

/// Runs `souspli-audit` with these arguments, which name the file of the report, at a minute of the auditor's clock.
pub fn report(arguments: impl IntoIterator<Item = std::ffi::OsString>, json: &Path, minute: u32) -> Report {
    let cli = Cli::try_parse_from(arguments).unwrap_or_else(|error| panic!("{error}"));
    NOW.set(u64::from(minute) * 60);
    let exit = run(&cli, Surroundings { seconds: || NOW.get(), random, language: Language::English });
    let text = std::fs::read(json).unwrap_or_else(|error| panic!("no report, {exit:?}: {error}"));
    Report::from_json(&text).unwrap_or_else(|error| panic!("a report that cannot be read: {error}"))
}

/// A configuration takes no password: that of the tests' PostgreSQL lies in the file that `PGPASSFILE` names.
fn without_password(database: &str) -> String {
    let parts = database.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?)));
    match parts {
        Some((scheme, (who, at))) => format!("{scheme}://{}@{at}", who.split(':').next().unwrap_or(who)),
        None => database.to_owned(),
    }
}

/// A name that no report has yet.
fn fresh(folder: &Path) -> std::path::PathBuf {
    let reports = folder.join(REPORTS);
    let mut names = (0..).map(|number| reports.join(format!("{number}.json")));
    names.find(|name| !name.exists()).expect("a name")
}

fn random() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
