//! `souspli-server restore`: goes on with an older database, and says so (`docs/spec/restore.md` §3).

mod report;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use souspli_protocol::VerifyingKey;
use souspli_store::{Linker, Standing, StoreError};

use crate::clock::Clock;
use crate::config::Config;
use crate::database::{self, Database};
use crate::failure::StartError;
use crate::host::bind;
use crate::host_key::{self, HostKey};
use crate::linker::ReceiptLinker;
use crate::log::{Log, Mark};
use crate::random::random;

pub use report::Report;

/// What is to be restored, and how.
#[derive(Debug, Clone, Default)]
pub struct Restoring {
    /// The copy that takes the place of a SQLite database; without it, the database is taken as it is.
    pub copy: Option<PathBuf>,
    /// Look and say, and change nothing.
    pub dry_run: bool,
    /// Also where the database does not look older than the log.
    pub even_so: bool,
}

/// Why a database is older than its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Older {
    /// The log holds leaves that the database has never heard of.
    #[error("the log has {log} leaves, and the database has heard of {known}")]
    Leaves {
        /// Leaves of the log.
        log: u64,
        /// Leaves that the database knows.
        known: u64,
    },
    /// A later restore than the database's is written in the log's folder.
    #[error("the log has seen restore {log}, and the database {known}")]
    Generation {
        /// Generation of the folder.
        log: u32,
        /// Generation of the database.
        known: u32,
    },
}

impl Mark {
    /// How a database is older, if it is. What a holder that died has not told yet is no sign of it.
    pub(crate) fn older(&self, known: &Standing) -> Option<Older> {
        if self.generation > known.generation {
            return Some(Older::Generation { log: self.generation, known: known.generation });
        }
        let untold = self.staged.is_some_and(|staged| staged == (known.head.size, self.size));
        let older = self.size > known.head.size && !untold;
        older.then_some(Older::Leaves { log: self.size, known: known.head.size })
    }
}

/// A host does not start on a database that is older than its log: it would sign for other things than it has signed for.
pub(crate) async fn check_not_older(log: &Log, database: &Database) -> Result<(), StartError> {
    // First the folder: the database hears of things later.
    let mark = log.mark().map_err(|error| StartError::Log(error.to_string()))?;
    let known = database.store.standing().await.map_err(|error| failed(&error))?;
    mark.older(&known).map_or(Ok(()), |older| Err(StartError::Older(older)))
}

/// Goes on with an older database: the copy, or the one that is there. Killed anywhere, it is done again.
pub async fn restore(config: &Config, how: &Restoring, clock: &dyn Clock) -> Result<Report, StartError> {
    let key_file = config.data.join(host_key::FILE);
    if !key_file.exists() {
        let why = format!("{} is not there. Put its copy into the data folder first", key_file.display());
        return Err(StartError::HostKey(why));
    }
    let key = Arc::new(HostKey::open(&config.data)?);
    let (log, _) = Log::of(config, &key)?;
    let mark = log.mark().map_err(|error| StartError::Log(error.to_string()))?;
    let mut aside = None;
    if let Some(copy) = &how.copy {
        let seen = look_at(copy, config, &key.receipt_key())?;
        if how.dry_run {
            return Ok(Report::WouldPut { copy: copy.clone(), seen, leaves: mark.size, generation: next(&mark, 0)? });
        }
        let (copy, folder) = (copy.clone(), config.data.clone());
        let put = tokio::task::spawn_blocking(move || souspli_store_sqlite::put_back(&copy, &folder)).await;
        aside = put.map_err(|_| StartError::Database("putting the copy in place failed".to_owned()))??;
    }
    let database = database::open(config).await?;
    let outcome = open_generation(&database, &log, &key, how, clock.minute()).await;
    database.store.close().await;
    outcome.map(|report| report.with_aside(aside))
}

/// A copy of a SQLite database, which must be this host's.
fn look_at(copy: &Path, config: &Config, key: &VerifyingKey) -> Result<souspli_store_sqlite::Copy, StartError> {
    if config.database_url.is_some() {
        return Err(StartError::Config(
            "a PostgreSQL database is put back with its own tools, such as pg_restore; run restore without a file then"
                .to_owned(),
        ));
    }
    let seen = souspli_store_sqlite::examine(copy)?;
    if seen.receipt_key == Some(*key) {
        return Ok(seen);
    }
    let whose = if seen.receipt_key.is_none() { "no host" } else { "a host with another key" };
    Err(StartError::HostKey(format!("{} belongs to {whose}; nothing was changed", copy.display())))
}

async fn open_generation(
    database: &Database,
    log: &Log,
    key: &Arc<HostKey>,
    how: &Restoring,
    now: u32,
) -> Result<Report, StartError> {
    bind(database, key).await?;
    let mark = log.mark().map_err(|error| StartError::Log(error.to_string()))?;
    let known = database.store.standing().await.map_err(|error| failed(&error))?;
    if database.shared && known.until > now {
        return Err(StartError::Merging(known.until.saturating_sub(now)));
    }
    let older = mark.older(&known);
    if older.is_none() && how.copy.is_none() && !how.even_so {
        return Ok(Report::NotOlder { leaves: mark.size });
    }
    let generation = next(&mark, known.generation)?;
    if how.dry_run {
        return Ok(Report::WouldOpen { older, generation });
    }
    let holder = random::<16>().ok_or(StartError::NoRandomness)?;
    let mut sequencer = log.sequencer(holder, !database.shared);
    let settled = tokio::task::spawn_blocking(move || sequencer.settle(&known, generation)).await;
    let settled = settled.map_err(|_| StartError::Log("bringing the log to its end failed".to_owned()))?;
    let (head, fence) = settled.map_err(|stop| StartError::Log(stop.to_string()))?;
    let linker: Arc<dyn Linker> = Arc::new(ReceiptLinker(Arc::clone(key)));
    let calendars = database.store.restore(generation, fence, head, now, &linker).await;
    let calendars = calendars.map_err(|error| failed(&error))?;
    Ok(Report::Opened { generation, calendars, known: known.head.size, leaves: head.size, aside: None })
}

/// The generation that comes next, whatever the older copy says.
fn next(mark: &Mark, known: u32) -> Result<u32, StartError> {
    let next = mark.generation.max(known).checked_add(1);
    next.ok_or_else(|| StartError::Log("there is no higher generation".to_owned()))
}

fn failed(error: &StoreError) -> StartError {
    StartError::Database(error.to_string())
}
