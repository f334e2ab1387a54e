//! Callers who go away.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use souspli_store::Store;

use crate::checks::{claimed, sorted, verified_events};
use crate::fixture::{Draft, NOW, Noise, Practice, claims, linker};
use crate::races::all;

/// Places at which a request waits: more than any request has.
const WAITS: u64 = 40;

/// A caller goes away at the first, second, … place where its request waits: each time the request goes on to its end.
pub async fn a_request_that_was_begun_runs_to_its_end(store: &Arc<dyn Store>) {
    let practice = Practice::registered(1, store.as_ref()).await;
    for waits in 0..WAITS {
        let write = Draft::create(&practice, waits).claims(claims(waits)).write();
        wait_only(waits, store.append(&write, NOW, linker())).await;
        let record = write.event.header().record;
        let mut tries = 0;
        while store.last_event(practice.calendar(), record).await.expect("read").is_none() {
            tries += 1;
            assert!(tries < 200, "cancelled at its wait {waits}, it was never stored");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
    let length = verified_events(store.as_ref(), &practice).await.0;
    assert_eq!(length, 3 + WAITS);
}

/// Polls a future until it has waited as often as told, then drops it.
async fn wait_only<F: Future>(waits: u64, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut waited = 0;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if waited == waits => Poll::Ready(None),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

const PRACTICES: u64 = 20;
const ROUNDS: u64 = 100;
const AT_ONCE: u64 = 100;

/// 10,000 requests, most of whose callers go away at some point: what was acknowledged is there, what is there is
/// whole, and the same bytes may be sent again.
pub async fn cancelled_requests_lose_nothing(store: &Arc<dyn Store>) {
    let mut practices = Vec::new();
    for seed in 0..PRACTICES {
        practices.push(Practice::registered(seed, store.as_ref()).await);
    }
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let outcomes = all(AT_ONCE, |number| {
            let (store, number) = (store.clone(), round * AT_ONCE + number);
            let draft = draft(&practices, number);
            async move { go_away(store.as_ref(), &draft, number).await }
        });
        acknowledged.extend(outcomes.await);
    }
    settled(store.as_ref(), &practices).await;
    let mut stored = 0;
    for (place, practice) in (0..).zip(&practices) {
        stored += check(store.as_ref(), practice, &practices, place, &acknowledged).await;
    }
    let acknowledged = acknowledged.iter().filter(|acknowledged| **acknowledged).count();
    assert!(acknowledged > 2_000 && stored > acknowledged, "{stored} stored, {acknowledged} acknowledged");
}

/// Checks one practice's chain and claims; returns how many of its requests were stored.
async fn check(
    store: &dyn Store,
    practice: &Practice,
    practices: &[Practice],
    place: u64,
    acknowledged: &[bool],
) -> usize {
    let (length, records) = verified_events(store, practice).await;
    assert_eq!(length, 3 + records.len() as u64);
    let mut whole = Vec::new();
    for (number, acknowledged) in (0..).zip(acknowledged).filter(|(number, _)| number % PRACTICES == place) {
        let write = draft(practices, number).write();
        let is_stored = records.contains(&write.event.header().record);
        assert!(is_stored || !acknowledged, "{number} was acknowledged and is lost");
        if is_stored {
            whole.extend(write.claims);
            if number < 10 * PRACTICES {
                assert!(!store.append(&write, NOW, linker()).await.expect("sent again").new);
            }
        }
    }
    assert_eq!(claimed(store, practice).await, sorted(&whole));
    records.len()
}

fn draft(practices: &[Practice], number: u64) -> Draft {
    let place = usize::try_from(number % PRACTICES).expect("small");
    let draft = Draft::create(&practices[place], number);
    if number.is_multiple_of(3) { draft.claims(claims(number)) } else { draft }
}

/// Appends, and waits for the answer not at all, for some milliseconds, or to the end. Whether it was acknowledged.
async fn go_away(store: &dyn Store, draft: &Draft, number: u64) -> bool {
    let write = draft.write();
    let appending = store.append(&write, NOW, linker());
    match number % 4 {
        0 => appending.await.expect("new").new,
        1 => {
            tokio::select! { biased; appended = appending => appended.is_ok(), () = tokio::task::yield_now() => false }
        }
        _ => {
            let patience = Duration::from_millis(Noise::new(number).below(20));
            tokio::time::timeout(patience, appending).await.is_ok_and(|appended| appended.is_ok())
        }
    }
}

/// Waits until nothing moves the chains any more.
async fn settled(store: &dyn Store, practices: &[Practice]) {
    let mut last = 0;
    loop {
        let mut now = 0;
        for practice in practices {
            now += store.calendar(practice.calendar()).await.expect("read").expect("known").sequence;
        }
        if now == last {
            return;
        }
        last = now;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
