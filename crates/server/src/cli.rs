//! The command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;

use crate::config::{LogFormat, Registration, Secret, Sources};

/// The host of Souspli, an end-to-end encrypted booking system for health practices.
///
/// It keeps and serves sealed bookings and cannot read one: names, contacts, reasons, dates and times are encrypted by
/// the browsers of patients and practices, and this program holds no code that could open them.
#[derive(Debug, Parser)]
#[command(name = "souspli-server", version, about, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the host until it is told to stop (Ctrl-C, SIGTERM)
    #[command(after_long_help = AFTER_SERVE)]
    Serve(Options),
    /// Go on with an older copy of the database, and say so to practices and patients
    #[command(after_long_help = AFTER_RESTORE)]
    Restore(Restore),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the OpenAPI document of this release
    Openapi,
    /// Print the manifest of this release: each file of the web client that it serves, with hash and size
    ///
    /// It is what `GET /release` answers and what the public log holds the hash of; an auditor compares a host's pages with
    /// the manifest of a build of its own.
    Manifest {
        /// A folder to serve the web client from, instead of the one built in
        #[arg(long, value_name = "FOLDER")]
        web: Option<PathBuf>,
    },
}

/// Look at the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, where it comes from, and secrets masked
    Show(Options),
}

const AFTER_SERVE: &str = "\
Settings come from a TOML file (--config), then the environment, then the command line; what is named later wins. \
A setting's variable is its name in capitals after SOUSPLI_, with two underscores for a table: SOUSPLI_PORT, \
SOUSPLI_LIMITS__LINK_BURST. Secrets may lie in files: SOUSPLI_DATABASE_URL_FILE. `souspli-server config show` prints all \
settings. Unknown ones are refused.

Limits keep one address, link or key from taking what is there for all (`config show`, limits.*). An address has \
tokens: limits.address_burst at most, limits.address_per_second new ones. A request costs one, each 16 KiB that it \
sends and each 64 KiB that it is answered one more, a new practice 30. Behind a proxy set trusted_proxies, or all \
patients are one address. A link that is used much asks for a proof of work. With SQLite nothing new is taken when the \
disk has less than limits.disk_reserve MiB left. Anybody may begin a practice until registration is closed.

The data folder holds host.key. Keep a copy of it apart from the database's backups: without it the host cannot prove \
to practices that it is the one that they signed for. It also holds the public log, unless log_folder names another \
folder; all processes of a host need the same one. Never put an older copy of the log in its place: it only moves \
forward, and witnesses refuse a log that went back.

Exit codes:
  0  stopped as it was told to
  2  the command line is wrong
  3  the configuration cannot be used
  4  the address is taken or cannot be listened on
  5  the data is in use by another process
  6  the data was written by a newer release
  7  the database cannot be reached
  8  the data or the database cannot be used
  9  the host key cannot be used
 10  the database is older than the log: see `souspli-server restore --help`
  1  anything else";

const AFTER_RESTORE: &str = "\
When a database is lost, the host goes on with a copy that is some time old. What it had accepted since is missing there, \
although it has signed for it. This command says so, signed and in the public log. Then the host is started, those who \
still hold what is missing send it again by themselves, and each practice looks at what came of it and accepts it.

Before: stop every process of the host. The data folder's host.key and the log's folder must be the newest that there are; \
they belong to no backup of the database and never go back.

SQLite: souspli-server restore --data ./data backup.db
  The copy (made with VACUUM INTO or sqlite3's .backup, or the file with its -wal) is checked: whole, of this program, of \
  no newer release, of this host's key. The database that is there is kept under another name, souspli.aside-1.db.
PostgreSQL: put the copy back with pg_restore or your own tools, then: souspli-server restore --database-url ...

It may be stopped anywhere and run again. --dry-run says what would be done; the tables of a database that is there are \
brought up to date all the same.

Exit codes:
  0  done, or nothing to do: the text says which
  5  a host runs on this data, or has died less than three minutes ago
  8  the copy, the data or the log's folder cannot be used
  9  the host key is missing, or the copy belongs to another host
  others as for serve";

/// What to restore.
#[derive(Debug, Clone, Args)]
pub struct Restore {
    /// The copy that takes the place of the SQLite database in the data folder; without it, the database is taken as it is
    #[arg(value_name = "FILE")]
    pub copy: Option<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Go on although the database does not look older than the log
    #[arg(long)]
    pub even_so: bool,
    /// Where data, database and log are.
    #[command(flatten)]
    pub options: Options,
}

/// Settings of the command line; each wins over the file and the environment.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct Options {
    /// A TOML file with settings
    #[arg(long, value_name = "FILE", env = "SOUSPLI_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// The port to listen on [default: 8080]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The address to listen on; put a proxy that speaks TLS before any address but the default [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<IpAddr>,
    /// The folder of the host's keys and, without --database-url, of its SQLite database [default: ./data]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// A PostgreSQL database to use instead of SQLite, such as postgres://user@127.0.0.1/souspli; others on this machine
    /// can see it, so a password belongs in SOUSPLI_DATABASE_URL_FILE
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new().map(Secret::new))]
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    pub database_url: Option<Secret>,
    /// Address and port for GET /metrics, such as 127.0.0.1:9090; without it there are none
    #[arg(long, value_name = "ADDRESS:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<SocketAddr>,
    /// Whether new practices are taken [default: open]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// A folder to serve the web client from, instead of the one built in (for working on it)
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<PathBuf>,
    /// The form of the log lines, on standard error [default: text]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogFormat>,
}

impl Options {
    /// Where the configuration comes from.
    pub fn sources(self) -> Sources<Self> {
        Sources { file: self.config.clone(), flags: self }
    }
}

/// Into the table goes the address itself.
#[allow(clippy::ref_option)] // the shape that serde calls
fn exposed<S: serde::Serializer>(url: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(Secret::expose).serialize(serializer)
}
