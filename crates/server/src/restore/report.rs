//! What came of a restore, as sentences.

use std::fmt;
use std::path::PathBuf;

use souspli_store_sqlite::Copy;

use super::Older;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// The database is not older than the log.
    NotOlder {
        /// Leaves of the log.
        leaves: u64,
    },
    /// What a copy would do in the place of the database.
    WouldPut {
        /// The copy.
        copy: PathBuf,
        /// What was seen of it.
        seen: Copy,
        /// Leaves of the log.
        leaves: u64,
        /// The generation that would be opened.
        generation: u32,
    },
    /// What would be done with the database that is there.
    WouldOpen {
        /// How it is older, if that can be told.
        older: Option<Older>,
        /// The generation that would be opened.
        generation: u32,
    },
    /// The next generation is open.
    Opened {
        /// Its number.
        generation: u32,
        /// Practices that are told.
        calendars: u64,
        /// Leaves that the database knew.
        known: u64,
        /// Leaves of the log.
        leaves: u64,
        /// What the database that was there before is called now.
        aside: Option<PathBuf>,
    },
}

impl Report {
    pub(super) fn with_aside(self, file: Option<PathBuf>) -> Self {
        match self {
            Self::Opened { generation, calendars, known, leaves, .. } => {
                Self::Opened { generation, calendars, known, leaves, aside: file }
            }
            other => other,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOlder { leaves } => write!(
                f,
                "The database knows all {leaves} leaves of the log. Nothing was changed. If it is an older copy all the \
                 same (one that is less than a minute old cannot be told), run this again with --even-so."
            ),
            Self::WouldPut { copy, seen, leaves, generation } => write!(
                f,
                "{} is whole and this host's: {} practices, {} entries in their chains. It would take the place of the \
                 database, which would be put aside; the log has {leaves} leaves; restore {generation} would be said to \
                 all practices. Nothing was changed.",
                copy.display(),
                seen.calendars,
                seen.entries
            ),
            Self::WouldOpen { older, generation } => {
                match older {
                    Some(older) => write!(f, "The database is an older one: {older}.")?,
                    None => write!(f, "The database does not look older than the log.")?,
                }
                write!(f, " Restore {generation} would be said to all practices. Nothing was changed.")
            }
            Self::Opened { generation, calendars, known, leaves, aside } => {
                if let Some(aside) = aside {
                    writeln!(f, "The database that was there is now {}. Keep it.", aside.display())?;
                }
                write!(
                    f,
                    "Restore {generation} is open in {calendars} calendars; the log has {leaves} leaves, of which the \
                     database knew {known}. Start the host: its practices and patients are told, and what they still hold \
                     is sent again. Everything is marked until each practice has looked and accepted it."
                )
            }
        }
    }
}
