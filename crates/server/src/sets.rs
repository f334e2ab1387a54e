//! Answers of `times` that may be given again: reading and coding the claims of a full calendar takes milliseconds, and
//! in a rush everybody asks at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use souspli_protocol::CalendarId;
use souspli_store::Calendar;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio::time::Instant;

use crate::answer::Encoded;

/// Most calendars whose answers are kept.
const KEPT: usize = 256;
/// Where other processes hold times too, how old an answer may be.
const SHARED_AGE: Duration = Duration::from_secs(1);

/// What an answer is true of. Holds have no place in the chain, so they are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    sequence: u64,
    version: u64,
    minute: u32,
    holds: u64,
}

/// The answers of this process.
pub(crate) struct Sets {
    shared: bool,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Rises with each hold, and with each calendar that is met anew: no two states of a calendar have the same.
    serial: u64,
    calendars: HashMap<CalendarId, Entry>,
}

struct Entry {
    holds: u64,
    turn: Arc<Turn<()>>,
    kept: Option<(Stamp, Instant, Encoded)>,
}

impl Sets {
    /// Nothing kept yet; `shared` where other processes write to the same database.
    pub(crate) fn new(shared: bool) -> Self {
        Self { shared, inner: Mutex::default() }
    }

    /// A hold was made, extended or released.
    pub(crate) fn held(&self, calendar: CalendarId) {
        let mut inner = self.lock();
        inner.serial += 1;
        let serial = inner.serial;
        inner.entry(calendar).holds = serial;
    }

    /// What an answer made now would be true of. Taken before the claims are read: one that changes meanwhile is then
    /// not given again.
    pub(crate) fn stamp(&self, calendar: &Calendar, minute: u32) -> Stamp {
        let holds = self.lock().entry(calendar.context.calendar).holds;
        Stamp { sequence: calendar.sequence, version: calendar.version, minute, holds }
    }

    /// The kept answer, if it is true of this.
    pub(crate) fn get(&self, calendar: CalendarId, stamp: Stamp) -> Option<Encoded> {
        let inner = self.lock();
        let (of, at, times) = inner.calendars.get(&calendar)?.kept.as_ref()?;
        let fresh = !self.shared || at.elapsed() < SHARED_AGE;
        (*of == stamp && fresh).then(|| times.clone())
    }

    /// Waits for one's turn to make an answer: those who waited then find it.
    pub(crate) async fn turn(&self, calendar: CalendarId) -> OwnedMutexGuard<()> {
        let turn = self.lock().entry(calendar).turn.clone();
        turn.lock_owned().await
    }

    /// Keeps an answer.
    pub(crate) fn keep(&self, calendar: CalendarId, stamp: Stamp, times: Encoded) {
        self.lock().entry(calendar).kept = Some((stamp, Instant::now(), times));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn entry(&mut self, calendar: CalendarId) -> &mut Entry {
        if self.calendars.len() >= KEPT && !self.calendars.contains_key(&calendar) {
            self.calendars.clear();
        }
        let serial = &mut self.serial;
        self.calendars.entry(calendar).or_insert_with(|| {
            *serial += 1;
            Entry { holds: *serial, turn: Arc::default(), kept: None }
        })
    }
}

#[cfg(test)]
mod tests {
    use souspli_protocol::wire::Empty;
    use souspli_protocol::{Context, Digest, VerifyingKey};

    use super::*;

    fn calendar(n: u16, sequence: u64) -> Calendar {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&n.to_be_bytes());
        let context = Context { calendar: CalendarId(id), ..Context::NONE };
        Calendar { context, root: VerifyingKey::ZERO, version: 1, generation: 1, sequence, head: Digest::ZERO }
    }

    fn times() -> Encoded {
        Encoded::of(&Empty {}).expect("json")
    }

    #[test]
    fn an_answer_is_given_again_only_while_nothing_has_changed() {
        let sets = Sets::new(false);
        let now = calendar(1, 7);
        let id = now.context.calendar;
        let stamp = sets.stamp(&now, 100);
        assert!(sets.get(id, stamp).is_none());
        sets.keep(id, stamp, times());
        assert!(sets.get(id, sets.stamp(&now, 100)).is_some());
        assert!(sets.get(id, sets.stamp(&now, 101)).is_none(), "a minute later");
        assert!(sets.get(id, sets.stamp(&calendar(1, 8), 100)).is_none(), "an event later");
        sets.held(id);
        assert!(sets.get(id, sets.stamp(&now, 100)).is_none(), "a hold later");
        sets.keep(id, stamp, times());
        assert!(sets.get(id, sets.stamp(&now, 100)).is_none(), "made before the hold, kept after it");
    }

    #[test]
    fn what_is_forgotten_is_never_taken_for_what_comes_after_it() {
        let sets = Sets::new(false);
        let now = calendar(1, 7);
        let before = sets.stamp(&now, 100);
        for n in 2..600 {
            sets.stamp(&calendar(n, 7), 100);
            assert!(sets.lock().calendars.len() <= KEPT);
        }
        sets.keep(now.context.calendar, before, times());
        assert!(sets.get(now.context.calendar, sets.stamp(&now, 100)).is_none());
    }
}
