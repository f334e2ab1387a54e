//! Checkpoints beside the writer: while it goes on, another thread copies what is in the log to where it belongs.
//!
//! The log begins anew only when all of it has been copied, and no other thread can catch up with a writer that goes on. So
//! the writer copies the little that is left, once the log is long.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use souspli_store::OpenError;

use crate::connection;

/// Units between two checkpoints; each writes ten pages or so.
const UNITS: usize = 256;
/// Pages in the log before it is to begin anew: 32 MiB.
const LONG: u32 = 8_192;

/// A handle of the thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Checkpoints {
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Pages in the log at the last checkpoint.
    log: Arc<AtomicU32>,
    /// Units since the bell was rung.
    units: usize,
}

impl Checkpoints {
    /// Starts the thread, with a connection of its own.
    pub(crate) fn start(file: &Path) -> Result<Self, OpenError> {
        let db = connection::checkpointer(file)?;
        let (bell, rung) = sync_channel(1);
        let log = Arc::new(AtomicU32::new(0));
        let theirs = log.clone();
        let thread = std::thread::Builder::new()
            .name("souspli-checkpoint".to_owned())
            .spawn(move || copy_when_rung(&db, &rung, &theirs))
            .map_err(|error| OpenError::Unusable(error.to_string()))?;
        Ok(Self { bell: Some(bell), thread: Some(thread), log, units: 0 })
    }

    /// The writer has committed so many units.
    pub(crate) fn committed(&mut self, db: &Connection, units: usize) {
        if self.log.load(Ordering::Relaxed) >= LONG
            && let Some((log, copied)) = checkpoint(db)
            && log == copied
        {
            self.log.store(0, Ordering::Relaxed);
            self.units = 0;
        }
        self.units += units;
        // A bell that has not been heard yet need not be rung again.
        if self.units >= UNITS && self.bell.as_ref().is_some_and(|bell| bell.try_send(()).is_ok()) {
            self.units = 0;
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        drop(self.bell.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn copy_when_rung(db: &Connection, rung: &Receiver<()>, log: &AtomicU32) {
    while rung.recv().is_ok() {
        if let Some((pages, _)) = checkpoint(db) {
            log.store(pages, Ordering::Relaxed);
        }
    }
}

/// Copies what can be copied without waiting for anybody: pages in the log, and how many of them have been copied by now.
/// `None` while another thread does it, and where it fails: the log is whole, and the next time makes up for it.
fn checkpoint(db: &Connection) -> Option<(u32, u32)> {
    let copied = db.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)").and_then(|mut checkpoint| {
        checkpoint.query_row([], |row| Ok((row.get::<_, bool>(0)?, row.get(1)?, row.get(2)?)))
    });
    match copied {
        Ok((false, log, copied)) => Some((log, copied)),
        Ok((true, ..)) => None,
        Err(error) => {
            tracing::warn!(%error, "a checkpoint failed; the next one makes up for it");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_begins_anew_while_the_writer_goes_on() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("test.db");
        let db = connection::open(&file).expect("writer");
        connection::make_durable(&db).expect("durable");
        db.execute_batch("CREATE TABLE filling (x BLOB) STRICT").expect("table");
        let mut checkpoints = Checkpoints::start(&file).expect("started");
        for _ in 0..600 {
            db.execute("INSERT INTO filling VALUES (randomblob(400000))", []).expect("written");
            checkpoints.committed(&db, 64);
        }
        drop(checkpoints);
        let log = std::fs::metadata(folder.path().join("test.db-wal")).expect("a log").len();
        assert!(log < 160 << 20, "240 MB were written; the log is {log} bytes long");
        let rows = db.query_row("SELECT count(*) FROM filling", [], |row| row.get::<_, u32>(0)).expect("counted");
        assert_eq!(rows, 600);
        let sound = db.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).expect("checked");
        assert_eq!(sound, "ok");
    }
}
