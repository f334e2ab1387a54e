//! Why a unit of work stops: refused by the rules, or failed by the database.

use rusqlite::ErrorCode;
use souspli_store::StoreError;

/// Ends a unit of work; nothing of it is kept.
#[derive(Debug)]
pub(crate) enum Stop<E> {
    /// The rules refuse it.
    Refused(E),
    /// SQLite failed.
    Database(rusqlite::Error),
    /// A stored value is not what was once written.
    Damaged(&'static str),
}

impl<E> From<rusqlite::Error> for Stop<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl<E: From<StoreError>> Stop<E> {
    /// The operation's own error.
    pub(crate) fn into_refusal(self) -> E {
        match self {
            Self::Refused(refusal) => refusal,
            Self::Database(error) => store_error(&error).into(),
            Self::Damaged(what) => StoreError::Damaged(what.to_owned()).into(),
        }
    }
}

/// The failure of a statement before its commit: nothing was done.
pub(crate) fn store_error(error: &rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            // Locked by another process; a disk that is full, gone, failing or mounted read-only. All of it may pass.
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory => StoreError::Busy(text),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged(text),
            _ => StoreError::Failed(text),
        },
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::InvalidColumnType(..) => StoreError::Damaged(text),
        _ => StoreError::Failed(text),
    }
}

fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The failure of a commit: what had reached the log file may be found there after a crash.
pub(crate) fn commit_error(error: &rusqlite::Error) -> StoreError {
    match store_error(error) {
        busy @ StoreError::Busy(_) if is_locked(error) => busy,
        StoreError::Busy(text)
        | StoreError::Failed(text)
        | StoreError::Damaged(text)
        | StoreError::UnknownOutcome(text) => StoreError::UnknownOutcome(text),
    }
}
