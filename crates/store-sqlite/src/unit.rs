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
    /// Performs it, perhaps once more after a rollback, and says whether its writes are to be kept.
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
        // What came of it before was rolled back.
        self.outcome = None;
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
    try_in_savepoint(db, unit).map_err(|error| if db.is_autocommit() { given_up() } else { store_error(&error) })
}

/// Performs a unit as it is, and says whether the transaction still holds nothing but what is to be kept: a savepoint
/// costs a copy of every page that is changed, and nearly all units that are refused are so before they write.
pub(crate) fn bare(db: &Connection, unit: &mut dyn Queued) -> Result<bool, StoreError> {
    let before = db.total_changes();
    let kept = perform(db, unit);
    if db.is_autocommit() { Err(given_up()) } else { Ok(kept || db.total_changes() == before) }
}

/// On a full or failing disk SQLite may roll back by itself; what then fails is only what is gone.
fn given_up() -> StoreError {
    StoreError::Busy("SQLite gave a transaction up".to_owned())
}

/// A unit that panics is not kept.
fn perform(db: &Connection, unit: &mut dyn Queued) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| unit.perform(db))).unwrap_or(false)
}

fn try_in_savepoint(db: &Connection, unit: &mut dyn Queued) -> rusqlite::Result<()> {
    let run = |sql| db.prepare_cached(sql)?.execute([]).map(drop);
    run("SAVEPOINT unit")?;
    if !perform(db, unit) {
        run("ROLLBACK TO unit")?;
    }
    run("RELEASE unit")
}
