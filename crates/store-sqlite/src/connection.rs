//! How connections are opened: durable where they write, unable to write where they read.

use std::path::Path;
use std::time::Duration;

use libsqlite3_sys::SQLITE_VERSION_NUMBER;
use rusqlite::{Connection, OpenFlags};
use souspli_store::OpenError;

/// The first release without the WAL-reset bug, which can corrupt a database (3.7.0 to 3.51.2).
const OLDEST: i32 = 3_051_003;
/// Prepared statements kept a connection; there are fewer of them.
const STATEMENTS: usize = 128;
/// How long a lock of another process (a backup, a shell) is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Pages are 4 KiB, claim ids are random: 64 MiB keep the hot part of the claims in memory. Checkpoints are made beside
/// the writer (`checkpoint`); it makes one by itself only should that thread fail. Rollbacks to a savepoint need no file.
const WRITER: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -65536;
    PRAGMA wal_autocheckpoint = 65536;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;";

const READER: &str = "
    PRAGMA query_only = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;";

/// Refuses a SQLite that can corrupt its data: a changed lock file must not bring one back unseen.
pub(crate) fn check_version() -> Result<(), OpenError> {
    let running = rusqlite::version_number();
    if running < OLDEST || SQLITE_VERSION_NUMBER < OLDEST {
        return Err(OpenError::Unusable(format!(
            "SQLite {} can corrupt a database in WAL mode; 3.51.3 or later is needed",
            rusqlite::version()
        )));
    }
    Ok(())
}

/// The one connection that will write. Creates the file if it is not there; changes nothing in one that is.
pub(crate) fn open(file: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(file, flags).map_err(|error| unusable(&error))?;
    db.busy_timeout(BUSY).map_err(|error| unusable(&error))?;
    Ok(db)
}

/// Makes it durable, and checks that it is: a pragma that SQLite did not take is silent.
pub(crate) fn make_durable(db: &Connection) -> Result<(), OpenError> {
    prepare_writer(db).map_err(|error| unusable(&error))?;
    expect(db, "journal_mode", "wal")?;
    expect(db, "synchronous", "2")
}

/// A connection that copies the log and writes nothing else.
pub(crate) fn checkpointer(file: &Path) -> Result<Connection, OpenError> {
    let db = open(file)?;
    db.execute_batch("PRAGMA wal_autocheckpoint = 0").map_err(|error| unusable(&error))?;
    expect(&db, "journal_mode", "wal")?;
    db.execute_batch("PRAGMA synchronous = FULL").map_err(|error| unusable(&error))?;
    expect(&db, "synchronous", "2")?;
    Ok(db)
}

/// A connection that cannot write.
pub(crate) fn reader(file: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let attempt = || {
        let db = Connection::open_with_flags(file, flags)?;
        db.busy_timeout(BUSY)?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        db.execute_batch(READER)?;
        Ok(db)
    };
    attempt().map_err(|error: rusqlite::Error| unusable(&error))
}

/// What SQLite says when a database cannot be opened or brought up to date.
pub(crate) fn unusable(error: &rusqlite::Error) -> OpenError {
    OpenError::Unusable(error.to_string())
}

fn prepare_writer(db: &Connection) -> rusqlite::Result<()> {
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        // Only an empty file takes this, and only before WAL: what is deleted later can then be given back bit by bit.
        db.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
    }
    db.execute_batch("PRAGMA journal_mode = WAL")?;
    db.execute_batch(WRITER)
}

fn expect(db: &Connection, pragma: &str, value: &str) -> Result<(), OpenError> {
    let found = db
        .query_row(&format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}"), [], |row| row.get::<_, String>(0))
        .map_err(|error| unusable(&error))?;
    if found == value { Ok(()) } else { Err(OpenError::Unusable(format!("{pragma} is {found}, not {value}"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_durable_and_a_reader_cannot_write() {
        check_version().expect("the bundled release is new enough");
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("test.db");
        let db = open(&file).expect("writer");
        make_durable(&db).expect("durable");
        db.execute_batch("CREATE TABLE t (x INTEGER) STRICT").expect("create");
        expect(&db, "auto_vacuum", "2").expect("incremental");
        expect(&db, "secure_delete", "1").expect("secure");
        assert!(expect(&db, "synchronous", "1").is_err());
        let reader = reader(&file).expect("reader");
        let error = reader.execute_batch("INSERT INTO t VALUES (1)").expect_err("read-only");
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::ReadOnly));
    }
}
