//! Who waits for a calendar's changes, and telling them (`docs/spec/http.md` §2, stream).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use souspli_protocol::{CalendarId, VerifyingKey};
use souspli_store::Store;
use tokio::sync::broadcast;

/// Changes that a slow listener may be behind before it is told of the newest only.
const BEHIND: usize = 256;
/// How often a database that several processes share is asked.
const POLL: Duration = Duration::from_secs(2);

/// A calendar has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// Newest sequence of its chain.
    pub(crate) sequence: u64,
    /// Whether something may have been published, the access list perhaps.
    pub(crate) published: bool,
}

/// All listeners of this process.
pub(crate) struct Changes {
    per_key: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    calendars: HashMap<CalendarId, Topic>,
    streams: HashMap<(CalendarId, VerifyingKey), usize>,
}

/// One calendar that is listened to.
struct Topic {
    sender: broadcast::Sender<Change>,
    last: u64,
}

/// One listener; it is forgotten when this is dropped.
pub(crate) struct Listener {
    /// Where the changes come.
    pub(crate) changes: broadcast::Receiver<Change>,
    at: (CalendarId, VerifyingKey),
    all: Weak<Changes>,
}

impl Changes {
    /// No listeners yet; each key may have so many.
    pub(crate) fn new(per_key: usize) -> Arc<Self> {
        Arc::new(Self { per_key, inner: Mutex::default() })
    }

    /// Listens; `None` when the key listens too often already.
    pub(crate) fn listen(self: &Arc<Self>, calendar: CalendarId, key: VerifyingKey) -> Option<Listener> {
        let mut inner = self.lock();
        let count = inner.streams.entry((calendar, key)).or_default();
        if *count >= self.per_key {
            return None;
        }
        *count += 1;
        let topic =
            inner.calendars.entry(calendar).or_insert_with(|| Topic { sender: broadcast::channel(BEHIND).0, last: 0 });
        let changes = topic.sender.subscribe();
        Some(Listener { changes, at: (calendar, key), all: Arc::downgrade(self) })
    }

    /// Tells a calendar's listeners, once of each sequence and never of an older one.
    pub(crate) fn tell(&self, calendar: CalendarId, change: Change) {
        if let Some(topic) = self.lock().calendars.get_mut(&calendar)
            && change.sequence > topic.last
        {
            topic.last = change.sequence;
            // Nobody listening is no error.
            let _ = topic.sender.send(change);
        }
    }

    /// How many listen.
    pub(crate) fn count(&self) -> usize {
        self.lock().streams.values().sum()
    }

    fn listened(&self) -> Vec<CalendarId> {
        self.lock().calendars.keys().copied().collect()
    }

    fn forget(&self, at: (CalendarId, VerifyingKey)) {
        let mut inner = self.lock();
        if let Some(count) = inner.streams.get_mut(&at) {
            *count -= 1;
            if *count == 0 {
                inner.streams.remove(&at);
            }
        }
        let deserted = inner.calendars.get(&at.0).is_some_and(|topic| topic.sender.receiver_count() == 0);
        if deserted {
            inner.calendars.remove(&at.0);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(all) = self.all.upgrade() {
            // A field is dropped after this; another receiver in its place lets the count fall before it is read.
            self.changes = broadcast::channel(1).1;
            all.forget(self.at);
        }
    }
}

/// Watches a database that other processes write to as well, while somebody listens. Ends with the host.
pub(crate) async fn poll(changes: Weak<Changes>, store: Weak<dyn Store>) {
    loop {
        tokio::time::sleep(POLL).await;
        let (Some(changes), Some(store)) = (changes.upgrade(), store.upgrade()) else { return };
        for calendar in changes.listened() {
            // Where the database does not answer now, it is asked again in a moment.
            if let Ok(Some(now)) = store.calendar(calendar).await {
                changes.tell(calendar, Change { sequence: now.sequence, published: true });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDAR: CalendarId = CalendarId([1; 16]);
    const KEY: VerifyingKey = VerifyingKey([2; 32]);

    #[test]
    fn listeners_are_counted_bounded_and_forgotten() {
        let changes = Changes::new(2);
        let first = changes.listen(CALENDAR, KEY).expect("first");
        let second = changes.listen(CALENDAR, KEY).expect("second");
        assert!(changes.listen(CALENDAR, KEY).is_none(), "a third");
        assert!(changes.listen(CALENDAR, VerifyingKey([3; 32])).is_some(), "another key");
        assert_eq!(changes.count(), 2);
        drop(first);
        assert!(changes.listen(CALENDAR, KEY).is_some());
        drop(second);
        assert_eq!(changes.count(), 0);
        assert!(changes.listened().is_empty());
    }

    #[test]
    fn a_change_reaches_those_of_its_calendar() {
        let changes = Changes::new(2);
        let mut here = changes.listen(CALENDAR, KEY).expect("here");
        let mut there = changes.listen(CalendarId([9; 16]), KEY).expect("there");
        let change = Change { sequence: 7, published: false };
        changes.tell(CALENDAR, change);
        changes.tell(CALENDAR, change);
        changes.tell(CALENDAR, Change { sequence: 6, published: true });
        assert_eq!(here.changes.try_recv().ok(), Some(change));
        assert!(here.changes.try_recv().is_err(), "told twice, or of something older");
        assert!(there.changes.try_recv().is_err());
    }
}
