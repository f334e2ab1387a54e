//! `souspli-audit all`: everything that a file names, in one report.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use souspli_tlog::policy::MAX_POLICY;

use super::files::read;
use super::keep::keep;
use super::log::{At, STALE_AFTER, Wanted};
use super::online::{Keys, NoKeys, client, keys_of, runtime};
use super::output::{ReportOptions, audited, endings, named};
use super::policy::Rules;
use super::receipt::Judge;
use super::stop::{Exit, Stop};
use super::{Run, Session, database, evidence, folder, live, retention, traffic};
use crate::audit::{Audit, Gap, Progress, Unchecked};
use crate::config::{Config, Source};
use crate::receipt::Host;
use crate::{Area, Place};

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
        let rules = Rules::of(config.policy.as_ref())?;
        let options = self.report.clone().or(of_file(&config, &self.report, session));
        audited(&options, session, |audit, progress| {
            rules.judge(audit);
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
        part(Area::Database, places("database", &config.databases), Some(database::examine)),
        part(Area::Files, places("folder", &config.folders), Some(folder::examine)),
        part(Area::Files, places("file", &config.logs), Some(folder::examine_logs)),
        part(Area::Retention, places("retention", &config.databases), Some(retention::examine)),
        part(Area::Traffic, places("traffic", &config.traffic), Some(traffic::of_config)),
        part(Area::Live, places("host", &config.live), Some(live::of_config)),
        part(Area::Log, places("log", &config.log), Some(log)),
        part(Area::Evidence, places("receipt", &config.receipts), Some(receipts)),
    ]
}

/// Bytes of the longest receipt.
const LONGEST_RECEIPT: usize = souspli_tlog::proof::MAX_PROOF;

/// The public log. What was read is kept beside the reports, so that the next audit sees whether it goes on.
fn log(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    let Some(source) = &config.log else { return Ok(()) };
    let policy = config.witnesses.as_ref().map(|file| Ok((file.name.clone(), read(&file.path, MAX_POLICY)?)));
    let at = match source {
        Source::File(folder) => At::Folder(folder.path.clone()),
        Source::Address(address) => At::parse(address)?,
    };
    let folder = config.reports.as_deref();
    let wanted = Wanted {
        at,
        name: source.to_string(),
        policy: policy.transpose()?,
        state: folder.map(|folder| folder.join("log.state")),
        only_new: false,
        others: Vec::new(),
        stale_after: STALE_AFTER,
        witnesses: true,
        now: u64::from(audit.began().minutes()).saturating_mul(60),
    };
    let evidence = wanted.examine(audit, progress)?;
    let folder = folder.unwrap_or(Path::new("."));
    evidence.iter().try_for_each(|bytes| keep(folder, "log-fork", bytes).map(drop))
}

/// Receipts, proof files and evidence files, judged by what the host says of its keys.
fn receipts(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    let mut judge = None;
    for file in &config.receipts {
        let place = Place::of(format!("receipt {file}"));
        if !file.path.is_file() {
            audit.unchecked(Unchecked::new(Area::Evidence, place, Gap::NotThere));
            continue;
        }
        if judge.is_none() {
            judge = match judge_of(config, audit.began().minutes())? {
                Ok(found) => Some(found),
                Err((gap, why)) => {
                    audit.unchecked(Unchecked::new(Area::Evidence, place, gap).fact("why", why));
                    continue;
                }
            };
        }
        let Some(judge) = &judge else { continue };
        if begins(&file.path, evidence::BEGINNING) {
            evidence::tell(&evidence::judged(&file.path, &judge.keys.keys)?, &judge.keys, &place, audit);
        } else {
            let judged = judge.look(&read(&file.path, LONGEST_RECEIPT)?, &place, audit, progress);
            judge.keep(&judged.judgement, config.reports.as_deref().unwrap_or(Path::new(".")))?;
        }
    }
    Ok(())
}

/// The host of the configuration, with the keys that it says it has.
fn judge_of(config: &Config, now: u32) -> Result<Result<Judge, NoKeys>, Stop> {
    let named = [&config.live, &config.log].into_iter().flatten().find_map(|source| match source {
        Source::Address(address) => Some(address),
        Source::File(_) => None,
    });
    let Some(named) = named else {
        return Ok(Err((Gap::Unreachable, "neither `live` nor `log` names an address of the host".to_owned())));
    };
    let At::Host(address) = At::parse(named)? else { return Ok(Err((Gap::NotThere, named.clone()))) };
    let (runtime, host) = (runtime()?, Host::new(client()?, address));
    let keys = runtime.block_on(keys_of(&host));
    Ok(keys.map(|keys| Judge {
        runtime,
        host: Some(host),
        keys: Keys { keys, own_word: true },
        now,
        event: None,
        later: Vec::new(),
    }))
}

fn begins(file: &Path, with: &[u8]) -> bool {
    let mut beginning = vec![0; with.len()];
    File::open(file).and_then(|mut file| file.read_exact(&mut beginning)).is_ok() && beginning == with
}
