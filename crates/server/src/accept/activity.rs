//! Whether a connection is in use: HTTP/1.1 has a timeout between requests, HTTP/2 has none of its own; and neither has
//! one for an answer that its reader does not take.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::{Duration, Instant};

/// A connection's requests under way, and when it last had one.
#[derive(Clone)]
pub(crate) struct Activity(Arc<Mutex<State>>);

struct State {
    under_way: usize,
    any: bool,
    since: Instant,
    /// Numbers the requests.
    next: u64,
    /// Since when each answer waits for its reader.
    offered: HashMap<u64, Instant>,
}

/// A request under way, until its answer has been sent.
pub(crate) struct UnderWay {
    activity: Activity,
    number: u64,
}

impl Activity {
    pub(crate) fn new() -> Self {
        let state = State { under_way: 0, any: false, since: Instant::now(), next: 0, offered: HashMap::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// A request begins.
    pub(crate) fn begin(&self) -> UnderWay {
        let number = self.with(|state| {
            state.under_way += 1;
            state.any = true;
            state.next = state.next.wrapping_add(1);
            state.next
        });
        UnderWay { activity: self.clone(), number }
    }

    /// Whether nothing has happened: for `first` since the connection came, or for `later` since its last request.
    pub(crate) fn is_idle(&self, first: Duration, later: Duration) -> bool {
        self.with(|state| {
            let most = if state.any { later } else { first };
            state.under_way == 0 && state.since.elapsed() >= most
        })
    }

    /// Whether a part of an answer has waited for its reader for so long.
    pub(crate) fn is_stuck(&self, most: Duration) -> bool {
        self.with(|state| state.offered.values().any(|since| since.elapsed() >= most))
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl UnderWay {
    /// A part of the answer is there to be taken.
    pub(crate) fn offer(&self) {
        self.activity.with(|state| state.offered.insert(self.number, Instant::now()));
    }

    /// The reader has taken all there was, and waits for the host.
    pub(crate) fn taken(&self) {
        self.activity.with(|state| state.offered.remove(&self.number));
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.activity.with(|state| {
            state.under_way -= 1;
            state.since = Instant::now();
            state.offered.remove(&self.number);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_is_told_from_busy() {
        let (never, long) = (Duration::ZERO, Duration::from_hours(1));
        let activity = Activity::new();
        assert!(!activity.is_idle(long, never));
        assert!(activity.is_idle(never, long), "it never asked anything");
        let request = activity.begin();
        let second = activity.begin();
        drop(second);
        assert!(!activity.is_idle(never, never), "a request is under way");
        drop(request);
        assert!(!activity.is_idle(never, long), "it has asked something");
        assert!(activity.is_idle(long, never));
    }

    #[test]
    fn an_answer_that_waits_for_its_reader_is_told_from_one_that_waits_for_the_host() {
        let activity = Activity::new();
        let (read, unread) = (activity.begin(), activity.begin());
        assert!(!activity.is_stuck(Duration::ZERO), "nothing is offered");
        read.offer();
        read.taken();
        assert!(!activity.is_stuck(Duration::ZERO));
        unread.offer();
        assert!(activity.is_stuck(Duration::ZERO));
        assert!(!activity.is_stuck(Duration::from_hours(1)));
        drop(unread);
        assert!(!activity.is_stuck(Duration::ZERO), "given up");
    }
}
