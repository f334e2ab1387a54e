//! A host's database in one SQLite file.
//!
//! One thread writes and commits what is queued together ([`SqliteStore`]); other connections, which cannot write,
//! read. Each write is a `Unit`: a struct that holds all it needs. A refused one leaves no trace and spoils no other: one
//! that had written already sends its group back, to be done again with a savepoint for each. SQL stands beside its use;
//! the tables are those of `migrations/sqlite`.

mod append;
mod calendar;
mod chain;
mod checkpoint;
mod claim;
mod connection;
mod copy;
mod erase;
mod hold;
mod host;
mod journal;
mod lock;
mod log;
mod migrate;
mod publish;
mod read;
mod readers;
mod record;
mod restore;
mod scrub;
mod stop;
mod store;
mod unit;
mod vault;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use souspli_store::OpenError;

pub use crate::copy::{Copy, examine, put_back};

use crate::checkpoint::Checkpoints;
use crate::lock::FolderLock;
use crate::readers::Readers;
use crate::scrub::Scrubbing;
use crate::writer::Writer;

/// The database's file name.
const FILE: &str = "souspli.db";

/// What can be chosen; the rest is fixed for durability.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Connections that read.
    pub readers: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4 }
    }
}

/// A host's database in a folder of its own.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    file: PathBuf,
    scrubbing: Arc<Scrubbing>,
}

impl SqliteStore {
    /// Opens the database of a folder, which must be there; creates it or brings it up to date. Blocks while it does.
    ///
    /// The folder is this process's until the store is closed.
    pub fn open(folder: &Path, options: Options) -> Result<Self, OpenError> {
        connection::check_version()?;
        let lock = FolderLock::take(folder)?;
        let file = folder.join(FILE);
        let db = connection::open(&file)?;
        let found = migrate::check(&db, &file, migrate::MIGRATIONS)?;
        connection::make_durable(&db)?;
        migrate::migrate(&db, &file, found, migrate::MIGRATIONS)?;
        let readers = Readers::open(&file, options.readers.max(1))?;
        Ok(Self {
            writer: Writer::start(db, Checkpoints::start(&file)?, lock)?,
            readers,
            file,
            scrubbing: Arc::default(),
        })
    }
}
