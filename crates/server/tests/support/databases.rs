//! A database of its own for a test, on SQLite or PostgreSQL.

use std::env;
use std::process::Command;
use std::time::Duration;

use souspli_server::Config;
use souspli_server::config::Secret;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use tempfile::TempDir;

use super::random;

/// Names the PostgreSQL that tests may use, by a user who may create databases.
const POSTGRES: &str = "SOUSPLI_TEST_POSTGRES";

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A data folder, and on PostgreSQL a database, that are gone when the test is done with them.
pub(crate) struct Scratch {
    pub(crate) kind: Kind,
    pub(crate) folder: TempDir,
    /// The database's address, where it is PostgreSQL.
    pub(crate) url: Option<String>,
}

impl Scratch {
    /// An empty one.
    pub(crate) async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let url = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(create().await),
        };
        Self { kind, folder, url }
    }

    /// Makes a configuration use it.
    pub(crate) fn configure(&self, config: &mut Config) {
        self.folder.path().clone_into(&mut config.data);
        config.database_url = self.url.as_ref().map(Secret::new);
    }

    /// Drops the database.
    pub(crate) async fn remove(self) {
        if let Some((_, name)) = self.url.as_ref().and_then(|url| url.rsplit_once('/')) {
            admin(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// Kills the server process behind one connection to a database, as a fault of the machine would: PostgreSQL ends all
/// others and recovers from its log. Returns when it answers again.
pub(crate) async fn kill_a_backend(url: &str) {
    let (_, name) = url.rsplit_once('/').expect("a database");
    let sql = format!("SELECT pid FROM pg_stat_activity WHERE datname = '{name}' LIMIT 1");
    let mut connection = PgConnection::connect(&given()).await.expect("the PostgreSQL for tests answers");
    let Some(row) = connection.fetch_optional(AssertSqlSafe(sql)).await.expect("processes") else { return };
    let pid: i32 = row.get(0);
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().expect("kill");
    assert!(killed.success(), "this test must be allowed to kill PostgreSQL's processes");
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if PgConnection::connect(&given()).await.is_ok() {
            return;
        }
    }
    panic!("PostgreSQL has not recovered");
}

/// The address that tests are given.
fn given() -> String {
    env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: this test needs a PostgreSQL, such as postgres://user@127.0.0.1:5432/postgres")
    })
}

async fn create() -> String {
    let name = format!("souspli_test_{:016x}", u64::from_be_bytes(random()));
    admin(&format!("CREATE DATABASE {name}")).await;
    let given = given();
    let (server, _) = given.rsplit_once('/').unwrap_or_else(|| panic!("{POSTGRES} names no database"));
    format!("{server}/{name}")
}

async fn admin(sql: &str) {
    let mut connection = PgConnection::connect(&given()).await.expect("the PostgreSQL for tests answers");
    connection.execute(AssertSqlSafe(sql)).await.expect(sql);
}
