//! An appointment as events carry it: what, who, where and when, in 31 bytes.
//!
//! `visit type (8) || practitioner (8) || room (8, zero when none) || start granule (u32) || granules (u8, buffer
//! included) || duration (u16 minutes)`, big-endian. A zero visit type is a time that the practice keeps for itself.

use serde::{Deserialize, Serialize};
use souspli_protocol::ItemId;

use crate::{
    CLAIMS,
    catalogue::VisitType,
    interval::Interval,
    window::{GRANULE_MINUTES, minute},
    zone::Offsets,
};

/// What a visit occupies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Fields")]
pub struct Appointment {
    /// The visit type; zero for a time that the practice keeps for itself.
    pub visit_type: ItemId,
    /// Who is booked.
    pub practitioner: ItemId,
    /// The room; absent when none is needed.
    pub room: Option<ItemId>,
    /// The granule that it begins with.
    pub start: u32,
    /// Granules that it occupies, buffer included.
    pub granules: u8,
    /// Minutes that the patient is there.
    pub duration: u16,
}

/// The JSON form before it is checked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    visit_type: ItemId,
    practitioner: ItemId,
    room: Option<ItemId>,
    start: u32,
    granules: u8,
    duration: u16,
}

impl TryFrom<Fields> for Appointment {
    type Error = BadAppointment;

    fn try_from(fields: Fields) -> Result<Self, BadAppointment> {
        let Fields { visit_type, practitioner, room, start, granules, duration } = fields;
        Self { visit_type, practitioner, room, start, granules, duration }.checked()
    }
}

/// Why values are no appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAppointment {
    /// Not 31 bytes.
    #[error("an appointment has 31 bytes")]
    Length,
    /// No practitioner, or a room that is the practitioner.
    #[error("the practitioner is missing, or also the room")]
    Resource,
    /// The duration is zero, no multiple of five minutes, or longer than what is occupied.
    #[error("the duration does not fit what is occupied")]
    Duration,
    /// More granules times resources than claims of a booking.
    #[error("more is occupied than a booking can claim")]
    TooLong,
    /// Ends after the last granule of a u32 minute.
    #[error("the start is too far in the future")]
    Start,
}

impl Appointment {
    /// Its bytes.
    pub const SIZE: usize = 31;

    /// A visit of this type from a granule on.
    pub fn new(
        visit_type: &VisitType,
        practitioner: ItemId,
        room: Option<ItemId>,
        start: u32,
    ) -> Result<Self, BadAppointment> {
        let granules = u8::try_from(visit_type.granules()).map_err(|_| BadAppointment::TooLong)?;
        let duration = visit_type.duration;
        Self { visit_type: visit_type.id, practitioner, room, start, granules, duration }.checked()
    }

    /// A time that the practice keeps for itself: one practitioner, no visit type.
    pub fn blocked(practitioner: ItemId, start: u32, granules: u8) -> Result<Self, BadAppointment> {
        let duration = u16::from(granules) * 5;
        Self { visit_type: ItemId::ZERO, practitioner, room: None, start, granules, duration }.checked()
    }

    /// Itself, if its values go together.
    pub fn checked(self) -> Result<Self, BadAppointment> {
        let resources = if self.room.is_some() { 2 } else { 1 };
        if self.practitioner.is_zero() || self.room.is_some_and(|room| room.is_zero() || room == self.practitioner) {
            Err(BadAppointment::Resource)
        } else if !self.duration.is_multiple_of(5) || !(1..=u16::from(self.granules) * 5).contains(&self.duration) {
            Err(BadAppointment::Duration)
        } else if usize::from(self.granules) * resources > CLAIMS {
            Err(BadAppointment::TooLong)
        } else if u32::MAX / GRANULE_MINUTES - u32::from(self.granules) < self.start {
            Err(BadAppointment::Start)
        } else {
            Ok(self)
        }
    }

    /// Its bytes.
    pub fn encode(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        let room = self.room.unwrap_or(ItemId::ZERO);
        let (start, duration) = (self.start.to_be_bytes(), self.duration.to_be_bytes());
        let parts = [&self.visit_type.0[..], &self.practitioner.0, &room.0, &start, &[self.granules], &duration];
        for (byte, value) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *byte = *value;
        }
        bytes
    }

    /// Reads and checks what [`Appointment::encode`] wrote.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadAppointment> {
        let (visit_type, rest) = bytes.split_first_chunk::<8>().ok_or(BadAppointment::Length)?;
        let (practitioner, rest) = rest.split_first_chunk::<8>().ok_or(BadAppointment::Length)?;
        let (room, rest) = rest.split_first_chunk::<8>().ok_or(BadAppointment::Length)?;
        let (start, rest) = rest.split_first_chunk::<4>().ok_or(BadAppointment::Length)?;
        let &[granules, high, low] = rest else { return Err(BadAppointment::Length) };
        let appointment = Self {
            visit_type: ItemId(*visit_type),
            practitioner: ItemId(*practitioner),
            room: Some(ItemId(*room)).filter(|room| !room.is_zero()),
            start: u32::from_be_bytes(*start),
            granules,
            duration: u16::from_be_bytes([high, low]),
        };
        appointment.checked()
    }

    /// The practitioner, and the room if there is one.
    pub fn resources(&self) -> impl Iterator<Item = ItemId> + use<> {
        core::iter::once(self.practitioner).chain(self.room)
    }

    /// The granules that it occupies, buffer included; `None` when there are none.
    pub fn interval(&self) -> Option<Interval> {
        Interval::new(self.start, self.start.saturating_add(self.granules.into()))
    }

    /// Every (resource, granule) that it occupies, the practitioner's first: at most 24.
    pub fn occupied(&self) -> Vec<(ItemId, u32)> {
        let end = self.start.saturating_add(self.granules.into());
        self.resources().flat_map(|resource| (self.start..end).map(move |granule| (resource, granule))).collect()
    }

    /// The window that it lies in, whose keys name its claims; `None` when it goes over the end of one.
    pub fn window(&self, offsets: &Offsets) -> Option<u32> {
        let window = offsets.window(offsets.window_of(self.start_minute()));
        let interval = self
            .interval()
            .filter(|&interval| window.granules().and_then(|all| all.intersect(interval)) == Some(interval));
        interval.map(|_| window.number)
    }

    /// The UTC minute that it begins at.
    pub const fn start_minute(&self) -> u32 {
        minute(self.start)
    }

    /// The UTC minute that the patient leaves at.
    pub const fn end_minute(&self) -> u32 {
        minute(self.start).saturating_add(self.duration as u32)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalogue::tests::{ALICE, BLUE, LONG, SHORT, practice};

    #[test]
    fn byte_by_byte() {
        let practice = practice();
        let (_, long) = practice.visit_type(LONG).expect("long");
        let visit = Appointment::new(long, ALICE, Some(BLUE), 0x0102_0304).expect("fits");
        let expected = [
            [2; 8].as_slice(), // visit type
            &[0xa1; 8],        // practitioner
            &[0x0b; 8],        // room
            &[1, 2, 3, 4],     // start granule
            &[6],              // granules
            &[0, 30],          // minutes
        ]
        .concat();
        assert_eq!(visit.encode().as_slice(), expected);
        assert_eq!(Appointment::decode(&expected), Ok(visit));
        assert_eq!(Appointment::decode(&expected[1..]), Err(BadAppointment::Length));
        assert_eq!(Appointment::decode(&[&expected[..], &[0]].concat()), Err(BadAppointment::Length));
    }

    #[test]
    fn what_it_occupies() {
        let practice = practice();
        let (_, short) = practice.visit_type(SHORT).expect("short");
        let visit = Appointment::new(short, ALICE, None, 100).expect("fits");
        assert_eq!(visit.occupied(), [(ALICE, 100), (ALICE, 101), (ALICE, 102), (ALICE, 103)]);
        assert_eq!((visit.start_minute(), visit.end_minute()), (500, 515));
        let (_, long) = practice.visit_type(LONG).expect("long");
        let visit = Appointment::new(long, ALICE, Some(BLUE), 100).expect("fits");
        assert_eq!(visit.occupied().len(), 12);
        assert_eq!(visit.occupied()[6], (BLUE, 100));
        let blocked = Appointment::blocked(ALICE, 100, 24).expect("fits");
        assert_eq!((blocked.occupied().len(), blocked.end_minute()), (24, 620));
    }

    #[test]
    fn values_must_go_together() {
        let good = Appointment::blocked(ALICE, 100, 12).expect("good");
        let refused = |bad: Appointment| (bad.checked(), Appointment::decode(&bad.encode()));
        for (bad, error) in [
            (Appointment { practitioner: ItemId::ZERO, ..good }, BadAppointment::Resource),
            (Appointment { room: Some(ALICE), ..good }, BadAppointment::Resource),
            (Appointment { duration: 0, ..good }, BadAppointment::Duration),
            (Appointment { duration: 12, ..good }, BadAppointment::Duration),
            (Appointment { duration: 65, ..good }, BadAppointment::Duration),
            (Appointment { granules: 0, ..good }, BadAppointment::Duration),
            (Appointment { granules: 25, ..good }, BadAppointment::TooLong),
            (Appointment { granules: 13, room: Some(BLUE), ..good }, BadAppointment::TooLong),
            (Appointment { start: u32::MAX / 5 - 11, ..good }, BadAppointment::Start),
        ] {
            assert_eq!(refused(bad), (Err(error), Err(error)));
        }
        let last = Appointment { start: u32::MAX / 5 - 12, ..good };
        assert_eq!(last.checked(), Ok(last));
        assert_eq!(last.end_minute(), u32::MAX);
    }

    #[test]
    fn json_is_checked() {
        let good = Appointment::blocked(ALICE, 100, 12).expect("good");
        let json = serde_json::to_value(good).expect("json");
        assert_eq!(json["visitType"], "AAAAAAAAAAA");
        assert_eq!(serde_json::from_value::<Appointment>(json.clone()).expect("back"), good);
        for (field, value) in [("granules", 25), ("duration", 7), ("more", 1)] {
            let mut bad = json.clone();
            bad[field] = value.into();
            assert!(serde_json::from_value::<Appointment>(bad).is_err(), "{field}");
        }
    }

    #[test]
    fn the_window_that_it_lies_in() {
        let paris_in_winter = Offsets::fixed(60).expect("offset");
        let end = 5_984_628; // of window 741
        let window = |start| Appointment::blocked(ALICE, start, 2).expect("good").window(&paris_in_winter);
        assert_eq!([window(end - 2), window(end - 1), window(end)], [Some(741), None, Some(742)]);
    }

    proptest! {
        #[test]
        fn one_encoding_of_one_appointment(bytes in any::<[u8; 29]>(), granules in 0_u8..30) {
            let bytes = [&bytes[..28], &[granules, 0, bytes[28]]].concat();
            if let Ok(read) = Appointment::decode(&bytes) {
                prop_assert_eq!(read.encode().to_vec(), bytes);
                prop_assert!((1..=24).contains(&read.occupied().len()));
            }
        }
    }
}
