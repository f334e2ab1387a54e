//! How the program ends, and why.

use std::path::Path;
use std::process::ExitCode;

use crate::report::{Language, Report, Verdict, visible};

/// The exit codes; `souspli-audit --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing was found, or notes only; or what was asked for is done.
    Done = 0,
    /// Warnings.
    Warnings = 1,
    /// The command line is wrong.
    Usage = 2,
    /// A breach.
    Breach = 3,
    /// Something could not be looked at, and no breach was found in the rest.
    Incomplete = 4,
    /// The configuration cannot be used.
    Config = 5,
    /// A file cannot be read or written.
    Files = 6,
    /// A report, a signature or a key does not hold.
    NotVerified = 7,
}

impl Exit {
    /// What a report comes to. A breach outweighs what is missing; what is missing outweighs a warning.
    pub fn of(report: &Report) -> Self {
        match report.verdict {
            Verdict::Breach => Self::Breach,
            _ if !report.complete => Self::Incomplete,
            Verdict::Warnings => Self::Warnings,
            Verdict::Nothing | Verdict::Notes => Self::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command ended without its result: a sentence in each language.
#[derive(Debug)]
pub struct Stop {
    exit: Exit,
    english: String,
    french: String,
}

impl Stop {
    /// How to end, and why.
    pub fn said(exit: Exit, english: impl Into<String>, french: impl Into<String>) -> Self {
        Self { exit, english: english.into(), french: french.into() }
    }

    /// The same about a file.
    pub(super) fn about(self, file: &Path) -> Self {
        let name = visible(&file.display().to_string());
        let of = |language: Language, text: &str| format!("{name}{} {text}", language.of(":", " :"));
        Self {
            exit: self.exit,
            english: of(Language::English, &self.english),
            french: of(Language::French, &self.french),
        }
    }

    /// How to end.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Why, in a sentence.
    pub fn sentence(&self, language: Language) -> &str {
        language.of(&self.english, &self.french)
    }
}
