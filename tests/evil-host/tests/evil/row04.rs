//! Row 4, rollback, fork, omission, reorder, replay: chained heads that clients pin.

use std::sync::Arc;

use souspli_evil_host::Lie;
use souspli_protocol::wire::{Blob, Profile, RecordAnswer, SyncAnswer, SyncEntry, Times, VaultAnswer};

use crate::case::Case;
use crate::scene::Scene::{Fetch, FetchAgain, OpenAgain, ReadAgain, UnlockAgain};
use crate::world::{Booked, World};

pub(crate) fn cases(world: &World) -> Vec<Case> {
    let mut cases = snapshots(world);
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

/// In the practice's chain.
fn chain(world: &World) -> Vec<Case> {
    let (forked, replayed) = (Arc::clone(&world.forge), Arc::clone(&world.forge));
    let confirmation = world.entries(Booked::Confirmed).entries[1].event.clone();
    vec![
        Case::new(4, "an entry left out", Fetch, "bad_chain", sync(|entries| drop(entries.remove(entries.len() / 2)))),
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
                *entry = SyncEntry { event: None, receipt: forked.receipt_for_other_bytes(&entry.receipt) };
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
    let entries = world.entries(Booked::Cancelled).entries;
    for (place, what) in [(1, "a confirmation"), (2, "a move"), (4, "a cancellation")] {
        let (forge, event) = (Arc::clone(&world.forge), entries[place].event.clone());
        let lie = Lie::about("/records/read", move |answer: &mut RecordAnswer| forge.add_to_record(answer, &event));
        cases.push(Case::new(4, format!("{what} once more"), ReadAgain(Booked::Cancelled), "bad_chain", lie));
    }
    cases
}

fn same_vault(one: &Blob, other: &Blob) -> bool {
    let id =
        |blob: &Blob| souspli_protocol::vault::SealedVault::parse(blob.0.clone()).expect("a vault").statement().vault;
    id(one) == id(other)
}

fn sync(change: impl Fn(&mut Vec<SyncEntry>) + Send + Sync + 'static) -> Lie {
    Lie::about("/sync", move |answer: &mut SyncAnswer| change(&mut answer.entries))
}
