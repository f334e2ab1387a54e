//! Limit programs that someone else wrote, run beside ours where `SOUSPLI_LIMIT_TOOLS` names their folder:
//! `sqlite_limit.py`, `postgres_limit_setup.sql`, `postgres_limit.sql`.

use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tokio::process::Command;

use super::postgres::Cluster;
use crate::Outcome;

const VARIABLE: &str = "SOUSPLI_LIMIT_TOOLS";
const CLIENTS: u32 = 16;

/// The folder, if there is one.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// The best rate that `sqlite_limit.py` prints.
pub(crate) async fn sqlite(seconds: u64) -> Outcome<Option<f64>> {
    let Some(tools) = folder() else { return Ok(None) };
    let scratch = TempDir::new()?;
    let mut command = Command::new("python3");
    command.arg(tools.join("sqlite_limit.py")).arg(scratch.path()).args(["24", &seconds.to_string()]);
    let output = command.kill_on_drop(true).output().await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let rates = said.lines().filter_map(|line| {
        let rate = line.strip_prefix("batch")?.split_once(':')?.1;
        rate.split_whitespace().next()?.parse::<f64>().ok()
    });
    let best = rates.fold(0.0, f64::max);
    if best <= 0.0 {
        return Err(format!("{said}{}sqlite_limit.py says no rate", String::from_utf8_lossy(&output.stderr)).into());
    }
    println!("    limit, as given       {best:>8.0} bookings/s");
    Ok(Some(best))
}

/// What pgbench says of `postgres_limit.sql`.
pub(crate) async fn postgres(cluster: &Cluster, seconds: u64) -> Outcome<Option<f64>> {
    let Some(tools) = folder() else { return Ok(None) };
    let setup = std::fs::read_to_string(tools.join("postgres_limit_setup.sql"))?;
    let url = cluster.database().await?;
    PgConnection::connect(&url).await?.execute(AssertSqlSafe(setup)).await?;
    let rate = cluster.pgbench(&tools.join("postgres_limit.sql"), &url, CLIENTS, seconds).await?;
    cluster.remove(&url).await?;
    println!("    limit, as given       {rate:>8.0} bookings/s");
    Ok(Some(rate))
}
