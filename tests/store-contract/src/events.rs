//! Events, their claims, and the chain.

use souspli_attest::{event_hash, leaf_of};
use souspli_protocol::Digest;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_store::{AppendError, Entry, Store};

use crate::checks::{claimed, sorted, verify_chain};
use crate::fixture::{Draft, NOW, Practice, WINDOW, claims, linker, mixed_claims};

/// Bytes, hash, receipt and claims come back as they went in.
pub async fn a_create_is_stored_and_read_back(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let (write, appended) = Draft::create(&practice, 1).claims(claims(1)).append(store).await.expect("new");
    assert!(appended.new);
    assert_eq!(appended.sequence, 4);
    let record = write.event.header().record;
    let last = store.last_event(practice.calendar(), record).await.expect("read").expect("there");
    assert_eq!(
        (&last.event, last.hash, &last.receipt, last.released),
        (&write.event, write.hash, &appended.receipt, false)
    );
    assert_eq!(store.record(practice.calendar(), record).await.expect("read"), [last]);
    let statement = Receipt::decode(&appended.receipt).expect("a receipt").statement;
    assert_eq!((statement.minute, statement.link.sequence), (NOW, 4));
    assert_eq!(statement.link.leaf, leaf_of(&event_hash(write.event.bytes())));
    let now = store.claims(practice.calendar(), WINDOW, WINDOW + 7, NOW).await.expect("claims");
    assert_eq!(now.claimed, claims(1).ids());
    assert_eq!(now.held, []);
    assert_eq!(Some(now.calendar), store.calendar(practice.calendar()).await.expect("read"));
    assert_eq!(now.calendar.sequence, 4);
}

/// A retry is answered as the first time, whatever has happened since, and changes nothing.
pub async fn the_same_bytes_again_get_the_same_receipt(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let (create, first) = Draft::create(&practice, 1).claims(claims(1)).append(store).await.expect("new");
    let (moved, second) = Draft::after(&create).claims(claims(2)).append(store).await.expect("moved");
    Draft::after(&moved).release().stored(store).await;
    Draft::create(&practice, 2).claims(claims(1)).stored(store).await;
    practice.publish(store, PublicationKind::Rules, 0, 4).await;
    let before = store.calendar(practice.calendar()).await.expect("read");
    for (write, stored) in [(&create, &first), (&moved, &second)] {
        let again = store.append(write, NOW + 99, linker()).await.expect("again");
        assert_eq!((&again.receipt, again.sequence, again.new), (&stored.receipt, stored.sequence, false));
    }
    assert_eq!(store.calendar(practice.calendar()).await.expect("read"), before);
    assert_eq!(claimed(store, &practice).await, claims(1).ids());
}

/// A record id belongs to the bytes that came first.
pub async fn other_bytes_under_the_same_record_are_refused(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    for other in [Draft::create(&practice, 1).seed(2).claims(claims(1)), Draft::create(&practice, 1).claims(claims(2))]
    {
        let appended = other.append(store).await;
        assert!(matches!(appended, Err(AppendError::RecordExists)), "{appended:?}");
    }
    Draft::after(&create).stored(store).await;
    let appended = Draft::create(&practice, 1).seed(3).append(store).await;
    assert!(matches!(appended, Err(AppendError::RecordExists)), "{appended:?}");
    assert_eq!(claimed(store, &practice).await, claims(1).ids());
}

/// Revision and previous hash are those of the last event, or the append is refused.
pub async fn an_append_follows_its_record(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let unknown = Draft::after(&Draft::create(&practice, 7).write()).append(store).await;
    assert!(matches!(unknown, Err(AppendError::NoRecord)), "{unknown:?}");
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let first = Draft::after(&create).stored(store).await;
    let wrong = [
        Draft::after(&create).seed(5),
        Draft::after(&first).with(|header| header.revision = 3),
        Draft::after(&first).with(|header| header.revision = u32::MAX),
        Draft::after(&first).with(|header| header.previous = Digest([1; 32])),
        Draft::after(&first).with(|header| header.previous = create.hash).claims(claims(2)),
    ];
    for draft in wrong {
        let appended = draft.append(store).await;
        assert!(matches!(appended, Err(AppendError::RevisionConflict)), "{appended:?}");
    }
    let second = Draft::after(&first).stored(store).await;
    let record = store.record(practice.calendar(), create.event.header().record).await.expect("read");
    let hashes: Vec<Digest> = record.iter().map(|event| event.hash).collect();
    assert_eq!(hashes, [create.hash, first.hash, second.hash]);
    let last = store.last_event(practice.calendar(), create.event.header().record).await.expect("read");
    assert_eq!(last.map(|event| event.event), Some(second.event));
}

/// Another version than the calendar's is stale, older or newer, for creates and appends.
pub async fn an_event_quotes_the_version(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    practice.publish(store, PublicationKind::Rules, 0, 4).await;
    for version in [0, 3, 5, u64::MAX] {
        for draft in [Draft::create(&practice, 2).claims(claims(2)), Draft::after(&create)] {
            let appended = draft.with(|header| header.version = version).append(store).await;
            assert!(matches!(appended, Err(AppendError::StaleVersion)), "{version}: {appended:?}");
        }
    }
    Draft::after(&create).with(|header| header.version = 4).stored(store).await;
    assert_eq!(claimed(store, &practice).await, claims(1).ids());
}

/// One id that is taken keeps out all 24, the event, and the link.
pub async fn a_conflict_keeps_nothing(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let before = store.calendar(practice.calendar()).await.expect("read");
    for shared in [1, 12, 23, 24] {
        let draft = Draft::create(&practice, 2).claims(mixed_claims(1, shared, 2));
        let record = draft.write().event.header().record;
        let appended = draft.append(store).await;
        assert!(matches!(appended, Err(AppendError::Taken)), "{shared}: {appended:?}");
        assert_eq!(store.last_event(practice.calendar(), record).await.expect("read"), None);
    }
    assert_eq!(claimed(store, &practice).await, claims(1).ids());
    assert_eq!(store.calendar(practice.calendar()).await.expect("read"), before);
    assert_eq!(store.chain(practice.calendar(), 0, 64).await.expect("read").len(), 4);
    Draft::create(&practice, 2).claims(claims(2)).stored(store).await;
}

/// After a move the record has the new ids and no others; ids that are in both sets never were free.
pub async fn a_move_keeps_what_both_sets_share(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let moved = Draft::after(&create).claims(mixed_claims(1, 10, 2)).stored(store).await;
    assert_eq!(claimed(store, &practice).await, mixed_claims(1, 10, 2).ids());
    let same = Draft::after(&moved).claims(mixed_claims(1, 10, 2)).stored(store).await;
    assert_eq!(claimed(store, &practice).await, mixed_claims(1, 10, 2).ids());
    let elsewhere = |header: &mut souspli_protocol::event::Header| header.window = WINDOW + 1;
    Draft::after(&same).claims(claims(3)).with(elsewhere).stored(store).await;
    assert_eq!(claimed(store, &practice).await, claims(3).ids());
    let old = store.claims(practice.calendar(), WINDOW, WINDOW + 1, NOW).await.expect("claims");
    assert_eq!(old.claimed, []);
    Draft::create(&practice, 2).claims(claims(1)).stored(store).await;
}

/// A move onto another's time leaves the record where it was.
pub async fn a_refused_move_leaves_the_old_time(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    Draft::create(&practice, 2).claims(claims(2)).stored(store).await;
    let moved = Draft::after(&create).claims(mixed_claims(2, 1, 3)).append(store).await;
    assert!(matches!(moved, Err(AppendError::Taken)), "{moved:?}");
    assert_eq!(claimed(store, &practice).await, sorted(&[claims(1), claims(2)]));
    Draft::after(&create).claims(claims(3)).stored(store).await;
    assert_eq!(claimed(store, &practice).await, sorted(&[claims(2), claims(3)]));
}

/// A cancelled record has no time, shows it, takes none again, and still takes messages.
pub async fn a_release_gives_the_time_back_for_good(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let cancelled = Draft::after(&create).release().stored(store).await;
    assert_eq!(claimed(store, &practice).await, []);
    let record = create.event.header().record;
    let stored = store.record(practice.calendar(), record).await.expect("read");
    assert!(stored.len() == 2 && stored.iter().all(|event| event.released));
    let again = Draft::after(&cancelled).claims(claims(1)).append(store).await;
    assert!(matches!(again, Err(AppendError::Released)), "{again:?}");
    Draft::create(&practice, 2).claims(claims(1)).stored(store).await;
    let message = Draft::after(&cancelled).stored(store).await;
    Draft::after(&message).release().stored(store).await;
    assert_eq!(claimed(store, &practice).await, claims(1).ids(), "the second record's");
    assert!(store.last_event(practice.calendar(), record).await.expect("read").expect("there").released);
}

/// A message or a confirmation changes no claim.
pub async fn an_event_without_claims_leaves_them(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let elsewhere = |header: &mut souspli_protocol::event::Header| header.window = WINDOW + 9;
    let confirmed = Draft::after(&create).with(elsewhere).stored(store).await;
    let now = store.claims(practice.calendar(), WINDOW, WINDOW + 1, NOW).await.expect("claims");
    assert_eq!(now.claimed, claims(1).ids());
    let waiting = Draft::create(&practice, 2).stored(store).await;
    assert_eq!(claimed(store, &practice).await, claims(1).ids());
    Draft::after(&waiting).claims(claims(2)).stored(store).await;
    Draft::after(&confirmed).release().stored(store).await;
    assert_eq!(claimed(store, &practice).await, claims(2).ids());
}

/// The same ids and the same record numbers in two calendars are two things.
pub async fn the_calendars_of_two_practices_do_not_meet(store: &dyn Store) {
    let (one, two) = (Practice::registered(1, store).await, Practice::registered(2, store).await);
    let first = Draft::create(&one, 1).claims(claims(1)).stored(store).await;
    Draft::create(&two, 1).claims(claims(1)).stored(store).await;
    Draft::after(&first).release().stored(store).await;
    assert_eq!(claimed(store, &one).await, []);
    assert_eq!(claimed(store, &two).await, claims(1).ids());
    assert_eq!(store.chain(one.calendar(), 0, 64).await.expect("read").len(), 5);
    assert_eq!(store.chain(two.calendar(), 0, 64).await.expect("read").len(), 4);
}

/// Every accepted object has the next place, and the stored head is that of all of them.
pub async fn the_chain_is_gapless_and_its_head_recomputed(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    for number in 0..70 {
        let create = Draft::create(&practice, number).claims(claims(number)).stored(store).await;
        let refused = Draft::create(&practice, 1_000 + number).claims(claims(number)).append(store).await;
        assert!(matches!(refused, Err(AppendError::Taken)), "{refused:?}");
        if number % 3 == 0 {
            Draft::after(&create).release().stored(store).await;
        }
    }
    practice.publish(store, PublicationKind::Rules, 0, 4).await;
    assert_eq!(verify_chain(store, &practice).await, 3 + 70 + 24 + 1);
}

/// Pages hold what follows, at most as many as asked for; a publication has no event.
pub async fn the_chain_is_read_in_pages(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let create = Draft::create(&practice, 1).stored(store).await;
    practice.publish(store, PublicationKind::Rules, 0, 4).await;
    let first = store.chain(practice.calendar(), 0, 4).await.expect("read");
    let sequences: Vec<u64> = first.iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4]);
    assert!(first[..3].iter().all(|entry| entry.entry == Entry::Publication));
    assert_eq!(first[3].entry, Entry::Event(create.event));
    let rest = store.chain(practice.calendar(), 4, 64).await.expect("read");
    assert!(rest.len() == 1 && rest[0].sequence == 5 && rest[0].entry == Entry::Publication);
    for (since, limit) in [(5, 64), (u64::MAX, 64), (0, 0)] {
        assert_eq!(store.chain(practice.calendar(), since, limit).await.expect("read"), []);
    }
}

/// Windows are half open, ids sorted.
pub async fn claims_are_those_of_the_windows_asked_for(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    for window in [0, 5, 6, 7, u32::MAX - 1] {
        let draft = Draft::create(&practice, u64::from(window)).claims(claims(u64::from(window)));
        draft.with(|header| header.window = window).stored(store).await;
    }
    let asked = |from, to| store.claims(practice.calendar(), from, to, NOW);
    assert_eq!(asked(5, 7).await.expect("claims").claimed, sorted(&[claims(5), claims(6)]));
    assert_eq!(asked(6, 6).await.expect("claims").claimed, []);
    assert_eq!(asked(0, u32::MAX).await.expect("claims").claimed.len(), 5 * 24);
    store.claims(Practice::new(9).calendar(), 0, 9, NOW).await.expect_err("an unknown calendar has no claims");
}
