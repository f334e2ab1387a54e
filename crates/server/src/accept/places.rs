//! How many connections there are, in all and per address (of IPv6: per customer's network).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::counted_as;

/// Places for connections.
#[derive(Clone)]
pub(crate) struct Places {
    most: usize,
    per_address: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// One place; it is given back when dropped.
pub(crate) struct Place {
    places: Places,
    address: Option<IpAddr>,
}

impl Places {
    pub(crate) fn new(most: usize, per_address: usize) -> Self {
        Self { most, per_address, taken: Arc::default() }
    }

    /// A place, unless there are none; `counted` is false for those that speak for many.
    pub(crate) fn take(&self, address: IpAddr, counted: bool) -> Option<Place> {
        let address = counted_as(address);
        let mut taken = self.lock();
        if taken.all >= self.most {
            return None;
        }
        if counted {
            let by = taken.by.entry(address).or_default();
            if *by >= self.per_address {
                return None;
            }
            *by += 1;
        }
        taken.all += 1;
        Some(Place { places: self.clone(), address: counted.then_some(address) })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all -= 1;
        let Some(address) = self.address else { return };
        if let Some(by) = taken.by.get_mut(&address) {
            *by -= 1;
            if *by == 0 {
                taken.by.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_given_back() {
        let address = |n: u8| IpAddr::from([127, 0, 0, n]);
        let places = Places::new(3, 2);
        let first = places.take(address(1), true);
        let second = places.take(address(1), true);
        assert!(first.is_some() && second.is_some());
        assert!(places.take(address(1), true).is_none(), "a third of one address");
        let third = places.take(address(1), false);
        assert!(third.is_some(), "one who is not counted");
        assert!(places.take(address(2), true).is_none(), "a fourth in all");
        drop(first);
        assert!(places.take(address(2), true).is_some());
        drop((second, third));
        assert!(places.lock().by.is_empty() && places.lock().all == 0);
    }
}
