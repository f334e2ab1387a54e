//! `souspli-audit live`: the running host.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::files::{must_be_free, read, write_new};
use super::log::{At as LogAt, STALE_AFTER, Wanted};
use super::online::{address, client, read_link, runtime};
use super::output::{ReportOptions, audited, endings, written};
use super::policed::{JudgedBy, Measure};
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::{Audit, Gap, Progress, Unchecked};
use crate::config::{Config, Source};
use crate::http::Address;
use crate::live::{At, Bookings, LONGEST_MANIFEST, Live as Library, Manifest, System};
use crate::policy::Policy;
use crate::report::visible;
use crate::scan::{CanarySet, Needles, WordList};
use crate::{Area, Place};

/// Examine a running host from outside: what it serves, to whom, and what it gives away
///
/// Needs the host's address. It asks for the pages and all that they load as several browsers would and without a cookie,
/// compares them with the manifest of a release, and the headers, metrics and refusals with the policy; it asks for what
/// must not be there, looks at TLS and clock, and reads the public log. With --book it books for persons that do not
/// exist, through the same client code as the pages, and writes down what it booked: wherever these words turn up later,
/// at the host or on the way, somebody could read them. It needs no secret of any practice.
#[derive(Debug, Args)]
#[command(after_help = concat!("\
Examples:
  souspli-audit live https://rdv.example.org --manifest release.txt
  souspli-audit live https://rdv.example.org --log-state rdv.state --metrics http://127.0.0.1:9090
  souspli-audit live https://rdv.example.org --book canaries.json --link test-practice.link --persons 24
  souspli-audit live http://127.0.0.1:8080 --book canaries.json --found-practice

The manifest is that of a build of your own: `souspli-server manifest > release.txt`. Without it the pages are compared
with what the host itself says that it serves, and the report says so. --link takes a file with the booking link of a
practice that knows of the test, or - for standard input. A practice that is founded for the test stays at the host.

", endings!()))]
pub struct Live {
    /// The host's address
    #[arg(value_name = "URL")]
    pub at: String,
    /// The manifest of the release that it should serve [default: the one that it serves]
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Where its metrics are, if they can be reached
    #[arg(long, value_name = "URL")]
    pub metrics: Option<String>,
    /// The file that keeps what was read of the public log, for the next time
    #[arg(long, value_name = "FILE")]
    pub log_state: Option<PathBuf>,
    /// Book for invented persons, and write them into this new file; keep it away from the host
    #[arg(long, value_name = "FILE.json")]
    pub book: Option<PathBuf>,
    /// A file with the booking link of a test practice, or - for standard input
    #[arg(long, value_name = "FILE", requires = "book", conflicts_with = "found_practice")]
    pub link: Option<PathBuf>,
    /// Found a practice for the test, if the host takes new ones
    #[arg(long, requires = "book")]
    pub found_practice: bool,
    /// How many persons to book for; columns that follow names or times are found from about 24 on
    #[arg(long, value_name = "NUMBER", default_value_t = 3, requires = "book")]
    pub persons: u32,
    /// Cancel what was booked
    #[arg(long, requires = "book")]
    pub cancel: bool,
    /// What is judged by.
    #[command(flatten)]
    pub by: JudgedBy,
    /// The report.
    #[command(flatten)]
    pub report: ReportOptions,
}

impl Run for Live {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let at = address(&self.at)?;
        let metrics = self.metrics.as_deref().map(address).transpose()?;
        let manifest = self.manifest.as_deref().map(manifest).transpose()?;
        let mut measure = self.by.read()?;
        let mut bookings = self.bookings(session)?;
        if let Some(bookings) = &bookings {
            measure.needles = Some(needles(&bookings.persons)?);
        }
        let options = self.report.clone().or(ReportOptions { host: Some(at.to_string()), ..ReportOptions::default() });
        let exit = audited(&options, session, |audit, progress| {
            self.by.name_in(audit)?;
            let asked = Asked { at: &at, name: self.at.trim_end_matches('/'), manifest, metrics };
            asked.examine(&measure, bookings.as_mut(), audit, progress)?;
            log(&at, self.log_state.clone(), audit, progress)?;
            if let (Some(file), Some(bookings)) = (&self.book, &bookings) {
                let mut bytes = Vec::new();
                bookings.persons.write(&mut bytes).map_err(|error| not_invented(&error.to_string()))?;
                write_new(file, &bytes)?;
            }
            Ok(())
        })?;
        self.book.iter().for_each(|file| written(file, session));
        Ok(exit)
    }
}

impl Live {
    /// What is to be booked, if anything is.
    fn bookings(&self, session: &Session) -> Result<Option<Bookings>, Stop> {
        let Some(file) = &self.book else { return Ok(None) };
        must_be_free(file)?;
        let at = match &self.link {
            Some(link) => At::Link(read_link(link)?),
            None if self.found_practice => At::Founded,
            None => {
                let english = "Say where to book: --link with a test practice's booking link, or --found-practice.";
                let french = "Dites où réserver : --link avec le lien d’un cabinet de test, ou --found-practice.";
                return Err(Stop::said(Exit::Usage, english, french));
            }
        };
        let mut random = System(session.surroundings.random);
        let known = WordList::of([Policy::EMBEDDED]);
        let persons = CanarySet::invent(&mut rand_core::UnwrapErr(random), self.persons, &known);
        let persons = persons.map_err(|error| not_invented(&error.to_string()))?;
        rand_core::TryRng::try_next_u32(&mut random).map_err(|error| not_invented(&error.to_string()))?;
        let now = session.minute().minutes();
        Ok(Some(Bookings { at, persons, cancel: self.cancel, random, now }))
    }
}

/// What the file of `all` names.
pub(super) fn of_config(config: &Config, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    let Some(source) = &config.live else { return Ok(()) };
    let Source::Address(text) = source else {
        audit.unchecked(Unchecked::new(Area::Live, Place::of(format!("host {source}")), Gap::NotThere));
        return Ok(());
    };
    let measure = JudgedBy::of(config).read()?;
    let at = address(text)?;
    let manifest = config.manifest.as_ref().map(|file| manifest(&file.path)).transpose()?;
    Asked { at: &at, name: text, manifest, metrics: None }.examine(&measure, None, audit, progress)
}

/// A host that is asked.
struct Asked<'a> {
    at: &'a Address,
    name: &'a str,
    manifest: Option<Manifest>,
    metrics: Option<Address>,
}

impl Asked<'_> {
    fn examine(
        self,
        measure: &Measure,
        bookings: Option<&mut Bookings>,
        audit: &mut Audit,
        progress: &mut dyn Progress,
    ) -> Result<(), Stop> {
        let live = Library {
            address: self.at.clone(),
            name: self.name.to_owned(),
            client: client()?,
            policy: &measure.policy,
            needles: measure.needles.as_deref(),
            manifest: self.manifest,
            metrics: self.metrics,
            now: audit.began().minutes(),
        };
        runtime()?.block_on(live.examine(bookings, audit, progress));
        Ok(())
    }
}

/// The host's public log, and what its witnesses were shown.
fn log(at: &Address, state: Option<PathBuf>, audit: &mut Audit, progress: &mut dyn Progress) -> Result<(), Stop> {
    let wanted = Wanted {
        at: LogAt::Host(at.clone()),
        name: at.to_string(),
        policy: None,
        state,
        only_new: false,
        others: Vec::new(),
        stale_after: STALE_AFTER,
        witnesses: true,
        now: u64::from(audit.began().minutes()).saturating_mul(60),
    };
    wanted.examine(audit, progress).map(drop)
}

fn manifest(file: &Path) -> Result<Manifest, Stop> {
    Manifest::parse(&read(file, LONGEST_MANIFEST)?).map_err(|error| {
        let why = visible(&error.to_string());
        let french = format!("Ce n’est pas le manifeste d’une version : {why}.");
        Stop::said(Exit::Config, format!("It is not the manifest of a release: {why}."), french).about(file)
    })
}

fn needles(persons: &CanarySet) -> Result<Arc<Needles>, Stop> {
    Needles::kept(&persons.canaries(), &[]).map_err(|error| not_invented(&error.to_string()))
}

fn not_invented(why: &str) -> Stop {
    let why = visible(why);
    let french = format!("Aucune personne n’a pu être inventée : {why}.");
    Stop::said(Exit::Files, format!("No persons could be invented: {why}."), french)
}
