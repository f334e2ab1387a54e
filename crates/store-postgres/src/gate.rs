//! A practice that many want at once takes few connections: the others' bookings go on.
//!
//! Units of one calendar wait for each other's lock in the database anyway; here they wait without a connection. Nothing
//! is kept correct by this: other hosts on the same database have gates of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use souspli_protocol::CalendarId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Units of one calendar that have a connection: while one commits, the next is already there.
const AT_ONCE: usize = 2;
/// Gates that are kept before those that nobody uses are dropped.
const KEPT: usize = 1_024;

/// The gates of all calendars.
#[derive(Debug, Default)]
pub(crate) struct Gates(Mutex<HashMap<CalendarId, Arc<Semaphore>>>);

impl Gates {
    /// Waits for a turn in a calendar; first come, first served.
    pub(crate) async fn enter(&self, calendar: CalendarId) -> Option<OwnedSemaphorePermit> {
        self.of(calendar).acquire_owned().await.ok()
    }

    fn of(&self, calendar: CalendarId) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= KEPT && !gates.contains_key(&calendar) {
            gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        }
        gates.entry(calendar).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
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
        assert!(gates.enter(calendar).await.is_some());
    }
}
