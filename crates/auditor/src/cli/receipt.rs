//! `souspli-audit receipt`: whether a host kept what it signed for.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use souspli_protocol::receipt::Receipt as Signed;
use tokio::runtime::Runtime;

use super::files::read;
use super::keep::{beside, place};
use super::online::{KeyOptions, Keys, address, client, runtime};
use super::output::{ReportOptions, audited, make_folder, written};
use super::print::print_line;
use super::promise::sentence;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{About, Audit, Gap, Looked, Progress, Unchecked};
use crate::evidence;
use crate::http::Address;
use crate::receipt::{Context, Given, Host, HostKeys, Judgement, ShownBy, Verdict, judge};
use crate::report::{Language, reason, title, visible};
use crate::{Area, Check, Place};

/// Bytes of the longest receipt or proof file.
const LONGEST: usize = souspli_tlog::proof::MAX_PROOF;

/// Judge a receipt: whether the host has kept what it signed for
///
/// For every booking and every answer the host signs a receipt: that it will be in its public log within a day. This says
/// in a sentence whether it is. Needs the file with the receipt (or the proof file around it), and the host's address.
#[derive(Debug, Args)]
#[command(
    mut_arg("host", |host| host
        .value_name("URL")
        .help("The host's address: asked for its keys, where no others are named, and for its log")
        .help_heading("The host's keys")),
    after_help = "\
Examples:
  souspli-audit receipt booking.receipt --host https://rdv.example.org
  souspli-audit receipt booking.receipt --host https://rdv.example.org --link - < link.txt
  souspli-audit receipt souspli-1a2B3c4D.tlog-proof --offline
  souspli-audit receipt booking.proof --keys host.json --offline

The verdicts, and how the program ends:
  0   included: it is in the log, and enough witnesses have confirmed that
      pending: it is signed, and its time is not over; nothing is wrong
  3   broken_promise: its time is over, and the log does not hold it; what convinces others is written beside the
      report, or into this folder where there is none
      unwitnessed: it is in the log, but too few witnesses have confirmed the log
      or the host showed something else that must not be
  4   undecided: its time is over, and what was at hand does not tell; or something could not be asked
  7   not_a_receipt: this host did not sign this, or not for that; nobody is accused
  1   the proof file does not hold, though the receipt is the host's
  2, 5, 6   nothing was judged; `souspli-audit --help` says why"
)]
pub struct Receipt {
    /// The receipt, or a proof file that carries it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The event that the receipt must be for: its sealed bytes, as they were sent
    #[arg(long, value_name = "FILE")]
    pub event: Option<PathBuf>,
    /// A later receipt of the same calendar, which can make a broken promise plain to others
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub later: Vec<PathBuf>,
    /// Ask nobody: judge by the file alone, or by the file and --keys
    #[arg(long)]
    pub offline: bool,
    /// Where the keys come from.
    #[command(flatten)]
    pub keys: KeyOptions,
    /// The report.
    #[command(flatten)]
    pub report: ReportOptions,
}

/// How a receipt is judged.
pub(super) struct Judge {
    pub(super) runtime: Runtime,
    pub(super) host: Option<Host>,
    pub(super) keys: Keys,
    /// Minutes since 1970.
    pub(super) now: u32,
    pub(super) event: Option<Vec<u8>>,
    pub(super) later: Vec<Signed>,
}

/// Where something was judged, and how it ended.
pub(super) struct Judged {
    pub(super) judgement: Judgement,
    pub(super) exit: Exit,
}

impl Run for Receipt {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let file = read(&self.file, LONGEST)?;
        let judge = self.judge(&file, session)?;
        let place = Place::of(format!("receipt {}", self.file.display()));
        let options = self.report.clone().or(ReportOptions { host: judge.name(), ..ReportOptions::default() });
        let mut judged = None;
        let mut look = |audit: &mut Audit, progress: &mut dyn Progress| {
            judged = Some(judge.look(&file, &place, audit, progress));
            Ok(())
        };
        if options.json.is_some() || options.html.is_some() {
            audited(&options, session, look)?;
        } else {
            let about = About { host: String::new(), auditor: None, key: None };
            look(&mut Audit::begin(about, session.minute()), &mut session.progress)?;
            session.progress.clear();
        }
        let Some(judged) = judged else { return Ok(Exit::Incomplete) };
        if !session.quiet {
            judged.say(session.language);
            if self.vouched(&file)?.is_some() {
                say_vouched(&file, session.language);
            }
        }
        if let Some(file) = judge.keep(&judged.judgement, &beside(&options))? {
            written(&file, session);
        }
        Ok(judged.exit)
    }
}

impl Receipt {
    fn judge(&self, file: &[u8], session: &Session) -> Result<Judge, Stop> {
        let (runtime, client, now) = (runtime()?, client()?, session.minute().minutes());
        let event = self.event.as_deref().map(|file| read(file, LONGEST)).transpose()?;
        let later = self.later.iter().map(|file| later(file)).collect::<Result<_, _>>()?;
        let address = asked(&self.report, self.offline)?;
        let keys = match self.vouched(file)? {
            Some(keys) => Keys { keys, own_word: false },
            None => runtime.block_on(self.keys.find(&client, address.as_ref(), now))?,
        };
        let host = address.map(|address| Host::new(client, address));
        Ok(Judge { runtime, host, keys, now, event, later })
    }
}

impl Receipt {
    /// The keys that the file itself brings, signed by the practice's root: where no others are named.
    fn vouched(&self, file: &[u8]) -> Result<Option<HostKeys>, Stop> {
        if self.keys.keys.is_some() || self.keys.link.is_some() {
            return Ok(None);
        }
        let Ok(Given { voucher: Some(voucher), receipt, .. }) = Given::read(file) else { return Ok(None) };
        HostKeys::of_voucher(&voucher, &receipt).map(Some).map_err(|error| {
            let why = visible(&error.to_string());
            let english =
                format!("What the file brings to believe its receipt by does not verify: {why}. Nothing was judged.");
            let french =
                format!("Ce que le fichier apporte pour croire son reçu ne se vérifie pas : {why}. Rien n’a été jugé.");
            Stop::said(Exit::NotVerified, english, french).about(&self.file)
        })
    }
}

/// Whose word the keys are: the reader compares.
fn say_vouched(file: &[u8], language: Language) {
    let Ok(Given { receipt, .. }) = Given::read(file) else { return };
    let fingerprint = receipt.statement.link.context.fp;
    print_line(&match language {
        Language::English => format!(
            "The host's keys are those that a practice has signed, as the file shows. Its fingerprint: {fingerprint}. It stands in each of that practice's links: compare it with one."
        ),
        Language::French => format!(
            "Les clés de l’hébergeur sont celles qu’un cabinet a signées, comme le montre le fichier. Son empreinte : {fingerprint}. Elle figure dans chaque lien de ce cabinet : comparez avec l’un d’eux."
        ),
    });
}

/// The host to ask. Without a network its name is only a name.
pub(super) fn asked(report: &ReportOptions, offline: bool) -> Result<Option<Address>, Stop> {
    report.host.as_deref().filter(|_| !offline).map(address).transpose()
}

fn later(file: &Path) -> Result<Signed, Stop> {
    Given::read(&read(file, LONGEST)?).map(|given| given.receipt).map_err(|_| {
        let english = "It is neither a receipt nor a proof file.";
        Stop::said(Exit::NotVerified, english, "Ce n’est ni un reçu ni un fichier de preuve.").about(file)
    })
}

impl Judge {
    /// How a report calls the host, where nobody has named it.
    fn name(&self) -> Option<String> {
        self.keys.keys.policy.logs().first().map(|log| log.key().name().to_owned())
    }

    /// Judges a file, and tells an audit.
    pub(super) fn look(&self, file: &[u8], place: &Place, audit: &mut Audit, progress: &mut dyn Progress) -> Judged {
        let log = self.host.as_ref().map(Host::log);
        let context = Context {
            keys: &self.keys.keys,
            now: self.now,
            event: self.event.as_deref(),
            later: &self.later,
            log: log.as_ref(),
            host: self.host.as_ref(),
        };
        let mut count = |done, total| progress.at("log", done, Some(total));
        let judgement = self.runtime.block_on(judge(file, &context, &mut count));
        if self.keys.own_word {
            audit.unchecked(Unchecked::new(Area::Evidence, place.at("key"), Gap::OwnWord));
        }
        let judged = Judged::new(judgement, place);
        judged.tell(place, audit);
        judged
    }

    /// Writes what shows others a broken promise, where there is something that does.
    pub(super) fn keep(&self, judgement: &Judgement, folder: &Path) -> Result<Option<PathBuf>, Stop> {
        let (Verdict::BrokenPromise { shown_by, checkpoint }, Some(receipt), Some(host)) =
            (&judgement.verdict, &judgement.receipt, &self.host)
        else {
            return Ok(None);
        };
        let later = match shown_by {
            ShownBy::LaterReceipt(later) => Some(&**later),
            ShownBy::Witnesses => None,
            ShownBy::OwnClock => return Ok(None),
        };
        let file = place(folder, "unmerged", &receipt.encode());
        if fs::symlink_metadata(&file).is_ok() {
            return Ok(Some(file));
        }
        make_folder(folder)?;
        let unfinished = file.with_extension("unfinished");
        let made =
            File::create(&unfinished).map(BufWriter::new).map_err(evidence::Unmade::Write).and_then(|mut out| {
                let (source, policy) = (host.log(), &self.keys.keys.policy);
                self.runtime.block_on(evidence::make_unmerged(&source, policy, receipt, later, checkpoint, &mut out))
            });
        let kept = match made {
            Ok(()) if shows(&unfinished, &self.keys.keys) => {
                fs::rename(&unfinished, &file).map_err(evidence::Unmade::Write)
            }
            Ok(()) => Err(evidence::Unmade::Root),
            Err(error) => Err(error),
        };
        let _ = fs::remove_file(&unfinished);
        kept.map(|()| Some(file.clone())).map_err(|error| unmade(&error).about(&file))
    }
}

/// Whether an evidence file shows something: none is handed on that does not.
fn shows(file: &Path, keys: &HostKeys) -> bool {
    let judged = File::open(file).map(|file| evidence::judge(BufReader::new(file), keys));
    judged.is_ok_and(|judged| !matches!(judged.verdict, evidence::Verdict::NotShown(_)))
}

fn unmade(error: &evidence::Unmade) -> Stop {
    if let evidence::Unmade::Write(error) = error {
        let because = |language| reason(error, language);
        let english = format!("The evidence cannot be written: {}.", because(Language::English));
        let french = format!("La preuve n’a pas pu être écrite : {}.", because(Language::French));
        return Stop::said(Exit::Files, english, french);
    }
    let why = visible(&error.to_string());
    let english =
        format!("The promise is broken, but the evidence could not be made: {why}. Keep the receipt and try again.");
    let french =
        format!("La promesse est rompue, mais la preuve n’a pas pu être établie : {why}. Gardez le reçu et réessayez.");
    Stop::said(Exit::Breach, english, french)
}

impl Judged {
    fn new(judgement: Judgement, place: &Place) -> Self {
        let mut judged = Self { judgement, exit: Exit::Done };
        judged.exit = match judged.judgement.verdict {
            Verdict::NotOurs(_) => Exit::NotVerified,
            _ => judged.ends(place),
        };
        judged
    }

    /// How a report of this alone ends.
    fn ends(&self, place: &Place) -> Exit {
        let about = About { host: String::new(), auditor: None, key: None };
        let mut audit = Audit::begin(about, crate::audit::Minute::new(0));
        self.tell(place, &mut audit);
        Exit::of(&audit.end(crate::audit::Minute::new(0)))
    }

    fn tell(&self, place: &Place, audit: &mut Audit) {
        let unchecked = |gap, why: &dyn std::fmt::Display| {
            let (verdict, at) = (self.judgement.verdict.code(), place.clone());
            Unchecked::new(Area::Evidence, at, gap).fact("verdict", verdict).fact("why", why)
        };
        match &self.judgement.verdict {
            Verdict::NotOurs(reason) => audit.unchecked(unchecked(Gap::Damaged, reason).fact("check", reason.code())),
            Verdict::Undecided { why } => audit.unchecked(unchecked(Gap::Stopped, why)),
            Verdict::Included { .. }
            | Verdict::Unwitnessed { .. }
            | Verdict::Pending { .. }
            | Verdict::BrokenPromise { .. } => audit.looked(Looked {
                area: Area::Evidence,
                place: place.clone(),
                checks: vec![Check::BadReceipt, Check::BrokenPromise, Check::NoQuorum],
                rows: 1,
                bytes: u64::try_from(Signed::SIZE).unwrap_or_default(),
                seconds: 0,
            }),
        }
        self.judgement.findings(place).into_iter().for_each(|finding| audit.find(finding));
    }

    fn say(&self, language: Language) {
        print_line(&sentence(&self.judgement, language));
        for finding in self.judgement.proof.iter().chain(&self.judgement.besides) {
            let facts = finding.facts.iter().find(|fact| fact.name == "why");
            let why = facts.map(|fact| visible(&fact.value)).unwrap_or_default();
            let (also, title) = (language.of("Besides:", "En outre :"), title(finding.check, language));
            print_line(&format!("{also} {title} [{}]: {why}", finding.check));
        }
    }
}
