//! What waits for the log, who merges it, and where it lies then (`docs/spec/log.md` §5).

use std::collections::{BTreeMap, BTreeSet};

use souspli_attest::{event_hash, leaf_of};
use souspli_protocol::Digest;
use souspli_store::{LeafId, Merged, Store, Stream, TreeHead, Unmerged};

use crate::fixture::{Draft, NOW, Practice, claims};

const ONE: [u8; 16] = [1; 16];
const OTHER: [u8; 16] = [2; 16];
const NOTHING: TreeHead = TreeHead { size: 0, root: Digest::ZERO };
const HEAD: TreeHead = TreeHead { size: 16, root: Digest([16; 32]) };

fn leaf(practice: &Practice, sequence: u64) -> LeafId {
    LeafId { calendar: practice.calendar(), stream: Stream::Chain, sequence }
}

async fn waiting(store: &dyn Store) -> Vec<Unmerged> {
    store.unmerged(1_000).await.expect("read")
}

/// Every event and every publication waits, with the hash of its very bytes; what was refused does not.
pub async fn each_accepted_object_waits_for_the_log(store: &dyn Store) {
    assert_eq!(store.oldest_unmerged().await.expect("read"), None);
    let practice = Practice::registered(1, store).await;
    let booked = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let moved = Draft::after(&booked).claims(claims(2)).seed(7).stored(store).await;
    Draft::create(&practice, 2).claims(claims(2)).append(store).await.expect_err("the time has been taken");
    let mut objects: Vec<_> = practice.first_batch().iter().map(|one| event_hash(one.bytes())).collect();
    objects.extend([booked.hash, moved.hash]);
    let expected: BTreeMap<_, _> = (1..).map(|sequence| leaf(&practice, sequence)).zip(objects.clone()).collect();
    let found = waiting(store).await;
    assert!(found.iter().all(|unmerged| unmerged.minute == NOW));
    assert_eq!(found.iter().map(|unmerged| (unmerged.id, unmerged.object)).collect::<BTreeMap<_, _>>(), expected);
    assert_eq!(store.oldest_unmerged().await.expect("read"), Some(NOW));
    assert_eq!(store.unmerged(2).await.expect("read").len(), 2);
    for (sequence, object) in (1..).zip(&objects) {
        let stored = store.leaf(practice.calendar(), sequence).await.expect("read").expect("in the chain");
        assert_eq!(stored.leaf, leaf_of(object));
    }
    assert_eq!(store.leaf(practice.calendar(), 6).await.expect("read"), None);
    assert_eq!(store.leaf(practice.calendar(), u64::MAX).await.expect("read"), None);
}

/// What came first is merged first.
pub async fn the_oldest_leaf_comes_first(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    for (seed, minutes) in [(1, 5), (2, 9)] {
        let write = Draft::create(&practice, seed).claims(claims(seed)).write();
        store.append(&write, NOW + minutes, crate::fixture::linker()).await.expect("stored");
    }
    let minutes: Vec<u32> = waiting(store).await.iter().map(|unmerged| unmerged.minute).collect();
    assert_eq!(minutes, [NOW, NOW, NOW, NOW + 5, NOW + 9]);
}

/// A leaf that was merged waits no longer and keeps its place; the others wait on.
pub async fn a_merged_leaf_has_its_place(store: &dyn Store) {
    let practices = [Practice::registered(1, store).await, Practice::registered(2, store).await];
    let fence = store.lease(ONE, NOW, NOW + 3, 0).await.expect("asked").expect("free").fence;
    let merged = [
        Merged { id: leaf(&practices[0], 2), place: 7 },
        Merged { id: leaf(&practices[1], 1), place: u64::from(u32::MAX) + 5 },
    ];
    assert!(store.merge(fence, HEAD, &merged).await.expect("merged"));
    let rest: BTreeSet<LeafId> = waiting(store).await.iter().map(|unmerged| unmerged.id).collect();
    assert_eq!(rest.len(), 4);
    for Merged { id, place } in merged {
        assert!(!rest.contains(&id));
        assert_eq!(store.place(id).await.expect("read"), Some(place));
    }
    assert_eq!(store.place(leaf(&practices[0], 1)).await.expect("read"), None);
    // Written down once more, as after a death between log and answer: the first place stays.
    assert!(store.merge(fence, HEAD, &[Merged { id: merged[0].id, place: 99 }]).await.expect("merged"));
    assert_eq!(store.place(merged[0].id).await.expect("read"), Some(7));
    assert_eq!(waiting(store).await.len(), 4);
    assert!(store.merge(fence, HEAD, &[]).await.expect("nothing"));
}

/// One merges at a time; who was overtaken changes nothing any more.
pub async fn a_sequencer_that_was_overtaken_changes_nothing(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    assert!(
        !store.merge(1, HEAD, &[Merged { id: leaf(&practice, 1), place: 0 }]).await.expect("asked"),
        "nobody's fence"
    );
    let lease = async |holder, now, until| {
        let lease = store.lease(holder, now, until, 0).await.expect("asked");
        assert!(lease.is_none_or(|lease| lease.head == NOTHING), "nothing was merged yet");
        lease.map(|lease| lease.fence)
    };
    let first = lease(ONE, NOW, NOW + 3).await.expect("free");
    assert_eq!(lease(OTHER, NOW + 2, NOW + 5).await, None, "it is held");
    assert_eq!(lease(ONE, NOW + 2, NOW + 5).await, Some(first), "the holder keeps it and its fence");
    assert_eq!(lease(OTHER, NOW + 4, NOW + 7).await, None, "it was kept");
    let second = lease(OTHER, NOW + 5, NOW + 8).await.expect("its time is over");
    assert!(second > first, "{second} after {first}");
    assert_eq!(lease(ONE, NOW + 6, NOW + 9).await, None);
    let merged = [Merged { id: leaf(&practice, 1), place: 0 }];
    assert!(!store.merge(first, HEAD, &merged).await.expect("asked"), "an old fence");
    assert_eq!((waiting(store).await.len(), store.place(merged[0].id).await.expect("read")), (3, None));
    assert!(store.merge(second, HEAD, &merged).await.expect("merged"));
    let third = store.lease(ONE, NOW + 8, NOW + 11, 0).await.expect("asked").expect("its time is over");
    assert_eq!((third.fence, third.head), (second + 1, HEAD));
    // A database of yesterday hears of a fence of today.
    let fence = async |holder, now| store.lease(holder, now, now + 3, 70).await.expect("asked").expect("free").fence;
    assert_eq!(fence(ONE, NOW + 9).await, 71, "the same holder");
    assert_eq!(fence(ONE, NOW + 10).await, 71, "and again");
    assert_eq!(fence(OTHER, NOW + 20).await, 72, "another one");
}
