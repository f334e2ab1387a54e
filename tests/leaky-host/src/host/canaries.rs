//! Whom the auditor invents.

use std::fs::File;
use std::path::Path;

use getrandom::SysRng;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand_core::UnwrapErr;
use souspli_auditor::scan::{CanarySet, WordList};

use super::{Booking, CANARIES};

/// The zone of the practices.
const ZONE: &str = "Europe/Paris";

/// So many persons, none of whose words the practices use.
pub(super) fn invented(persons: u32) -> CanarySet {
    let known = WordList::of(["practice example street general medicine consultation patient reason medicines"]);
    CanarySet::invent(&mut UnwrapErr(SysRng), persons, &known).expect("canaries")
}

/// Notes what each has booked, and keeps the file in a host's folder.
pub(super) fn keep(canaries: &mut CanarySet, bookings: &[Booking], folder: &Path) {
    for (person, booking) in canaries.persons.iter_mut().zip(bookings) {
        person.time = Some(time(booking.start));
        person.link = Some(booking.link.clone());
    }
    canaries.write(File::create(folder.join(CANARIES)).expect("created")).expect("written");
}

/// The beginning of a visit as canaries name it.
fn time(minute: i64) -> String {
    let zone = TimeZone::get(ZONE).expect("a zone");
    let start = Timestamp::from_second(minute * 60).expect("a time").to_zoned(zone);
    start.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
