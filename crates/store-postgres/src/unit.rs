//! Units of work and reads: in tasks of their own, so that no client who goes away can stop one halfway.
//!
//! sqlx 0.9.0 can give a connection whose `begin` was cancelled back to the pool with the transaction open, and the next
//! borrower's writes are then lost with it (sqlx issue 4393). axum drops a handler when its client disconnects.

use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use souspli_protocol::CalendarId;
use souspli_store::StoreError;
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::PostgresStore;
use crate::commit::{Committed, commit};
use crate::lease::Lease;
use crate::stop::{Failure, Stop, at_commit, before_commit, no_connection};

/// Attempts before "busy"; the pauses between them double from one millisecond.
const ATTEMPTS: u32 = 8;

/// Explicit, whatever the server's defaults are.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// One write, with all that it needs; it may be attempted more than once.
#[async_trait]
pub(crate) trait Unit: Send + Sync + 'static {
    /// What comes of it.
    type Done: Send + 'static;
    /// Why it did not happen.
    type Refusal: From<StoreError> + Send + 'static;

    /// The calendar that it changes; a vault belongs to none.
    fn calendar(&self) -> Option<CalendarId>;

    /// Does the work inside a transaction; on an error it is rolled back.
    async fn perform(&self, db: &mut PgConnection) -> Result<Self::Done, Stop<Self::Refusal>>;
}

/// The future of a read.
pub(crate) type Reading<'c, T> = Pin<Box<dyn Future<Output = Result<T, Stop<StoreError>>> + Send + 'c>>;

/// Runs a unit to its end, in its calendar's turn.
pub(crate) async fn run<U: Unit>(store: &PostgresStore, unit: U) -> Result<U::Done, U::Refusal> {
    let (pool, gates) = (store.pool.clone(), store.gates.clone());
    to_its_end(async move {
        let _turn = match unit.calendar() {
            Some(calendar) => Some(gates.enter(calendar).await),
            None => None,
        };
        attempt_all(&pool, &unit).await
    })
    .await
}

/// Does all of a write, whether or not its caller still waits for it.
pub(crate) async fn to_its_end<T, E>(write: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let ended_early = || StoreError::UnknownOutcome("a unit of work ended early".to_owned());
    tokio::spawn(write).await.unwrap_or_else(|_| Err(ended_early().into()))
}

/// Runs a read: one statement, so one snapshot.
pub(crate) async fn read<T, F>(store: &PostgresStore, question: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: for<'c> Fn(&'c mut PgConnection) -> Reading<'c, T> + Send + Sync + 'static,
{
    let pool = store.pool.clone();
    let task = tokio::spawn(async move {
        let mut attempt = 0;
        loop {
            let failure = match read_once(&pool, &question).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            again(failure, &mut attempt).await?;
        }
    });
    task.await.unwrap_or_else(|_| Err(StoreError::Failed("a read ended early".to_owned())))
}

/// Transactions of a unit, until one of them tells.
pub(crate) async fn attempt_all<U: Unit>(pool: &PgPool, unit: &U) -> Result<U::Done, U::Refusal> {
    let mut attempt = 0;
    loop {
        let failure = match attempt_once(pool, unit).await {
            Ok(outcome) => return outcome,
            Err(failure) => failure,
        };
        again(failure, &mut attempt).await?;
    }
}

/// Waits before another attempt, or says that there is none.
async fn again(failure: Failure, attempt: &mut u32) -> Result<(), StoreError> {
    match failure {
        Failure::Again { error, .. } if *attempt + 1 >= ATTEMPTS => Err(error),
        Failure::Again { error, .. } => {
            tracing::debug!(%error, attempt, "another attempt follows");
            tokio::time::sleep(Duration::from_millis(1 << *attempt)).await;
            *attempt += 1;
            Ok(())
        }
        Failure::Final(error) => {
            tracing::warn!(%error, "a unit of work failed");
            Err(error)
        }
    }
}

/// One transaction. The inner result is the caller's answer; the outer one asks for another attempt.
async fn attempt_once<U: Unit>(pool: &PgPool, unit: &U) -> Result<Result<U::Done, U::Refusal>, Failure> {
    let mut lease = Lease::take(pool).await.map_err(|error| no_connection(&error))?;
    let outcome = transact(&mut lease, unit).await;
    lease.give_back(is_broken(outcome.as_ref().err()));
    outcome
}

async fn transact<U: Unit>(db: &mut PgConnection, unit: &U) -> Result<Result<U::Done, U::Refusal>, Failure> {
    let mut transaction = db.begin_with(BEGIN).await.map_err(|error| before_commit(&error))?;
    let stop = match unit.perform(&mut transaction).await {
        Ok(done) => {
            return match commit(transaction).await.map_err(|error| at_commit(&error))? {
                Committed::Safely => Ok(Ok(done)),
                Committed::WithWarning => Err(Failure::Final(StoreError::UnknownOutcome(
                    "it was committed, but perhaps not replicated".to_owned(),
                ))),
            };
        }
        Err(stop) => stop,
    };
    let rolled_back = transaction.rollback().await;
    let failure = match stop {
        Stop::Refused(refusal) => return rolled_back.map(|()| Err(refusal)).map_err(|error| before_commit(&error)),
        Stop::Damaged(what) => Failure::Final(StoreError::Damaged(what.to_owned())),
        Stop::Database(error) => before_commit(&error),
    };
    Err(failure)
}

async fn read_once<T, F>(pool: &PgPool, question: &F) -> Result<T, Failure>
where
    F: for<'c> Fn(&'c mut PgConnection) -> Reading<'c, T>,
{
    let mut lease = Lease::take(pool).await.map_err(|error| no_connection(&error))?;
    let outcome = question(&mut lease).await.map_err(|stop| match stop {
        Stop::Refused(error) => Failure::Final(error),
        Stop::Damaged(what) => Failure::Final(StoreError::Damaged(what.to_owned())),
        Stop::Database(error) => before_commit(&error),
    });
    lease.give_back(is_broken(outcome.as_ref().err()));
    outcome
}

/// What is broken, or in a state that nobody knows, does not go back to the pool.
pub(crate) fn is_broken(failure: Option<&Failure>) -> bool {
    matches!(failure, Some(Failure::Again { broken: true, .. } | Failure::Final(StoreError::UnknownOutcome(_))))
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use sqlx::Row as _;

    use super::*;
    use crate::{Options, connect};

    /// A unit whose work takes some questions.
    struct Asks;

    #[async_trait]
    impl Unit for Asks {
        type Done = ();
        type Refusal = StoreError;

        fn calendar(&self) -> Option<CalendarId> {
            None
        }

        async fn perform(&self, db: &mut PgConnection) -> Result<(), Stop<StoreError>> {
            for _ in 0..3 {
                sqlx::query("SELECT pg_sleep(0.01)").execute(&mut *db).await?;
            }
            Ok(())
        }
    }

    /// Polls a future until it has waited as often as told, then drops it. Whether it came to its end.
    async fn wait_only<F: Future>(waits: usize, future: F) -> bool {
        let mut future = pin!(future);
        let mut waited = 0;
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if waited == waits => Poll::Ready(false),
            Poll::Pending => {
                waited += 1;
                Poll::Pending
            }
        })
        .await
    }

    /// Inside a transaction the clock of `now()` stands still. (A prepared statement has two clocks in any case.)
    async fn is_outside_a_transaction(pool: &PgPool) -> bool {
        let row = sqlx::raw_sql("SELECT now() = statement_timestamp()").fetch_one(pool).await;
        row.expect("the database answers").get(0)
    }

    /// An attempt is dropped at the first, second, … place where it waits, its `BEGIN` among them: whoever borrows the
    /// only connection next is not inside its transaction.
    #[tokio::test]
    async fn what_was_dropped_halfway_is_not_lent_again() {
        let url = std::env::var("SOUSPLI_TEST_POSTGRES").expect("SOUSPLI_TEST_POSTGRES names a PostgreSQL server");
        let options = Options { connections: 1, ..Options::default() };
        let address = connect::address(&url, options).expect("address");
        let pool = connect::pool(address, options).await.expect("connected");
        // An answer that is there at once is no wait: now and then BEGIN's is, or COMMIT's.
        for _ in 0..20 {
            let mut waits = 0;
            while !wait_only(waits, attempt_once(&pool, &Asks)).await {
                assert!(is_outside_a_transaction(&pool).await, "dropped at its wait {waits}");
                waits += 1;
            }
            assert!(waits >= 3, "three questions, slow to answer: {waits}");
        }
        pool.close().await;
    }
}
