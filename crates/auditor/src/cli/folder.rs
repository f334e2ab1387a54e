//! `souspli-audit files`: folders of a host, with everything that lies there.

use std::path::PathBuf;

use clap::Args;

use super::canaries::{Canaries, CanaryOptions};
use super::database::source_of;
use super::output::{ReportOptions, audited, endings};
use super::policy::{PolicyOptions, Rules};
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{Audit, Progress};
use crate::config::{self, Config, Located};
use crate::database::Source;
use crate::files::{self, FilesError, Wanted};
use crate::report::visible;

/// Examine folders: every file, what lies deleted in them, and what the host wrote down
///
/// Reads every file under a folder from end to end, what is packed in it too, and changes nothing. Free pages and
/// write-ahead logs of SQLite, folders of a PostgreSQL server, backups, logs and memory dumps are known by what is in them.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  souspli-audit files /var/lib/souspli --host rdv.example.org --canaries canaries.json
  souspli-audit files /var/lib/postgresql/15/main backups --database postgres://auditor@127.0.0.1/souspli
  souspli-audit files backups --log souspli-server.log --html files.html

What was deleted is told from what is there by the rows of a database: a souspli.db that lies under a folder, and those
that --database names. Links are named and not followed.

", endings!()))]
pub struct Files {
    /// Folders with the host's files, backups and logs
    #[arg(value_name = "FOLDER", required_unless_present = "log")]
    pub folders: Vec<PathBuf>,
    /// Files with what the host wrote to its log, wherever they lie
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub log: Vec<PathBuf>,
    /// The database whose rows are those that there are
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub database: Vec<String>,
    /// Files that may hold keys with which the host hashes
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub keys: Vec<PathBuf>,
    /// What the host may hold.
    #[command(flatten)]
    pub policy: PolicyOptions,
    /// Words that were invented for the audit.
    #[command(flatten)]
    pub canaries: CanaryOptions,
    /// The report.
    #[command(flatten)]
    pub report: ReportOptions,
}

impl Run for Files {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let rules = self.policy.read()?;
        let canaries = self.canaries.read()?;
        let databases = self.database.iter().map(|source| source_of(source)).collect();
        let keys = self.keys.clone();
        let wanted = Wanted { policy: &rules.policy, canaries: canaries.all(), databases, keys };
        let first = self.folders.iter().chain(&self.log).next().map(|folder| folder.display().to_string());
        let options = self.report.clone().or(ReportOptions { host: first, ..ReportOptions::default() });
        audited(&options, session, |audit, progress| {
            rules.judge(audit);
            let looked = |path: &PathBuf| Located { name: path.display().to_string(), path: path.clone() };
            let folders: Vec<Located> = self.folders.iter().map(looked).collect();
            let logs: Vec<Located> = self.log.iter().map(looked).collect();
            look(&folders, &logs, &wanted, audit, progress)
        })
    }
}

/// The folders that a file names.
pub(super) fn examine(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    of_config(config, &config.folders, &[], audit, progress)
}

/// The logs that a file names.
pub(super) fn examine_logs(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    of_config(config, &[], &config.logs, audit, progress)
}

fn of_config(
    config: &Config,
    folders: &[Located],
    logs: &[Located],
    audit: &mut Audit,
    progress: &mut dyn Progress,
) -> Result<(), Stop> {
    let rules = Rules::of(config.policy.as_ref())?;
    let canaries = Canaries::of(config.canaries.as_ref())?;
    let source = |source: &config::Source| match source {
        config::Source::File(file) => Source::of_file(&file.path),
        config::Source::Address(address) => Source::Postgres(address.clone()),
    };
    // A dump is a copy itself.
    let databases = config.databases.iter().map(source).filter(|source| !matches!(source, Source::Dump(_))).collect();
    let wanted = Wanted { policy: &rules.policy, canaries: canaries.all(), databases, keys: Vec::new() };
    look(folders, logs, &wanted, audit, progress)
}

fn look(
    folders: &[Located],
    logs: &[Located],
    wanted: &Wanted<'_>,
    audit: &mut Audit,
    progress: &mut dyn Progress,
) -> Result<(), Stop> {
    for folder in folders {
        files::folder(&folder.path, &folder.name, wanted, audit, progress).map_err(|error| not_begun(&error))?;
    }
    for log in logs {
        files::log(&log.path, &log.name, wanted, audit, progress).map_err(|error| not_begun(&error))?;
    }
    Ok(())
}

fn not_begun(error: &FilesError) -> Stop {
    let why = visible(&error.to_string());
    let french = format!("Les fichiers ne peuvent pas être examinés : {why}.");
    Stop::said(Exit::Files, format!("The files cannot be examined: {why}."), french)
}
