//! Why a unit of work did not happen; one enum an operation.

use std::path::PathBuf;

/// The database failed; nothing personal is in its text, and it never reaches a client.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It could not be reached or is overloaded; nothing was done.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// It is not known whether the write was kept; the same bytes may be sent again.
    #[error("the outcome is not known: {0}")]
    UnknownOutcome(String),
    /// Stored bytes are not what was once written.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// Anything else.
    #[error("the database failed: {0}")]
    Failed(String),
}

/// Why a batch was not published.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PublishError {
    /// The batch's first version does not follow the calendar's.
    #[error("the version is stale")]
    StaleVersion,
    /// Another registration is there already.
    #[error("the calendar is registered already")]
    AlreadyRegistered,
    /// The calendar has not been registered.
    #[error("the calendar is unknown")]
    NoCalendar,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a time is not held.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HoldError {
    /// An id is claimed or held by another.
    #[error("the time has been taken")]
    Taken,
    /// The session holds nothing.
    #[error("the session holds no time")]
    NoHold,
    /// The hold has run out.
    #[error("the hold has expired")]
    Expired,
    /// It was extended once already.
    #[error("the hold was extended already")]
    Extended,
    /// The calendar has not been registered.
    #[error("the calendar is unknown")]
    NoCalendar,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an event was not appended.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// An id is claimed, or held by another session.
    #[error("the time has been taken")]
    Taken,
    /// The calendar's version is another than the event quotes.
    #[error("the version is stale")]
    StaleVersion,
    /// The record exists with other bytes (create).
    #[error("the record exists with other bytes")]
    RecordExists,
    /// The record's revision or last event is another (append).
    #[error("the record has changed")]
    RevisionConflict,
    /// The record has been released and can claim nothing again.
    #[error("the record was released")]
    Released,
    /// The record is not there (append).
    #[error("the record is unknown")]
    NoRecord,
    /// The record was erased.
    #[error("the record was erased")]
    Erased,
    /// The calendar has not been registered.
    #[error("the calendar is unknown")]
    NoCalendar,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a record was not erased.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EraseError {
    /// The record is not there.
    #[error("the record is unknown")]
    NoRecord,
    /// It was erased before.
    #[error("the record was erased")]
    Erased,
    /// Its revision or last event is another.
    #[error("the record has changed")]
    RevisionConflict,
    /// It takes time that others may not have.
    #[error("the record takes time")]
    Live,
    /// The calendar has not been registered.
    #[error("the calendar is unknown")]
    NoCalendar,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a vault was not stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum VaultError {
    /// The id or a locator is taken by another vault.
    #[error("there is a vault there already")]
    Exists,
    /// The stored generation is not one lower, or the key is another.
    #[error("the vault has changed")]
    Conflict,
    /// No such vault.
    #[error("the vault is unknown")]
    NoVault,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a database was not opened; the same for every backend, so that the host has one sentence for each.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process uses the same data.
    #[error("another process holds {}", .0.display())]
    Locked(PathBuf),
    /// The folder or file cannot be read or written.
    #[error("{} cannot be used: {}", .0.display(), .1)]
    Folder(PathBuf, std::io::Error),
    /// A newer release has written the data.
    #[error("the data is of version {found}, and this program knows versions up to {known}")]
    NewerData {
        /// Version of the data.
        found: i64,
        /// Newest version that this program knows.
        known: i64,
    },
    /// The database does not answer.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The database answers, but is not one that can be used.
    #[error("the database cannot be used: {0}")]
    Unusable(String),
}
