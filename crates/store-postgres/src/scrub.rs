//! Takes what was deleted out of the database's files (ADR 0018).
//!
//! PostgreSQL marks deleted rows and leaves their bytes where they are, also after a vacuum; they are gone when a table is
//! written anew. That keeps everybody out of the table meanwhile, so it happens once a day at most, and not at all while the
//! lock is not to be had at once.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use souspli_store::StoreError;
use sqlx::{Error, PgPool};

use crate::lease::Lease;
use crate::stop::{before_commit, no_connection};

/// Minutes from one rewriting to the next.
const EVERY: u32 = 1_440;
/// Tables that erased bytes, ids or hashes stood in.
const TABLES: [&str; 6] = ["event", "record", "claim", "chain", "hold", "publication"];
/// What PostgreSQL says where a lock is not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Whether something was erased, and when tables were written anew last.
#[derive(Debug, Default)]
pub(crate) struct Scrubbing {
    erased: AtomicBool,
    last: AtomicU32,
}

impl Scrubbing {
    /// Takes note that something was erased.
    pub(crate) fn note(&self) {
        self.erased.store(true, Ordering::Relaxed);
    }

    /// Writes tables anew where something was erased; `false` where it is still to be done.
    pub(crate) async fn run(&self, pool: &PgPool, now: u32) -> Result<bool, StoreError> {
        if !self.erased.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let last = self.last.load(Ordering::Relaxed);
        if last > 0 && now < last.saturating_add(EVERY) {
            return Ok(false);
        }
        self.erased.store(false, Ordering::Relaxed);
        let done = rewrite(pool).await;
        match done {
            Ok(true) => self.last.store(now, Ordering::Relaxed),
            Ok(false) | Err(_) => self.note(),
        }
        done
    }
}

async fn rewrite(pool: &PgPool) -> Result<bool, StoreError> {
    let mut lease = Lease::take(pool).await.map_err(|error| no_connection(&error).into_error())?;
    let set = sqlx::query("SELECT set_config('lock_timeout', '1s', false)").execute(&mut *lease).await;
    let mut outcome = set.map(drop);
    for table in TABLES {
        if outcome.is_ok() {
            let sql = sqlx::AssertSqlSafe(format!("VACUUM (FULL) {table}"));
            outcome = sqlx::raw_sql(sql).execute(&mut *lease).await.map(drop);
        }
    }
    // Its settings are others than a connection of the pool has: it is not lent again.
    lease.give_back(true);
    match outcome {
        Ok(()) => Ok(true),
        Err(Error::Database(error)) if error.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => Ok(false),
        Err(error) => Err(before_commit(&error).into_error()),
    }
}
