//! Bookings that share a statement, and so a transaction, a round trip and a flush of the disk: as many as came while the
//! statements before it ran.
//!
//! Whoever brings a booking waits until it is written, or takes a turn and writes what all have brought by then. A booking
//! that the statement leaves out, for whatever reason, has changed nothing; its bringer makes a transaction of its own.

use std::sync::{Mutex, MutexGuard, PoisonError};

use souspli_store::StoreError;
use sqlx::PgPool;
use tokio::sync::{Semaphore, oneshot};

use crate::book::{Booking, book};
use crate::commit::Heard;
use crate::lease::Lease;
use crate::stop::before_commit;
use crate::unit::is_broken;

/// Most bookings in one statement.
const MOST: usize = 32;
/// Statements at a time: while one commits, another is at work.
const AT_ONCE: usize = 2;

/// What came of a booking.
#[derive(Debug)]
pub(crate) enum Came {
    /// It is kept.
    Kept,
    /// As far as anybody knows, it is not; a transaction of its own will tell.
    LeftOut,
    /// Nobody knows whether it is safe.
    Unknown(StoreError),
}

/// The bookings that wait for a statement.
#[derive(Debug)]
pub(crate) struct Groups {
    waiting: Mutex<Vec<Waiting>>,
    turns: Semaphore,
}

#[derive(Debug)]
struct Waiting {
    booking: Booking,
    came: oneshot::Sender<Came>,
}

impl Default for Groups {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl Groups {
    /// Writes a booking together with others. No two that are under way may be of the same calendar.
    pub(crate) async fn write(&self, pool: &PgPool, booking: Booking) -> Came {
        let (sender, mut came) = oneshot::channel();
        self.lock().push(Waiting { booking, came: sender });
        loop {
            let (_turn, group) = tokio::select! {
                biased;
                // Who wrote for us has panicked, where nothing comes any more.
                came = &mut came => return came.unwrap_or(Came::LeftOut),
                Ok(turn) = self.turns.acquire() => (turn, self.take()),
            };
            if group.is_empty() {
                // Somebody is writing ours.
                break;
            }
            write_all(pool, group).await;
        }
        came.await.unwrap_or(Came::LeftOut)
    }

    /// The first of those that wait.
    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.lock();
        let most = waiting.len().min(MOST);
        waiting.drain(..most).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write_all(pool: &PgPool, mut group: Vec<Waiting>) {
    if group.is_empty() {
        return;
    }
    // The order in which their rows are reached.
    group.sort_unstable_by_key(|waiting| waiting.booking.before.context.calendar);
    let (bookings, callers): (Vec<_>, Vec<_>) =
        group.into_iter().map(|waiting| (waiting.booking, waiting.came)).unzip();
    let heard = write_once(pool, &bookings).await;
    for (place, caller) in callers.into_iter().enumerate() {
        let came = match &heard {
            Heard { warned: true, .. } => {
                Came::Unknown(StoreError::UnknownOutcome("it was committed, but perhaps not replicated".to_owned()))
            }
            Heard { came: Ok(kept), .. } if kept.contains(&place) => Came::Kept,
            Heard { .. } => Came::LeftOut,
        };
        // A caller that has gone away changes nothing.
        let _ = caller.send(came);
    }
}

/// The places of those that are kept.
async fn write_once(pool: &PgPool, bookings: &[Booking]) -> Heard<Vec<usize>> {
    let mut lease = match Lease::take(pool).await {
        Ok(lease) => lease,
        Err(error) => return Heard { came: Err(error), warned: false },
    };
    let heard = book(&mut lease, bookings).await;
    let failure = heard.came.as_ref().err().map(before_commit);
    lease.give_back(heard.warned || is_broken(failure.as_ref()));
    if let Err(error) = &heard.came {
        tracing::debug!(%error, "a group of bookings was not written; each is tried by itself");
    }
    heard
}
