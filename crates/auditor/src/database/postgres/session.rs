//! One connection, in one transaction that cannot write.

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Error, PgConnection};

use super::super::AuditError;

/// Everything is of one moment; nothing is written; names are the server's own, not those of the database's; rows that a
/// policy would hide are an error.
const BEGIN: &str = "
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL search_path = pg_catalog;
    SET LOCAL row_security = off;
    SET LOCAL timezone = 'UTC';
    SET LOCAL client_encoding = 'UTF8';
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL enable_indexscan = off;
    SET LOCAL enable_indexonlyscan = off;
    SET LOCAL enable_bitmapscan = off;";

/// A connection that reads.
pub(super) struct Session {
    pub(super) db: PgConnection,
}

impl Session {
    pub(super) async fn open(options: &PgConnectOptions) -> Result<Self, AuditError> {
        let mut db = options.connect().await.map_err(|error| unreadable(&error))?;
        sqlx::raw_sql(BEGIN).execute(&mut db).await.map_err(|error| unreadable(&error))?;
        Ok(Self { db })
    }

    /// The rows of a short answer. What fails leaves the transaction as it was.
    pub(super) async fn all(&mut self, sql: &str) -> Result<Vec<PgRow>, Error> {
        self.mark().await?;
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).persistent(false).fetch_all(&mut self.db).await;
        if rows.is_err() {
            self.back_to_mark().await?;
        }
        rows
    }

    /// From here on what fails can be taken back.
    pub(super) async fn mark(&mut self) -> Result<(), Error> {
        sqlx::raw_sql("SAVEPOINT here").execute(&mut self.db).await.map(drop)
    }

    pub(super) async fn back_to_mark(&mut self) -> Result<(), Error> {
        sqlx::raw_sql("ROLLBACK TO SAVEPOINT here").execute(&mut self.db).await.map(drop)
    }

    pub(super) async fn close(self) {
        let _ = self.db.close().await;
    }
}

/// What the server says; of an error of its own the message alone, which names objects and no values.
pub(super) fn unreadable(error: &Error) -> AuditError {
    AuditError::Unreadable(said(error))
}

pub(super) fn said(error: &Error) -> String {
    error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}
