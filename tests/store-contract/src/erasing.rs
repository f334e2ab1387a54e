//! Erasing: at the practice's wish, and when a window is over for long enough (`docs/spec/events.md` §8).

use std::sync::Arc;

use souspli_attest::{leaf_of, sha256};
use souspli_protocol::erase::{Erase, EraseStatement};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::{RecordId, Signature, VerifyingKey};
use souspli_store::{AppendError, Entry, EraseError, EraseWrite, EventWrite, Store, Tombstone, Why};

use crate::checks::{claimed, verify_chain};
use crate::fixture::{Draft, NOW, Practice, WINDOW, claims, linker};

fn record(write: &EventWrite) -> RecordId {
    write.event.header().record
}

/// What a member signs who has seen this event last.
fn erase(practice: &Practice, last: &EventWrite, claimable: u32) -> EraseWrite {
    let statement = EraseStatement {
        context: practice.context,
        record: record(last),
        revision: last.event.header().revision,
        hash: last.hash,
        author: VerifyingKey([9; 32]),
        not_after: NOW + 1_440,
    };
    let erase = Erase { statement, signature: Signature([4; 64]) };
    EraseWrite { erase, hash: sha256(&erase.encode()), claimable }
}

async fn entries(store: &dyn Store, practice: &Practice) -> Vec<Entry> {
    store.chain(practice.calendar(), 0, 1_000).await.expect("chain").into_iter().map(|listed| listed.entry).collect()
}

/// Events become gaps, the record a tombstone, the erase a link; receipts, leaves and heads stay as they were.
pub async fn an_erase_leaves_gaps_a_tombstone_and_a_chain_that_holds(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let other = Draft::create(&practice, 2).claims(claims(2)).stored(store).await;
    let last = Draft::after(&create).release().stored(store).await;
    let before = store.chain(practice.calendar(), 0, 100).await.expect("chain");
    let write = erase(&practice, &last, 0);
    let erased = store.erase(&write, NOW + 3, linker()).await.expect("erased");
    assert_eq!((erased.sequence, erased.new), (7, true));
    let statement = Receipt::decode(&erased.receipt).expect("a receipt").statement;
    assert_eq!((statement.link.leaf, statement.minute), (leaf_of(&write.hash), NOW + 3));
    let after = store.chain(practice.calendar(), 0, 100).await.expect("chain");
    assert!(before.iter().zip(&after).all(|(one, other)| one.receipt == other.receipt));
    let expected = [Entry::Gap, Entry::Event(other.event.clone()), Entry::Gap, Entry::Erase(write.erase.encode())];
    assert_eq!(entries(store, &practice).await[3..], expected);
    assert_eq!(verify_chain(store, &practice).await, 7);
    let left = store.tombstone(practice.calendar(), record(&create)).await.expect("read");
    assert_eq!(left, Some(Tombstone { window: WINDOW, events: 2, why: Why::Practice }));
    assert_eq!(store.tombstone(practice.calendar(), record(&other)).await.expect("read"), None);
    assert_eq!(store.record(practice.calendar(), record(&create)).await.expect("read"), []);
    assert_eq!(store.last_event(practice.calendar(), record(&create)).await.expect("read"), None);
    // Again: the stored receipt, and nothing more.
    for again in [store.erase(&write, NOW + 9, linker()).await.ok(), store.erased(&write).await.expect("read")] {
        let again = again.expect("stored");
        assert_eq!((&again.receipt, again.sequence, again.new), (&erased.receipt, 7, false));
    }
    let another = EraseWrite { hash: sha256(b"another"), ..write };
    assert!(matches!(store.erase(&another, NOW, linker()).await, Err(EraseError::Erased)));
    assert!(store.erased(&another).await.expect("read").is_none());
    assert_eq!(verify_chain(store, &practice).await, 7);
    let waiting = store.unmerged(100).await.expect("read");
    assert!(waiting.iter().any(|leaf| leaf.object == write.hash), "it waits for the log");
    assert!(waiting.iter().any(|leaf| leaf.object == create.hash), "and so does what it erased");
}

/// A member erases what it has seen, and no time that others may not have.
pub async fn what_takes_time_or_has_changed_is_not_erased(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let unknown = Draft::create(&practice, 2).write();
    let refused = store.erase(&erase(&practice, &unknown, 0), NOW, linker()).await;
    assert!(matches!(refused, Err(EraseError::NoRecord)), "{refused:?}");
    let refused = store.erase(&erase(&Practice::new(2), &create, 0), NOW, linker()).await;
    assert!(matches!(refused, Err(EraseError::NoCalendar)), "{refused:?}");
    let refused = store.erase(&erase(&practice, &create, WINDOW), NOW, linker()).await;
    assert!(matches!(refused, Err(EraseError::Live)), "{refused:?}");
    let note = Draft::after(&create).stored(store).await;
    let refused = store.erase(&erase(&practice, &create, WINDOW + 1), NOW, linker()).await;
    assert!(matches!(refused, Err(EraseError::RevisionConflict)), "{refused:?}");
    assert_eq!((claimed(store, &practice).await.len(), verify_chain(store, &practice).await), (24, 5));
    store.erase(&erase(&practice, &note, WINDOW + 1), NOW, linker()).await.expect("nobody may claim there any more");
    assert_eq!(claimed(store, &practice).await, []);
    Draft::create(&practice, 3).claims(claims(1)).stored(store).await;
}

/// Records of the windows that are named, whichever practice's, so many at a time, whole.
pub async fn what_is_due_is_purged_in_portions_and_nothing_else(store: &dyn Store) {
    let practices = [Practice::registered(1, store).await, Practice::registered(2, store).await];
    let mut due = 0;
    for practice in &practices {
        for number in 1..=5 {
            let window = WINDOW + u32::try_from(number % 3).expect("small");
            let draft = Draft::create(practice, number).claims(claims(number));
            let create = draft.with(|header| header.window = window).stored(store).await;
            Draft::after(&create).stored(store).await;
            due += u64::from(window < WINDOW + 2);
        }
    }
    assert_eq!(store.purge_records(WINDOW - 1, 64).await.expect("nothing"), 0);
    let mut purged = 0;
    loop {
        let portion = store.purge_records(WINDOW + 1, 2).await.expect("purged");
        assert!(portion <= 2);
        purged += portion;
        if portion == 0 {
            break;
        }
    }
    assert_eq!(purged, due);
    for practice in &practices {
        assert_eq!(verify_chain(store, practice).await, 13);
        let gaps = entries(store, practice).await.iter().filter(|entry| **entry == Entry::Gap).count();
        let mut events = 0;
        for number in 1..=5 {
            let id = record(&Draft::create(practice, number).write());
            let left = store.tombstone(practice.calendar(), id).await.expect("read");
            assert_eq!(left.is_some(), number % 3 != 2, "{number}");
            assert_eq!(store.record(practice.calendar(), id).await.expect("read").is_empty(), left.is_some());
            assert!(left.is_none_or(|left| left.why == Why::Window && left.events == 2));
            events += left.map_or(0, |left| left.events);
        }
        assert_eq!((gaps as u64, claimed(store, practice).await.len()), (events, 24 * (10 - gaps) / 2));
    }
}

/// Hours of old windows go; the newest of everything else stays, and so does the chain.
pub async fn hours_that_are_due_go_and_other_publications_stay(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    for (version, slot) in [(4, WINDOW), (5, WINDOW + 1), (6, WINDOW + 2)] {
        practice.publish(store, PublicationKind::Hours, slot, version).await;
    }
    practice.publish(store, PublicationKind::Identity, 1, 7).await;
    assert_eq!(store.purge_hours(WINDOW + 1).await.expect("purged"), 2);
    assert_eq!(store.purge_hours(WINDOW + 1).await.expect("purged"), 0);
    let hours = store.publications(practice.calendar(), PublicationKind::Hours, 0, u32::MAX).await.expect("read");
    assert_eq!(hours.len(), 1);
    for (kind, slot) in [(PublicationKind::Registration, 0), (PublicationKind::Identity, 1)] {
        assert!(store.publication(practice.calendar(), kind, slot).await.expect("read").is_some());
    }
    assert_eq!(verify_chain(store, &practice).await, 7);
}

/// Neither the same bytes nor a further event begin a record again that was erased.
pub async fn what_was_erased_does_not_come_back(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let last = Draft::after(&create).release().stored(store).await;
    store.erase(&erase(&practice, &last, 0), NOW, linker()).await.expect("erased");
    for draft in [Draft::create(&practice, 1).claims(claims(1)), Draft::after(&create).release(), Draft::after(&last)] {
        let refused = draft.append(store).await;
        assert!(matches!(refused, Err(AppendError::Erased)), "{refused:?}");
    }
    assert_eq!((claimed(store, &practice).await, verify_chain(store, &practice).await), (Vec::new(), 6));
    Draft::create(&practice, 2).claims(claims(1)).stored(store).await;
}

/// However often, and with nothing to do: everything is there afterwards, and a minute later it may be done again.
pub async fn scrubbing_harms_nothing(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    store.scrub(NOW).await.expect("nothing to do");
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    Draft::create(&practice, 2).claims(claims(2)).with(|header| header.window = WINDOW + 9).stored(store).await;
    assert_eq!(store.purge_records(WINDOW, 64).await.expect("purged"), 1);
    assert!(store.scrub(NOW).await.expect("scrubbed"), "nobody is in the way");
    assert!(store.scrub(NOW + 1).await.expect("scrubbed"));
    assert_eq!(verify_chain(store, &practice).await, 5);
    assert_eq!(store.record(practice.calendar(), record(&create)).await.expect("read"), []);
    Draft::create(&practice, 3).claims(claims(1)).stored(store).await;
}

/// Appends to records that are purged at the same moment are taken before or refused after; no record is left in part.
pub async fn a_purge_beside_appends_loses_nothing_else(store: &Arc<dyn Store>) {
    let practice = Practice::registered(1, store.as_ref()).await;
    let mut creates = Vec::new();
    for number in 0..40 {
        let draft = Draft::create(&practice, number).claims(claims(number));
        let window = WINDOW + u32::try_from(number % 2).expect("small");
        creates.push(draft.with(|header| header.window = window).stored(store.as_ref()).await);
    }
    let purging = {
        let store = store.clone();
        tokio::spawn(async move { while store.purge_records(WINDOW, 3).await.expect("purged") > 0 {} })
    };
    let appending: Vec<_> = creates
        .iter()
        .map(|create| {
            let (store, write) = (store.clone(), Draft::after(create).write());
            tokio::spawn(async move { store.append(&write, NOW, linker()).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for appending in appending {
        outcomes.push(appending.await.expect("no panic"));
    }
    purging.await.expect("no panic");
    while store.purge_records(WINDOW, 3).await.expect("purged") > 0 {}
    for (create, outcome) in creates.iter().zip(outcomes) {
        let is_due = create.event.header().window == WINDOW;
        let stored = store.record(practice.calendar(), record(create)).await.expect("read").len();
        let left = store.tombstone(practice.calendar(), record(create)).await.expect("read");
        match outcome {
            Ok(_) if is_due => assert_eq!((stored, left.map(|left| left.events)), (0, Some(2))),
            Err(AppendError::Erased) if is_due => assert_eq!((stored, left.map(|left| left.events)), (0, Some(1))),
            Ok(_) => assert_eq!((stored, left), (2, None)),
            Err(error) => panic!("{is_due}: {error}"),
        }
    }
    verify_chain(store.as_ref(), &practice).await;
}
