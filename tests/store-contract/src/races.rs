//! Many at once: exactly one wins, and what is left is exactly what the winners were told.

use std::sync::Arc;

use souspli_protocol::claims::ClaimIds;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::{Gid, VerifyingKey};
use souspli_store::{AppendError, HoldError, PublishError, Store, VaultError};
use tokio::task::JoinSet;

use crate::checks::{claimed, sorted, verify_chain};
use crate::fixture::{Draft, NOW, Noise, Practice, WINDOW, claims, granules, linker, locator, vault};

/// Runs a task for each number and collects what came of them, by number.
pub(crate) async fn all<T, F>(count: u64, task: impl Fn(u64) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut running = JoinSet::new();
    for number in 0..count {
        let task = task(number);
        running.spawn(async move { (number, task.await) });
    }
    let mut outcomes = running.join_all().await;
    outcomes.sort_unstable_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// 200 tasks book overlapping times, some through a hold: each wins whole or leaves nothing.
pub async fn overlapping_bookings_leave_the_winners_claims_only(store: &Arc<dyn Store>) {
    let practice = Practice::registered(1, store.as_ref()).await;
    let wanted = |number: u64| granules(Noise::new(number + 5).below(480));
    let won = all(200, |number| {
        let (store, ids) = (store.clone(), wanted(number));
        async move { book(store.as_ref(), &practice, number, &ids).await }
    });
    let won: Vec<ClaimIds> =
        won.await.into_iter().zip(0..).filter(|(won, _)| *won).map(|(_, number)| wanted(number)).collect();
    let left = claimed(store.as_ref(), &practice).await;
    assert_eq!(left, sorted(&won), "the winners' ids, each once");
    let is_left = |gid: &Gid| left.binary_search(gid).is_ok();
    for number in 0..200 {
        assert!(wanted(number).ids().iter().any(is_left), "{number} lost to nobody");
    }
    assert_eq!(verify_chain(store.as_ref(), &practice).await, 3 + won.len() as u64);
    let holds = store.claims(practice.calendar(), 0, u32::MAX, NOW).await.expect("claims").held;
    assert_eq!(holds, [], "who won a hold has booked it");
}

/// Books, every second time through a hold. Whether it won.
async fn book(store: &dyn Store, practice: &Practice, number: u64, ids: &ClaimIds) -> bool {
    let mut draft = Draft::create(practice, number).claims(*ids);
    if number % 2 == 1 {
        let session = VerifyingKey(Noise::new(number).array());
        match store.hold(practice.calendar(), session, WINDOW, ids, NOW, NOW + 10).await {
            Ok(()) => draft = draft.session(session),
            Err(HoldError::Taken) => return false,
            Err(error) => panic!("{error}"),
        }
    }
    match draft.append(store).await {
        Ok((_, appended)) => appended.new,
        Err(AppendError::Taken) => false,
        Err(error) => panic!("{error}"),
    }
}

/// 100 sessions want the same time.
pub async fn one_of_many_holds_wins(store: &Arc<dyn Store>) {
    let practice = Practice::registered(1, store.as_ref()).await;
    let session = |number: u64| VerifyingKey(Noise::new(number).array());
    let outcomes = all(100, |number| {
        let (store, ids) = (store.clone(), claims(1));
        async move { store.hold(practice.calendar(), session(number), WINDOW, &ids, NOW, NOW + 10).await }
    });
    let outcomes = outcomes.await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(HoldError::Taken))), "{outcomes:?}");
    for (number, outcome) in (0..).zip(&outcomes) {
        let holds = store.holds(practice.calendar(), session(number), NOW).await.expect("read");
        assert_eq!(holds, outcome.is_ok());
    }
}

/// 50 clients append to the same revision; half of them move the visit.
pub async fn one_of_many_revisions_wins(store: &Arc<dyn Store>) {
    let practice = Practice::registered(1, store.as_ref()).await;
    let create = Draft::create(&practice, 1).claims(claims(1)).stored(store.as_ref()).await;
    let drafts = |number: u64| {
        let draft = Draft::after(&create).seed(number);
        if number.is_multiple_of(2) { draft.claims(claims(100 + number)) } else { draft }
    };
    let outcomes = all(50, |number| {
        let (store, draft) = (store.clone(), drafts(number));
        async move { draft.append(store.as_ref()).await.map(|(write, _)| write) }
    });
    let outcomes = outcomes.await;
    let won: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    let lost = |outcome: &Result<_, AppendError>| matches!(outcome, Ok(_) | Err(AppendError::RevisionConflict));
    assert!(outcomes.iter().all(lost), "{outcomes:?}");
    let record = store.record(practice.calendar(), create.event.header().record).await.expect("read");
    assert_eq!(record.iter().map(|event| event.hash).collect::<Vec<_>>(), [create.hash, won[0].hash]);
    assert_eq!(claimed(store.as_ref(), &practice).await, won[0].claims.unwrap_or(claims(1)).ids());
}

/// 20 members publish the same next version.
pub async fn one_of_many_publications_wins(store: &Arc<dyn Store>) {
    let practice = Practice::registered(1, store.as_ref()).await;
    let outcomes = all(20, |number| {
        let store = store.clone();
        let publication = practice.publication(PublicationKind::Hours, 5, 4, 1_000 + number);
        async move { store.publish(std::slice::from_ref(&publication), NOW, linker()).await.map(|_| publication) }
    });
    let outcomes = outcomes.await;
    let lost = |outcome: &Result<_, PublishError>| matches!(outcome, Ok(_) | Err(PublishError::StaleVersion));
    assert!(outcomes.iter().all(lost), "{outcomes:?}");
    let won: Vec<_> = outcomes.into_iter().filter_map(Result::ok).collect();
    assert_eq!(won.len(), 1);
    let newest = store.publication(practice.calendar(), PublicationKind::Hours, 5).await.expect("read");
    assert_eq!(newest.map(|stored| stored.publication).as_ref(), won.first());
    assert_eq!(verify_chain(store.as_ref(), &practice).await, 4);
}

/// 20 devices register one calendar: the same bytes get the same receipts, other bytes are refused.
pub async fn one_of_many_registrations_wins(store: &Arc<dyn Store>) {
    let practice = Practice::new(1);
    let outcomes = all(20, |number| {
        let store = store.clone();
        let mut batch = practice.first_batch();
        batch[1] = practice.publication(PublicationKind::Acl, 0, 2, number % 2);
        async move { store.publish(&batch, NOW, linker()).await }
    });
    let outcomes = outcomes.await;
    for outcome in &outcomes {
        assert!(matches!(outcome, Ok(_) | Err(PublishError::AlreadyRegistered)), "{outcome:?}");
    }
    let accepted: Vec<_> = outcomes.iter().flatten().collect();
    assert_eq!(accepted.len(), 10, "all who sent the winner's bytes");
    assert!(accepted.iter().all(|receipts| *receipts == accepted[0]));
    assert_eq!(verify_chain(store.as_ref(), &practice).await, 3);
}

/// 50 copies of one request.
pub async fn the_same_bytes_many_times_at_once_are_stored_once(store: &Arc<dyn Store>) {
    let practice = Practice::registered(1, store.as_ref()).await;
    let write = Arc::new(Draft::create(&practice, 1).claims(claims(1)).write());
    let outcomes = all(50, |_| {
        let (store, write) = (store.clone(), write.clone());
        async move { store.append(&write, NOW, linker()).await.expect("new or again") }
    });
    let outcomes = outcomes.await;
    assert_eq!(outcomes.iter().filter(|appended| appended.new).count(), 1);
    assert!(outcomes.iter().all(|appended| appended.receipt == outcomes[0].receipt && appended.sequence == 4));
    assert_eq!(verify_chain(store.as_ref(), &practice).await, 4);
}

/// 20 devices create a vault under one locator, then replace the one that is there.
pub async fn one_of_many_vaults_wins(store: &Arc<dyn Store>) {
    let created = all(20, |number| {
        let store = store.clone();
        async move { store.create_vault(&vault(number, 1, 1, number), [locator(1), locator(100 + number)]).await }
    });
    let created = created.await;
    assert!(created.iter().all(|outcome| matches!(outcome, Ok(()) | Err(VaultError::Exists))), "{created:?}");
    assert_eq!(created.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let winner = created.iter().zip(0..).find(|(outcome, _)| outcome.is_ok()).map(|(_, number)| number).expect("one");
    let replaced = all(20, |seed| {
        let store = store.clone();
        async move { store.replace_vault(&vault(winner, 2, 1, 50 + seed), [locator(1), locator(2)]).await }
    });
    let replaced = replaced.await;
    assert!(replaced.iter().all(|outcome| matches!(outcome, Ok(()) | Err(VaultError::Conflict))), "{replaced:?}");
    assert_eq!(replaced.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let seed = replaced.iter().zip(50..).find(|(outcome, _)| outcome.is_ok()).map(|(_, seed)| seed).expect("one");
    assert_eq!(store.vault(locator(2)).await.expect("read"), Some(vault(winner, 2, 1, seed)));
}
