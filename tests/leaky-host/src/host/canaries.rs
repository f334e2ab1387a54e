//! Whom the auditor invents.

use getrandom::SysRng;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rand_core::UnwrapErr;
use souspli_auditor::scan::{CanarySet, WordList};

/// The zone of the practices.
const ZONE: &str = "Europe/Paris";

/// So many persons, none of whose words the practices use.
pub(super) fn invented(persons: u32) -> CanarySet {
    let known = WordList::of(["practice example street general medicine consultation patient reason medicines"]);
    CanarySet::invent(&mut UnwrapErr(SysRng), persons, &known).expect("canaries")
}

/// The beginning of a visit as canaries name it.
pub(super) fn time(minute: i64) -> String {
    let zone = TimeZone::get(ZONE).expect("a zone");
    let start = Timestamp::from_second(minute * 60).expect("a time").to_zoned(zone);
    start.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
