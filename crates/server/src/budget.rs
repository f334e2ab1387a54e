//! How much of all bodies together lies in memory before it has been read to its end. Large ones have a share of their
//! own: who fills it keeps nobody from booking.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Bytes that one permit stands for.
const UNIT: usize = 1_024;
/// Most bytes of unfinished bodies of each kind.
const MOST: usize = 96 * 1_024 * 1_024;
/// A body of a route that takes more is a large one: a vault, a batch of publications.
const SMALL: usize = 16 * 1_024;

/// What is left for the bodies of all routes.
pub(crate) struct Budgets {
    small: Budget,
    large: Budget,
}

/// What is left for bodies of one kind.
pub(crate) struct Budget(Semaphore);

/// What one body has taken; it is given back when dropped.
pub(crate) struct Share<'a> {
    budget: &'a Budget,
    taken: usize,
    permits: Vec<SemaphorePermit<'a>>,
}

impl Budgets {
    /// Everything is left.
    pub(crate) fn new() -> Self {
        Self { small: Budget::of(MOST), large: Budget::of(MOST) }
    }

    /// The one for a route that takes bodies of so many bytes.
    pub(crate) fn of(&self, limit: usize) -> &Budget {
        if limit <= SMALL { &self.small } else { &self.large }
    }
}

impl Budget {
    /// A budget of so many bytes.
    pub(crate) fn of(bytes: usize) -> Self {
        Self(Semaphore::new(bytes / UNIT))
    }

    /// A share, of nothing yet.
    pub(crate) fn share(&self) -> Share<'_> {
        Share { budget: self, taken: 0, permits: Vec::new() }
    }
}

impl Share<'_> {
    /// Makes the share cover `bytes`; `None` when there is not so much left.
    pub(crate) fn cover(&mut self, bytes: usize) -> Option<()> {
        let units = bytes.div_ceil(UNIT).saturating_sub(self.taken);
        if units > 0 {
            self.permits.push(self.budget.0.try_acquire_many(u32::try_from(units).ok()?).ok()?);
            self.taken += units;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_leave_room_for_small_ones() {
        let budgets = Budgets::new();
        let mut hoarder = budgets.of(SMALL + 1).share();
        assert!(hoarder.cover(MOST).is_some());
        assert!(budgets.of(2 * SMALL).share().cover(1).is_none());
        assert!(budgets.of(SMALL).share().cover(SMALL).is_some());
    }

    #[test]
    fn shares_are_bounded_together_and_given_back() {
        let budget = Budget::of(10 * UNIT);
        let mut first = budget.share();
        assert!(first.cover(1).is_some() && first.cover(UNIT).is_some() && first.cover(6 * UNIT).is_some());
        let mut second = budget.share();
        assert!(second.cover(4 * UNIT).is_some());
        assert!(second.cover(4 * UNIT + 1).is_none() && first.cover(6 * UNIT + 1).is_none());
        drop(first);
        assert!(second.cover(10 * UNIT).is_some());
    }
}
