//! `souspli-audit retention`: what had to be erased by now.

use std::path::Path;
use std::time::Instant;

use clap::Args;

use super::database::{shown, source_of};
use super::output::{ReportOptions, audited, endings};
use super::policy::{PolicyOptions, Rules};
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{Audit, Gap, Looked, Minute, Progress, Unchecked};
use crate::config::{self, Config};
use crate::database::Source;
use crate::report::visible;
use crate::{Area, Check, Place, files, retention};

/// Examine erasure: that what had to be erased by now is gone, and that its trace is still there
///
/// A record is erased three periods of four weeks after its own has ended, or when the practice asks for it. Then nothing
/// of it may be left in the database, nor in free pages and the write-ahead log of a SQLite file; what stays is that there
/// was something, so that erasure can be told from loss.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  souspli-audit retention /var/lib/souspli/souspli.db --host rdv.example.org
  souspli-audit retention postgres://auditor@127.0.0.1/souspli --host rdv.example.org
  souspli-audit retention copy.db --now 2027-03-22T00:00:00Z

What lies deleted in a PostgreSQL server's files, and in backups, is looked for by `souspli-audit files`.

", endings!()))]
pub struct Retention {
    /// SQLite files, addresses of PostgreSQL databases (postgres://…), or dumps of pg_dump
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// Judge by another minute than now
    #[arg(long, value_name = "TIME", value_parser = minute)]
    pub now: Option<Minute>,
    /// What the host may hold.
    #[command(flatten)]
    pub policy: PolicyOptions,
    /// The report.
    #[command(flatten)]
    pub report: ReportOptions,
}

fn minute(text: &str) -> Result<Minute, String> {
    text.parse().map_err(str::to_owned)
}

impl Run for Retention {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let rules = self.policy.read()?;
        let now = self.now.unwrap_or(session.minute());
        let first = self.sources.first().map(|source| shown(source));
        let options = self.report.clone().or(ReportOptions { host: first, ..ReportOptions::default() });
        audited(&options, session, |audit, progress| {
            rules.judge(audit);
            let each = |source: &String| look(source, &shown(source), &rules, now, audit, progress);
            self.sources.iter().try_for_each(each)
        })
    }
}

/// The databases that a file names.
pub(super) fn examine(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    let rules = Rules::of(config.policy.as_ref())?;
    let now = audit.began();
    for source in &config.databases {
        let (at, name) = match source {
            config::Source::File(file) => (file.path.display().to_string(), file.name.clone()),
            config::Source::Address(address) => (address.clone(), shown(address)),
        };
        look(&at, &name, &rules, now, audit, progress)?;
    }
    Ok(())
}

fn look(
    source: &str,
    name: &str,
    rules: &Rules,
    now: Minute,
    audit: &mut Audit,
    progress: &mut dyn Progress,
) -> Result<(), Stop> {
    let place = Place::of(format!("retention {name}"));
    if !source.contains("://") && !Path::new(source).exists() {
        audit.unchecked(Unchecked::new(Area::Retention, place, Gap::NotThere));
        return Ok(());
    }
    let source = source_of(source);
    progress.at(&place.artefact, 0, None);
    if let Err(error) = retention::audit(&source, &place, now.minutes(), audit) {
        audit.unchecked(Unchecked::new(Area::Retention, place, error.gap()).fact("why", error));
        return Ok(());
    }
    if let Source::Sqlite(file) = &source {
        let begin = Instant::now();
        let bytes = files::database(file, &place, &rules.policy, audit, progress).map_err(|error| {
            let why = visible(&error.to_string());
            let french = format!("Le fichier ne peut pas être examiné : {why}.");
            Stop::said(Exit::Files, format!("The file cannot be examined: {why}."), french)
        })?;
        let (area, place, checks) = (Area::Retention, place.at("file"), vec![Check::Remains]);
        audit.looked(Looked { area, place, checks, rows: 1, bytes, seconds: begin.elapsed().as_secs() });
    }
    Ok(())
}
