//! Row 19, double and ignored claims, false availability: signed claim sets, and the practice's client checks again.

use std::sync::Arc;

use souspli_evil_host::{Answer, Lie};
use souspli_protocol::Gid;
use souspli_protocol::problem::{Code, Problem};
use souspli_protocol::wire::{Blob, Profile, SyncAnswer, Times};

use crate::case::Case;
use crate::scene::Scene::{Fetch, FetchAgain, Open, OpenAgain};
use crate::world::{Booked, World};

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let mut cases = claim_sets(world);
    cases.extend(double(world));
    cases.extend(hours(world));
    cases
}

/// Sets that contradict the chain, under the host's own signature. These come before anything else is booked, while all
/// that is claimed is known.
pub(crate) fn against_the_chain(world: &World) -> Vec<Case> {
    let (one, two) = (world.claims(Booked::Confirmed), world.claims(Booked::Other));
    let invented: Vec<Gid> = (0..24).map(|place| Gid([place; 16])).collect();
    let case = |name: &str, claimed: Vec<Gid>| {
        let forge = Arc::clone(&world.forge);
        let lie = times(move |times| forge.set_claims(times, &claimed));
        Case::new(19, format!("{name}, under its own signature"), Fetch, "bad_claim_set", lie)
    };
    vec![
        case("a claim hidden", one.clone()),
        case("a claim invented", [&one[..], &two, &invented].concat()),
        case("a claim hidden and another one invented", [&one[..], &invented].concat()),
    ]
}

fn claim_sets(world: &World) -> Vec<Case> {
    let forge = || Arc::clone(&world.forge);
    let (one, two, three, four, five) = (forge(), forge(), forge(), forge(), forge());
    let unbooked = world.unbooked.times.clone();
    let case = |name: &str, code: &'static str, lie: Lie| Case::new(19, name, Open, code, lie);
    vec![
        case("one claim hidden", "bad_claim_set", times(|times| times.claim_set.0[21] ^= 1)),
        Case::new(19, "claims of before, by its own key", OpenAgain, "rolled_back", {
            times(move |times| *times = unbooked.clone())
        }),
        case("an empty set of claims", "bad_claim_set", times(|times| times.claim_set.0.truncate(24))),
        case(
            "a statement by another key",
            "bad_claim_set",
            times(move |times| times.statement = one.statement_by_another(&times.statement)),
        ),
        case(
            "a statement of two days ago",
            "bad_claim_set",
            times(move |times| {
                times.statement = two.statement(&times.statement, |statement| statement.minute -= 2_880);
            }),
        ),
        case(
            "a statement about another version",
            "bad_claim_set",
            times(move |times| {
                times.statement = three.statement(&times.statement, |statement| statement.version -= 1);
            }),
        ),
        case(
            "a statement about other windows",
            "bad_hours",
            times(move |times| {
                times.statement = four.statement(&times.statement, |statement| statement.first_window -= 1);
            }),
        ),
        case(
            "a statement about another set",
            "bad_claim_set",
            times(move |times| {
                times.statement = five.statement(&times.statement, |statement| statement.held_hash.0[0] ^= 1);
            }),
        ),
    ]
}

/// The host takes what it must not; the practice declines it, or would if the host let it.
fn double(world: &World) -> Vec<Case> {
    let case = |name: &str, code: &'static str, event: Blob| {
        let forge = Arc::clone(&world.forge);
        let added = Lie::about("/sync", move |answer: &mut SyncAnswer| forge.add(answer, &event));
        // The decline is not taken: the record is the host's invention.
        let deaf = Lie::instead_of("/events", |_| Answer::json(503, &Problem::from(Code::UnknownOutcome)));
        Case::new(19, name, Fetch, code, added.and(deaf)).may_decline()
    };
    vec![
        case("two bookings of one time", "double_booked", world.forge.second_booking()),
        case(
            "a booking that claims another time than it names",
            "wrong_claims",
            world.forge.booking_with_wrong_claims(),
        ),
    ]
}

/// The hours that the practice's own client judges by.
fn hours(world: &World) -> Vec<Case> {
    let old = world.old.public.clone();
    let (one, two, three) = (old.clone(), old.clone(), old);
    let both = Lie::about("/profile", move |mine: &mut Profile| *mine = two.profile.clone())
        .and(Lie::about("/times", move |mine: &mut Times| *mine = three.times.clone()));
    vec![
        Case::new(
            19,
            "old hours among new ones",
            Open,
            "bad_hours",
            times(move |mine| mine.hours.clone_from(&one.times.hours)),
        ),
        Case::new(19, "all that the agent judges by is old", FetchAgain, "rolled_back", both),
    ]
}

fn times(change: impl Fn(&mut Times) + Send + Sync + 'static) -> Lie {
    Lie::about("/times", change)
}
