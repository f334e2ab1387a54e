//! A running host: in the binary and in tests alike.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use souspli_protocol::VerifyingKey;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::accept::{Door, listen};
use crate::budget::Budgets;
use crate::changes::{self, Changes};
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{self, Database};
use crate::directory::Directories;
use crate::failure::StartError;
use crate::host_key::{self, HostKey};
use crate::journal::Said;
use crate::limits::{AddressLimit, LinkLimit};
use crate::linker::ReceiptLinker;
use crate::log::{self, Log, Runner};
use crate::nonce::Nonces;
use crate::observe::Metrics;
use crate::pulse::Pulse;
use crate::random::random;
use crate::release::Release;
use crate::reserve::{self, Reserve};
use crate::sets::Sets;
use crate::state::{AppState, Shared};
use crate::turns::Turns;
use crate::web::Site;
use crate::{openapi, restore, router, routes, sweep};

/// Starts hosts.
#[derive(Debug)]
pub struct Host;

/// A host that takes requests until it is shut down.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Where its metrics are, if anywhere.
    pub metrics_addr: Option<SocketAddr>,
    state: AppState,
    stop: watch::Sender<bool>,
    doors: Vec<JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
    merging: Runner,
}

impl Host {
    /// Opens data and database and begins to listen; the time comes from `clock`.
    pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Running, StartError> {
        // First the address: what is taken is seen before anything is touched.
        let listener = listen(SocketAddr::new(config.listen, config.port)).await?;
        let metrics_listener = match config.metrics_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        fs::create_dir_all(&config.data).map_err(|error| StartError::Data(config.data.clone(), error.to_string()))?;
        let key = Arc::new(HostKey::open(&config.data)?);
        let database = database::open(&config).await?;
        bind(&database, &key).await?;
        let log = Log::of(&config, &key)?;
        restore::check_not_older(&log.0, &database).await?;
        let shared = database.shared;
        let (stop, stopping) = watch::channel(false);
        let state = state(&config, clock, database, key, log, stopping)?;

        let mut tasks = vec![
            tokio::spawn(sweep::run(Arc::downgrade(&state))),
            tokio::spawn(reserve::watch(Arc::downgrade(&state))),
        ];
        if shared {
            tasks.push(tokio::spawn(changes::poll(Arc::downgrade(&state.changes), Arc::downgrade(&state.store))));
        }
        let addr = local(&listener)?;
        if !addr.ip().is_loopback() && !config.behind_tls {
            tracing::warn!("other machines can reach this host without TLS; browsers will not book over plain HTTP");
        }
        let metrics_addr = metrics_listener.as_ref().map(local).transpose()?;
        let mut doors = vec![open(&config, listener, router::router(state.clone()), &stop)];
        if let Some(listener) = metrics_listener {
            doors.push(open(&config, listener, routes::metrics::router(state.clone()), &stop));
        }
        let merging = merging(&state, shared)?;
        Ok(Running { addr, metrics_addr, state, stop, doors, tasks, merging })
    }
}

impl Running {
    /// The key that its receipts are signed with.
    pub fn receipt_key(&self) -> VerifyingKey {
        self.state.key.receipt_key()
    }

    /// Takes no more connections, finishes what is under way, and closes the database.
    pub async fn shutdown(self) {
        self.state.stopping.store(true, Ordering::SeqCst);
        self.stop.send_replace(true);
        for door in self.doors {
            // A door that panicked is closed too.
            let _ = door.await;
        }
        for task in self.tasks {
            task.abort();
        }
        self.merging.end().await;
        self.state.store.close().await;
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("addr", &self.addr).finish_non_exhaustive()
    }
}

fn state(
    config: &Config,
    clock: Arc<dyn Clock>,
    database: Database,
    key: Arc<HostKey>,
    (log, log_origin): (Arc<Log>, String),
    stop: watch::Receiver<bool>,
) -> Result<AppState, StartError> {
    let limits = config.limits;
    let boot_key = random::<32>().ok_or(StartError::NoRandomness)?;
    let trusted = config.trusted_proxies.clone();
    let addresses = AddressLimit::new(&boot_key, trusted, limits.address_burst, limits.address_per_second);
    // On a server of its own the database has a disk of its own.
    let least = if database.shared { 0 } else { u64::from(limits.disk_reserve) << 20 };
    let site = Site::new(config.web.clone());
    Ok(Arc::new(Shared {
        store: database.store,
        nonces: Nonces::new(key.nonce_key(), clock.minute()).ok_or(StartError::NoRandomness)?,
        addresses: addresses.ok_or(StartError::NoRandomness)?,
        clock,
        linker: Arc::new(ReceiptLinker(key.clone())),
        key,
        links: LinkLimit::new(limits.link_burst, limits.link_per_minute),
        changes: Changes::new(limits.streams_per_key),
        directories: Directories::default(),
        sets: Sets::new(database.shared),
        said: Said::default(),
        budgets: Budgets::new(),
        turns: Turns::new(database.at_a_time),
        pulse: Pulse::default(),
        reserve: Reserve::of(&config.data, least),
        metrics: Metrics::default(),
        release: Release::of(&site),
        site,
        timeouts: config.timeouts,
        registration: config.registration,
        log,
        log_origin,
        behind_tls: config.behind_tls,
        openapi: openapi::document(),
        stopping: AtomicBool::new(false),
        stop,
    }))
}

/// Starts the thread that merges into the log.
fn merging(state: &AppState, shared: bool) -> Result<Runner, StartError> {
    let holder = random::<16>().ok_or(StartError::NoRandomness)?;
    let started = log::start(state, state.log.sequencer(holder, !shared).releasing(state.release.object));
    started.map_err(|error| StartError::Config(format!("no thread can be started: {error}")))
}

/// The database must be the key's: practices have signed for the key that its receipts are signed with.
pub(crate) async fn bind(database: &Database, key: &HostKey) -> Result<(), StartError> {
    let bound = database.store.bind_host(key.receipt_key()).await;
    if bound.map_err(|error| StartError::Database(error.to_string()))? {
        return Ok(());
    }
    Err(StartError::HostKey(format!(
        "the database belongs to a host with another one. Put the right {} into the data folder, or choose another \
         database; nothing was changed",
        host_key::FILE
    )))
}

fn open(config: &Config, listener: TcpListener, router: axum::Router, stop: &watch::Sender<bool>) -> JoinHandle<()> {
    let door = Door {
        listener,
        router,
        limits: config.limits,
        timeouts: config.timeouts,
        trusted: config.trusted_proxies.clone(),
    };
    tokio::spawn(door.open(stop.subscribe()))
}

fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    listener.local_addr().map_err(|error| StartError::Address(unknown, error.to_string()))
}
