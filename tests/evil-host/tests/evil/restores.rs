//! Row 4 once more: a host that calls a rollback a restore (`docs/spec/restore.md` §4).

use std::sync::Arc;

use souspli_evil_host::Lie;
use souspli_protocol::wire::{Profile, RecordAnswer, Times};

use crate::case::Case;
use crate::scene::Scene::{FetchReloaded, OpenAgain, Read};
use crate::world::{Booked, World};

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let forge = || Arc::clone(&world.forge);
    let (elsewhere, strangers, disordered, unsaid) = (forge(), forge(), forge(), forge());
    let lost = forge();
    vec![
        Case::new(
            4,
            "a restore of a chain that the device has not seen",
            FetchReloaded,
            "forked_restore",
            Lie::about("/profile", move |mine: &mut Profile| mine.notices.push(elsewhere.notice(1, 3)))
                .and(generation(world, 1)),
        ),
        Case::new(
            4,
            "a restore that another key has signed",
            OpenAgain,
            "bad_notice",
            Lie::about("/profile", move |mine: &mut Profile| mine.notices.push(strangers.notice_by_another(1, 3)))
                .and(generation(world, 1)),
        ),
        Case::new(
            4,
            "restores that do not follow one another",
            OpenAgain,
            "bad_notice",
            Lie::about("/profile", move |mine: &mut Profile| {
                mine.notices.extend([disordered.notice(1, 9), disordered.notice(1, 3)]);
            })
            .and(generation(world, 1)),
        ),
        Case::new(
            4,
            "a set of taken times of a restore that nobody has said",
            OpenAgain,
            "bad_claim_set",
            generation(world, 1),
        ),
        Case::new(
            4,
            "an acceptance that no member has signed",
            OpenAgain,
            "bad_notice",
            Lie::about("/profile", move |mine: &mut Profile| {
                mine.notices.push(unsaid.notice(1, 3));
                mine.countersignature = Some(mine.links.clone());
            })
            .and(generation(world, 1)),
        ),
        Case::new(
            4,
            "an event at a place that a restore has lost",
            Read(Booked::Confirmed),
            "bad_receipt",
            Lie::about("/profile", move |mine: &mut Profile| mine.notices.push(lost.notice(1, 3)))
                .and(generation(world, 1))
                .and(Lie::about("/records/read", |_: &mut RecordAnswer| {})),
        ),
    ]
}

/// The claimed-id set under the host's signature, of another generation.
fn generation(world: &World, generation: u32) -> Lie {
    let forge = Arc::clone(&world.forge);
    Lie::about("/times", move |mine: &mut Times| {
        mine.statement = forge.statement(&mine.statement, |statement| statement.generation = generation);
    })
}
