//! What several behaviours check.

use std::collections::BTreeSet;

use souspli_attest::{event_hash, head_after, leaf_of};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::{Digest, Gid, RecordId};
use souspli_store::{Entry, Listed, Store};

use crate::fixture::{NOW, Practice};

/// All claimed ids of a practice.
pub async fn claimed(store: &dyn Store, practice: &Practice) -> Vec<Gid> {
    store.claims(practice.calendar(), 0, u32::MAX, NOW).await.expect("claims").claimed
}

/// The ids of some sets, sorted; an id that is in two stands twice.
pub fn sorted(sets: &[ClaimIds]) -> Vec<Gid> {
    let mut ids: Vec<Gid> = sets.iter().flat_map(|set| *set.ids()).collect();
    ids.sort_unstable();
    ids
}

/// Recomputes the head from receipts and bytes; returns how long the chain is.
pub async fn verify_chain(store: &dyn Store, practice: &Practice) -> u64 {
    verified_events(store, practice).await.0
}

/// Recomputes the head from receipts and bytes; returns how long the chain is, and the records that it creates.
pub async fn verified_events(store: &dyn Store, practice: &Practice) -> (u64, BTreeSet<RecordId>) {
    let calendar = store.calendar(practice.calendar()).await.expect("read").expect("known");
    let (mut head, mut sequence, mut records) = (Digest::ZERO, 0, BTreeSet::new());
    loop {
        let page = store.chain(practice.calendar(), sequence, 64).await.expect("chain");
        if page.is_empty() {
            break;
        }
        for Listed { sequence: place, entry, receipt, .. } in page {
            let link = Receipt::decode(&receipt).expect("a receipt").statement.link;
            sequence += 1;
            assert_eq!((place, link.sequence, link.context), (sequence, sequence, practice.context));
            assert_eq!(link.previous, head, "at {sequence}");
            if let Entry::Event(event) = entry {
                assert_eq!(link.leaf, leaf_of(&event_hash(event.bytes())), "at {sequence}");
                records.insert(event.header().record);
            }
            head = head_after(&link);
        }
    }
    assert_eq!((calendar.sequence, calendar.head), (sequence, head));
    (sequence, records)
}
