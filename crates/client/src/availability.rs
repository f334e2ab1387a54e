//! Free times over verified hours and claims: for patient and practice alike.

use souspli_booking::appointment::Appointment;
use souspli_booking::date::Date;
use souspli_booking::free::{FreeTimes, Wanted};
use souspli_booking::window::minute;
use souspli_booking::zone::Offsets;
use souspli_crypto::gid;
use souspli_crypto::keys::GidKey;
use souspli_protocol::{Context, ItemId};

use crate::face::{FreeDayView, FreeDaysView, FreeTimeView, local_date};
use crate::failure::Failure;
use crate::trust::{Availability, Practice};

/// How many times are offered when one has gone.
const NEAREST: usize = 6;

/// Says what is taken: a granule's claim id is looked up in the claimed-id set.
pub struct Taken<'a> {
    context: Context,
    availability: &'a Availability,
    /// For each window: the granules that it ends before, and its key.
    keys: Vec<(u32, GidKey)>,
    own: Vec<(ItemId, u32)>,
}

impl<'a> Taken<'a> {
    /// `own` are appointments whose place counts as free, since they would be given up: one that is to be moved, one
    /// that this session holds.
    pub fn new(practice: &Practice, availability: &'a Availability, own: &[Appointment]) -> Self {
        let context = practice.context;
        let keys = availability.hours.iter().filter_map(|hours| {
            let key = practice.access.advance_to(&context, hours.window).ok()?;
            Some((hours.bounds().granules()?.end(), key.k_gid(&context)))
        });
        let own = own.iter().flat_map(Appointment::occupied).collect();
        Self { context, availability, keys: keys.collect(), own }
    }

    /// Whether a granule of a resource is taken; one outside the windows is.
    pub fn is(&self, resource: ItemId, granule: u32) -> bool {
        if self.own.contains(&(resource, granule)) {
            return false;
        }
        let key = self.keys.iter().find(|(end, _)| granule < *end);
        key.is_none_or(|(_, key)| self.availability.taken.contains(&gid(key, &self.context, &resource, granule)))
    }
}

/// Offsets of the published windows; UTC where nothing is published, and so nothing is free.
fn offsets(availability: &Availability) -> Offsets {
    availability.offsets().unwrap_or(Offsets::UTC)
}

/// Free times of each day from today to the end of what is published.
pub fn free_days(
    practice: &Practice,
    availability: &Availability,
    wanted: &Wanted,
    own: &[Appointment],
    now: u32,
) -> Result<FreeDaysView, Failure> {
    let taken = Taken::new(practice, availability, own);
    let free = FreeTimes::new(&practice.catalogue, &availability.hours, now, |id, granule| taken.is(id, granule));
    let free = free.map_err(|_| Failure::new("bad_hours"))?;
    let times = free.starts(wanted, 0, u32::MAX).map_err(|_| Failure::new("no_visit_type"))?;
    let offsets = offsets(availability);
    let today = offsets.date(now);
    let last = availability.hours.last().map_or(today, |hours| offsets.date(hours.bounds().end.saturating_sub(1)));
    // The times rise, and so do their dates.
    let mut times = times.iter().peekable();
    let days = (today.days()..=last.days()).filter_map(Date::from_days).map(|date| {
        let mut day = FreeDayView { date: date.to_string(), times: Vec::new() };
        while let Some(time) = times.next_if(|time| offsets.date(minute(time.start)) <= date) {
            day.times.push(FreeTimeView::new(time, &offsets));
        }
        day
    });
    Ok(FreeDaysView { zone: practice.catalogue.zone.clone(), today: local_date(&offsets, now), days: days.collect() })
}

/// The free times nearest to a granule.
pub fn nearest(
    practice: &Practice,
    availability: &Availability,
    wanted: &Wanted,
    start: u32,
    now: u32,
) -> Result<Vec<FreeTimeView>, Failure> {
    let taken = Taken::new(practice, availability, &[]);
    let free = FreeTimes::new(&practice.catalogue, &availability.hours, now, |id, granule| taken.is(id, granule));
    let free = free.map_err(|_| Failure::new("bad_hours"))?;
    let times = free.nearest(wanted, start, NEAREST).map_err(|_| Failure::new("no_visit_type"))?;
    let offsets = offsets(availability);
    Ok(times.iter().map(|time| FreeTimeView::new(time, &offsets)).collect())
}
