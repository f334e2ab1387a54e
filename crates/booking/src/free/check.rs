//! Whether an appointment that somebody asks for is one that free times would have offered.

use souspli_protocol::ItemId;

use super::{Booker, FreeTimes};
use crate::appointment::Appointment;
use crate::hours::Hours;

/// Why an appointment is none that was on offer. The practice's client puts it before a person and declines nothing by
/// itself because of it (`docs/spec/claims.md` §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// No such visit type, or not one that patients may book.
    #[error("no such visit type")]
    VisitType,
    /// This practitioner does not offer the visit type.
    #[error("the practitioner does not offer this visit type")]
    Practitioner,
    /// A room is missing, not needed, or not one for this visit type.
    #[error("the room is not one for this visit type")]
    Room,
    /// Its length is not that of the visit type.
    #[error("the length is not that of the visit type")]
    Length,
    /// Not within one open range.
    #[error("outside the published hours")]
    Hours,
    /// Within the hours, but not at a start that is offered.
    #[error("not at a start that is offered")]
    Start,
    /// Sooner than the minimum notice.
    #[error("sooner than the minimum notice")]
    TooSoon,
    /// Further ahead than may be booked.
    #[error("further ahead than may be booked")]
    TooFar,
    /// A granule that it occupies is claimed.
    #[error("already taken")]
    Taken,
}

impl Unavailable {
    /// Its stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::VisitType => "visit_type",
            Self::Practitioner => "practitioner",
            Self::Room => "room",
            Self::Length => "length",
            Self::Hours => "hours",
            Self::Start => "start",
            Self::TooSoon => "too_soon",
            Self::TooFar => "too_far",
            Self::Taken => "taken",
        }
    }
}

impl<F: Fn(ItemId, u32) -> bool> FreeTimes<'_, F> {
    /// Checks an appointment against catalogue, hours, notice and claims, as of `now`.
    ///
    /// The practice itself is not held to starts, notice and horizon. Claims of the appointment's own record count as
    /// taken unless the caller's function leaves them out.
    pub fn check(&self, appointment: &Appointment, by: Booker) -> Result<(), Unavailable> {
        let (type_place, visit_type) = self.visit_type(appointment.visit_type, by).ok_or(Unavailable::VisitType)?;
        let practitioner = self.catalogue.practitioner(appointment.practitioner);
        let (place, _) = practitioner
            .filter(|(_, who)| visit_type.practitioners.contains(&who.id))
            .ok_or(Unavailable::Practitioner)?;
        if !appointment.room.map_or(visit_type.rooms.is_empty(), |room| visit_type.rooms.contains(&room)) {
            return Err(Unavailable::Room);
        }
        if u32::from(appointment.granules) != visit_type.granules() || appointment.duration != visit_type.duration {
            return Err(Unavailable::Length);
        }
        let interval = appointment.interval().ok_or(Unavailable::Length)?;
        let holds = |hours: &&Hours| hours.bounds().granules().is_some_and(|all| all.contains(interval.start()));
        let open = self.hours.iter().filter(holds).map(|hours| hours.open(place, type_place));
        let open = open.filter_map(|open| open.holding(interval.start())).find(|open| interval.end() <= open.end());
        let open = open.ok_or(Unavailable::Hours)?;
        if by == Booker::Patient {
            let (earliest, latest) = self.bookable(by);
            if !(interval.start() - open.start()).is_multiple_of(visit_type.step_granules()) {
                return Err(Unavailable::Start);
            } else if interval.start() < earliest {
                return Err(Unavailable::TooSoon);
            } else if interval.start() > latest {
                return Err(Unavailable::TooFar);
            }
        }
        let taken = appointment.occupied().into_iter().any(|(resource, granule)| self.taken.get(resource, granule));
        if taken { Err(Unavailable::Taken) } else { Ok(()) }
    }
}
