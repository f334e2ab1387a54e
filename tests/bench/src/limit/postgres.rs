//! PostgreSQL, driven by its own pgbench: `postgres_setup.sql` says what a booking is there.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tokio::process::Command;

use crate::Outcome;
use crate::practice::random;

const SETUP: &str = include_str!("postgres_setup.sql");
const SCRIPT: &str = include_str!("postgres.sql");
/// Connections; the best number of them is the limit.
const CLIENTS: [u32; 3] = [8, 16, 32];

/// A PostgreSQL whose databases come and go with the rounds.
pub(crate) struct Cluster {
    /// A superuser's address.
    pub(crate) url: String,
    /// The folder of PostgreSQL's programs.
    pub(crate) bin: PathBuf,
}

impl Cluster {
    /// An empty database; its address. What came before is written out first.
    pub(crate) async fn database(&self) -> Outcome<String> {
        let name = format!("souspli_bench_{:016x}", u64::from_be_bytes(random()?));
        let mut connection = PgConnection::connect(&self.url).await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        connection.execute("CHECKPOINT").await?;
        let (server, _) = self.url.rsplit_once('/').ok_or("the address of PostgreSQL names no database")?;
        Ok(format!("{server}/{name}"))
    }

    /// Drops a database.
    pub(crate) async fn remove(&self, url: &str) -> Outcome {
        let (_, name) = url.rsplit_once('/').ok_or("the address of PostgreSQL names no database")?;
        let mut connection = PgConnection::connect(&self.url).await?;
        connection.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
        Ok(())
    }

    /// The best rate of all numbers of connections, each for so many seconds.
    pub(crate) async fn limit(&self, seconds: u64) -> Outcome<f64> {
        let folder = TempDir::new()?;
        let script = folder.path().join("booking.sql");
        std::fs::write(&script, SCRIPT)?;
        let url = self.database().await?;
        PgConnection::connect(&url).await?.execute(SETUP).await?;
        let mut best = 0.0_f64;
        for clients in CLIENTS {
            let rate = self.pgbench(&script, &url, clients, seconds).await?;
            println!("    limit, {clients:>3} connections {rate:>7.0} bookings/s");
            best = best.max(rate);
        }
        self.remove(&url).await?;
        Ok(best)
    }

    /// What pgbench says of a script.
    pub(crate) async fn pgbench(&self, script: &Path, url: &str, clients: u32, seconds: u64) -> Outcome<f64> {
        let mut command = Command::new(self.bin.join("pgbench"));
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds.to_string()]);
        let output = command.arg("-f").arg(script).arg(url).kill_on_drop(true).output().await;
        let output = output.map_err(|error| format!("cannot run pgbench, which comes with PostgreSQL: {error}"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.ok_or_else(|| format!("{said}{}pgbench says no rate", String::from_utf8_lossy(&output.stderr)).into())
    }
}
