//! Row 13, cross-protocol confusion: each signed or sealed thing in the place of every other.

use souspli_evil_host::Lie;
use souspli_protocol::publication::Publication;
use souspli_protocol::wire::{Blob, Profile, PublicationAnswer, RecordAnswer, SyncAnswer, Times, VaultAnswer};

use crate::case::Case;
use crate::scene::Scene::{Fetch, Open, Read, Unlock, UnlockDesk};
use crate::world::{Booked, World};

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let things = things(world);
    let mut cases = Vec::new();
    for (name, thing) in &things {
        for (place, code) in PLACES {
            if *name == place {
                continue;
            }
            let thing = thing.clone();
            let lie = match place {
                "hours" => Lie::about("/times", move |times: &mut Times| times.hours[0] = Some(thing.clone())),
                "statement" => Lie::about("/times", move |times: &mut Times| times.statement = thing.clone()),
                "claim set" => Lie::about("/times", move |times: &mut Times| times.claim_set = thing.clone()),
                _ => Lie::about("/profile", move |profile: &mut Profile| *slot(profile, place) = thing.clone()),
            };
            cases.push(Case::new(13, format!("{name} in the place of {place}"), Open, code, lie));
        }
        for (place, code) in [("event", "bad_event"), ("receipt", "bad_receipt")] {
            if *name == place {
                continue;
            }
            let thing = thing.clone();
            let lie = Lie::about("/records/read", move |answer: &mut RecordAnswer| {
                let entry = &mut answer.entries[0];
                *(if place == "event" { &mut entry.event } else { &mut entry.receipt }) = thing.clone();
            });
            cases.push(Case::new(13, format!("{name} in the place of {place}"), Read(Booked::Confirmed), code, lie));
        }
    }
    cases.extend(things.iter().flat_map(|(name, thing)| to_the_practice(name, thing)));
    cases.extend(in_the_chain(&things));
    cases
}

/// In the place of what unlocks a member.
fn to_the_practice(name: &str, thing: &Blob) -> Vec<Case> {
    let (vault, grants) = (thing.clone(), thing.clone());
    let a_publication = Publication::parse(thing.0.clone()).is_ok();
    let in_place = |place: &str| format!("{name} in the place of {place}");
    let mut cases = Vec::new();
    if name != "vault" {
        let lie = Lie::about("/v1/vaults/open", move |answer: &mut VaultAnswer| answer.vault = vault.clone());
        cases.push(Case::new(13, in_place("vault"), Unlock, "cannot_unlock", lie));
    }
    if name != "grants" {
        let code = if a_publication { "wrong_kind" } else { "bad_chain" };
        let lie = Lie::about("/publications/read", move |answer: &mut PublicationAnswer| {
            answer.publication = grants.clone();
        });
        cases.push(Case::new(13, in_place("grants"), UnlockDesk, code, lie));
    }
    cases
}

/// In the chain, where an event has its receipt.
fn in_the_chain(things: &[(&'static str, Blob)]) -> Vec<Case> {
    let named = |name: &str| things.iter().find(|(known, _)| *known == name).expect("one of each").1.clone();
    let mut cases = Vec::new();
    for name in ["hours", "grants", "receipt", "vault"] {
        let thing = named(name);
        let lie = Lie::about("/sync", move |answer: &mut SyncAnswer| {
            let entry = answer.entries.iter_mut().find(|entry| entry.event.is_some()).expect("an event");
            entry.event = Some(thing.clone());
        });
        cases.push(Case::new(13, format!("{name} in the place of an event of the chain"), Fetch, "bad_receipt", lie));
    }
    for name in ["statement", "event", "registration"] {
        let thing = named(name);
        let lie = Lie::about("/sync", move |answer: &mut SyncAnswer| answer.entries[1].receipt = thing.clone());
        cases.push(Case::new(13, format!("{name} in the place of a receipt of the chain"), Fetch, "bad_receipt", lie));
    }
    cases
}

/// Places in what a patient is given, and the error that each has.
const PLACES: [(&str, &str); 7] = [
    ("registration", "wrong_root"),
    ("links", "bad_links"),
    ("identity", "bad_identity"),
    ("catalogue", "bad_catalogue"),
    ("hours", "bad_hours"),
    ("statement", "bad_claim_set"),
    ("claim set", "bad_claim_set"),
];

/// One of each.
fn things(world: &World) -> Vec<(&'static str, Blob)> {
    let (profile, times) = (&world.current.profile, &world.current.times);
    let entry = &world.entries(Booked::Confirmed).entries[0];
    let mut things = vec![
        ("registration", profile.registration.clone()),
        ("links", profile.links.clone()),
        ("identity", profile.identity.clone().expect("an identity")),
        ("catalogue", profile.catalogue.clone().expect("a catalogue")),
        ("hours", times.hours[0].clone().expect("hours")),
        ("statement", times.statement.clone()),
        ("claim set", times.claim_set.clone()),
        ("event", entry.event.clone()),
        ("receipt", entry.receipt.clone()),
        ("vault", world.old.vault.vault.clone()),
    ];
    things.extend(world.inner.iter().cloned());
    things
}

fn slot<'a>(profile: &'a mut Profile, place: &str) -> &'a mut Blob {
    match place {
        "registration" => &mut profile.registration,
        "links" => &mut profile.links,
        "identity" => profile.identity.get_or_insert_default(),
        _ => profile.catalogue.get_or_insert_default(),
    }
}
