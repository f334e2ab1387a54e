//! Why a unit of work stops, and what PostgreSQL's codes mean for it.

use souspli_store::StoreError;
use sqlx::error::{DatabaseError, Error};

/// Ends a unit of work; nothing of it is kept.
#[derive(Debug)]
pub(crate) enum Stop<E> {
    /// The rules refuse it.
    Refused(E),
    /// PostgreSQL failed, or cannot be reached.
    Database(Error),
    /// A stored value is not what was once written.
    Damaged(&'static str),
}

impl<E> From<Error> for Stop<E> {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// What to do about a failure.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing was done: another attempt may do better; if not, this is the error. `broken`: on another connection.
    Again { error: StoreError, broken: bool },
    /// No attempt will do better.
    Final(StoreError),
}

impl Failure {
    /// What is said where nobody tries again.
    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Again { error, .. } | Self::Final(error) => error,
        }
    }
}

/// A failure before the commit: nothing was done.
pub(crate) fn before_commit(error: &Error) -> Failure {
    let text = error.to_string();
    match error {
        Error::Database(database) => match database.code().as_deref().unwrap_or_default() {
            // Serialization failure; deadlock; a row that another transaction inserted since it was looked for.
            "40001" | "40P01" | "23505" => Failure::Again { error: StoreError::Busy(text), broken: false },
            // A standby that was the primary before, or a server that is going down.
            "25006" => Failure::Again { error: StoreError::Busy(text), broken: true },
            code if code.starts_with("57") || code.starts_with("08") => {
                Failure::Again { error: StoreError::Busy(text), broken: true }
            }
            // Out of disk, memory or connections; locked by somebody for longer than the server waits; a failing disk.
            code if ["53", "55", "58"].iter().any(|class| code.starts_with(class)) => {
                Failure::Final(StoreError::Busy(text))
            }
            code if code.starts_with("XX") => Failure::Final(StoreError::Damaged(text)),
            _ => Failure::Final(StoreError::Failed(text)),
        },
        Error::PoolTimedOut | Error::PoolClosed => Failure::Final(StoreError::Busy(text)),
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::BeginFailed | Error::WorkerCrashed => {
            Failure::Again { error: StoreError::Busy(text), broken: true }
        }
        Error::ColumnDecode { .. } | Error::Decode(_) => Failure::Final(StoreError::Damaged(text)),
        _ => Failure::Final(StoreError::Failed(text)),
    }
}

/// No connection: nothing was done, and whatever the reason is, it may pass.
pub(crate) fn no_connection(error: &Error) -> Failure {
    match before_commit(error) {
        again @ Failure::Again { .. } => again,
        Failure::Final(_) => Failure::Final(StoreError::Busy(error.to_string())),
    }
}

/// A failure of the commit itself: unless PostgreSQL says that it rolled back, nobody knows.
pub(crate) fn at_commit(error: &Error) -> Failure {
    let text = error.to_string();
    match error.as_database_error().and_then(DatabaseError::code).as_deref() {
        Some("40001" | "40P01") => Failure::Again { error: StoreError::Busy(text), broken: false },
        Some(code) if code.starts_with("23") => Failure::Again { error: StoreError::Busy(text), broken: false },
        _ => Failure::Final(StoreError::UnknownOutcome(text)),
    }
}
