//! A `souspli-server` process of a measurement's own, with the settings that it ships with.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::Outcome;

const READY: Duration = Duration::from_secs(30);
const ENDED: Duration = Duration::from_secs(30);

/// A running host; killed when dropped.
pub(crate) struct Host {
    /// Where it listens.
    pub(crate) addr: SocketAddr,
    child: Child,
    /// Its data, gone after it.
    _folder: TempDir,
}

impl Host {
    /// Starts one on a fresh folder (in TMPDIR), with its data there or in PostgreSQL, and waits until it listens.
    pub(crate) async fn start(server: &Path, database_url: Option<&str>) -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("souspli-bench-").tempdir()?;
        let said = folder.path().join("said");
        let mut command = Command::new(server);
        command.args(["serve", "--port", "0", "--data"]).arg(folder.path().join("data"));
        // What this process was told about the bench is none of the host's settings.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SOUSPLI_")) {
            command.env_remove(name);
        }
        if let Some(url) = database_url {
            command.env("SOUSPLI_DATABASE_URL", url);
        }
        let out = File::create(&said)?;
        command.stdin(Stdio::null()).stderr(out.try_clone()?).stdout(out).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("cannot run {}: {error}", server.display()))?;
        let addr = listening(&mut child, said).await?;
        Ok(Self { addr, child, _folder: folder })
    }

    /// Stops it as an operator would.
    pub(crate) async fn stop(mut self) -> Outcome {
        if let Some(id) = self.child.id() {
            Command::new("kill").args(["-s", "TERM", &id.to_string()]).status().await?;
        }
        let status = tokio::time::timeout(ENDED, self.child.wait()).await.map_err(|_| "the host does not stop")??;
        if status.success() { Ok(()) } else { Err(format!("the host ended with {status}").into()) }
    }
}

/// The address that the host says it listens on.
async fn listening(child: &mut Child, said: PathBuf) -> Outcome<SocketAddr> {
    let begin = Instant::now();
    while begin.elapsed() < READY {
        let text = std::fs::read_to_string(&said)?;
        let address = text.lines().find_map(|line| line.split_once("listens on http://")?.1.trim().parse().ok());
        if let Some(address) = address {
            return Ok(address);
        }
        if let Some(status) = child.try_wait()? {
            return Err(format!("{text}the host did not start ({status})").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the host did not start in time".into())
}
