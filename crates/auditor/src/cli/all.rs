//! `souspli-audit all`: everything that a file names, in one report.

use std::path::PathBuf;

use clap::Args;

use super::files::read;
use super::output::{ReportOptions, audited, endings, named};
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{Audit, Gap, Progress, Unchecked};
use crate::config::Config;
use crate::{Area, Place};

/// Bytes of the longest policy.
const LONGEST_POLICY: usize = 1024 * 1024;

/// Examine everything that a file names, and write one report of it
///
/// Needs a file that says what to examine and where the report goes; `souspli-audit config example` prints one with every
/// setting. What the file names and this release cannot examine yet stands in the report as not looked at.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  souspli-audit config example > audit.toml          what a file looks like; then edit it
  souspli-audit key new auditor.key                  the key that signs, once
  souspli-audit all --config audit.toml              into the folder that the file names
  souspli-audit all --config audit.toml --json r.json --html r.html

", endings!()))]
pub struct All {
    /// The file that says what to examine
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// What wins over the file.
    #[command(flatten)]
    pub report: ReportOptions,
}

impl Run for All {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let config = Config::load(&self.config).map_err(|error| {
            let said = |language| error.sentence(language);
            let english = said(crate::report::Language::English);
            Stop::said(Exit::Config, english, said(crate::report::Language::French)).about(&self.config)
        })?;
        session.prefer(config.language);
        let policy = config.policy.as_ref().map(|file| read(&file.path, LONGEST_POLICY)).transpose()?;
        let options = self.report.clone().or(of_file(&config, &self.report, session));
        audited(&options, session, |audit, progress| {
            if let (Some(file), Some(policy)) = (&config.policy, &policy) {
                audit.judge_by(&file.name, policy);
            }
            parts(&config).into_iter().try_for_each(|part| part.examine(&config, audit, progress))
        })
    }
}

/// What the file says of the report. Its folder is not for a report whose files are named on the command line.
fn of_file(config: &Config, given: &ReportOptions, session: &Session) -> ReportOptions {
    let folder = config.reports.as_deref().filter(|_| given.json.is_none() && given.html.is_none());
    let (json, html) = folder.map(|folder| named(folder, session.minute())).unzip();
    ReportOptions {
        host: Some(config.host.clone()),
        auditor: config.auditor.clone(),
        json,
        html,
        key: config.key.clone(),
        baseline: config.baseline.clone(),
        baseline_key: config.baseline_key,
    }
}

/// An examination of everything of one kind that a file names.
type Examine = fn(&Config, &mut Audit, &mut dyn Progress) -> Result<(), Stop>;

/// What a file names of one kind, and who examines it.
struct Part {
    area: Area,
    places: Vec<Place>,
    examine: Option<Examine>,
}

impl Part {
    fn examine(self, config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
        match self.examine {
            _ if self.places.is_empty() => {}
            Some(examine) => examine(config, audit, progress)?,
            None => {
                for place in self.places {
                    audit.unchecked(Unchecked::new(self.area, place, Gap::NotBuilt));
                }
            }
        }
        Ok(())
    }
}

/// The parts of an audit, in the order of the report. Where a command has come, its function stands in place of `None`.
fn parts(config: &Config) -> Vec<Part> {
    fn places<'a>(kind: &str, named: impl IntoIterator<Item = &'a (impl std::fmt::Display + 'a)>) -> Vec<Place> {
        named.into_iter().map(|name| Place::of(format!("{kind} {name}"))).collect()
    }
    let part = |area, places, examine| Part { area, places, examine };
    vec![
        part(Area::Database, places("database", &config.databases), None),
        part(Area::Files, places("folder", &config.folders), None),
        part(Area::Files, places("file", &config.logs), None),
        part(Area::Traffic, places("traffic", &config.traffic), None),
        part(Area::Live, places("host", &config.live), None),
        part(Area::Log, places("log", &config.log), None),
        part(Area::Evidence, places("receipt", &config.receipts), None),
    ]
}
