//! Where the chains of calendars stood last, as far as this process knows. Hints, not more: other hosts write to the same
//! database, so whoever goes by one has the database compare it with what is there.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use souspli_protocol::CalendarId;
use souspli_store::Calendar;

/// Most calendars that are remembered; then all are forgotten, and met again one by one.
const KEPT: usize = 16_384;

/// The calendars that this process wrote to lately, as it left them.
#[derive(Debug, Default)]
pub(crate) struct Heads(Mutex<HashMap<CalendarId, Calendar>>);

impl Heads {
    /// Remembers where a calendar stands.
    pub(crate) fn learn(&self, calendar: &Calendar) {
        let mut heads = self.lock();
        if heads.len() >= KEPT {
            heads.clear();
        }
        heads.insert(calendar.context.calendar, *calendar);
    }

    /// Where it stood last.
    pub(crate) fn of(&self, calendar: CalendarId) -> Option<Calendar> {
        self.lock().get(&calendar).copied()
    }

    /// It stands elsewhere.
    pub(crate) fn forget(&self, calendar: CalendarId) {
        self.lock().remove(&calendar);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CalendarId, Calendar>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
