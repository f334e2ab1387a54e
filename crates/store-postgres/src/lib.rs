//! A host's database in PostgreSQL.
//!
//! Each write is a `Unit`: a struct that holds all it needs, attempted in a task of its own, in one transaction that
//! begins by locking the row of its calendar. Bookings need no such round trips where this process knows where the calendar
//! stands: several share one statement (`book`). Each read is one statement. SQL stands beside its use; the tables are those
//! of `migrations/postgres`.

mod append;
mod book;
mod calendar;
mod commit;
mod connect;
mod erase;
mod gate;
mod group;
mod heads;
mod hold;
mod host;
mod journal;
mod lease;
mod log;
mod migrate;
mod publish;
mod read;
mod restore;
mod row;
mod scrub;
mod stop;
mod store;
mod unit;
mod vault;

use std::sync::Arc;

use souspli_store::OpenError;
use sqlx::PgPool;

use crate::gate::Gates;
use crate::group::Groups;
use crate::heads::Heads;
use crate::scrub::Scrubbing;

/// What can be chosen.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Most connections at a time.
    pub connections: u32,
    /// Prepared statements kept a connection; 0 behind a pooler that shares connections between transactions.
    pub statement_cache: usize,
    /// Whether migrations run under an advisory lock, which some poolers and relatives of PostgreSQL do not have.
    pub lock_migrations: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 16, statement_cache: 100, lock_migrations: true }
    }
}

/// A host's database on a PostgreSQL server.
#[derive(Debug)]
pub struct PostgresStore {
    pool: PgPool,
    gates: Arc<Gates>,
    heads: Arc<Heads>,
    groups: Arc<Groups>,
    scrubbing: Scrubbing,
}

impl PostgresStore {
    /// Connects to `postgres://…` and brings the tables up to date.
    pub async fn connect(url: &str, options: Options) -> Result<Self, OpenError> {
        let address = connect::address(url, options)?;
        migrate::migrate(&address, options.lock_migrations).await?;
        Ok(Self {
            pool: connect::pool(address, options).await?,
            gates: Arc::default(),
            heads: Arc::default(),
            groups: Arc::default(),
            scrubbing: Scrubbing::default(),
        })
    }
}
