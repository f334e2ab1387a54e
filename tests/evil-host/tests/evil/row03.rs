//! Row 3, swaps of records, parts, revisions and practices: every blob names its place.

use souspli_evil_host::Lie;
use souspli_protocol::wire::{Profile, RecordAnswer, SyncAnswer, SyncEntry, Times, VaultAnswer};

use crate::case::Case;
use crate::scene::Scene::{Fetch, Open, Read, Unlock};
use crate::world::{Booked, World};

/// The parts of an envelope and where they begin (`docs/spec/events.md` §1).
const PARTS: [(&str, usize, usize); 8] = [
    ("header", 0, 617),
    ("wrap to the desk", 617, 1_168),
    ("wrap to the practitioner", 1_785, 1_200),
    ("wrap to the patient", 2_985, 1_240),
    ("body d", 4_225, 2_064),
    ("body c", 6_289, 1_775),
    ("author's signature", 8_064, 64),
    ("manage signature", 8_128, 64),
];

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let mut cases = parts(world);
    cases.extend(records(world));
    cases.extend(practices(world));
    cases.extend(chain());
    let root = world.old.vault.clone();
    let lie = Lie::about("/v1/vaults/open", move |answer: &mut VaultAnswer| *answer = root.clone());
    cases.push(Case::new(3, "the root's vault in the place of the member's", Unlock, "cannot_unlock", lie));
    cases
}

/// Each part of an event, from another patient's.
fn parts(world: &World) -> Vec<Case> {
    let other = world.entries(Booked::Other).entries[0].event.0.clone();
    let case = |(part, start, length): (&str, usize, usize)| {
        let foreign = other[start..start + length].to_vec();
        let lie = record(move |answer| answer.entries[0].event.0[start..start + length].copy_from_slice(&foreign));
        Case::new(3, format!("{part} of another record"), Read(Booked::Confirmed), "bad_event", lie)
    };
    PARTS.into_iter().map(case).collect()
}

fn records(world: &World) -> Vec<Case> {
    let case = |name: &str, code: &'static str, lie: Lie| Case::new(3, name, Read(Booked::Confirmed), code, lie);
    let other = world.entries(Booked::Other);
    let elsewhere = world.entries(Booked::Elsewhere);
    let (whole, second) = (other.clone(), other.entries[1].clone());
    vec![
        case("another record", "bad_event", record(move |answer| *answer = whole.clone())),
        case("a record of another practice", "bad_event", record(move |answer| *answer = elsewhere.clone())),
        case("a revision of another record", "bad_chain", record(move |answer| answer.entries[1] = second.clone())),
        case("revisions in another order", "bad_chain", record(|answer| answer.entries.reverse())),
        case(
            "receipts of each other",
            "bad_receipt",
            record(|answer| {
                let (first, rest) = answer.entries.split_at_mut(1);
                std::mem::swap(&mut first[0].receipt, &mut rest[0].receipt);
            }),
        ),
    ]
}

/// What another practice of the same host has published.
fn practices(world: &World) -> Vec<Case> {
    let (profile, times) = (&world.other.profile, &world.other.times);
    let case = |name: &str, code: &'static str, lie: Lie| Case::new(3, name, Open, code, lie);
    let (links, identity, catalogue) = (profile.links.clone(), profile.identity.clone(), profile.catalogue.clone());
    let (hours, claim_set, statement) = (times.hours.clone(), times.claim_set.clone(), times.statement.clone());
    vec![
        case("another practice's links", "bad_links", of_profile(move |mine| mine.links = links.clone())),
        case(
            "another practice's identity",
            "bad_identity",
            of_profile(move |mine| mine.identity.clone_from(&identity)),
        ),
        case(
            "another practice's catalogue",
            "bad_catalogue",
            of_profile(move |mine| mine.catalogue.clone_from(&catalogue)),
        ),
        case("another practice's hours", "bad_hours", of_times(move |mine| mine.hours[0].clone_from(&hours[0]))),
        case(
            "another practice's claims",
            "bad_claim_set",
            of_times(move |mine| (mine.claim_set, mine.statement) = (claim_set.clone(), statement.clone())),
        ),
        case("hours of each other's windows", "bad_hours", of_times(|mine| mine.hours.swap(0, 1))),
    ]
}

/// In the practice's chain.
fn chain() -> Vec<Case> {
    vec![
        Case::new(
            3,
            "events under each other's receipts",
            Fetch,
            "bad_receipt",
            sync(|entries| {
                let places: Vec<usize> = (0..entries.len()).filter(|place| entries[*place].event.is_some()).collect();
                let (first, second) = (entries[places[0]].event.clone(), entries[places[1]].event.clone());
                (entries[places[0]].event, entries[places[1]].event) = (second, first);
            }),
        ),
        Case::new(
            3,
            "one bit of an event",
            Fetch,
            "bad_receipt",
            sync(|entries| {
                let event = entries.iter_mut().find_map(|entry| entry.event.as_mut()).expect("an event");
                event.0[5_000] ^= 1;
            }),
        ),
    ]
}

fn record(change: impl Fn(&mut RecordAnswer) + Send + Sync + 'static) -> Lie {
    Lie::about("/records/read", change)
}

fn of_profile(change: impl Fn(&mut Profile) + Send + Sync + 'static) -> Lie {
    Lie::about("/profile", change)
}

fn of_times(change: impl Fn(&mut Times) + Send + Sync + 'static) -> Lie {
    Lie::about("/times", change)
}

fn sync(change: impl Fn(&mut Vec<SyncEntry>) + Send + Sync + 'static) -> Lie {
    Lie::about("/sync", move |answer: &mut SyncAnswer| change(&mut answer.entries))
}
