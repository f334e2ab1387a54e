//! A unit of work: what one call of the store does inside one savepoint.

use rusqlite::Connection;
use souspli_store::StoreError;
use tokio::sync::oneshot;

use crate::stop::{Stop, store_error};

/// One write, with all that it needs; it runs on the writer's thread.
pub(crate) trait Unit: Send + 'static {
    /// What comes of it.
    type Done: Send + 'static;
    /// Why it did not happen.
    type Refusal: From<StoreError> + Send + 'static;

    /// Does the work; on an error everything that it wrote is undone.
    fn perform(&self, db: &Connection) -> Result<Self::Done, Stop<Self::Refusal>>;
}

/// What a caller is told.
type Outcome<U> = Result<<U as Unit>::Done, <U as Unit>::Refusal>;

/// A unit in the writer's queue, of whatever kind.
pub(crate) trait Queued: Send {
    /// Performs it and says whether its writes are to be kept.
    fn perform(&mut self, db: &Connection) -> bool;

    /// Tells its caller what came of it: the commit is done.
    fn answer(self: Box<Self>);

    /// Tells its caller that the transaction that it was part of did not end well.
    fn fail(self: Box<Self>, error: &StoreError);
}

/// A unit whose caller waits, or has gone away; it makes no difference.
pub(crate) struct Waiting<U: Unit> {
    unit: U,
    outcome: Option<Outcome<U>>,
    caller: oneshot::Sender<Outcome<U>>,
}

impl<U: Unit> Waiting<U> {
    /// A unit, and where its outcome will arrive.
    pub(crate) fn new(unit: U) -> (Self, oneshot::Receiver<Outcome<U>>) {
        let (caller, outcome) = oneshot::channel();
        (Self { unit, outcome: None, caller }, outcome)
    }
}

impl<U: Unit> Queued for Waiting<U> {
    fn perform(&mut self, db: &Connection) -> bool {
        let outcome = self.unit.perform(db);
        if let Err(Stop::Database(error)) = &outcome {
            tracing::warn!(%error, "a unit of work failed");
        }
        let outcome = outcome.map_err(Stop::into_refusal);
        let kept = outcome.is_ok();
        self.outcome = Some(outcome);
        kept
    }

    fn answer(self: Box<Self>) {
        let this = *self;
        let panicked = || Err(StoreError::Failed("a unit of work panicked".to_owned()).into());
        let _ = this.caller.send(this.outcome.unwrap_or_else(panicked));
    }

    fn fail(self: Box<Self>, error: &StoreError) {
        let _ = self.caller.send(Err(error.clone().into()));
    }
}

/// Performs a unit inside a savepoint. An error means that the whole transaction is lost.
pub(crate) fn in_savepoint(db: &Connection, unit: &mut dyn Queued) -> Result<(), StoreError> {
    try_in_savepoint(db, unit).map_err(|error| {
        // On a full or failing disk SQLite may roll back by itself; what then fails is only the savepoint that is gone.
        if db.is_autocommit() {
            StoreError::Busy("SQLite gave a transaction up".to_owned())
        } else {
            store_error(&error)
        }
    })
}

fn try_in_savepoint(db: &Connection, unit: &mut dyn Queued) -> rusqlite::Result<()> {
    let run = |sql| db.prepare_cached(sql)?.execute([]).map(drop);
    run("SAVEPOINT unit")?;
    let performed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| unit.perform(db)));
    if !performed.unwrap_or(false) {
        run("ROLLBACK TO unit")?;
    }
    run("RELEASE unit")
}
