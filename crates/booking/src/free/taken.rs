//! Remembers what the caller said about each (resource, granule): behind that answer are a MAC and a filter.

use core::cell::RefCell;

use souspli_protocol::ItemId;

/// The caller's answers over a span of granules.
pub(super) struct Taken<F> {
    ask: F,
    first: u32,
    end: u32,
    /// Of each resource that was asked about, from the first granule on.
    known: RefCell<Vec<(ItemId, Vec<Option<bool>>)>>,
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
        let asked = self.known.borrow().iter().position(|(id, _)| *id == resource);
        if let Some(known) = asked.and_then(|row| *self.known.borrow().get(row)?.1.get(place)?) {
            return known;
        }
        // Nothing is borrowed while the caller's code runs.
        let taken = (self.ask)(resource, granule);
        let mut known = self.known.borrow_mut();
        let row = asked.unwrap_or(known.len());
        if asked.is_none() {
            let granules = usize::try_from(self.end.saturating_sub(self.first)).unwrap_or(0);
            known.push((resource, vec![None; granules]));
        }
        if let Some(entry) = known.get_mut(row).and_then(|(_, known)| known.get_mut(place)) {
            *entry = Some(taken);
        }
        taken
    }
}
