//! A practice that many want at once takes few connections: the others' bookings go on.
//!
//! Units of one calendar wait for each other's lock in the database anyway; here they wait without a connection. Nothing
//! is kept correct by this: other hosts on the same database have gates of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use souspli_protocol::CalendarId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Units of one calendar that have a connection: while one commits, the next is already there.
const AT_ONCE: u32 = 2;
/// Gates that are kept before those that nobody uses are dropped.
const KEPT: usize = 1_024;

/// A unit's turn in its calendar, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Option<OwnedSemaphorePermit>);

impl Turn {
    /// Who was alone lets the next one in.
    pub(crate) fn share(&mut self) {
        drop(self.0.as_mut().and_then(|permits| permits.split(permits.num_permits().saturating_sub(1))));
    }
}

/// The gates of all calendars.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<CalendarId, Arc<Semaphore>>>);

impl Gates {
    /// Waits for a turn in a calendar; first come, first served.
    pub(crate) async fn enter(&self, calendar: CalendarId) -> Turn {
        Turn(self.of(calendar).acquire_owned().await.ok())
    }

    /// Waits until no other unit has a turn in a calendar.
    pub(crate) async fn enter_alone(&self, calendar: CalendarId) -> Turn {
        Turn(self.of(calendar).acquire_many_owned(AT_ONCE).await.ok())
    }

    fn of(&self, calendar: CalendarId) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= KEPT && !gates.contains_key(&calendar) {
            gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        }
        gates.entry(calendar).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE as usize))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_gate_lets_two_in_and_unused_ones_are_dropped() {
        let gates = Gates::default();
        let calendar = CalendarId([1; 16]);
        let first = gates.enter(calendar).await;
        let _second = gates.enter(calendar).await;
        let third = tokio::time::timeout(std::time::Duration::from_millis(20), gates.enter(calendar));
        assert!(third.await.is_err(), "a third waits");
        for number in 0..u32::try_from(2 * KEPT).expect("small") {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            drop(gates.enter(CalendarId(id)).await);
        }
        assert!(gates.0.lock().expect("lock").len() <= KEPT);
        assert_eq!(gates.of(calendar).available_permits(), 0, "the gate in use is still the same");
        drop(first);
        assert!(gates.enter(calendar).await.0.is_some());
    }

    #[tokio::test]
    async fn who_is_alone_keeps_all_others_out_until_it_shares() {
        let gates = Gates::default();
        let calendar = CalendarId([1; 16]);
        let soon = std::time::Duration::from_millis(20);
        let mut alone = gates.enter_alone(calendar).await;
        assert!(tokio::time::timeout(soon, gates.enter(calendar)).await.is_err(), "a second waits");
        alone.share();
        let second = tokio::time::timeout(soon, gates.enter(calendar)).await.expect("let in");
        assert!(tokio::time::timeout(soon, gates.enter_alone(calendar)).await.is_err(), "not alone");
        drop((alone, second));
        assert!(tokio::time::timeout(soon, gates.enter_alone(calendar)).await.is_ok());
    }
}
