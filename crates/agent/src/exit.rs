//! How the program ends, and why.

use std::process::ExitCode;

use souspli_client::failure::Failure;

use crate::language::Language;
use crate::sentences;

/// The exit codes; `souspli --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It could not be done.
    NotDone = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The vault does not open.
    CannotUnlock = 3,
    /// The host was not reached, or cannot do it now.
    HostAway = 4,
    /// What the host sent does not verify.
    Distrust = 5,
    /// It is not known whether the host has it; the sealed bytes are kept and sent again by the next command.
    Unknown = 6,
}

/// Why a command ended without its result.
#[derive(Debug)]
pub enum Stop {
    /// The client's failure.
    Failure(Failure),
    /// The agent's own: a sentence in each language.
    Said {
        /// How to end.
        exit: Exit,
        /// In English.
        english: String,
        /// In French.
        french: String,
    },
}

impl Stop {
    /// The agent's own reason.
    pub fn said(exit: Exit, english: impl Into<String>, french: impl Into<String>) -> Self {
        Self::Said { exit, english: english.into(), french: french.into() }
    }

    /// How to end.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Failure(failure) => sentences::exit(failure),
            Self::Said { exit, .. } => *exit,
        }
    }

    /// Why, in a sentence.
    pub fn sentence(&self, language: Language) -> String {
        match self {
            Self::Failure(failure) => sentences::sentence(failure, language),
            Self::Said { english, french, .. } => language.of(english, french).to_owned(),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
