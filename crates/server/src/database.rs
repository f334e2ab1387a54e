//! Which database: chosen once, by the configuration.

use std::path::Path;
use std::sync::Arc;

use souspli_store::{OpenError, Store};
use souspli_store_postgres::PostgresStore;
use souspli_store_sqlite::{Options, SqliteStore};

use crate::config::{Config, Postgres};
use crate::failure::StartError;

/// An open database.
pub(crate) struct Database {
    pub(crate) store: Arc<dyn Store>,
    /// Whether other processes may write to it as well.
    pub(crate) shared: bool,
    /// How many requests may ask it at a time; the others wait in line.
    pub(crate) at_a_time: usize,
}

/// SQLite's writer takes what is queued together: the more, the better.
const SQLITE_AT_A_TIME: usize = 512;

/// Opens what the configuration names: PostgreSQL, or SQLite in the data folder.
pub(crate) async fn open(config: &Config) -> Result<Database, StartError> {
    let Some(url) = &config.database_url else { return sqlite(&config.data).await };
    let url = url.expose();
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let Postgres { connections, statement_cache, lock_migrations } = config.postgres;
        let options = souspli_store_postgres::Options { connections, statement_cache, lock_migrations };
        let store = PostgresStore::connect(url, options).await?;
        // More than there are connections: none is idle while a request thinks, and bookings share them.
        let at_a_time = usize::try_from(connections).unwrap_or(usize::MAX).saturating_mul(4);
        return Ok(Database { store: Arc::new(store), shared: true, at_a_time });
    }
    Err(StartError::Config("database_url begins with postgres://".to_owned()))
}

async fn sqlite(folder: &Path) -> Result<Database, StartError> {
    let folder = folder.to_owned();
    // It blocks: migrations of a large database take long.
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&folder, Options::default())).await;
    let store = opened.map_err(|_| StartError::Database("opening it failed".to_owned()))??;
    Ok(Database { store: Arc::new(store), shared: false, at_a_time: SQLITE_AT_A_TIME })
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Locked(folder) => Self::DataLocked(folder),
            OpenError::Folder(folder, error) => Self::Data(folder, error.to_string()),
            OpenError::NewerData { .. } => Self::NewerData(error.to_string()),
            OpenError::Unreachable(why) => Self::DatabaseUnreachable(why),
            OpenError::Unusable(why) => Self::Database(why),
            other => Self::Database(other.to_string()),
        }
    }
}
