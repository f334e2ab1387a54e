//! `souspli-audit traffic`: what browsers and a host said to each other.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use tokio::net::TcpListener;

use super::files::must_be_free;
use super::online::{address, runtime};
use super::output::{ReportOptions, audited, endings, written};
use super::policed::{JudgedBy, Measure};
use super::print::print_line;
use super::stop::{Exit, Stop};
use super::witness::stop_signal;
use super::{Run, Session};
use crate::audit::{Audit, Gap, Minute, Progress, Unchecked};
use crate::config::{Config, Source};
use crate::report::{Language, count, reason, visible};
use crate::traffic::har::{self, HarError};
use crate::traffic::record::{RecordError, record};
use crate::traffic::{Judge, Origin};
use crate::{Area, Place};

/// Judge recorded traffic between browsers and a host
///
/// Needs recordings in the HAR format, with bodies: what a browser's developer tools save, what Playwright records, or
/// what `souspli-audit traffic record` writes. Each request and answer is compared with the policy: to whom it went, by
/// which route, with which headers and fields, and of which size; and all of it is searched for the canaries.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_help = concat!("\
Examples:
  souspli-audit traffic record evening.har --to https://rdv.example.org
  souspli-audit traffic evening.har --host https://rdv.example.org --canaries canaries.json
  souspli-audit traffic one.har two.har --host rdv --origin https://rdv.example.org --html report.html

A recording holds what the browser sent, private links' appointments among it: keep it to yourself.

", endings!()))]
pub struct Traffic {
    /// What else there is to do.
    #[command(subcommand)]
    pub what: Option<What>,
    /// Recordings
    #[arg(value_name = "FILE.har", required = true)]
    pub files: Vec<PathBuf>,
    /// The host's address, as browsers ask it [default: --host if that is an address, or whom a recording asks first]
    #[arg(long, value_name = "URL")]
    pub origin: Option<String>,
    /// What is judged by.
    #[command(flatten)]
    pub by: JudgedBy,
    /// The report.
    #[command(flatten)]
    pub report: ReportOptions,
}

/// What else there is to do with traffic.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Stand between browsers and a host, and write down what passes, until Ctrl-C or SIGTERM
    ///
    /// It speaks plain HTTP and stands where TLS ends: on your own machine in front of a host that you reach through https,
    /// or at the host between whatever ends TLS there and the host itself. What passes is not changed. The file can be read
    /// by you alone, and holds no address of a visitor.
    #[command(after_help = concat!("\
Examples:
  souspli-audit traffic record evening.har --to https://rdv.example.org
      then open http://127.0.0.1:8090 in a browser, book, and press Ctrl-C here
  souspli-audit traffic record evening.har --to https://rdv.example.org --host rdv --canaries canaries.json
      the same, and judges the recording as soon as it ends
  souspli-audit traffic record evening.har --to http://127.0.0.1:8080 --listen 127.0.0.1:8081
      at the host: what ends TLS is told to pass on to 8081 instead of 8080

With --host it ends as every audit does. ", endings!()))]
    Record(Record),
}

/// A recording.
#[derive(Debug, Args)]
pub struct Record {
    /// The recording, which must not be there yet
    #[arg(value_name = "FILE.har")]
    pub file: PathBuf,
    /// Where the host is
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// Certificates to trust in place of the web's (PEM), for a host that tests with its own
    #[arg(long, value_name = "FILE.pem")]
    pub certificates: Option<PathBuf>,
    /// What is judged by.
    #[command(flatten)]
    pub by: JudgedBy,
    /// The report; with --host the recording is judged as soon as it ends.
    #[command(flatten)]
    pub report: ReportOptions,
}

impl Record {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let to = address(&self.to)?;
        let measure = self.report.host.is_some().then(|| self.by.read()).transpose()?;
        must_be_free(&self.file)?;
        let seconds = session.surroundings.seconds;
        let minute = move || Minute::new(u32::try_from(seconds() / 60).unwrap_or(u32::MAX)).to_string();
        let (quiet, language) = (session.quiet, session.language);
        let exchanges = runtime()?.block_on(async {
            let listener = TcpListener::bind(self.listen).await.map_err(|error| not_heard(&error))?;
            let at = listener.local_addr().map_err(|error| not_heard(&error))?;
            let stop = stop_signal().map_err(|error| not_heard(&error))?;
            if !quiet {
                print_line(&format!("{} http://{at} → {to}", language.of("Recording:", "Enregistrement :")));
                print_line(language.of(
                    "Open this address in a browser. Ctrl-C ends it.",
                    "Ouvrez cette adresse dans un navigateur. Ctrl-C y met fin.",
                ));
            }
            let certificates = self.certificates.as_deref();
            record(listener, &to, certificates, &self.file, Arc::new(minute), stop)
                .await
                .map_err(|error| not_recorded(&error, &self.file))
        })?;
        if !quiet {
            print_line(&format!(
                "{} {}",
                language.of("Exchanges recorded:", "Échanges enregistrés :"),
                count(exchanges, language)
            ));
        }
        written(&self.file, session);
        let Some(measure) = measure else { return Ok(Exit::Done) };
        audited(&self.report, session, |audit, progress| {
            self.by.name_in(audit)?;
            examine(&self.file, &self.file.display().to_string(), None, &measure, audit, progress);
            Ok(())
        })
    }
}

impl Run for Traffic {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        if let Some(What::Record(record)) = &self.what {
            return record.run(session);
        }
        let given = self.origin.as_deref().map(origin).transpose()?;
        let origin = given.or_else(|| self.report.host.as_deref().and_then(Origin::of));
        let measure = self.by.read()?;
        audited(&self.report, session, |audit, progress| {
            self.by.name_in(audit)?;
            for file in &self.files {
                let name = file.display().to_string();
                examine(file, &name, origin.clone(), &measure, audit, progress);
            }
            Ok(())
        })
    }
}

/// What the file of `all` names.
pub(super) fn of_config(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    let measure = JudgedBy::of(config).read()?;
    let named = match &config.live {
        Some(Source::Address(address)) => Origin::of(address),
        _ => None,
    };
    let origin = named.or_else(|| Origin::of(&config.host));
    for file in &config.traffic {
        examine(&file.path, &file.name, origin.clone(), &measure, audit, progress);
    }
    Ok(())
}

/// One recording.
pub(super) fn examine(
    file: &Path,
    name: &str,
    origin: Option<Origin>,
    measure: &Measure,
    audit: &mut Audit,
    progress: &mut dyn Progress,
) {
    let place = Place::of(format!("traffic {name}"));
    if !file.is_file() {
        return audit.unchecked(Unchecked::new(Area::Traffic, place, Gap::NotThere));
    }
    let mut judge = Judge::new(&measure.policy, measure.needles.as_deref(), origin, place.clone(), audit);
    let mut done = 0_u64;
    let read = har::read(file, &mut |exchange| {
        judge.exchange(&exchange);
        done = done.saturating_add(1);
        progress.at(name, done, None);
    });
    judge.finish(read.as_ref().is_ok_and(|recording| recording.by_proxy));
    if let Err(error) = read {
        let gap = match &error {
            HarError::Io(_) => Gap::Unreadable,
            HarError::Form { .. } => Gap::Damaged,
        };
        audit.unchecked(Unchecked::new(Area::Traffic, place, gap).fact("why", error));
    }
}

fn not_heard(error: &std::io::Error) -> Stop {
    let because = |language| reason(error, language);
    let english = format!("The address to listen at cannot be had: {}.", because(Language::English));
    let french = format!("L’adresse d’écoute n’est pas disponible : {}.", because(Language::French));
    Stop::said(Exit::Usage, english, french)
}

fn not_recorded(error: &RecordError, file: &Path) -> Stop {
    let (why, exit) = match error {
        RecordError::File(_) => (visible(&error.to_string()), Exit::Files),
        RecordError::Http(error) => (visible(&error.to_string()), Exit::Usage),
    };
    Stop::said(exit, format!("{why}."), format!("L’enregistrement a échoué : {why}.")).about(file)
}

fn origin(text: &str) -> Result<Origin, Stop> {
    Origin::of(text).ok_or_else(|| {
        let text = visible(text);
        let english = format!("{text} is not an address such as https://rdv.example.org.");
        Stop::said(Exit::Usage, english, format!("{text} n’est pas une adresse telle que https://rdv.example.org."))
    })
}
