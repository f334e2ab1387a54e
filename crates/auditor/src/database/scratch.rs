//! The auditor's own working database: a private file that is gone when the audit ends.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, params_from_iter};

use super::AuditError;
use super::value::Value;
use crate::policy::Holds;

/// Columns of facts are named as those of the host's tables, so that what is compared can be read.
pub(crate) struct Scratch {
    pub(crate) db: Connection,
}

impl From<rusqlite::Error> for AuditError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Scratch(error.to_string())
    }
}

const START: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -65536;
    CREATE TABLE row_key (tab INTEGER, row INTEGER, key TEXT, PRIMARY KEY (tab, row)) WITHOUT ROWID;
    CREATE TABLE once (block INTEGER, print BLOB, tab INTEGER, col INTEGER, row INTEGER, at INTEGER);
    CREATE TABLE named (col TEXT, value BLOB, PRIMARY KEY (col, value)) WITHOUT ROWID;
    CREATE TABLE referred (tab INTEGER, col INTEGER, value BLOB, row INTEGER, PRIMARY KEY (tab, col, value)) WITHOUT ROWID;
    CREATE TABLE signed (row INTEGER, receipt BLOB);
    BEGIN;";

/// What rows are found by when they are compared; a table or column that is not declared has no index.
const INDEXES: [&str; 20] = [
    "CREATE INDEX i0 ON once (print)",
    "CREATE INDEX i1 ON calendar (calendar)",
    "CREATE INDEX i2 ON publication (calendar, kind)",
    "CREATE INDEX i3 ON version (calendar, version)",
    "CREATE INDEX i4 ON version (calendar, hash)",
    "CREATE INDEX i5 ON version (calendar, sequence)",
    "CREATE INDEX i6 ON record (calendar, record)",
    "CREATE INDEX i7 ON event (calendar, record, revision)",
    "CREATE INDEX i8 ON chain (calendar, sequence)",
    "CREATE INDEX i9 ON chain (calendar, record, revision)",
    "CREATE INDEX i10 ON hold (calendar, session)",
    "CREATE INDEX i11 ON claim (calendar, owner, gid)",
    "CREATE INDEX i12 ON merged (calendar, stream, sequence)",
    "CREATE INDEX i13 ON unmerged (calendar, stream, sequence)",
    "CREATE INDEX i14 ON journal (calendar, number)",
    "CREATE INDEX i15 ON gap (calendar, sequence)",
    "CREATE INDEX i16 ON erase (calendar, sequence)",
    "CREATE INDEX i17 ON tombstone (calendar, record)",
    "CREATE INDEX i18 ON notice (calendar, generation)",
    "CREATE INDEX i19 ON earlier (calendar, sequence)",
];

impl Scratch {
    /// Opens one; SQLite keeps it in memory while it is small, and deletes its file with the connection.
    pub(crate) fn open() -> Result<Self, AuditError> {
        let db = Connection::open("")?;
        db.set_prepared_statement_cache_capacity(64);
        db.execute_batch(START)?;
        Ok(Self { db })
    }

    /// Makes a table of facts.
    pub(crate) fn make(&self, table: &str, columns: &[String]) -> Result<(), AuditError> {
        let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        let sql = format!("CREATE TABLE {} (row INTEGER PRIMARY KEY, {})", quoted(table), columns.join(", "));
        Ok(self.db.execute_batch(&sql)?)
    }

    /// Writes a row of facts; `facts` are as many as columns were made.
    pub(crate) fn write(&self, table: &str, row: u64, facts: &[Value]) -> Result<(), AuditError> {
        let marks = ", ?".repeat(facts.len());
        let mut insert = self.db.prepare_cached(&format!("INSERT INTO {} VALUES (?{marks})", quoted(table)))?;
        let row = Value::Integer(signed(row));
        insert.execute(params_from_iter([&row].into_iter().chain(facts)))?;
        Ok(())
    }

    /// Makes rows quick to find, once all are written.
    pub(crate) fn index(&self) {
        for sql in INDEXES {
            let _ = self.db.execute_batch(sql);
        }
    }

    /// Remembers how a row is called.
    pub(crate) fn key(&self, table: usize, row: u64, key: &str) -> Result<(), AuditError> {
        let mut insert = self.db.prepare_cached("INSERT INTO row_key VALUES (?1, ?2, ?3)")?;
        insert.execute((table, signed(row), key))?;
        Ok(())
    }

    /// How a row is called.
    pub(crate) fn key_of(&self, table: usize, row: u64) -> Option<String> {
        let mut select = self.db.prepare_cached("SELECT key FROM row_key WHERE tab = ?1 AND row = ?2").ok()?;
        select.query_row((table, signed(row)), |found| found.get(0)).ok()
    }
}

/// A name as SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A count as SQLite keeps it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Whether a column's values are small facts; sealed bytes are not kept.
pub(crate) fn is_fact(holds: &Holds) -> bool {
    !matches!(holds, Holds::Event | Holds::Publication | Holds::Vault | Holds::Receipt)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use rusqlite::types::{Value as Owned, ValueRef};
        Ok(match self {
            Self::Null | Self::Long { .. } => ToSqlOutput::Owned(Owned::Null),
            Self::Integer(number) => ToSqlOutput::Owned(Owned::Integer(*number)),
            Self::Real(number) => ToSqlOutput::Owned(Owned::Real(*number)),
            Self::Boolean(yes) => ToSqlOutput::Owned(Owned::Integer(i64::from(*yes))),
            Self::Text(bytes) | Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::List(items) => ToSqlOutput::Owned(Owned::Blob(items.concat())),
        })
    }
}
