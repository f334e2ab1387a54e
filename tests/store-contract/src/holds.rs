//! Holds: live in the minutes before `until`.

use souspli_protocol::VerifyingKey;
use souspli_protocol::claims::ClaimIds;
use souspli_store::{AppendError, HoldError, Store};

use crate::checks::{claimed, sorted};
use crate::fixture::{Draft, NOW, Practice, WINDOW, claims, linker, mixed_claims};

const A: VerifyingKey = VerifyingKey([0xa; 32]);
const B: VerifyingKey = VerifyingKey([0xb; 32]);

async fn hold(store: &dyn Store, practice: &Practice, session: VerifyingKey, ids: &ClaimIds) -> Result<(), HoldError> {
    store.hold(practice.calendar(), session, WINDOW, ids, NOW, NOW + 10).await
}

async fn held_at(store: &dyn Store, practice: &Practice, now: u32) -> Vec<souspli_protocol::Gid> {
    store.claims(practice.calendar(), 0, u32::MAX, now).await.expect("claims").held
}

/// Held ids are listed apart from claimed ones, in their window, in the minutes before `until`.
pub async fn a_hold_is_seen_until_it_expires(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    hold(store, &practice, A, &claims(2)).await.expect("free");
    let now = store.claims(practice.calendar(), WINDOW, WINDOW + 1, NOW).await.expect("claims");
    assert_eq!((&now.claimed[..], &now.held[..]), (&claims(1).ids()[..], &claims(2).ids()[..]));
    let other = store.claims(practice.calendar(), WINDOW + 1, u32::MAX, NOW).await.expect("claims");
    assert!(other.claimed.is_empty() && other.held.is_empty());
    for (minute, live) in [(NOW, true), (NOW + 9, true), (NOW + 10, false)] {
        assert_eq!(store.holds(practice.calendar(), A, minute).await.expect("read"), live);
        assert_eq!(held_at(store, &practice, minute).await.len(), if live { 24 } else { 0 });
    }
    assert!(!store.holds(practice.calendar(), B, NOW).await.expect("read"));
    let calendar = store.calendar(practice.calendar()).await.expect("read").expect("known");
    assert_eq!(calendar.sequence, 4, "a hold has no place in the chain");
}

/// One shared id keeps others out, of holds and of bookings; the session books its own time.
pub async fn a_hold_blocks_others_and_never_its_session(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    hold(store, &practice, A, &claims(1)).await.expect("free");
    let refused = hold(store, &practice, B, &mixed_claims(1, 1, 2)).await;
    assert!(matches!(refused, Err(HoldError::Taken)), "{refused:?}");
    assert!(!store.holds(practice.calendar(), B, NOW).await.expect("read"));
    for draft in [Draft::create(&practice, 1), Draft::create(&practice, 1).session(B)] {
        let refused = draft.claims(claims(1)).append(store).await;
        assert!(matches!(refused, Err(AppendError::Taken)), "{refused:?}");
    }
    assert_eq!(held_at(store, &practice, NOW).await, claims(1).ids());
    Draft::create(&practice, 2).claims(claims(1)).session(A).stored(store).await;
    assert_eq!(claimed(store, &practice).await, claims(1).ids());
    assert_eq!(held_at(store, &practice, NOW).await, []);
    assert!(!store.holds(practice.calendar(), A, NOW).await.expect("read"));
    let gone = store.extend_hold(practice.calendar(), A, NOW, 10).await;
    assert!(matches!(gone, Err(HoldError::NoHold)), "{gone:?}");
}

/// From its last minute on a hold stands in nobody's way, swept or not; its session may still book what is free.
pub async fn a_hold_that_expired_blocks_nobody(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    hold(store, &practice, A, &claims(1)).await.expect("free");
    let early = store.hold(practice.calendar(), B, WINDOW, &claims(1), NOW + 9, NOW + 19).await;
    assert!(matches!(early, Err(HoldError::Taken)), "{early:?}");
    store.hold(practice.calendar(), B, WINDOW, &claims(1), NOW + 10, NOW + 20).await.expect("expired");
    let late = Draft::create(&practice, 1).claims(claims(1)).session(A).write();
    let refused = store.append(&late, NOW + 11, linker()).await;
    assert!(matches!(refused, Err(AppendError::Taken)), "{refused:?}");
    let direct = Draft::create(&practice, 2).claims(claims(1)).write();
    store.append(&direct, NOW + 20, linker()).await.expect("expired too");
    hold(store, &practice, A, &claims(3)).await.expect("free");
    let own = Draft::create(&practice, 3).claims(claims(3)).session(A).write();
    store.append(&own, NOW + 30, linker()).await.expect("nobody took it meanwhile");
    assert_eq!(claimed(store, &practice).await, sorted(&[claims(1), claims(3)]));
}

/// A session has one hold; a refused one leaves the one before.
pub async fn a_second_hold_replaces_the_first(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    Draft::create(&practice, 1).claims(claims(9)).stored(store).await;
    hold(store, &practice, A, &claims(1)).await.expect("free");
    hold(store, &practice, A, &mixed_claims(1, 12, 2)).await.expect("its own and free ones");
    assert_eq!(held_at(store, &practice, NOW).await, mixed_claims(1, 12, 2).ids());
    let refused = hold(store, &practice, A, &mixed_claims(9, 1, 3)).await;
    assert!(matches!(refused, Err(HoldError::Taken)), "{refused:?}");
    assert_eq!(held_at(store, &practice, NOW).await, mixed_claims(1, 12, 2).ids());
    hold(store, &practice, A, &claims(3)).await.expect("free");
    hold(store, &practice, B, &claims(1)).await.expect("given back");
    assert_eq!(held_at(store, &practice, NOW).await, sorted(&[claims(1), claims(3)]));
    store.extend_hold(practice.calendar(), A, NOW, 10).await.expect("first extension");
    hold(store, &practice, A, &claims(4)).await.expect("free");
    store.extend_hold(practice.calendar(), A, NOW, 10).await.expect("a new hold, a new extension");
}

/// The extension holds the ids as well; a second one, a late one and one of nothing are refused.
pub async fn a_hold_is_extended_once(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    let extend = |session, now| store.extend_hold(practice.calendar(), session, now, 10);
    let nothing = extend(A, NOW).await;
    assert!(matches!(nothing, Err(HoldError::NoHold)), "{nothing:?}");
    hold(store, &practice, A, &claims(1)).await.expect("free");
    hold(store, &practice, B, &claims(2)).await.expect("free");
    // The minutes that are left are not lost.
    assert_eq!(extend(A, NOW + 3).await.expect("live"), NOW + 20);
    let again = extend(A, NOW + 10).await;
    assert!(matches!(again, Err(HoldError::Extended)), "{again:?}");
    let late = extend(B, NOW + 10).await;
    assert!(matches!(late, Err(HoldError::Expired)), "{late:?}");
    assert!(store.holds(practice.calendar(), A, NOW + 19).await.expect("read"));
    assert_eq!(held_at(store, &practice, NOW + 19).await, claims(1).ids());
    let expired = extend(A, NOW + 20).await;
    assert!(matches!(expired, Err(HoldError::Expired)), "{expired:?}");
}

/// What is given back is free at once; what was booked stays.
pub async fn a_hold_is_given_back(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    hold(store, &practice, A, &claims(1)).await.expect("free");
    hold(store, &practice, B, &claims(2)).await.expect("free");
    store.release_hold(practice.calendar(), A).await.expect("released");
    store.release_hold(practice.calendar(), A).await.expect("nothing is no error");
    assert_eq!(held_at(store, &practice, NOW).await, claims(2).ids());
    Draft::create(&practice, 1).claims(claims(2)).session(B).stored(store).await;
    store.release_hold(practice.calendar(), B).await.expect("nothing is held any more");
    assert_eq!(claimed(store, &practice).await, claims(2).ids());
    hold(store, &practice, B, &claims(1)).await.expect("free");
}

/// Expired holds go, in all calendars, and are counted by session; live ones and claims stay.
pub async fn the_sweep_deletes_what_has_expired(store: &dyn Store) {
    let (one, two) = (Practice::registered(1, store).await, Practice::registered(2, store).await);
    Draft::create(&one, 1).claims(claims(9)).stored(store).await;
    hold(store, &one, A, &claims(1)).await.expect("free");
    hold(store, &two, A, &claims(1)).await.expect("free");
    store.hold(one.calendar(), B, WINDOW, &claims(2), NOW, NOW + 11).await.expect("free");
    assert_eq!(store.sweep_holds(NOW + 9).await.expect("swept"), 0);
    assert_eq!(store.sweep_holds(NOW + 10).await.expect("swept"), 2);
    assert_eq!(store.sweep_holds(NOW + 10).await.expect("swept"), 0);
    // As seen before they expired: the rows themselves are gone.
    assert_eq!(held_at(store, &one, NOW).await, claims(2).ids());
    assert_eq!(held_at(store, &two, NOW).await, []);
    let gone = store.extend_hold(one.calendar(), A, NOW, 10).await;
    assert!(matches!(gone, Err(HoldError::NoHold)), "{gone:?}");
    assert_eq!(claimed(store, &one).await, claims(9).ids());
}

/// Ids of an expired hold that another has taken are the other's, whatever happens to the old hold.
pub async fn what_another_took_since_is_not_given_back(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    hold(store, &practice, A, &claims(1)).await.expect("free");
    let taken = Draft::create(&practice, 1).claims(mixed_claims(1, 12, 2)).write();
    store.append(&taken, NOW + 10, linker()).await.expect("expired");
    store.release_hold(practice.calendar(), A).await.expect("released");
    assert_eq!(claimed(store, &practice).await, mixed_claims(1, 12, 2).ids());
    assert_eq!(held_at(store, &practice, NOW).await, [], "the rest is free");
    hold(store, &practice, A, &claims(3)).await.expect("free");
    store.hold(practice.calendar(), B, WINDOW, &claims(3), NOW + 10, NOW + 20).await.expect("expired");
    assert_eq!(store.sweep_holds(NOW + 10).await.expect("swept"), 1);
    assert_eq!(held_at(store, &practice, NOW + 10).await, claims(3).ids());
}

/// A session that books something else no longer holds what it held.
pub async fn a_booking_of_another_time_ends_the_hold(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    hold(store, &practice, A, &claims(1)).await.expect("free");
    Draft::create(&practice, 1).claims(mixed_claims(1, 6, 2)).session(A).stored(store).await;
    assert_eq!(claimed(store, &practice).await, mixed_claims(1, 6, 2).ids());
    assert_eq!(held_at(store, &practice, NOW).await, []);
    assert!(!store.holds(practice.calendar(), A, NOW).await.expect("read"));
}

/// Booked is booked, for holds too, at any later minute.
pub async fn a_hold_does_not_take_a_booked_time(store: &dyn Store) {
    let practice = Practice::registered(1, store).await;
    Draft::create(&practice, 1).claims(claims(1)).stored(store).await;
    let late = store.hold(practice.calendar(), A, WINDOW, &mixed_claims(1, 1, 2), u32::MAX - 1, u32::MAX).await;
    assert!(matches!(late, Err(HoldError::Taken)), "{late:?}");
    assert_eq!(store.sweep_holds(u32::MAX).await.expect("swept"), 0);
    assert_eq!(claimed(store, &practice).await, claims(1).ids());
}
