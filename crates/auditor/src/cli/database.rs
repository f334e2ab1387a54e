//! `souspli-audit database`: tables, columns and values of a host's databases.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::canaries::{Canaries, CanaryOptions};
use super::log::At;
use super::logged;
use super::output::{ReportOptions, audited, endings};
use super::policy::{PolicyOptions, Rules};
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{Audit, Gap, Progress, Unchecked};
use crate::config::{self, Config};
use crate::database::{self, AuditError, Leaves, Outcome, Source, Unlogged, ValueSearch, Wanted};
use crate::scan::{Needles, hash_keys};
use crate::{Area, Check, Finding, Place};

/// Examine databases: everything in them that is not declared, or not what it is declared to be
///
/// Reads each table once and changes nothing. A SQLite file may be in use; its write-ahead log is read with it. Of
/// PostgreSQL it needs an address whose user may read every table; a password belongs in ~/.pgpass. A dump is one that
/// pg_dump wrote: plain, or an archive where pg_restore is on this machine.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  souspli-audit database /var/lib/souspli/souspli.db --host rdv.example.org
  souspli-audit database postgres://auditor@127.0.0.1/souspli --host rdv.example.org --canaries canaries.json
  souspli-audit database nightly.dump --host rdv.example.org --log https://rdv.example.org --json db.json

Without --canaries no words are searched for; `souspli-audit canaries new` invents some. Keys that lie beside a SQLite
file, in columns that are not declared, or in the files of --keys are tried on hashes of the canaries.

", endings!()))]
pub struct Database {
    /// SQLite files, addresses of PostgreSQL databases (postgres://…), or dumps of pg_dump
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// The public log, to look up what the database says is there: the host's address, or a folder with a copy
    #[arg(long, value_name = "URL | FOLDER")]
    pub log: Option<String>,
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

impl Run for Database {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let rules = self.policy.read()?;
        let canaries = self.canaries.read()?;
        let log = self.log.as_deref().map(At::parse).transpose()?;
        let first = self.sources.first().map(|source| shown(source));
        let options = self.report.clone().or(ReportOptions { host: first, ..ReportOptions::default() });
        audited(&options, session, |audit, progress| {
            rules.judge(audit);
            let examined = Examined { rules: &rules, canaries: &canaries, log: log.as_ref(), keys: &self.keys };
            self.sources.iter().try_for_each(|source| examined.source(source, &shown(source), audit, progress))
        })
    }
}

/// Everything that a file names.
pub(super) fn examine(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    let rules = Rules::of(config.policy.as_ref())?;
    let canaries = Canaries::of(config.canaries.as_ref())?;
    let log = match &config.log {
        Some(config::Source::File(folder)) => Some(At::Folder(folder.path.clone())),
        Some(config::Source::Address(address)) => Some(At::parse(address)?),
        None => None,
    };
    let examined = Examined { rules: &rules, canaries: &canaries, log: log.as_ref(), keys: &[] };
    for source in &config.databases {
        let (at, name) = match source {
            config::Source::File(file) => (file.path.display().to_string(), file.name.clone()),
            config::Source::Address(address) => (address.clone(), shown(address)),
        };
        examined.source(&at, &name, audit, progress)?;
    }
    Ok(())
}

/// What databases are looked at with.
struct Examined<'a> {
    rules: &'a Rules,
    canaries: &'a Canaries,
    log: Option<&'a At>,
    keys: &'a [PathBuf],
}

impl Examined<'_> {
    fn source(&self, source: &str, name: &str, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
        let place = Place::of(format!("database {name}"));
        let begin = Instant::now();
        if !source.contains("://") && !Path::new(source).exists() {
            audit.unchecked(Unchecked::new(Area::Database, place, Gap::NotThere));
            return Ok(());
        }
        let opened = source_of(source);
        let needles = self.canaries.needles(&self.secrets_beside(&opened))?;
        match self.look(&opened, needles.as_deref(), &place, progress) {
            Ok(outcome) => {
                let again = self.look_again(&opened, &outcome.secrets, &place, progress)?;
                let mut checks = Vec::new();
                if needles.is_some() {
                    checks.extend([Check::Canary, Check::CanaryHash]);
                }
                if !self.canaries.known.is_empty() {
                    checks.push(Check::Correlated);
                }
                outcome.and(again).called(&place.artefact).tell(&checks, begin.elapsed().as_secs(), audit);
                if needles.is_none() {
                    audit.unchecked(Unchecked::new(Area::Database, place.at("value"), Gap::NoCanaries));
                }
            }
            Err(error) => {
                let unchecked = Unchecked::new(Area::Database, place, error.gap());
                audit.unchecked(unchecked.fact("why", &error));
            }
        }
        Ok(())
    }

    fn look(
        &self,
        source: &Source,
        needles: Option<&Needles>,
        place: &Place,
        progress: &mut dyn Progress,
    ) -> Result<Outcome, AuditError> {
        let mut read = self.log.map(|at| move || logged::leaves(at));
        let log = read.as_mut().map(|read| read as &mut dyn FnMut() -> Result<Leaves, Unlogged>);
        let search = needles.map(|needles| needles as &dyn ValueSearch);
        let wanted = Wanted { policy: &self.rules.policy, search, known: &self.canaries.known, log };
        database::audit(source, wanted, &mut |at| progress.at(&place.artefact, at.bytes, at.of))
    }

    /// Where columns that are not declared hold what may be a key, everything is searched again for hashes with it.
    fn look_again(
        &self,
        source: &Source,
        secrets: &[Vec<u8>],
        place: &Place,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Finding>, Stop> {
        let keyed = if secrets.is_empty() { None } else { self.canaries.needles(secrets)? };
        let Some(needles) = keyed else { return Ok(Vec::new()) };
        Ok(self.look(source, Some(&needles), place, progress).map(Outcome::keyed).unwrap_or_default())
    }

    /// What lies beside a file and may be a key, and what was named as such.
    fn secrets_beside(&self, source: &Source) -> Vec<Vec<u8>> {
        let beside = match source {
            Source::Sqlite(file) | Source::Dump(file) => super::beside::small_files(file),
            Source::Postgres(_) => Vec::new(),
        };
        let named = self.keys.iter().filter_map(|file| super::beside::small_file(file));
        hash_keys(named.chain(beside))
    }
}

/// What kind of source a file or an address is.
pub(super) fn source_of(source: &str) -> Source {
    if source.contains("://") {
        return Source::Postgres(source.to_owned());
    }
    Source::of_file(Path::new(source))
}

/// As a report calls it: without the password of an address.
pub(super) fn shown(source: &str) -> String {
    let Some((scheme, rest)) = source.split_once("://") else { return source.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let authority = match authority.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => authority.to_owned(),
    };
    // Settings may hold one as well.
    format!("{scheme}://{authority}{}", path.split('?').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_password_is_not_shown() {
        for (source, expected) in [
            ("souspli.db", "souspli.db"),
            ("postgres://u:hunter2@h:5432/db", "postgres://u@h:5432/db"),
            ("postgres://h/db?user=u&password=hunter2", "postgres://h/db"),
            ("postgres://u:a@b@h/db", "postgres://u@h/db"),
            ("postgres://u:p@h", "postgres://u@h"),
        ] {
            assert_eq!(shown(source), expected);
        }
    }
}
