//! What of a database says what was kept and what was erased, in a private file.

use rusqlite::{Connection, params_from_iter};
use souspli_protocol::receipt::Receipt;

use super::Row;
use crate::database::{AuditError, Columns, Source, Value, read_columns};
use crate::files::Sealed;

const START: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE record (calendar BLOB, record BLOB, window INTEGER, PRIMARY KEY (calendar, record)) WITHOUT ROWID;
    CREATE TABLE event (calendar BLOB, record BLOB, sequence INTEGER, window INTEGER, PRIMARY KEY (calendar, record, sequence)) WITHOUT ROWID;
    CREATE TABLE publication (calendar BLOB, kind INTEGER, slot INTEGER);
    CREATE TABLE chain (calendar BLOB, sequence INTEGER, minute INTEGER, PRIMARY KEY (calendar, sequence)) WITHOUT ROWID;
    CREATE TABLE version (calendar BLOB, sequence INTEGER, PRIMARY KEY (calendar, sequence)) WITHOUT ROWID;
    CREATE TABLE sequencer (until INTEGER);
    CREATE TABLE gap (calendar BLOB, sequence INTEGER, PRIMARY KEY (calendar, sequence)) WITHOUT ROWID;
    CREATE TABLE tombstone (calendar BLOB, record BLOB, window INTEGER, events INTEGER, PRIMARY KEY (calendar, record)) WITHOUT ROWID;
    CREATE TABLE erase (calendar BLOB, sequence INTEGER, PRIMARY KEY (calendar, sequence)) WITHOUT ROWID;
    BEGIN;";

const TABLES: [Columns; 9] = [
    ("record", &["calendar", "record", "window_number"]),
    ("event", &["calendar", "record", "sequence", "bytes"]),
    ("publication", &["calendar", "kind", "slot"]),
    ("chain", &["calendar", "sequence", "receipt"]),
    ("version", &["calendar", "sequence"]),
    ("sequencer", &["until"]),
    ("gap", &["calendar", "sequence"]),
    ("tombstone", &["calendar", "record", "window_number", "events"]),
    ("erase", &["calendar", "sequence"]),
];
/// Those that a database has from the first version on that erases.
const ERASING: std::ops::Range<usize> = 6..9;

/// What was read.
pub(super) struct Facts {
    db: Connection,
    /// Whether the database is of a version that erases.
    pub(super) has_tombstones: bool,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl Facts {
    pub(super) fn read(source: &Source) -> Result<Self, AuditError> {
        let db = Connection::open("")?;
        db.execute_batch(START)?;
        let (mut rows, mut bytes) = (0_u64, 0_u64);
        let there = read_columns(source, &TABLES, &mut |number, values| {
            let Some((table, columns)) = TABLES.get(number) else { return Ok(()) };
            rows = rows.saturating_add(1);
            bytes = values.iter().fold(bytes, |bytes, value| bytes.saturating_add(value.len()));
            let marks = vec!["?"; columns.len()].join(", ");
            let mut insert = db.prepare_cached(&format!("INSERT OR IGNORE INTO {table} VALUES ({marks})"))?;
            let values = columns.iter().zip(values).map(|(column, value)| match *column {
                "bytes" => number_of(value, |bytes| Sealed::read(bytes).map(|sealed| sealed.window)),
                "receipt" => {
                    number_of(value, |bytes| Receipt::decode(bytes).ok().map(|receipt| receipt.statement.minute))
                }
                _ => (*value).clone(),
            });
            insert.execute(params_from_iter(values))?;
            Ok(())
        })?;
        let has_tombstones = there.get(ERASING).is_some_and(|tables| tables.iter().all(|is| *is));
        Ok(Self { db, has_tombstones, rows, bytes })
    }

    /// The newest minute that the data know: of a receipt, or of the lease of who merges.
    pub(super) fn newest_minute(&self) -> Result<u32, AuditError> {
        let sql =
            "SELECT max(coalesce((SELECT max(minute) FROM chain), 0), coalesce((SELECT max(until) FROM sequencer), 0))";
        let minute: i64 = self.db.query_row(sql, [], |row| row.get(0))?;
        // What lies beyond the years of the system is no minute.
        Ok(u32::try_from(minute).ok().filter(|minute| *minute <= crate::policy::LAST_MINUTE).unwrap_or_default())
    }

    /// Calendar, record and window of what a query gives.
    pub(super) fn rows_of(&self, sql: &str, first: u32, most: u32) -> Result<Vec<Row>, AuditError> {
        let mut select = self.db.prepare(sql)?;
        let rows = select.query_map((first, most), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Hours of windows before one.
    pub(super) fn hours(&self, kind: u32, kept: u32, most: u32) -> Result<Vec<([u8; 16], u32)>, AuditError> {
        let sql = "SELECT calendar, slot FROM publication WHERE kind = ?1 AND slot < ?2 ORDER BY slot LIMIT ?3";
        let mut select = self.db.prepare(sql)?;
        let rows = select.query_map((kind, kept, most), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Calendars with other than as many gaps as their tombstones have events: how many events, how many gaps.
    pub(super) fn gaps(&self, most: u32) -> Result<Vec<([u8; 16], u64, u64)>, AuditError> {
        let sql = "SELECT calendar, sum(events), sum(gaps) FROM
                   (SELECT calendar, events, 0 AS gaps FROM tombstone UNION ALL SELECT calendar, 0, 1 FROM gap)
                   GROUP BY calendar HAVING sum(events) <> sum(gaps) LIMIT ?1";
        let mut select = self.db.prepare(sql)?;
        let count = |number: i64| number.unsigned_abs();
        let rows = select.query_map([most], |row| Ok((row.get(0)?, count(row.get(1)?), count(row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Gaps of which the chain has no row.
    pub(super) fn gaps_without_link(&self, most: u32) -> Result<Vec<([u8; 16], i64)>, AuditError> {
        self.places(
            "SELECT g.calendar, g.sequence FROM gap AS g WHERE NOT EXISTS
             (SELECT 1 FROM chain AS c WHERE c.calendar = g.calendar AND c.sequence = g.sequence) LIMIT ?1",
            most,
        )
    }

    /// Places of the chain that nothing accounts for.
    pub(super) fn lost(&self, most: u32) -> Result<Vec<([u8; 16], i64)>, AuditError> {
        let none = ["event", "version", "gap", "erase"].map(|table| {
            format!("NOT EXISTS (SELECT 1 FROM {table} AS o WHERE o.calendar = c.calendar AND o.sequence = c.sequence)")
        });
        self.db.execute_batch("CREATE INDEX IF NOT EXISTS event_at ON event (calendar, sequence)")?;
        let sql = format!("SELECT c.calendar, c.sequence FROM chain AS c WHERE {} LIMIT ?1", none.join(" AND "));
        self.places(&sql, most)
    }

    fn places(&self, sql: &str, most: u32) -> Result<Vec<([u8; 16], i64)>, AuditError> {
        let mut select = self.db.prepare(sql)?;
        let rows = select.query_map([most], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn number_of(value: &Value, read: impl Fn(&[u8]) -> Option<u32>) -> Value {
    value.bytes().and_then(read).map_or(Value::Null, |number| Value::Integer(number.into()))
}
