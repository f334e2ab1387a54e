//! How a file is opened: not even a file beside it is made or changed.
//!
//! SQLite needs an index of the write-ahead log in shared memory (`-shm`). Where a host has it open, it is there and is
//! read, not written (`readonly_shm`). Where only the log is there, as in a copy, file and log are copied to a private
//! folder. Where there is no log, nobody writes, and the file is read as it is (`immutable`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::super::AuditError;
use super::unreadable;

/// How a SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// How long a lock of the host's is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// Nothing of the file's own runs: no view, no trigger, no function that it names.
const CAUTION: &str = "
    PRAGMA query_only = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA mmap_size = 0;
    PRAGMA temp_store = FILE;
    BEGIN;";

pub(super) fn open(file: &Path) -> Result<(Connection, Option<TempDir>), AuditError> {
    if beside(file, "-shm").exists() {
        return Ok((connect(file, "mode=ro&readonly_shm=1")?, None));
    }
    let left: Vec<&str> = ["-wal", "-journal"].into_iter().filter(|ending| is_filled(&beside(file, ending))).collect();
    if left.is_empty() {
        return Ok((connect(file, "mode=ro&immutable=1")?, None));
    }
    let folder = tempfile::tempdir().map_err(scratch)?;
    let copy = folder.path().join("copy.db");
    fs::copy(file, &copy).map_err(scratch)?;
    for ending in left {
        fs::copy(beside(file, ending), beside(&copy, ending)).map_err(scratch)?;
    }
    Ok((connect(&copy, "mode=rw")?, Some(folder)))
}

/// The first bytes of a file, if it is one of SQLite's.
pub(super) fn header(file: &Path) -> Result<[u8; 100], AuditError> {
    use std::io::Read as _;
    let mut opened = fs::File::open(file).map_err(|error| AuditError::Unreadable(error.to_string()))?;
    let mut header = [0; 100];
    let whole = opened.read_exact(&mut header).is_ok() && header.starts_with(MAGIC);
    whole.then_some(header).ok_or(AuditError::Foreign("a SQLite file"))
}

fn connect(file: &Path, how: &str) -> Result<Connection, AuditError> {
    let path = fs::canonicalize(file).map_err(|error| AuditError::Unreadable(error.to_string()))?;
    let uri = format!("file:{}?{how}", escaped(&path));
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(uri, flags).map_err(|error| unreadable(&error))?;
    db.busy_timeout(BUSY).map_err(|error| unreadable(&error))?;
    db.execute_batch(CAUTION).map_err(|error| unreadable(&error))?;
    // The transaction begins with the first thing that is read: from here on all is of one moment.
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
        .map_err(|error| unreadable(&error))?;
    Ok(db)
}

/// A path in a URI.
fn escaped(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn is_filled(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.len() > 0)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn scratch(error: std::io::Error) -> AuditError {
    AuditError::Scratch(error.to_string())
}
