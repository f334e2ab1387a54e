//! Copies of a database: looked at, and put in the place of the one that is there (`docs/spec/restore.md` §3).

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use souspli_protocol::VerifyingKey;
use souspli_store::OpenError;

use crate::connection::unusable;
use crate::lock::FolderLock;
use crate::{FILE, migrate};

/// What the copy is called before it is whole.
const UNFINISHED: &str = "souspli.restoring";
/// What belongs to a database in WAL mode, beside its file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// What was seen of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copy {
    /// The receipt key of the host that it belongs to; `None` where no host has started on it.
    pub receipt_key: Option<VerifyingKey>,
    /// Practices.
    pub calendars: u64,
    /// Entries of all chains.
    pub entries: u64,
}

/// Looks at a copy without changing it: it must be whole, of this program and of no newer release.
pub fn examine(file: &Path) -> Result<Copy, OpenError> {
    if !file.is_file() {
        return Err(OpenError::Folder(file.to_owned(), ErrorKind::NotFound.into()));
    }
    let db = read_only(file)?;
    if migrate::check(&db, file, migrate::MIGRATIONS)? == 0 {
        return Err(OpenError::Unusable(format!("{} is empty", file.display())));
    }
    let failed = |error: rusqlite::Error| unusable(&error);
    let whole: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if whole != "ok" {
        return Err(OpenError::Unusable(format!("{} is damaged: {whole}", file.display())));
    }
    let key = db.query_row("SELECT receipt_key FROM host", [], |row| row.get(0)).optional();
    let count = |table| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).map_err(failed);
    Ok(Copy {
        receipt_key: key.map_err(failed)?.map(VerifyingKey),
        calendars: count("calendar")?,
        entries: count("chain")?,
    })
}

/// Puts a copy in the place of the database of a folder, which must not be in use, and gives what the one that was there is
/// called now. Killed anywhere, it leaves the one, the other, or none; and it may be done again.
pub fn put_back(copy: &Path, folder: &Path) -> Result<Option<PathBuf>, OpenError> {
    let _lock = FolderLock::take(folder)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| OpenError::Folder(path, error)
    };
    let (file, unfinished) = (folder.join(FILE), folder.join(UNFINISHED));
    remove(&unfinished).map_err(failed(&unfinished))?;
    // The copy may lie in WAL mode with what belongs to it beside it: SQLite makes one file of them.
    let db = read_only(copy)?;
    db.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()]).map_err(|error| unusable(&error))?;
    drop(db);
    File::options().write(true).open(&unfinished).and_then(|copy| copy.sync_all()).map_err(failed(&unfinished))?;
    let aside = put_aside(&file).map_err(failed(&file))?;
    fs::rename(&unfinished, &file).map_err(failed(&file))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))?;
    Ok(aside)
}

/// Gives a database and what belongs to it another name, the first that is free.
fn put_aside(file: &Path) -> std::io::Result<Option<PathBuf>> {
    if !file.exists() {
        // What belonged to one that was put aside before all of it was.
        for end in BESIDE {
            remove(&with(file, end))?;
        }
        return Ok(None);
    }
    let name = |number: u32| file.with_extension(format!("aside-{number}.db"));
    let aside = (1..=u32::MAX).map(name).find(|name| !name.exists()).ok_or(ErrorKind::AlreadyExists)?;
    // The file last: as long as it is there, this is done again.
    for end in BESIDE {
        if with(file, end).exists() {
            fs::rename(with(file, end), with(&aside, end))?;
        }
    }
    fs::rename(file, &aside)?;
    Ok(Some(aside))
}

fn with(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn read_only(file: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags).map_err(|error| unusable(&error))
}
