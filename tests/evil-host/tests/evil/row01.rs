//! Row 1, key substitution: encrypt only to keys that chain to the fingerprint in the link.

use std::sync::Arc;

use souspli_evil_host::Lie;
use souspli_protocol::wire::{Blob, Profile, PublicationAnswer, Times};

use crate::case::Case;
use crate::scene::Scene::{Open, UnlockDesk};
use crate::world::World;

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let case = |name: &str, code: &'static str, lie: Lie| Case::new(1, name, Open, code, lie);
    let forge = || Arc::clone(&world.forge);
    let (one, two, three, four, five, six) = (forge(), forge(), forge(), forge(), forge(), forge());
    let other = world.other.profile.registration.clone();
    let (old, future) = (world.old.identity.identity.clone(), world.old.future.identity.clone());
    vec![
        case("another root", "wrong_root", profile(move |profile| profile.registration = other.clone())),
        case("the root's nonce changed", "wrong_calendar", profile(|profile| flip(&mut profile.registration, -128))),
        case(
            "a link table of another root",
            "bad_links",
            profile(move |profile| profile.links = one.signed_by_attacker(&profile.links)),
        ),
        case("epoch keys of another root", "bad_identity", of_identity(move |genuine| two.identity(genuine))),
        case(
            "epoch keys in the root's name",
            "bad_identity",
            of_identity(move |genuine| three.in_anothers_name(genuine)),
        ),
        case("one byte of the epoch keys", "bad_identity", of_identity(|genuine| flipped(genuine, -5_000))),
        case("an epoch that is over", "epoch_expired", of_identity(move |_| old.clone())),
        case("an epoch that has not begun", "epoch_expired", of_identity(move |_| future.clone())),
        case(
            "a catalogue by nobody's member",
            "not_rostered",
            profile(move |profile| {
                profile.catalogue = profile.catalogue.as_ref().map(|blob| four.signed_by_attacker(blob));
            }),
        ),
        case(
            "hours by nobody's member",
            "not_rostered",
            Lie::about("/times", move |times: &mut Times| {
                times.hours[0] = times.hours[0].as_ref().map(|blob| five.signed_by_attacker(blob));
            }),
        ),
        Case::new(
            1,
            "grants by another root",
            UnlockDesk,
            "wrong_root",
            Lie::about("/publications/read", move |answer: &mut PublicationAnswer| {
                answer.publication = six.signed_by_attacker(&answer.publication);
            }),
        ),
    ]
}

fn profile(change: impl Fn(&mut Profile) + Send + Sync + 'static) -> Lie {
    Lie::about("/profile", change)
}

fn of_identity(change: impl Fn(&Blob) -> Blob + Send + Sync + 'static) -> Lie {
    profile(move |profile| profile.identity = profile.identity.as_ref().map(&change))
}

fn flipped(blob: &Blob, place: isize) -> Blob {
    let mut blob = blob.clone();
    flip(&mut blob, place);
    blob
}

/// Turns one bit, counted from the end.
fn flip(blob: &mut Blob, place: isize) {
    let index = blob.0.len().checked_add_signed(place).expect("inside");
    blob.0[index] ^= 1;
}
