//! The witness's folder: one file a log, written whole beside its name, flushed, renamed, and the folder flushed.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use souspli_tlog::note::MAX_NOTE;
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witness::monitoring_path;

use super::state::Kept;

const LOCK: &str = "lock";

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("{0} is in use by another witness")]
    Taken(String),
    /// A log's file is damaged, of another log or of another witness. Nothing is assumed in its place: to begin anew for a
    /// log would mean to cosign whatever it shows next.
    #[error("{file} is not what this witness has kept of {origin}")]
    Damaged {
        /// The file.
        file: String,
        /// The log.
        origin: String,
    },
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    File(String, io::Error),
}

/// The folder, and the right to write there.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Locked until the process ends or this is dropped.
    _lock: File,
}

impl Folder {
    /// Opens a folder, made where it is not there, and locks it.
    pub(super) fn open(path: &Path) -> Result<Self, FolderError> {
        let failed = |error: io::Error| FolderError::File(path.display().to_string(), error);
        fs::create_dir_all(path).map_err(failed)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::Taken(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// What was kept of a log; `None` only where there is no file.
    pub(super) fn read(&self, origin: &str, witness: &VerifierKey) -> Result<Option<Kept>, FolderError> {
        let path = self.file(origin);
        let name = || path.display().to_string();
        let damaged = || FolderError::Damaged { file: name(), origin: origin.to_owned() };
        let most = u64::try_from(MAX_NOTE).unwrap_or(u64::MAX).saturating_add(4_096);
        match fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FolderError::File(name(), error)),
            Ok(found) if found.len() > most => return Err(damaged()),
            Ok(_) => {}
        }
        let bytes = fs::read(&path).map_err(|error| FolderError::File(name(), error))?;
        Kept::decode(&bytes, origin, witness).map(Some).ok_or_else(damaged)
    }

    /// Puts what is kept of a log in place of what was; durable when it returns.
    pub(super) fn write(&self, origin: &str, kept: &Kept) -> io::Result<()> {
        let path = self.file(origin);
        let beside = path.with_extension("unfinished");
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(&kept.encode())?;
            file.sync_all()
        });
        // What could not be flushed is never used.
        if let Err(error) = written.and_then(|()| fs::rename(&beside, &path)) {
            let _ = fs::remove_file(&beside);
            return Err(error);
        }
        File::open(&self.path)?.sync_all()
    }

    /// `<origin hash>.checkpoint`
    fn file(&self, origin: &str) -> PathBuf {
        self.path.join(monitoring_path(origin).replace('/', "."))
    }
}
