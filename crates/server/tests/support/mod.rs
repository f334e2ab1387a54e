//! A host in this process, a client that speaks plain HTTP to it, and a practice that signs what it publishes. What
//! would be sealed is random: the host cannot tell.
#![allow(dead_code)] // each test binary uses its own part

pub(crate) mod booking;
pub(crate) mod client;
pub(crate) mod databases;
pub(crate) mod noise;
pub(crate) mod practice;
pub(crate) mod process;

use std::net::SocketAddr;
use std::sync::Arc;

use souspli_server::{Config, Host, ManualClock, Running};
use tempfile::TempDir;

use client::Client;

/// The minute at which every test begins: a Wednesday.
pub(crate) const NOW: u32 = 29_400_000;

/// A running host with a clock that the test sets.
pub(crate) struct TestHost {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) addr: SocketAddr,
    pub(crate) config: Config,
    pub(crate) folder: TempDir,
    running: Option<Running>,
}

impl TestHost {
    /// On SQLite, with default settings.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// On SQLite, with settings of the test's own.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let mut config = Config { port: 0, data: folder.path().to_owned(), ..Config::default() };
        change(&mut config);
        let clock = Arc::new(ManualClock::at(NOW));
        let running = Host::start(config.clone(), clock.clone()).await.expect("starts");
        Self { clock, addr: running.addr, config, folder, running: Some(running) }
    }

    /// Stops it and starts it again on the same data, at another port.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let running = Host::start(self.config.clone(), self.clock.clone()).await.expect("starts again");
        self.addr = running.addr;
        self.running = Some(running);
    }

    /// Stops it.
    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown().await;
        }
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("running")
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.addr)
    }
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("random");
    bytes
}

/// Random bytes of any length.
pub(crate) fn random_bytes(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes).expect("random");
    bytes
}
