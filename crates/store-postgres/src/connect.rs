//! How connections are opened, kept and thrown away.

use std::str::FromStr as _;
use std::time::Duration;

use souspli_store::OpenError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Error, PgConnection, PgPool};

use crate::Options;

/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(10);
/// A connection that was idle for longer is asked first whether it still writes to the primary.
const FRESH: Duration = Duration::from_secs(1);

/// What the address says, with nothing of a statement ever logged.
pub(crate) fn address(url: &str, options: Options) -> Result<PgConnectOptions, OpenError> {
    let address =
        PgConnectOptions::from_str(url).map_err(|_| OpenError::Unusable("its address is malformed".into()))?;
    Ok(address
        .application_name("souspli")
        .statement_cache_capacity(options.statement_cache)
        .disable_statement_logging())
}

/// The pool that all units and reads share.
pub(crate) async fn pool(address: PgConnectOptions, options: Options) -> Result<PgPool, OpenError> {
    PgPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .after_connect(|db, _| Box::pin(set_up(db)))
        .before_acquire(|db, kept| Box::pin(async move { Ok(kept.idle_for < FRESH || is_primary(db).await) }))
        // No unit leaves a transaction open; should one ever do so, its connection is not lent again. sqlx does not know of
        // every one: what was dropped halfway is closed by `Lease`.
        .after_release(|db, _| Box::pin(async move { Ok(!db.is_in_transaction()) }))
        .connect_with(address)
        .await
        .map_err(|error| open_error(&error))
}

/// What PostgreSQL says when it cannot be used, without the address.
pub(crate) fn open_error(error: &Error) -> OpenError {
    match error {
        Error::Database(database) if database.code().is_some_and(|code| code.starts_with("57")) => {
            OpenError::Unreachable(database.message().to_owned())
        }
        Error::Database(database) => OpenError::Unusable(database.message().to_owned()),
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::PoolTimedOut => {
            OpenError::Unreachable(error.to_string())
        }
        _ => OpenError::Unusable(error.to_string()),
    }
}

/// An acknowledged booking is on disk, whatever the server's default is. And every row is reached by its key: a plan made
/// while tables are small must be right when they are large, is made once, and is not compiled.
async fn set_up(db: &mut PgConnection) -> Result<(), Error> {
    let sql =
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
    sqlx::query(sql).execute(&mut *db).await?;
    let sql = "SELECT set_config('plan_cache_mode', 'force_generic_plan', false),
                      set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),
                      set_config('enable_mergejoin', 'off', false), set_config('jit', 'off', false)";
    sqlx::query(sql).execute(db).await.map(drop)
}

/// A standby after a failover only reads; a connection that is gone answers nothing.
async fn is_primary(db: &mut PgConnection) -> bool {
    let asked = sqlx::query_scalar::<_, bool>("SELECT pg_is_in_recovery()").fetch_one(db).await;
    matches!(asked, Ok(false))
}
