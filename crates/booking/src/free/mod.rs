//! Free times: published ranges minus claims, minus notice (`docs/spec/claims.md` §7).
//!
//! The one computation that patient and practice share. A visit with its buffer lies within one open range and so in
//! one window; starts are counted from the range's beginning in steps of the visit type.

mod check;
mod taken;

pub use check::Unavailable;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use souspli_protocol::{ItemId, sorted};

use crate::{
    appointment::{Appointment, BadAppointment},
    catalogue::{Catalogue, VisitType},
    date::{DAY_MINUTES, Date},
    hours::Hours,
    interval::{Interval, IntervalSet},
    window::{granule, granule_from, minute, window_of_date},
};
use taken::Taken;

/// Windows that hours may reach over.
const SPAN: u32 = 7;

/// Days that are counted at once, at most: a year, more than seven windows.
pub const DAYS: u32 = 366;

/// Who books: a patient is held to notice, horizon and public visit types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Booker {
    /// With a booking link.
    Patient,
    /// A member of the practice.
    Practice,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wanted {
    /// The visit type.
    pub visit_type: ItemId,
    /// With whom; absent: with any who offers it.
    pub practitioner: Option<ItemId>,
    /// For whom the times are computed.
    pub by: Booker,
}

/// A time at which the visit may begin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FreeTime {
    /// The granule that it begins with.
    pub start: u32,
    /// Who is free then, in the catalogue's order; at least one.
    pub practitioners: Vec<ItemId>,
    /// The room: the first free one in the visit type's order; absent when none is needed.
    pub room: Option<ItemId>,
}

/// One local day, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// The local date.
    pub date: Date,
    /// Starts that the hours offer; none: closed, too soon or too far.
    pub offered: u32,
    /// Starts that are free; offered, but none free: full.
    pub free: u32,
}

/// Why nothing can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FreeError {
    /// The hours are not those of rising windows, or reach over more than seven.
    #[error("the hours are not those of at most seven rising windows")]
    Hours,
    /// No such visit type, or not one that patients may book.
    #[error("no such visit type")]
    VisitType,
    /// This practitioner does not offer the visit type.
    #[error("the practitioner does not offer this visit type")]
    Practitioner,
}

impl FreeTime {
    /// The appointment at this time, with a practitioner who is free then.
    pub fn appointment(&self, visit_type: &VisitType, practitioner: ItemId) -> Result<Appointment, BadAppointment> {
        if !self.practitioners.contains(&practitioner) {
            return Err(BadAppointment::Resource);
        }
        Appointment::new(visit_type, practitioner, self.room, self.start)
    }
}

/// Computes free times over hours and claims; asks for each (resource, granule) at most once in its life.
pub struct FreeTimes<'a, F> {
    catalogue: &'a Catalogue,
    hours: &'a [Hours],
    now: u32,
    taken: Taken<F>,
}

/// A start that the hours offer, before claims are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    start: u32,
    /// Place in the catalogue.
    practitioner: usize,
    /// Place in the hours.
    window: usize,
}

impl<'a, F: Fn(ItemId, u32) -> bool> FreeTimes<'a, F> {
    /// `hours` are those of at most seven windows, rising, computed for `catalogue` ([`Hours::belong_to`]) and valid;
    /// `now` is a UTC minute; `taken` says whether a granule of a practitioner or room is claimed.
    pub fn new(catalogue: &'a Catalogue, hours: &'a [Hours], now: u32, taken: F) -> Result<Self, FreeError> {
        let rising = hours.windows(2).all(|pair| matches!(pair, [one, next] if one.window < next.window));
        let ends = hours.first().zip(hours.last());
        if !rising || ends.is_some_and(|(first, last)| last.window - first.window >= SPAN) {
            return Err(FreeError::Hours);
        }
        let bounds = |hours: &Hours| hours.bounds().granules();
        let first = hours.first().and_then(bounds).map_or(0, Interval::start);
        let end = hours.last().and_then(bounds).map_or(first, Interval::end);
        Ok(Self { catalogue, hours, now, taken: Taken::new(taken, first, end) })
    }

    /// The free times that begin between two granules (the second excluded), rising.
    pub fn starts(&self, wanted: &Wanted, from: u32, until: u32) -> Result<Vec<FreeTime>, FreeError> {
        let (visit_type, candidates) = self.candidates(wanted, from, until)?;
        Ok(groups(&candidates).filter_map(|group| self.evaluate(visit_type, group)).collect())
    }

    /// Up to `count` free times, those nearest to a wanted start first; of two as near, the earlier first.
    pub fn nearest(&self, wanted: &Wanted, start: u32, count: usize) -> Result<Vec<FreeTime>, FreeError> {
        let (visit_type, candidates) = self.candidates(wanted, 0, u32::MAX)?;
        let far = |group: &[Candidate]| group.first().map(|first| first.start.abs_diff(start));
        let groups = sorted(groups(&candidates).map(|group| (far(group), group)).collect());
        Ok(groups.into_iter().filter_map(|(_, group)| self.evaluate(visit_type, group)).take(count).collect())
    }

    /// The first free time that begins at a granule or after it.
    pub fn first_from(&self, wanted: &Wanted, from: u32) -> Result<Option<FreeTime>, FreeError> {
        let (visit_type, candidates) = self.candidates(wanted, from, u32::MAX)?;
        Ok(groups(&candidates).find_map(|group| self.evaluate(visit_type, group)))
    }

    /// The first local date after another one that has a free time.
    pub fn next_day(&self, wanted: &Wanted, after: Date) -> Result<Option<Date>, FreeError> {
        let (visit_type, candidates) = self.candidates(wanted, self.day_start(after.plus(1)), u32::MAX)?;
        let free = groups(&candidates).find(|group| self.evaluate(visit_type, group).is_some());
        Ok(free.and_then(|group| group.first()).and_then(|first| self.date(first)))
    }

    /// How much is offered and free on each of `count` local dates from one on, at most [`DAYS`].
    pub fn days(&self, wanted: &Wanted, first: Date, count: u32) -> Result<Vec<Day>, FreeError> {
        let count = count.min(DAYS);
        let (from, until) = (self.day_start(first), self.day_start(first.plus(count)));
        let (visit_type, candidates) = self.candidates(wanted, from, until)?;
        let mut days: BTreeMap<Date, Day> =
            (0..count).map(|day| first.plus(day)).map(|date| (date, Day { date, offered: 0, free: 0 })).collect();
        for group in groups(&candidates) {
            let date = group.first().and_then(|first| self.date(first));
            if let Some(day) = date.and_then(|date| days.get_mut(&date)) {
                day.offered += 1;
                day.free += u32::from(self.evaluate(visit_type, group).is_some());
            }
        }
        Ok(days.into_values().collect())
    }

    /// What the hours offer between two granules, by start and then by the catalogue's order of practitioners.
    fn candidates(&self, wanted: &Wanted, from: u32, until: u32) -> Result<(&'a VisitType, Vec<Candidate>), FreeError> {
        let (type_place, visit_type) = self.visit_type(wanted.visit_type, wanted.by).ok_or(FreeError::VisitType)?;
        if wanted.practitioner.is_some_and(|id| !visit_type.practitioners.contains(&id)) {
            return Err(FreeError::Practitioner);
        }
        let (earliest, latest) = self.bookable(wanted.by);
        let (from, last) = (from.max(earliest), until.saturating_sub(1).min(latest));
        let mut candidates = Vec::new();
        for (practitioner, who) in self.catalogue.practitioners.iter().enumerate() {
            if !visit_type.practitioners.contains(&who.id) || wanted.practitioner.is_some_and(|id| id != who.id) {
                continue;
            }
            for (window, hours) in self.hours.iter().enumerate() {
                let open = hours.open(practitioner, type_place);
                let starts = starts(&open, visit_type, from).filter(|&start| start <= last && until > 0);
                candidates.extend(starts.map(|start| Candidate { start, practitioner, window }));
            }
        }
        Ok((visit_type, sorted(candidates)))
    }

    /// Which practitioners of one start are free, and which room.
    fn evaluate(&self, visit_type: &VisitType, group: &[Candidate]) -> Option<FreeTime> {
        let start = group.first()?.start;
        let end = start.checked_add(visit_type.granules())?;
        let free = |resource: ItemId| (start..end).all(|granule| !self.taken.get(resource, granule));
        let practitioners =
            group.iter().filter_map(|candidate| self.catalogue.practitioners.get(candidate.practitioner));
        let practitioners: Vec<ItemId> = practitioners.map(|who| who.id).filter(|&id| free(id)).collect();
        if practitioners.is_empty() {
            return None;
        }
        let room = visit_type.rooms.iter().copied().find(|&room| free(room));
        (room.is_some() || visit_type.rooms.is_empty()).then_some(FreeTime { start, practitioners, room })
    }

    /// The visit type, if this booker may book it.
    fn visit_type(&self, id: ItemId, by: Booker) -> Option<(usize, &'a VisitType)> {
        self.catalogue.visit_type(id).filter(|(_, visit_type)| visit_type.public || by == Booker::Practice)
    }

    /// The first and the last granule that a visit may begin with.
    fn bookable(&self, by: Booker) -> (u32, u32) {
        match by {
            Booker::Practice => (granule(self.now), u32::MAX),
            Booker::Patient => {
                let horizon = u32::from(self.catalogue.horizon_days) * u32::from(DAY_MINUTES);
                let earliest = granule_from(self.now.saturating_add(self.catalogue.notice()));
                (earliest, granule(self.now.saturating_add(horizon)))
            }
        }
    }

    /// The local date that a candidate lies on.
    fn date(&self, candidate: &Candidate) -> Option<Date> {
        Some(self.hours.get(candidate.window)?.offsets.date(minute(candidate.start)))
    }

    /// The first granule of a local date, or of the first window after it that there are hours for.
    fn day_start(&self, date: Date) -> u32 {
        let number = window_of_date(date);
        let hours = self.hours.iter().find(|hours| hours.window >= number);
        hours.map_or(u32::MAX, |hours| {
            let first =
                if hours.window == number { hours.offsets.rule_minute(date.midnight()) } else { hours.bounds().start };
            granule_from(first)
        })
    }
}

/// The starts of one set of open times, not before a granule.
fn starts(open: &IntervalSet, visit_type: &VisitType, from: u32) -> impl Iterator<Item = u32> {
    let (needed, step) = (visit_type.granules().max(1), visit_type.step_granules());
    open.intervals().iter().flat_map(move |range| {
        let skipped = from.saturating_sub(range.start()).div_ceil(step).saturating_mul(step);
        let first = range.start().saturating_add(skipped);
        let end = range.end().saturating_sub(needed - 1);
        (first..end).step_by(usize::try_from(step).unwrap_or(1))
    })
}

/// The candidates of one start at a time.
fn groups(candidates: &[Candidate]) -> impl Iterator<Item = &[Candidate]> {
    candidates.chunk_by(|one, next| one.start == next.start)
}

#[cfg(test)]
mod tests;
