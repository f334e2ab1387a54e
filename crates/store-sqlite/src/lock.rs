//! One process a data folder.

use std::fs::{File, TryLockError};
use std::path::Path;

use souspli_store::OpenError;

/// The lock file's name.
const NAME: &str = "souspli.lock";

/// Held as long as the folder is used; the operating system gives it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder or says that another process holds it.
    pub(crate) fn take(folder: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Folder(folder.to_owned(), error);
        let file = File::options().create(true).truncate(false).write(true).open(folder.join(NAME)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
