//! `souspli-audit canaries`: persons that do not exist, to be booked for and searched for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use rand_core::TryRng;

use super::files::{read, write_new};
use super::output::written;
use super::print::print_line;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::config::Located;
use crate::database::KnownBooking;
use crate::report::visible;
use crate::scan::{Canary, CanaryError, CanarySet, NeedleError, Needles, WordList};

/// Bytes of the longest file.
const LONGEST: usize = 4 << 20;
/// What the pages of Souspli say: an invented word must not be one of these.
const TEXTS: [&str; 8] = [
    include_str!("../../../../web-client/src/messages/en/patient.json"),
    include_str!("../../../../web-client/src/messages/en/practice.json"),
    include_str!("../../../../web-client/src/messages/en/ui.json"),
    include_str!("../../../../web-client/src/messages/en/failures.json"),
    include_str!("../../../../web-client/src/messages/fr/patient.json"),
    include_str!("../../../../web-client/src/messages/fr/practice.json"),
    include_str!("../../../../web-client/src/messages/fr/ui.json"),
    include_str!("../../../../web-client/src/messages/fr/failures.json"),
];

/// Invent persons to book for, or show them
///
/// A canary is a person that does not exist, with a name, an address, a telephone number and a reason made of words that
/// stand nowhere else. Book for them on the host's pages as any patient would, and write time and private link of each
/// booking into the file. Wherever one of these words turns up at the host, somebody could read it there.
#[derive(Debug, Args)]
#[command(subcommand_value_name = "WHAT", subcommand_help_heading = "What")]
pub struct CanariesCommand {
    #[command(subcommand)]
    what: What,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum What {
    /// Invent persons and write them into a new file; keep it away from the host
    New {
        /// The file, which must not be there yet
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// How many; columns that follow names or times are found from about 24 on
        #[arg(long, value_name = "NUMBER", default_value_t = 30)]
        persons: u32,
    },
    /// Print what to type for each of them
    Show {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

impl Run for CanariesCommand {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        match &self.what {
            What::New { file, persons } => {
                let mut random = System(session.surroundings.random);
                let set =
                    CanarySet::invent(&mut random, *persons, &WordList::of(TEXTS)).map_err(|error| no_set(&error))?;
                let mut bytes = Vec::new();
                set.write(&mut bytes).map_err(|error| no_set(&error))?;
                write_new(file, &bytes)?;
                written(file, session);
            }
            What::Show { file } => show(&open(file)?, session),
        }
        Ok(Exit::Done)
    }
}

fn show(set: &CanarySet, session: &Session) {
    let labels = match session.language {
        crate::report::Language::English => ["Name", "E-mail", "Telephone", "Reason", "Text", "Time", "Link"],
        crate::report::Language::French => ["Nom", "E-mail", "Téléphone", "Motif", "Texte", "Horaire", "Lien"],
    };
    for (number, person) in set.persons.iter().enumerate() {
        print_line(&format!("canary {}", number.saturating_add(1)));
        let time = person.time.as_deref().unwrap_or("-");
        let link = if person.link.is_some() { "…" } else { "-" };
        let values = [&*person.name, &person.email, &person.phone, &person.reason, &person.text, time, link];
        for (label, value) in labels.iter().zip(values) {
            print_line(&format!("  {label}: {}", visible(value)));
        }
    }
}

/// The words of a set are drawn from the system's randomness, 32 bytes at a time.
struct System(fn() -> Option<[u8; 32]>);

impl TryRng for System {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(32) {
            // A system without randomness gives words that are known already, and then there is no set.
            let random = (self.0)().unwrap_or_default();
            chunk.iter_mut().zip(random).for_each(|(byte, random)| *byte = random);
        }
        Ok(())
    }
}

fn no_set(error: &CanaryError) -> Stop {
    let why = visible(&error.to_string());
    let french = match error {
        CanaryError::TooMany(_) => format!("Au plus {} personnes peuvent être inventées.", CanarySet::PERSONS),
        CanaryError::NoWord => "Aucun mot nouveau n’a pu être inventé.".to_owned(),
        CanaryError::File(_) | CanaryError::Version(_) | CanaryError::Io(_) => {
            format!("Ce n’est pas un fichier de personnes inventées : {why}.")
        }
    };
    Stop::said(Exit::Usage, format!("{why}."), french)
}

/// Words that were invented for the audit.
#[derive(Debug, Clone, Default, Args)]
pub struct CanaryOptions {
    /// The persons that were invented for this audit and booked for (`souspli-audit canaries new`)
    #[arg(long, value_name = "FILE")]
    pub canaries: Option<PathBuf>,
}

impl CanaryOptions {
    pub(super) fn read(&self) -> Result<Canaries, Stop> {
        self.canaries.as_deref().map_or_else(|| Ok(Canaries::default()), Canaries::read)
    }
}

/// What is searched for, if anything is.
#[derive(Debug, Default)]
pub(super) struct Canaries {
    all: Vec<Canary>,
    /// The bookings of which the private link is known.
    pub(super) known: Vec<KnownBooking>,
}

impl Canaries {
    pub(super) fn of(file: Option<&Located>) -> Result<Self, Stop> {
        file.map_or_else(|| Ok(Self::default()), |file| Self::read(&file.path))
    }

    fn read(file: &Path) -> Result<Self, Stop> {
        let set = open(file)?;
        let canaries = Self { all: set.canaries(), known: KnownBooking::of(&set) };
        canaries.needles(&[]).map_err(|stop| stop.about(file))?;
        Ok(canaries)
    }

    /// Every value.
    pub(super) fn all(&self) -> &[Canary] {
        &self.all
    }

    /// Every form of every canary, and hashes of them with these keys; nothing where there are no canaries.
    pub(super) fn needles(&self, keys: &[Vec<u8>]) -> Result<Option<Arc<Needles>>, Stop> {
        if self.all.is_empty() {
            return Ok(None);
        }
        Needles::kept(&self.all, keys).map(Some).map_err(|error| unusable(&error))
    }
}

fn open(file: &Path) -> Result<CanarySet, Stop> {
    let bytes = read(file, LONGEST)?;
    CanarySet::read(bytes.as_slice()).map_err(|error| {
        let why = visible(&error.to_string());
        let english = format!("It does not hold persons that were invented for an audit: {why}.");
        let french = format!("Il ne contient pas de personnes inventées pour un audit : {why}.");
        Stop::said(Exit::Config, english, french).about(file)
    })
}

fn unusable(error: &NeedleError) -> Stop {
    let why = visible(&error.to_string());
    let french = format!("Une valeur inventée ne peut pas être recherchée : {why}.");
    Stop::said(Exit::Config, format!("A canary cannot be searched for: {why}."), french)
}
