//! `souspli-audit key`: the auditor's key.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use souspli_protocol::VerifyingKey;
use zeroize::Zeroizing;

use super::print::print_line;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::report::{AuditorKey, KeyError, Language, reason};

/// Make the key that signs your reports, or show its public half
///
/// The key is made once and kept: whoever relies on your reports compares the public key with the one that you gave them
/// by another way than the report.
#[derive(Debug, Args)]
pub struct Key {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What to do with a key.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Make a key, and print its public half
    ///
    /// Only you may read the file. A file that is there already is never overwritten.
    New {
        /// Where to keep it
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print the public half of a key
    Show {
        /// Where it is kept
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

impl Run for Key {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        let key = match &self.what {
            What::New { file } => make(file, session)?,
            What::Show { file } => open(file)?,
        };
        print_line(&key.public().to_string());
        Ok(Exit::Done)
    }
}

fn make(file: &Path, session: &Session) -> Result<AuditorKey, Stop> {
    let seed = (session.surroundings.random)().map(Zeroizing::new).ok_or_else(|| {
        let english = "The system gives no random numbers; no key was made.";
        Stop::said(Exit::Files, english, "Le système ne fournit pas de nombres aléatoires ; aucune clé n’a été créée.")
    })?;
    AuditorKey::create(file, &seed).map_err(|error| unusable(&error).about(file))
}

/// Reads a key file.
pub(super) fn open(file: &Path) -> Result<AuditorKey, Stop> {
    AuditorKey::open(file).map_err(|error| unusable(&error).about(file))
}

/// Reads a public key from the command line.
pub(super) fn public(text: &str) -> Result<VerifyingKey, String> {
    text.parse().map_err(|_| {
        "a public key has 43 letters, digits, hyphens and underscores, as `souspli-audit key show` prints it".to_owned()
    })
}

fn unusable(error: &KeyError) -> Stop {
    match error {
        KeyError::Exists => Stop::said(
            Exit::Files,
            "A file is there already, and keys are never overwritten.",
            "Un fichier existe déjà, et une clé n’en remplace jamais une autre.",
        ),
        KeyError::Io(error) => Stop::said(
            Exit::Files,
            format!("The key cannot be used: {}.", reason(error, Language::English)),
            format!("La clé n’est pas utilisable : {}.", reason(error, Language::French)),
        ),
        KeyError::Exposed => Stop::said(
            Exit::NotVerified,
            "Others may read this key, so it is not used. Take their right away (chmod 600), and ask yourself who has read it.",
            "D’autres peuvent lire cette clé, donc elle n’est pas utilisée. Retirez-leur ce droit (chmod 600), et demandez-vous qui l’a lue.",
        ),
        KeyError::NotAKey => Stop::said(
            Exit::NotVerified,
            "This is not an auditor’s key file of this version.",
            "Ce n’est pas un fichier de clé d’auditeur de cette version.",
        ),
    }
}
