//! Takes what was deleted out of the files beside the database: the log, and copies of older data.
//!
//! The file itself holds nothing of it (`secure_delete`): what is deleted is overwritten, and so are pages that become free.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use souspli_store::StoreError;

use crate::connection;
use crate::stop::store_error;

/// What is to be done.
#[derive(Debug)]
pub(crate) struct Scrubbing {
    /// Whether the log may hold something that was erased: one that was left by a process that died may.
    log: AtomicBool,
    /// Whether copies may.
    copies: AtomicBool,
}

impl Default for Scrubbing {
    fn default() -> Self {
        Self { log: AtomicBool::new(true), copies: AtomicBool::new(false) }
    }
}

impl Scrubbing {
    /// Takes note that something was erased.
    pub(crate) fn note(&self) {
        self.log.store(true, Ordering::Relaxed);
        self.copies.store(true, Ordering::Relaxed);
    }

    /// Copies the log to where it belongs and cuts it to nothing, and deletes copies. `false` where a reader that began
    /// before is in the way.
    pub(crate) fn run(&self, file: &Path) -> Result<bool, StoreError> {
        if !self.log.swap(false, Ordering::Relaxed) {
            return Ok(true);
        }
        let done = self.work(file);
        if !matches!(done, Ok(true)) {
            self.log.store(true, Ordering::Relaxed);
        }
        done
    }

    fn work(&self, file: &Path) -> Result<bool, StoreError> {
        let db = connection::checkpointer(file).map_err(|error| StoreError::Busy(error.to_string()))?;
        if !cut(&db).map_err(|error| store_error(&error))? {
            return Ok(false);
        }
        if self.copies.load(Ordering::Relaxed) {
            forget_copies(file)?;
            self.copies.store(false, Ordering::Relaxed);
        }
        Ok(true)
    }
}

fn cut(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)).map(|busy| !busy)
}

/// Deletes the copies that were made before migrations: they hold what has been erased since.
fn forget_copies(file: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| StoreError::Failed(error.to_string());
    let (Some(folder), Some(stem)) = (file.parent(), file.file_stem()) else { return Ok(()) };
    let begin = format!("{}.before-", stem.to_string_lossy());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(&begin) {
            std::fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}
