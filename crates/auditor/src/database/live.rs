//! Which events a database has, had and has erased: what tells a row that is there from what was left behind.

use rusqlite::Connection;
use souspli_protocol::{CalendarId, Context, Fingerprint};

use super::columns::{Columns, read_columns};
use super::value::Value;
use super::{AuditError, Source};

const START: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE calendar (calendar BLOB PRIMARY KEY, fp BLOB) WITHOUT ROWID;
    CREATE TABLE event (calendar BLOB, record BLOB, revision INTEGER, PRIMARY KEY (calendar, record, revision)) WITHOUT ROWID;
    CREATE TABLE chain (calendar BLOB, record BLOB, revision INTEGER, PRIMARY KEY (calendar, record, revision)) WITHOUT ROWID;
    CREATE TABLE tombstone (calendar BLOB, record BLOB, PRIMARY KEY (calendar, record)) WITHOUT ROWID;
    BEGIN;";

/// The columns that are read of each table.
const TABLES: [Columns; 4] = [
    ("calendar", &["calendar", "fp"]),
    ("event", &["calendar", "record", "revision"]),
    ("chain", &["calendar", "record", "revision"]),
    ("tombstone", &["calendar", "record"]),
];

/// Calendar, record, revision.
type EventKey = ([u8; 16], [u8; 16], u32);

/// The keys of the events of some databases, in a private file.
pub(crate) struct Live {
    db: Connection,
}

impl Live {
    /// None yet.
    pub(crate) fn new() -> Result<Self, AuditError> {
        let db = Connection::open("")?;
        db.execute_batch(START)?;
        Ok(Self { db })
    }

    /// Adds those of a database.
    pub(crate) fn add(&self, source: &Source) -> Result<(), AuditError> {
        read_columns(source, &TABLES, &mut |number, key| {
            let Some((table, _)) = TABLES.get(number).filter(|_| !key.contains(&&Value::Null)) else { return Ok(()) };
            let marks = vec!["?"; key.len()].join(", ");
            let mut insert = self.db.prepare_cached(&format!("INSERT OR IGNORE INTO {table} VALUES ({marks})"))?;
            insert.execute(rusqlite::params_from_iter(key))?;
            Ok(())
        })
        .map(drop)
    }

    /// The practices, so many at most.
    pub(crate) fn contexts(&self, most: u32) -> Vec<Context> {
        let read = || {
            let mut select = self.db.prepare("SELECT fp, calendar FROM calendar LIMIT ?1")?;
            let rows = select.query_map([most], |row| Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, [u8; 16]>(1)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let context = |(fp, calendar)| Context { fp: Fingerprint(fp), calendar: CalendarId(calendar) };
        read().unwrap_or_default().into_iter().map(context).collect()
    }

    /// Events of other data that are not here, so many at most: of practices that both know. How many there are in all.
    pub(crate) fn left_in(&self, other: &Self, most: usize) -> Result<(Vec<EventKey>, u64), AuditError> {
        let mut select = other.db.prepare("SELECT calendar, record, revision FROM event")?;
        let mut rows = select.query([])?;
        let (mut left, mut count) = (Vec::new(), 0_u64);
        while let Some(row) = rows.next()? {
            let key: EventKey = (row.get(0)?, row.get(1)?, row.get(2)?);
            if self.has_calendar(&key.0) && !self.has_event(&key.0, &key.1, key.2) {
                count = count.saturating_add(1);
                if left.len() < most {
                    left.push(key);
                }
            }
        }
        Ok((left, count))
    }

    /// Whether a practice is known.
    pub(crate) fn has_calendar(&self, calendar: &[u8; 16]) -> bool {
        self.has("SELECT 1 FROM calendar WHERE calendar = ?1", [calendar])
    }

    /// Whether an event is a row.
    pub(crate) fn has_event(&self, calendar: &[u8; 16], record: &[u8; 16], revision: u32) -> bool {
        self.has(
            "SELECT 1 FROM event WHERE calendar = ?1 AND record = ?2 AND revision = ?3",
            (calendar, record, revision),
        )
    }

    /// Whether the chain says that an event was taken.
    pub(crate) fn has_link(&self, calendar: &[u8; 16], record: &[u8; 16], revision: u32) -> bool {
        self.has(
            "SELECT 1 FROM chain WHERE calendar = ?1 AND record = ?2 AND revision = ?3",
            (calendar, record, revision),
        )
    }

    /// Whether a record was erased.
    pub(crate) fn is_erased(&self, calendar: &[u8; 16], record: &[u8; 16]) -> bool {
        self.has("SELECT 1 FROM tombstone WHERE calendar = ?1 AND record = ?2", (calendar, record))
    }

    fn has(&self, sql: &str, key: impl rusqlite::Params) -> bool {
        self.db.prepare_cached(sql).and_then(|mut select| select.exists(key)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_was_there_and_was_erased() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.db");
        let db = Connection::open(&file).expect("a file");
        let sql = "CREATE TABLE calendar (calendar BLOB, fp BLOB);
            CREATE TABLE event (bytes BLOB, calendar BLOB, record BLOB, revision INTEGER);
            CREATE TABLE chain (calendar BLOB, sequence INTEGER, record BLOB, revision INTEGER);
            CREATE TABLE tombstone (calendar BLOB, record BLOB, window_number INTEGER);
            INSERT INTO calendar VALUES (zeroblob(16), zeroblob(32));
            INSERT INTO event VALUES (zeroblob(8192), zeroblob(16), zeroblob(16), 3);
            INSERT INTO chain VALUES (zeroblob(16), 1, zeroblob(16), 3), (zeroblob(16), 2, zeroblob(16), 4), (zeroblob(16), 3, NULL, NULL);
            INSERT INTO tombstone VALUES (zeroblob(16), x'01010101010101010101010101010101', 7);";
        db.execute_batch(sql).expect("filled");
        db.close().expect("closed");
        let live = Live::new().expect("scratch");
        live.add(&Source::Sqlite(file)).expect("read");
        let zero = [0; 16];
        assert!(live.has_calendar(&zero) && !live.has_calendar(&[1; 16]));
        assert!(live.has_event(&zero, &zero, 3) && !live.has_event(&zero, &zero, 4));
        assert!(live.has_link(&zero, &zero, 4) && !live.has_link(&zero, &zero, 5));
        assert!(live.is_erased(&zero, &[1; 16]) && !live.is_erased(&zero, &zero));
    }
}
