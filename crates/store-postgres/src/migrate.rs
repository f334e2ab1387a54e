//! Brings the tables up to the version that this program knows; refuses newer data.

use souspli_store::OpenError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, SqlSafeStr as _};

use crate::connect::open_error;

/// Every migration: number, name, text.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "host", include_str!("../../../migrations/postgres/0001_host.sql")),
    (2, "host_key", include_str!("../../../migrations/postgres/0002_host_key.sql")),
    (3, "log", include_str!("../../../migrations/postgres/0003_log.sql")),
    (4, "journal", include_str!("../../../migrations/postgres/0004_journal.sql")),
    (5, "erasure", include_str!("../../../migrations/postgres/0005_erasure.sql")),
    (6, "restore", include_str!("../../../migrations/postgres/0006_restore.sql")),
];

/// Applies what is missing, on a connection of its own: an advisory lock ends with it. `lock` keeps two hosts that
/// start together apart; nothing else hangs on it.
pub(crate) async fn migrate(address: &PgConnectOptions, lock: bool) -> Result<(), OpenError> {
    let mut db = address.connect().await.map_err(|error| open_error(&error))?;
    let outcome = bring_up_to_date(&mut db, lock).await;
    let _ = db.close().await;
    outcome
}

async fn bring_up_to_date(db: &mut PgConnection, lock: bool) -> Result<(), OpenError> {
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default();
    if let Some(found) = newest(db).await?.filter(|found| *found > known) {
        return Err(OpenError::NewerData { found, known });
    }
    let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.set_locking(lock);
    migrator.run_direct(None, db, false).await.map_err(|error| match error {
        MigrateError::Execute(error) => open_error(&error),
        error => OpenError::Unusable(error.to_string()),
    })?;
    // When a host was set up is nobody's business, and no program reads it.
    let sql = "UPDATE _sqlx_migrations SET installed_on = 'epoch', execution_time = 0 WHERE installed_on <> 'epoch'";
    sqlx::query(sql).execute(db).await.map(drop).map_err(|error| open_error(&error))
}

async fn newest(db: &mut PgConnection) -> Result<Option<i64>, OpenError> {
    let known = sqlx::query_scalar::<_, bool>("SELECT to_regclass('_sqlx_migrations') IS NOT NULL");
    if !known.fetch_one(&mut *db).await.map_err(|error| open_error(&error))? {
        return Ok(None);
    }
    let newest = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(db).await;
    newest.map_err(|error| open_error(&error))
}
