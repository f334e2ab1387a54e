//! The one writer: a thread that owns the only writing connection and commits what is queued together.
//!
//! Group commit decides SQLite's speed: the disk's flush is shared by all units that came while the last one ran. A
//! caller is answered only after the commit; a caller that has gone away changes nothing.

use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use souspli_store::{OpenError, StoreError};
use tokio::sync::mpsc;

use crate::checkpoint::Checkpoints;
use crate::lock::FolderLock;
use crate::stop::{commit_error, store_error};
use crate::unit::{Queued, Unit, Waiting, bare, in_savepoint};

/// Most units in one transaction. More of them gain nothing (64 fill some 20 ms) and make everyone wait.
const GROUP: usize = 64;
/// Most units that wait in the queue; who comes later waits outside it.
const QUEUE: usize = 1_024;

/// Groups whose units have savepoints after one had to be undone: in a rush for the same times more will have to be.
const CAREFUL: u32 = 64;

type Queue = mpsc::Sender<Box<dyn Queued>>;

/// A handle of the writer's thread.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Mutex<Option<Queue>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. It holds the folder's lock until its connection is closed.
    pub(crate) fn start(db: Connection, mut checkpoints: Checkpoints, lock: FolderLock) -> Result<Self, OpenError> {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("souspli-writer".to_owned())
            .spawn(move || {
                write_until_closed(&db, waiting, &mut checkpoints);
                drop(checkpoints);
                close(db);
                drop(lock);
            })
            .map_err(|error| OpenError::Unusable(error.to_string()))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Queues a unit and waits for the commit that it is part of.
    pub(crate) async fn run<U: Unit>(&self, unit: U) -> Result<U::Done, U::Refusal> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let closed = || StoreError::Busy("the database is being closed".to_owned());
        let queue = queue.ok_or_else(closed)?;
        let (unit, outcome) = Waiting::new(unit);
        queue.send(Box::new(unit)).await.map_err(|_| closed())?;
        drop(queue);
        outcome.await.unwrap_or_else(|_| Err(StoreError::UnknownOutcome("the writer has ended".to_owned()).into()))
    }

    /// Takes no more units, finishes those that are queued, and closes the file.
    pub(crate) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn write_until_closed(db: &Connection, mut waiting: mpsc::Receiver<Box<dyn Queued>>, checkpoints: &mut Checkpoints) {
    let mut careful = 0;
    while let Some(first) = waiting.blocking_recv() {
        let units = write_group(db, first, &mut waiting, &mut careful);
        checkpoints.committed(db, units);
        careful = careful.saturating_sub(1);
    }
}

/// One transaction: the first unit and whatever is queued behind it by then. Returns how many units there were.
fn write_group(
    db: &Connection,
    first: Box<dyn Queued>,
    waiting: &mut mpsc::Receiver<Box<dyn Queued>>,
    careful: &mut u32,
) -> usize {
    let mut group = Vec::with_capacity(GROUP);
    let mut next = Some(first);
    let mut ended = begin(db);
    while let Some(unit) = next.take() {
        group.push(unit);
        ended = ended.and_then(|()| perform_last(db, &mut group, careful));
        if ended.is_ok() && group.len() < GROUP {
            next = waiting.try_recv().ok();
        }
    }
    let units = group.len();
    match ended.and_then(|()| db.execute_batch("COMMIT").map_err(|error| commit_error(&error))) {
        Ok(()) => {
            for unit in group {
                unit.answer();
            }
        }
        Err(error) => {
            tracing::error!(%error, units, "a transaction was lost");
            roll_back(db);
            for unit in group {
                unit.fail(&error);
            }
        }
    }
    units
}

/// Performs the unit that came last. One that had written before it was refused cannot be taken out alone: then all are
/// rolled back and done again, each in a savepoint.
fn perform_last(db: &Connection, group: &mut [Box<dyn Queued>], careful: &mut u32) -> Result<(), StoreError> {
    let Some(last) = group.last_mut() else { return Ok(()) };
    if *careful > 0 {
        return in_savepoint(db, last.as_mut());
    }
    if bare(db, last.as_mut())? {
        return Ok(());
    }
    *careful = CAREFUL;
    db.execute_batch("ROLLBACK").map_err(|error| store_error(&error))?;
    begin(db)?;
    group.iter_mut().try_for_each(|unit| in_savepoint(db, unit.as_mut()))
}

fn begin(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch("BEGIN IMMEDIATE").map_err(|error| store_error(&error))
}

fn roll_back(db: &Connection) {
    if !db.is_autocommit()
        && let Err(error) = db.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}

/// Leaves one file behind instead of a log that the next start would have to read.
fn close(db: Connection) {
    if let Err(error) = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the last checkpoint failed; the next start makes up for it");
    }
    if let Err((_, error)) = db.close() {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::stop::Stop;
    use crate::{Options, SqliteStore};

    type Outcome = Result<i64, Stop<StoreError>>;

    /// A unit made of what it does.
    struct Does(fn(&Connection) -> Outcome);

    impl Unit for Does {
        type Done = i64;
        type Refusal = StoreError;

        fn perform(&self, db: &Connection) -> Outcome {
            self.0(db)
        }
    }

    const NUMBER: fn(&rusqlite::Row<'_>) -> rusqlite::Result<i64> = |row| row.get(0);

    fn fill(db: &Connection) -> Outcome {
        Ok(i64::try_from(db.execute("INSERT INTO filling VALUES (randomblob(50000))", [])?).unwrap_or_default())
    }

    /// Writes a number; refuses, after writing, where it is odd.
    struct Number(i64);

    impl Unit for Number {
        type Done = ();
        type Refusal = StoreError;

        fn perform(&self, db: &Connection) -> Result<(), Stop<StoreError>> {
            db.execute("INSERT INTO number VALUES (?1)", [self.0])?;
            assert!(self.0 % 7 != 3, "a panic on purpose");
            if self.0 % 2 == 0 { Ok(()) } else { Err(Stop::Refused(StoreError::Failed("odd".to_owned()))) }
        }
    }

    #[test]
    fn what_is_refused_after_it_has_written_leaves_no_trace_and_spoils_no_other() {
        let db = Connection::open_in_memory().expect("database");
        db.execute_batch("CREATE TABLE number (x INTEGER) STRICT").expect("table");
        let (queue, mut waiting) = mpsc::channel::<Box<dyn Queued>>(QUEUE);
        let mut careful = 0;
        for round in 0..3 {
            let mut outcomes = Vec::new();
            for number in 0..40 {
                let (unit, outcome) = Waiting::new(Number(100 * round + number));
                queue.blocking_send(Box::new(unit)).expect("queued");
                outcomes.push((100 * round + number, outcome));
            }
            let first = waiting.try_recv().expect("a first");
            write_group(&db, first, &mut waiting, &mut careful);
            assert!(careful > 0, "the rest is done with savepoints");
            for (number, mut outcome) in outcomes {
                let kept = outcome.try_recv().expect("answered").is_ok();
                let there =
                    db.query_row("SELECT count(*) FROM number WHERE x = ?1", [number], NUMBER).expect("counted");
                assert_eq!((kept, there), if number % 2 == 0 && number % 7 != 3 { (true, 1) } else { (false, 0) });
            }
        }
    }

    /// SQLite's own limit stands for the disk's: the error is the same, SQLITE_FULL.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_disk_is_busy_and_what_was_acknowledged_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Arc::new(SqliteStore::open(folder.path(), Options::default()).expect("open"));
        let run = |does| store.writer.run(Does(does));
        run(|db| Ok(db.execute_batch("CREATE TABLE filling (x BLOB) STRICT").map(|()| 0)?)).await.expect("table");
        run(|db| {
            let pages = db.query_row("PRAGMA page_count", [], NUMBER)?;
            Ok(db.query_row(&format!("PRAGMA max_page_count = {}", pages + 200), [], NUMBER)?)
        })
        .await
        .expect("a limit");
        let filling: Vec<_> = (0..60)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.writer.run(Does(fill)).await })
            })
            .collect();
        let mut kept = 0;
        for filling in filling {
            match filling.await.expect("no panic") {
                Ok(rows) => kept += rows,
                Err(error) => {
                    assert!(matches!(error, StoreError::Busy(_) | StoreError::UnknownOutcome(_)), "{error}");
                }
            }
        }
        assert!(kept < 60, "the disk was never full");
        run(|db| Ok(db.query_row("PRAGMA max_page_count = 100000", [], NUMBER)?)).await.expect("room again");
        kept += run(fill).await.expect("written again");
        let there = run(|db| Ok(db.query_row("SELECT count(*) FROM filling", [], NUMBER)?)).await.expect("counted");
        assert_eq!(there, kept);
        store.writer.close().await;
    }
}
