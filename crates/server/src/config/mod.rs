//! The configuration: one table out of a TOML file, the environment and the command line.

mod load;
mod secret;
mod show;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

pub use load::{Sources, load};
pub use secret::Secret;
pub use show::show;

pub use crate::limits::Network;

/// Everything that can be set. Unknown keys are refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address to listen on.
    pub listen: IpAddr,
    /// Port to listen on; 0 takes any free one.
    pub port: u16,
    /// Folder of the host's keys and, without `database_url`, of its SQLite database.
    pub data: PathBuf,
    /// A PostgreSQL database to use instead of SQLite.
    pub database_url: Option<Secret>,
    /// A file that holds `database_url`.
    pub database_url_file: Option<PathBuf>,
    /// How PostgreSQL is used.
    pub postgres: Postgres,
    /// Address and port for `GET /metrics`; without it there are none.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether new practices are taken.
    pub registration: Registration,
    /// A folder to serve the web client from, instead of the one built in.
    pub web: Option<PathBuf>,
    /// Form of the log lines.
    pub log: LogFormat,
    /// What is logged, as `tracing` filters say it.
    pub log_filter: String,
    /// Origin line of the log; without it one is made from the log key.
    pub log_origin: Option<String>,
    /// Folder of the log; without it, `log` in the data folder. All processes of a host have the same one.
    pub log_folder: Option<PathBuf>,
    /// A file with the log's witnesses and how many of them must cosign, as C2SP tlog-policy writes it.
    pub witness_policy: Option<PathBuf>,
    /// Whether a proxy in front speaks TLS: then browsers are told to insist on it.
    pub behind_tls: bool,
    /// Proxies whose `x-forwarded-for` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Limits.
    pub limits: Limits,
    /// Timeouts.
    pub timeouts: Timeouts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            data: PathBuf::from("./data"),
            database_url: None,
            database_url_file: None,
            postgres: Postgres::default(),
            metrics_listen: None,
            registration: Registration::Open,
            web: None,
            log: LogFormat::Text,
            log_filter: "info".to_owned(),
            log_origin: None,
            log_folder: None,
            witness_policy: None,
            behind_tls: false,
            trusted_proxies: Vec::new(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// How PostgreSQL is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Postgres {
    /// Most connections at a time.
    pub connections: u32,
    /// Prepared statements kept a connection; 0 behind a pooler that shares connections between transactions.
    pub statement_cache: usize,
    /// Whether migrations run under an advisory lock, which some poolers and relatives of PostgreSQL do not have.
    pub lock_migrations: bool,
}

impl Default for Postgres {
    fn default() -> Self {
        let souspli_store_postgres::Options { connections, statement_cache, lock_migrations } =
            souspli_store_postgres::Options::default();
        Self { connections, statement_cache, lock_migrations }
    }
}

/// Whether a host takes new practices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody may create one.
    Open,
    /// Those that are there stay.
    Closed,
}

impl Registration {
    /// As it is said in `GET /v1/host`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// Form of the log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// How much one address, link or key may do. Kept in memory only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests that an address may make at once; 0 for no limit. Each 16 KiB of a body and each 64 KiB of an answer
    /// count as one more, a new practice as 30.
    pub address_burst: u32,
    /// Requests a second that an address may make for long.
    pub address_per_second: u32,
    /// Holds and bookings through a link before a proof of work is asked for; 0 for never.
    pub link_burst: u32,
    /// Holds and bookings a minute through a link for long.
    pub link_per_minute: u32,
    /// Open connections.
    pub connections: usize,
    /// Open connections of one address; trusted proxies are not counted.
    pub connections_per_address: usize,
    /// Event streams of one key.
    pub streams_per_key: usize,
    /// MiB of the data folder's disk that stay free: below, nothing new is taken. 0 for none; with PostgreSQL there is none.
    pub disk_reserve: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_burst: 2_000,
            address_per_second: 100,
            link_burst: 5_000,
            link_per_minute: 10,
            connections: 8_192,
            connections_per_address: 256,
            streams_per_key: 16,
            disk_reserve: 128,
        }
    }
}

/// How long the host waits, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// For the head of a request.
    pub header: u32,
    /// For the body of a request.
    pub body: u32,
    /// For an answer to be read on.
    pub write: u32,
    /// For what is under way when the host is told to stop.
    pub shutdown: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { header: 8, body: 30, write: 30, shutdown: 20 }
    }
}

impl Timeouts {
    pub(crate) fn header(self) -> Duration {
        Duration::from_secs(self.header.into())
    }

    pub(crate) fn body(self) -> Duration {
        Duration::from_secs(self.body.into())
    }

    pub(crate) fn write(self) -> Duration {
        Duration::from_secs(self.write.into())
    }

    pub(crate) fn shutdown(self) -> Duration {
        Duration::from_secs(self.shutdown.into())
    }
}
