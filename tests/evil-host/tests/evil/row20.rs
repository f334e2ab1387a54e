//! Row 20, lost or half-saved writes: receipt, read-back, comparison, outbox.

use std::sync::Arc;

use souspli_evil_host::{Answer, Asked, Lie};
use souspli_protocol::problem::{Code, Problem};
use souspli_protocol::wire::{Append, Appended, Blob, RecordAnswer};

use crate::case::Case;
use crate::scene::Scene::{Book, Note};
use crate::world::{Booked, World};

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let forge = || Arc::clone(&world.forge);
    let (one, two, three, four, five) = (forge(), forge(), forge(), forge(), forge());
    let case = |name: &str, code: &'static str, lie: Lie| Case::new(20, name, Book, code, lie);
    let other = world.entries(Booked::Other);
    vec![
        case("acknowledged and dropped", "read_back_differs", dropped(move |event| one.receipt_for(event))),
        Case::new(
            20,
            "a note acknowledged and dropped",
            Note,
            "read_back_differs",
            dropped(move |event| two.receipt_for(event)),
        ),
        case(
            "a receipt for other bytes",
            "bad_receipt",
            acknowledged(move |receipt| three.receipt_for_other_bytes(receipt)),
        ),
        case("a receipt by another key", "bad_receipt", acknowledged(move |receipt| four.receipt_by_another(receipt))),
        case("no receipt", "bad_receipt", acknowledged(|_| Blob::default())),
        case("other bytes read back", "bad_event", read_back(|answer| answer.entries[0].event.0[7_000] ^= 1)),
        case("another record read back", "bad_chain", read_back(move |answer| *answer = other.clone())),
        case("nothing read back", "bad_chain", read_back(|answer| answer.entries.clear())),
        case(
            "another receipt read back",
            "read_back_differs",
            read_back(move |answer| {
                let entry = &mut answer.entries[0];
                entry.receipt = five.receipt_for(&entry.event);
            }),
        ),
        case(
            "no word on whether it is kept",
            "outcome_unknown",
            Lie::instead_of("/events", |_| Answer::json(503, &Problem::from(Code::UnknownOutcome))),
        )
        .may_resend(),
        case(
            "an answer that nobody can read",
            "outcome_unknown",
            Lie::instead_of("/events", |_| Answer::json(201, &"saved")),
        )
        .may_resend(),
    ]
}

/// The event is not passed on, and acknowledged.
fn dropped(receipt: impl Fn(&Blob) -> Blob + Send + Sync + 'static) -> Lie {
    Lie::instead_of("/events", move |asked: &Asked| {
        let append: Append = serde_json::from_slice(&asked.body).expect("an event");
        Answer::json(201, &Appended { receipt: receipt(&append.event) })
    })
}

fn acknowledged(receipt: impl Fn(&Blob) -> Blob + Send + Sync + 'static) -> Lie {
    Lie::about("/events", move |answer: &mut Appended| answer.receipt = receipt(&answer.receipt))
}

fn read_back(change: impl Fn(&mut RecordAnswer) + Send + Sync + 'static) -> Lie {
    Lie::about("/records/read", change)
}
