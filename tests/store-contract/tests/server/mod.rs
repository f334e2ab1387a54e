//! The PostgreSQL server of the tests: a throw-away one, where databases and settings may be changed.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection};

const VARIABLE: &str = "SOUSPLI_TEST_POSTGRES";

/// The server of the tests, as one who may create databases.
fn server() -> Result<String, String> {
    std::env::var(VARIABLE).map_err(|_| {
        format!("{VARIABLE} is not set: it names a PostgreSQL server where databases may be created, as in postgres://user@127.0.0.1:5432/postgres; `cargo xtask test` starts one")
    })
}

/// A connection that may create databases.
pub(crate) async fn administrator() -> Result<PgConnection, String> {
    let options: PgConnectOptions = server()?.parse().map_err(|_| format!("{VARIABLE} is malformed"))?;
    options.connect().await.map_err(|error| format!("{VARIABLE}: {error}"))
}

/// Creates a database and returns its name and address.
pub(crate) async fn create() -> Result<(String, String), String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("souspli_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut db = administrator().await?;
    let sql = format!("CREATE DATABASE {name}");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut db).await.map_err(|error| error.to_string())?;
    let server = server()?;
    let (rest, _) = server.rsplit_once('/').ok_or_else(|| format!("{VARIABLE} names no database"))?;
    Ok((name.clone(), format!("{rest}/{name}")))
}

/// Takes a database away, with whoever is still connected.
pub(crate) async fn drop_database(name: &str) {
    let mut db = administrator().await.expect("server");
    let sql = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut db).await.expect("dropped");
}
