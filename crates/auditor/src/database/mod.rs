//! A host's database: everything in it that the policy does not declare, or that is not what it is declared to be.
//!
//! Rows are read once, in a stream, from a SQLite file, a PostgreSQL server or a dump. Each value is checked for itself
//! ([`crate::policy::Holds`]), its sealed parts are put to the tests of [`crate::random`], and small facts about it (ids,
//! counters, hashes; no sealed bytes) go to a private database on disk, where rows are compared with each other once all
//! were read. So memory does not grow with the number of rows.
//!
//! Signatures are verified: what a practice or a patient signed, the host cannot have changed. What a finding says never
//! repeats a value, only where it is, how large it is and what it looks like.

mod column;
mod columns;
mod compare;
mod correlate;
mod dump;
mod keys;
mod known;
mod leaves;
mod live;
mod objects;
mod once;
mod postgres;
mod relations;
mod report;
mod run;
mod samples;
mod scratch;
mod search;
mod shape;
mod sqlite;
mod structure;
mod table;
mod tell;
mod times;
mod undeclared;
mod value;

use std::path::{Path, PathBuf};

use crate::audit::Gap;
use crate::policy::Policy;
use crate::{Finding, Place};

pub(crate) use columns::{Columns, read_columns};
pub(crate) use keys::publics;
pub use known::{KnownBooking, KnownField, KnownValue};
pub use leaves::{Leaves, Unlogged};
pub(crate) use live::Live;
pub use search::{Hit, ValueSearch};
pub(crate) use shape::{finer_unit, is_point};
pub use tell::CHECKS;
pub(crate) use value::Value;

use structure::Reader;

/// Where a host's data are.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    /// A SQLite file, with its write-ahead log beside it. Neither is changed.
    Sqlite(PathBuf),
    /// A PostgreSQL database, as `postgres://user@host/database`; read in one snapshot, without writing. The user must be
    /// allowed to read every table, and should be its owner or a superuser: what may not be read is said.
    Postgres(String),
    /// A dump that `pg_dump` wrote: plain SQL with `COPY`, or, where `pg_restore` is on this machine, an archive.
    Dump(PathBuf),
}

/// How far an audit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is looked at.
    pub place: Place,
    /// Bytes of values that were read so far, in all.
    pub bytes: u64,
    /// How many there are, about.
    pub of: Option<u64>,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// What.
    pub place: Place,
    /// Its rows.
    pub rows: u64,
    /// Bytes of their values.
    pub bytes: u64,
}

/// Something that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// What.
    pub place: Place,
    /// Why, by its code.
    pub gap: Gap,
    /// Why, in a sentence.
    pub why: String,
}

/// What an audit came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What is not as it must be; at most eight of one kind in one column, the first of which counts the rest (`more`).
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub looked: Vec<Looked>,
    /// What was not.
    pub unchecked: Vec<Unchecked>,
    /// Values of undeclared columns with which others may have been hashed: as they are, and decoded.
    pub secrets: Vec<Vec<u8>>,
}

/// Why there is no outcome.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The file, server or dump cannot be opened or read at all.
    #[error("the database cannot be read: {0}")]
    Unreadable(String),
    /// It is not the kind of database that it was said to be.
    #[error("this is not {0}")]
    Foreign(&'static str),
    /// The auditor's own working files failed.
    #[error("the auditor's working files: {0}")]
    Scratch(String),
}

/// What a database is looked through for.
pub struct Wanted<'a> {
    /// What it may hold.
    pub policy: &'a Policy,
    /// Finds words that were typed.
    pub search: Option<&'a dyn ValueSearch>,
    /// Bookings whose contents the auditor knows, since they were made for it.
    pub known: &'a [KnownBooking],
    /// Reads the public log. It is asked when all rows were read, so that the log is not older than they are.
    pub log: Option<&'a mut dyn FnMut() -> Result<Leaves, Unlogged>>,
}

impl<'a> Wanted<'a> {
    /// A policy and nothing else.
    pub fn by(policy: &'a Policy) -> Self {
        Self { policy, search: None, known: &[], log: None }
    }
}

/// Looks through a database.
pub fn audit(source: &Source, wanted: Wanted<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Outcome, AuditError> {
    run::run(source.open()?.as_mut(), wanted, progress)
}

impl Source {
    /// What lies in a file: a SQLite database, or else it can only be a dump.
    pub fn of_file(file: &Path) -> Self {
        if sqlite::is_sqlite(file) { Self::Sqlite(file.to_owned()) } else { Self::Dump(file.to_owned()) }
    }

    fn open(&self) -> Result<Box<dyn Reader>, AuditError> {
        Ok(match self {
            Self::Sqlite(file) => Box::new(sqlite::Sqlite::open(file)?),
            Self::Postgres(url) => Box::new(postgres::Postgres::open(url)?),
            Self::Dump(file) => Box::new(dump::Dump::open(file)?),
        })
    }
}

impl std::fmt::Debug for Source {
    /// Without the password that a URL may hold.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "Sqlite({})", file.display()),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
            Self::Dump(file) => write!(f, "Dump({})", file.display()),
        }
    }
}
