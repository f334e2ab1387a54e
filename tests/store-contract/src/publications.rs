//! Publications and the calendar that they make.

use souspli_attest::{event_hash, leaf_of};
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::receipt::Receipt;
use souspli_store::{AppendError, HoldError, PublishError, Store};

use crate::fixture::{Draft, NOW, Practice, WINDOW, claims, linker};
use souspli_protocol::VerifyingKey;

/// The first batch makes the calendar, with its root, version and chain.
pub async fn a_registration_creates_a_calendar(store: &dyn Store) {
    let practice = Practice::new(1);
    let batch = practice.first_batch();
    let receipts = store.publish(&batch, NOW, linker()).await.expect("registered");
    let calendar = store.calendar(practice.calendar()).await.expect("read").expect("known");
    assert_eq!(calendar.context, practice.context);
    assert_eq!(calendar.root, practice.root);
    assert_eq!((calendar.version, calendar.generation, calendar.sequence), (3, 0, 3));
    assert_eq!(receipts.len(), 3);
    for ((sequence, receipt), publication) in (1..).zip(&receipts).zip(&batch) {
        let statement = Receipt::decode(receipt).expect("a receipt").statement;
        assert_eq!((statement.link.sequence, statement.minute), (sequence, NOW));
        assert_eq!(statement.link.leaf, leaf_of(&event_hash(publication.bytes())));
    }
    store.ping().await.expect("it answers");
}

/// Reads find nothing and writes are refused where there is no calendar.
pub async fn nothing_is_known_of_an_unknown_calendar(store: &dyn Store) {
    Practice::registered(1, store).await;
    let stranger = Practice::new(2);
    let (calendar, session) = (stranger.calendar(), VerifyingKey([1; 32]));
    let write = Draft::create(&stranger, 1).claims(claims(1)).write();
    assert_eq!(store.calendar(calendar).await.expect("read"), None);
    assert_eq!(store.publication(calendar, PublicationKind::Acl, 0).await.expect("read"), None);
    assert_eq!(store.publications(calendar, PublicationKind::Hours, 0, u32::MAX).await.expect("read"), []);
    assert_eq!(store.record(calendar, write.event.header().record).await.expect("read"), []);
    assert_eq!(store.last_event(calendar, write.event.header().record).await.expect("read"), None);
    assert_eq!(store.chain(calendar, 0, 64).await.expect("read"), []);
    assert!(!store.holds(calendar, session, NOW).await.expect("read"));
    store.release_hold(calendar, session).await.expect("nothing to release");
    let held = store.hold(calendar, session, WINDOW, &claims(1), NOW, NOW + 10).await;
    assert!(matches!(held, Err(HoldError::NoCalendar)), "{held:?}");
    let extended = store.extend_hold(calendar, session, NOW, 10).await;
    assert!(matches!(extended, Err(HoldError::NoCalendar)), "{extended:?}");
    let appended = store.append(&write, NOW, linker()).await;
    assert!(matches!(appended, Err(AppendError::NoCalendar)), "{appended:?}");
    let published = store.publish(&stranger.first_batch()[1..], NOW, linker()).await;
    assert!(matches!(published, Err(PublishError::NoCalendar)), "{published:?}");
    assert_eq!(store.calendar(calendar).await.expect("read"), None, "a refused write makes no calendar");
}

/// A version is taken once and only in its turn.
pub async fn versions_follow_each_other(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    for version in [0, 1, 3, 5, u64::MAX] {
        let publication = practice.publication(PublicationKind::Rules, 0, version, 77);
        let published = store.publish(&[publication], NOW, linker()).await;
        assert!(matches!(published, Err(PublishError::StaleVersion)), "{version}: {published:?}");
    }
    practice.publish(store, PublicationKind::Rules, 0, 4).await;
    let calendar = store.calendar(practice.calendar()).await.expect("read").expect("known");
    assert_eq!((calendar.version, calendar.sequence), (4, 4));
    let unregistered = Practice::new(2);
    let late = unregistered.publication(PublicationKind::Registration, 0, 2, 1);
    let published = store.publish(&[late], NOW, linker()).await;
    assert!(matches!(published, Err(PublishError::StaleVersion)), "{published:?}");
    assert_eq!(store.calendar(unregistered.calendar()).await.expect("read"), None);
}

/// One stale publication in a batch keeps all of it out.
pub async fn a_batch_is_taken_whole_or_not_at_all(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let before = store.calendar(practice.calendar()).await.expect("read");
    let kind = PublicationKind::Hours;
    let broken = [practice.publication(kind, 1, 4, 1), practice.publication(kind, 2, 6, 2)];
    let published = store.publish(&broken, NOW, linker()).await;
    assert!(matches!(published, Err(PublishError::StaleVersion)), "{published:?}");
    assert_eq!(store.calendar(practice.calendar()).await.expect("read"), before);
    assert_eq!(store.publication(practice.calendar(), kind, 1).await.expect("read"), None);
    assert_eq!(store.chain(practice.calendar(), 0, 64).await.expect("read").len(), 3);
    let strangers = [practice.publication(kind, 1, 4, 1), Practice::new(2).publication(kind, 1, 5, 1)];
    store.publish(&strangers, NOW, linker()).await.expect_err("two calendars in one batch");
    assert_eq!(store.calendar(practice.calendar()).await.expect("read"), before);
}

/// A batch that is sent again is answered as before, also after later ones; part of it with something new is stale.
pub async fn the_same_batch_again_gets_the_same_receipts(store: &dyn Store) {
    let practice = Practice::new(1);
    let first = store.publish(&practice.first_batch(), NOW, linker()).await.expect("registered");
    let hours = [0, 1].map(|n| practice.publication(PublicationKind::Hours, n, 4 + u64::from(n), 9));
    let second = store.publish(&hours, NOW + 1, linker()).await.expect("published");
    practice.publish(store, PublicationKind::Hours, 0, 6).await;
    let before = store.calendar(practice.calendar()).await.expect("read");
    assert_eq!(store.publish(&practice.first_batch(), NOW + 5, linker()).await.expect("again"), first);
    assert_eq!(store.publish(&hours, NOW + 5, linker()).await.expect("again"), second);
    assert_eq!(store.publish(&hours[1..], NOW + 5, linker()).await.expect("a part"), second[1..]);
    assert_eq!(store.calendar(practice.calendar()).await.expect("read"), before);
    let more = [hours[1].clone(), practice.publication(PublicationKind::Hours, 1, 6, 123)];
    let published = store.publish(&more, NOW, linker()).await;
    assert!(matches!(published, Err(PublishError::StaleVersion)), "{published:?}");
}

/// A calendar is registered once; a registration stands first.
pub async fn a_second_registration_is_refused(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let again = |version| practice.publication(PublicationKind::Registration, 0, version, 1);
    let acl = |version| practice.publication(PublicationKind::Acl, 0, version, 55);
    let batches: [Vec<Publication>; 3] = [vec![again(4)], vec![again(1), acl(2)], vec![acl(4), again(5)]];
    for batch in batches {
        let published = store.publish(&batch, NOW, linker()).await;
        assert!(matches!(published, Err(PublishError::AlreadyRegistered)), "{published:?}");
    }
    let other = Practice::new(2);
    let twice = [1, 2].map(|version| other.publication(PublicationKind::Registration, 0, version, 1));
    let published = store.publish(&twice, NOW, linker()).await;
    assert!(matches!(published, Err(PublishError::AlreadyRegistered)), "{published:?}");
    assert_eq!(store.calendar(other.calendar()).await.expect("read"), None);
    assert_eq!(store.calendar(practice.calendar()).await.expect("read").map(|calendar| calendar.version), Some(3));
}

/// Each (kind, slot) serves its newest, with the receipt of that; ranges are half open and in order.
pub async fn the_newest_of_each_slot_is_served(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let slots = [7, 3, u32::MAX, 5, 3, 0];
    let mut published = Vec::new();
    for (version, slot) in (4..).zip(slots) {
        published.push(practice.publish(store, PublicationKind::Hours, slot, version).await);
    }
    practice.publish(store, PublicationKind::Identity, 3, 10).await;
    let newest = store.publication(practice.calendar(), PublicationKind::Hours, 3).await.expect("read").expect("there");
    assert_eq!(newest.publication, published[4]);
    let receipt = Receipt::decode(&newest.receipt).expect("a receipt").statement;
    assert_eq!((receipt.link.sequence, receipt.link.leaf), (8, leaf_of(&event_hash(published[4].bytes()))));
    let last = store.publication(practice.calendar(), PublicationKind::Hours, u32::MAX).await.expect("read");
    assert_eq!(last.map(|stored| stored.publication), Some(published[2].clone()));
    let range = store.publications(practice.calendar(), PublicationKind::Hours, 0, 7).await.expect("read");
    let found: Vec<&Publication> = range.iter().map(|stored| &stored.publication).collect();
    assert_eq!(found, [&published[5], &published[4], &published[3]]);
    assert_eq!(store.publications(practice.calendar(), PublicationKind::Hours, 7, 7).await.expect("read"), []);
    assert_eq!(store.publications(practice.calendar(), PublicationKind::Grants, 0, 99).await.expect("read"), []);
}
