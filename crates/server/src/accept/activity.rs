//! Whether a connection does anything: one that does not is closed.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::{Duration, Instant};

/// A connection's requests under way, and when it last had one.
#[derive(Clone)]
pub(crate) struct Activity(Arc<Mutex<State>>);

struct State {
    under_way: usize,
    any: bool,
    since: Instant,
}

/// A request under way, until its answer has been sent.
pub(crate) struct UnderWay(Activity);

impl Activity {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { under_way: 0, any: false, since: Instant::now() })))
    }

    /// A request begins.
    pub(crate) fn begin(&self) -> UnderWay {
        self.with(|state| {
            state.under_way += 1;
            state.any = true;
        });
        UnderWay(self.clone())
    }

    /// Whether nothing has happened: for `first` since the connection came, or for `later` since its last request.
    pub(crate) fn is_idle(&self, first: Duration, later: Duration) -> bool {
        self.with(|state| {
            let most = if state.any { later } else { first };
            state.under_way == 0 && state.since.elapsed() >= most
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.with(|state| {
            state.under_way -= 1;
            state.since = Instant::now();
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
}
