//! `souspli-audit log`: the public log of a host.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use souspli_protocol::Digest;
use souspli_tlog::entry::entry_of;
use souspli_tlog::policy::{MAX_POLICY, Policy};
use souspli_tlog::proof::{MAX_PROOF, Proof};

use super::files::read;
use super::keep::{beside, keep};
use super::online::{address, client, keys_of, runtime};
use super::output::{ReportOptions, audited, endings, make_folder, written};
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{Audit, Gap, Looked, Progress, Unchecked};
use crate::http::{Address, Client};
use crate::log::{self as library, AuditError, Options, Seen, Source, StateError, monitor, witnesses_of};
use crate::receipt::Host;
use crate::report::{Language, reason, visible};
use crate::{Area, Check, Place};

/// Minutes after which a log is stale, where nobody says otherwise.
pub(super) const STALE_AFTER: u32 = 1_440;

/// Examine the public log of a host: that it is signed, confirmed, whole, and goes on from before
///
/// Reads every entry, and computes that they make what the host has signed, now and at the last time. Needs the address
/// of the host, or a folder with a copy of its log and a policy. Nothing of the log is secret, and reading it
/// tells the host no more than that somebody read it.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  souspli-audit log https://rdv.example.org --state rdv.state       does it go on from the last time
  souspli-audit log https://rdv.example.org --policy mine.policy --witnesses --json log.json
  souspli-audit log copy-of-the-log --policy mine.policy

The policy (C2SP tlog-policy) names the log's key, the witnesses, and how many of them must have confirmed. Without
--policy it is the one that the host gives at /v1/host: then the host itself has chosen who confirms, and the report
says so. Evidence that convinces others is written beside the report, or into this folder where there is none;
`souspli-audit evidence` judges it.

", endings!()))]
pub struct Log {
    /// The address of the host, or of its log (…/log); or a folder with a copy of the log
    #[arg(value_name = "URL | FOLDER")]
    pub at: String,
    /// Who must have confirmed the log [default: as the host says]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The file that keeps what was read, for the next time; it is made where it is not there
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Read only the entries that are new since --state was written; the report says that the old ones were left out
    #[arg(long, requires = "state")]
    pub only_new: bool,
    /// A checkpoint, or a proof file, that somebody else got from this log: compared with what it shows here
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub checkpoint: Vec<PathBuf>,
    /// Minutes after which the newest confirmation is too old
    #[arg(long, value_name = "MINUTES", default_value_t = STALE_AFTER)]
    pub stale_after: u32,
    /// Ask the policy's witnesses, too, what they were shown of this log
    #[arg(long)]
    pub witnesses: bool,
    /// The report.
    #[command(flatten)]
    pub report: ReportOptions,
}

impl Run for Log {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let policy = self.policy.as_ref().map(|file| {
            let bytes = read(file, MAX_POLICY)?;
            let name = visible(&file.display().to_string());
            Ok((name, bytes))
        });
        let wanted = Wanted {
            at: At::parse(&self.at)?,
            name: self.at.clone(),
            policy: policy.transpose()?,
            state: self.state.clone(),
            only_new: self.only_new,
            others: self.checkpoint.iter().map(|file| other(file)).collect::<Result<_, _>>()?,
            stale_after: self.stale_after,
            witnesses: self.witnesses,
            now: (session.surroundings.seconds)(),
        };
        let options = self.report.clone().or(ReportOptions { host: Some(wanted.host()), ..ReportOptions::default() });
        let mut evidence = Vec::new();
        let exit = audited(&options, session, |audit, progress| {
            if let Some((name, policy)) = &wanted.policy {
                audit.judge_by(name, policy);
            }
            evidence = wanted.examine(audit, progress)?;
            Ok(())
        })?;
        for bytes in evidence {
            written(&keep(&beside(&options), "log-fork", &bytes)?, session);
        }
        Ok(exit)
    }
}

/// Where a log is.
#[derive(Debug)]
pub(super) enum At {
    /// A host, whose log lies below it at `log`.
    Host(Address),
    /// A folder.
    Folder(PathBuf),
}

impl At {
    /// An address, of the host or of its log; or a folder.
    pub(super) fn parse(text: &str) -> Result<Self, Stop> {
        if !text.contains("://") {
            return Ok(Self::Folder(text.into()));
        }
        let bare = text.trim_end_matches('/');
        Ok(Self::Host(address(bare.strip_suffix("/log").unwrap_or(bare))?))
    }
}

/// What is to be examined of a log.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) at: At,
    /// As the report calls it.
    pub(super) name: String,
    /// The policy's name and bytes.
    pub(super) policy: Option<(String, Vec<u8>)>,
    pub(super) state: Option<PathBuf>,
    pub(super) only_new: bool,
    pub(super) others: Vec<(String, Vec<u8>)>,
    pub(super) stale_after: u32,
    pub(super) witnesses: bool,
    /// Seconds since 1970.
    pub(super) now: u64,
}

impl Wanted {
    /// The host, for a report that nobody has named one for.
    fn host(&self) -> String {
        match &self.at {
            At::Host(address) => address.to_string(),
            At::Folder(_) => self.name.clone(),
        }
    }

    /// Examines; evidence files come back.
    pub(super) fn examine(&self, audit: &mut Audit, progress: &mut dyn Progress) -> Result<Vec<Vec<u8>>, Stop> {
        let (runtime, client) = (runtime()?, client()?);
        runtime.block_on(self.look(&client, audit, progress))
    }

    async fn look(
        &self,
        client: &Client,
        audit: &mut Audit,
        progress: &mut dyn Progress,
    ) -> Result<Vec<Vec<u8>>, Stop> {
        let place = Place::of(format!("log {}", self.name));
        let Some((source, policy)) = self.source(client, &place, audit).await? else { return Ok(Vec::new()) };
        self.state.as_deref().and_then(Path::parent).map_or(Ok(()), make_folder)?;
        let begin = Instant::now();
        let options = Options {
            policy: &policy,
            now: self.now,
            stale_after: u64::from(self.stale_after).saturating_mul(60),
            state: self.state.as_deref(),
            only_new: self.only_new,
            others: &self.others,
        };
        let mut count = |done, total| progress.at(&place.artefact, done, Some(total));
        let mut found = library::audit(&source, &options, &mut count).await.map_err(|error| not_begun(&error))?;
        let origin = found.witnessed.as_ref().map(|witnessed| witnessed.checkpoint().origin.clone());
        let place = match &origin {
            Some(origin) => Place::of(format!("log {origin}")),
            None => Place::of(format!("log {source}")).at("checkpoint"),
        };
        let unread = found.findings.iter().any(|finding| finding.check == Check::Unreadable);
        let looked = Looked {
            area: Area::Log,
            place,
            checks: if origin.is_some() { CHECKS.to_vec() } else { vec![Check::BadCheckpoint] },
            rows: found.read,
            bytes: found.read.saturating_mul(u64::try_from(entry_of(&Digest::ZERO).len()).unwrap_or_default()),
            seconds: begin.elapsed().as_secs(),
        };
        found.findings.into_iter().for_each(|finding| audit.find(finding));
        if self.only_new {
            audit.unchecked(Unchecked::new(Area::Log, looked.place.at("entries of earlier audits"), Gap::LeftOut));
        }
        if !unread {
            audit.looked(looked);
        }
        if self.witnesses && origin.is_some() {
            found.evidence.extend(self.ask(client, &source, &policy, audit).await);
        }
        found.evidence.sort_unstable();
        found.evidence.dedup();
        Ok(found.evidence)
    }

    /// Where it is read from, and by what it is judged; nothing where that cannot be had, and then the report says so.
    async fn source(
        &self,
        client: &Client,
        place: &Place,
        audit: &mut Audit,
    ) -> Result<Option<(Source, Policy)>, Stop> {
        let policy = self.policy.as_ref().map(|(name, bytes)| {
            Policy::parse(bytes).map_err(|error| {
                let why = visible(&error.to_string());
                let french = format!("Elle ne peut pas servir de règle : {why}.");
                Stop::said(Exit::Config, format!("It cannot be used as a policy: {why}."), french)
                    .about(Path::new(name))
            })
        });
        let host = match (&self.at, policy.transpose()?) {
            (At::Folder(folder), _) if !folder.is_dir() => {
                audit.unchecked(Unchecked::new(Area::Log, place.clone(), Gap::NotThere));
                return Ok(None);
            }
            (At::Folder(_), None) => {
                audit.unchecked(Unchecked::new(Area::Log, place.clone(), Gap::NoPolicy));
                return Ok(None);
            }
            (At::Folder(folder), Some(policy)) => return Ok(Some((Source::Folder(folder.clone()), policy))),
            (At::Host(address), Some(policy)) => {
                return Ok(Some((Host::new(client.clone(), address.clone()).log(), policy)));
            }
            (At::Host(address), None) => Host::new(client.clone(), address.clone()),
        };
        match keys_of(&host).await {
            Ok(keys) => {
                audit.unchecked(Unchecked::new(Area::Log, place.at("policy"), Gap::OwnWord));
                Ok(Some((host.log(), keys.policy)))
            }
            Err((gap, why)) => {
                audit.unchecked(Unchecked::new(Area::Log, place.clone(), gap).fact("why", why));
                Ok(None)
            }
        }
    }

    /// What witnesses were shown.
    async fn ask(&self, client: &Client, source: &Source, policy: &Policy, audit: &mut Audit) -> Vec<Vec<u8>> {
        let begin = Instant::now();
        let at = witnesses_of(policy);
        for witness in policy.witnesses().iter().filter(|witness| at.iter().all(|at| at.key != *witness.key())) {
            let place = Place::of(format!("witness {}", witness.key().name()));
            let unchecked = Unchecked::new(Area::Log, place, Gap::Unreachable);
            audit.unchecked(unchecked.fact("why", "the policy gives no address that may be asked"));
        }
        let Seen { findings, evidence, agree } = monitor(source, client, &at, policy, self.now).await;
        for (name, _) in agree {
            audit.looked(Looked {
                area: Area::Log,
                place: Place::of(format!("witness {name}")),
                checks: vec![Check::BadCheckpoint, Check::LogForked, Check::SmallerTree],
                rows: 1,
                bytes: 0,
                seconds: begin.elapsed().as_secs(),
            });
        }
        for finding in findings {
            audit.find(finding);
        }
        evidence
    }
}

/// What a log is looked at for.
const CHECKS: &[Check] =
    &[Check::BadCheckpoint, Check::LogForked, Check::SmallerTree, Check::BadTile, Check::NoQuorum, Check::LogStale];

/// A checkpoint from elsewhere, alone or in a proof file.
fn other(file: &Path) -> Result<(String, Vec<u8>), Stop> {
    let bytes = read(file, MAX_PROOF)?;
    let checkpoint = Proof::decode(&bytes).map_or(bytes, |proof| proof.checkpoint.encode());
    Ok((format!("file {}", file.display()), checkpoint))
}

fn not_begun(error: &AuditError) -> Stop {
    let (english, french) = match error {
        AuditError::State(StateError::Damaged(_)) => (
            "The file that --state names is not what an earlier audit of a log has kept, or it is damaged. Name another one to begin anew.".to_owned(),
            "Le fichier que nomme --state n’est pas ce qu’un audit antérieur d’un registre a gardé, ou il est abîmé. Nommez-en un autre pour recommencer.".to_owned(),
        ),
        AuditError::State(StateError::File(file, error)) => {
            let (file, because) = (visible(file), |language| reason(error, language));
            (
                format!("{file}: it cannot be read or written: {}.", because(Language::English)),
                format!("{file} : sa lecture ou son écriture a échoué : {}.", because(Language::French)),
            )
        }
        AuditError::OtherLog => (
            "The file that --state names is about another log, or the policy names another key for it.".to_owned(),
            "Le fichier que nomme --state porte sur un autre registre, ou la règle nomme une autre clé pour lui.".to_owned(),
        ),
    };
    Stop::said(Exit::Files, english, french)
}
