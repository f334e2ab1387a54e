//! What had to be erased by now is there.

use souspli_auditor::Check::NotPurged;

use super::{at, one};
use crate::{Leak, Switch};

/// A booking of the first weeks is due when its own period and three more have ended, and a day has passed.
const TEN_PERIODS: u32 = 10 * 28 * 1_440;

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "kept/bookings-for-ever",
        "keeps bookings and hours whose time has long been over",
        &[at(NotPurged, &["table record"]), at(NotPurged, &["table publication"])],
        Leak::Sqlite(|_| {}),
    )
    .later(TEN_PERIODS),
    one(
        "kept/bookings-for-ever-on-postgres",
        "keeps bookings and hours whose time has long been over",
        &[at(NotPurged, &["table record"]), at(NotPurged, &["table publication"])],
        Leak::Postgres(|_| {}),
    )
    .later(TEN_PERIODS),
    one(
        "kept/events-without-their-record",
        "has deleted the rows of bookings that were due, and kept what was sealed in them",
        &[at(NotPurged, &["table event"])],
        Leak::Sqlite(|host| host.run("DELETE FROM record")),
    )
    .also(&[
        &["table event"],
        &["table chain"],
        &["table claim"],
        &["table record"],
        &["table publication"],
        &["table version"],
    ])
    .later(TEN_PERIODS),
];
