//! Remembers what the caller said about each (resource, granule): behind that answer are a MAC and a filter.

use core::cell::RefCell;
use std::collections::HashMap;

use souspli_protocol::ItemId;

/// The caller's answers over a span of granules.
pub(super) struct Taken<F> {
    ask: F,
    first: u32,
    end: u32,
    known: RefCell<HashMap<ItemId, Vec<Option<bool>>>>,
}

impl<F: Fn(ItemId, u32) -> bool> Taken<F> {
    pub(super) fn new(ask: F, first: u32, end: u32) -> Self {
        Self { ask, first, end, known: RefCell::default() }
    }

    /// Whether a granule is taken; asked once within the span, and each time outside it.
    pub(super) fn get(&self, resource: ItemId, granule: u32) -> bool {
        let place = granule.checked_sub(self.first).filter(|_| granule < self.end);
        let Some(place) = place.and_then(|place| usize::try_from(place).ok()) else {
            return (self.ask)(resource, granule);
        };
        if let Some(Some(known)) = self.known.borrow().get(&resource).and_then(|known| known.get(place)) {
            return *known;
        }
        // Nothing is borrowed while the caller's code runs.
        let taken = (self.ask)(resource, granule);
        let mut known = self.known.borrow_mut();
        let granules = usize::try_from(self.end.saturating_sub(self.first)).unwrap_or(0);
        if let Some(entry) = known.entry(resource).or_insert_with(|| vec![None; granules]).get_mut(place) {
            *entry = Some(taken);
        }
        taken
    }
}
