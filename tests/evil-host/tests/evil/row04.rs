//! Row 4, rollback, fork, omission, reorder, replay: chained heads that clients pin.

use std::sync::Arc;

use souspli_evil_host::Lie;
use souspli_protocol::event::{Event, Operation};
use souspli_protocol::wire::{Blob, Profile, RecordAnswer, SyncAnswer, SyncEntry, Times, VaultAnswer};

use crate::case::Case;
use crate::scene::Scene::{Fetch, FetchAgain, FetchReloaded, OpenAgain, Read, ReadAgain, UnlockAgain};
use crate::world::{Booked, World};

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let mut cases = snapshots(world);
    cases.extend(under_the_newest_number(world));
    cases.extend(chain(world));
    cases.extend(records(world));
    cases
}

/// What the host had before.
fn snapshots(world: &World) -> Vec<Case> {
    let (old, vault) = (world.old.public.clone(), world.old.vault.clone());
    let (profile, times) = (old.profile.clone(), old.times.clone());
    let whole = old.clone();
    let both = Lie::about("/profile", move |mine: &mut Profile| *mine = old.profile.clone())
        .and(Lie::about("/times", move |mine: &mut Times| *mine = whole.times.clone()));
    vec![
        Case::new(4, "an old snapshot", OpenAgain, "rolled_back", both),
        Case::new(
            4,
            "an old profile",
            OpenAgain,
            "rolled_back",
            Lie::about("/profile", move |mine: &mut Profile| *mine = profile.clone()),
        ),
        Case::new(
            4,
            "old times",
            OpenAgain,
            "rolled_back",
            Lie::about("/times", move |mine: &mut Times| *mine = times.clone()),
        ),
        Case::new(
            4,
            "an old vault",
            UnlockAgain,
            "vault_rolled_back",
            Lie::about("/v1/vaults/open", move |mine: &mut VaultAnswer| {
                // Of the two vaults that an owner opens, the root's is the one that was kept.
                if same_vault(&mine.vault, &vault.vault) {
                    *mine = vault.clone();
                }
            }),
        ),
    ]
}

/// The calendar's version is a number that the host says: what was signed before comes with the newest one.
fn under_the_newest_number(world: &World) -> Vec<Case> {
    let old = || world.old.public.clone();
    let (links, identity, catalogue) = (old().profile.links, old().profile.identity, old().profile.catalogue);
    let of_profile = |change: Box<dyn Fn(&mut Profile) + Send + Sync>| Lie::about("/profile", change);
    let all = || {
        let (profile, hours) = (old().profile, old().times.hours);
        Lie::about("/profile", move |mine: &mut Profile| {
            *mine = Profile { version: mine.version, ..profile.clone() };
        })
        .and(Lie::about("/times", move |mine: &mut Times| mine.hours.clone_from(&hours)))
    };
    let case = |name: &str, scene, lie: Lie| {
        Case::new(4, format!("{name}, under the newest number"), scene, "rolled_back", lie)
    };
    vec![
        case("an old link table", OpenAgain, of_profile(Box::new(move |mine| mine.links = links.clone()))),
        case("an old roster", OpenAgain, of_profile(Box::new(move |mine| mine.identity.clone_from(&identity)))),
        case("an old catalogue", OpenAgain, of_profile(Box::new(move |mine| mine.catalogue.clone_from(&catalogue)))),
        case("all that is old", OpenAgain, all()),
        case("all that the agent judges by", FetchAgain, all()),
        case("all that the agent judges by, after a reload", FetchReloaded, all()),
    ]
}

/// In the practice's chain.
fn chain(world: &World) -> Vec<Case> {
    let (forked, replayed) = (Arc::clone(&world.forge), Arc::clone(&world.forge));
    let confirmation = world.entries(Booked::Confirmed).entries[1].event.clone();
    vec![
        Case::new(4, "the first entry left out", Fetch, "bad_chain", sync(|entries| drop(entries.remove(0)))),
        Case::new(4, "an entry left out", Fetch, "bad_chain", sync(|entries| drop(entries.remove(entries.len() / 2)))),
        Case::new(
            4,
            "nothing shown in the place of a booking",
            Fetch,
            "bad_chain",
            sync(|entries| hide(entries, false)),
        )
        .may_ask_what_was_published(),
        Case::new(
            4,
            "nothing shown in the place of a cancellation",
            Fetch,
            "bad_chain",
            sync(|entries| hide(entries, true)),
        )
        .may_ask_what_was_published(),
        Case::new(
            4,
            "a booking that is told to be erased",
            Fetch,
            "bad_chain",
            sync(|entries| {
                hide(entries, false);
                entries.iter_mut().rfind(|entry| entry.event.is_none()).expect("it is hidden").erased = true;
            }),
        ),
        Case::new(
            4,
            "two entries in another order",
            Fetch,
            "bad_chain",
            sync(|entries| {
                let middle = entries.len() / 2;
                entries.swap(middle, middle + 1);
            }),
        ),
        Case::new(
            4,
            "an entry twice",
            Fetch,
            "bad_chain",
            sync(|entries| {
                let middle = entries.len() / 2;
                let again = entries[middle].clone();
                entries.insert(middle, again);
            }),
        ),
        Case::new(
            4,
            "an event once more, in a place of its own",
            Fetch,
            "broken",
            Lie::about("/sync", move |answer| {
                replayed.add(answer, &confirmation);
            }),
        ),
        Case::new(4, "a chain that is shorter than it was", FetchAgain, "rolled_back", sync(Vec::clear)),
        Case::new(
            4,
            "a second view of the chain",
            FetchAgain,
            "rolled_back",
            sync(move |entries| {
                let entry = entries.first_mut().expect("the last one that is known");
                let receipt = forked.receipt_for_other_bytes(&entry.receipt);
                *entry = SyncEntry { event: None, erase: None, erased: false, receipt, earlier: Blob::default() };
            }),
        ),
    ]
}

/// In a patient's record.
fn records(world: &World) -> Vec<Case> {
    let mut cases = vec![Case::new(
        4,
        "a record that is shorter than it was",
        ReadAgain(Booked::Confirmed),
        "rolled_back",
        Lie::about("/records/read", |answer: &mut RecordAnswer| drop(answer.entries.pop())),
    )];
    let forge = || Arc::clone(&world.forge);
    for (name, event, code) in [
        ("a cancellation that was kept back", world.forge.cancellation_kept_back(), "bad_event"),
        ("a cancellation of another chain", world.forge.cancellation_of_another_chain(), "bad_chain"),
    ] {
        let (one, two, copy) = (forge(), forge(), event.clone());
        let lie = Lie::about("/records/read", move |answer: &mut RecordAnswer| one.add_to_record(answer, &event));
        cases.push(Case::new(4, format!("{name}, to the patient"), Read(Booked::Confirmed), code, lie));
        let lie = Lie::about("/sync", move |answer: &mut SyncAnswer| two.add(answer, &copy));
        cases.push(Case::new(4, format!("{name}, to the practice"), Fetch, "broken", lie));
    }
    let (one, two) = (forge(), forge());
    cases.push(Case::new(
        4,
        "another chain for the patient than for the practice that confirmed",
        Read(Booked::Confirmed),
        "bad_chain",
        Lie::about("/records/read", move |answer: &mut RecordAnswer| {
            let entry = &mut answer.entries[0];
            entry.receipt = one.receipt_in_another_chain(&entry.receipt);
        }),
    ));
    cases.push(Case::new(
        4,
        "a chain that was restored without a word",
        Read(Booked::Confirmed),
        "bad_receipt",
        Lie::about("/records/read", move |answer: &mut RecordAnswer| {
            for entry in &mut answer.entries {
                entry.receipt = two.receipt_of_a_restored_chain(&entry.receipt);
            }
        }),
    ));
    let entries = world.entries(Booked::Cancelled).entries;
    for (place, what) in [(1, "a confirmation"), (2, "a move"), (4, "a cancellation")] {
        let (forge, event) = (Arc::clone(&world.forge), entries[place].event.clone());
        let lie = Lie::about("/records/read", move |answer: &mut RecordAnswer| forge.add_to_record(answer, &event));
        cases.push(Case::new(4, format!("{what} once more"), ReadAgain(Booked::Cancelled), "bad_chain", lie));
    }
    cases
}

/// Shows nothing in the place of an event: of the last one, or of the last that begins a record.
fn hide(entries: &mut [SyncEntry], last: bool) {
    let begins = |entry: &&mut SyncEntry| {
        let event = entry.event.as_ref().map(|event| Event::parse(event.0.clone()).expect("an event"));
        event.is_some_and(|event| last || event.header().operation == Operation::Create)
    };
    entries.iter_mut().rev().find(begins).expect("an event").event = None;
}

fn same_vault(one: &Blob, other: &Blob) -> bool {
    let id =
        |blob: &Blob| souspli_protocol::vault::SealedVault::parse(blob.0.clone()).expect("a vault").statement().vault;
    id(one) == id(other)
}

fn sync(change: impl Fn(&mut Vec<SyncEntry>) + Send + Sync + 'static) -> Lie {
    Lie::about("/sync", move |answer: &mut SyncAnswer| change(&mut answer.entries))
}
