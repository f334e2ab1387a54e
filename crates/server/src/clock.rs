//! Time is a parameter: tests set it, and `main` alone takes it from the machine.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// Where the host gets the time from.
pub trait Clock: Send + Sync + 'static {
    /// Minutes since 1970-01-01T00:00Z.
    fn minute(&self) -> u32;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn minute(&self) -> u32 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u32::try_from(since.as_secs() / 60).unwrap_or(u32::MAX)
    }
}

/// A clock that is set by hand.
#[derive(Debug)]
pub struct ManualClock(AtomicU32);

impl ManualClock {
    /// A clock that shows this minute.
    pub fn at(minute: u32) -> Self {
        Self(AtomicU32::new(minute))
    }

    /// Sets the minute.
    pub fn set(&self, minute: u32) {
        self.0.store(minute, Ordering::SeqCst);
    }

    /// Moves the clock on.
    pub fn advance(&self, minutes: u32) {
        self.0.fetch_add(minutes, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn minute(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}
