//! Row 12, planted records: signatures that name practice and calendar, checked against its own links and roster.

use std::sync::Arc;

use souspli_evil_host::Lie;
use souspli_protocol::wire::{Blob, RecordAnswer, SyncAnswer};

use crate::case::Case;
use crate::scene::Scene::{Fetch, Read};
use crate::world::{Booked, World};

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let forge = &world.forge;
    let planted = |name: &str, code: &'static str, event: Blob| {
        let forge = Arc::clone(forge);
        let lie = Lie::about("/sync", move |answer: &mut SyncAnswer| forge.add(answer, &event));
        Case::new(12, name, Fetch, code, lie)
    };
    let appended = |name: &str, code: &'static str, event: Blob| {
        let forge = Arc::clone(forge);
        let lie = Lie::about("/records/read", move |answer: &mut RecordAnswer| forge.add_to_record(answer, &event));
        Case::new(12, name, Read(Booked::Confirmed), code, lie)
    };
    vec![
        planted("a booking through a link that was never given out", "unknown_link", forge.booking_by_unknown_link()),
        planted("a booking by nobody's member", "broken", forge.booking_by_stranger()),
        planted("a cancellation in the patient's name", "broken", forge.cancellation_by_stranger()),
        planted("a cancellation by nobody's member", "broken", forge.cancellation_by_unrostered()),
        appended("a confirmation by nobody's member", "not_rostered", forge.confirmation_by_stranger()),
        appended(
            "a cancellation by nobody's member, to the patient",
            "not_rostered",
            forge.cancellation_by_unrostered(),
        ),
        appended("a cancellation in the patient's own name", "bad_event", forge.cancellation_by_stranger()),
    ]
}
