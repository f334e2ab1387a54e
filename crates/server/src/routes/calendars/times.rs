//! `GET /v1/calendars/{calendar}/times`: published hours and the claimed-id set of seven windows, in one answer.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use souspli_attest::claim_set::ClaimSet;
use souspli_protocol::CalendarId;
use souspli_protocol::claims::ClaimSetStatement;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::wire::{Blob, Counter, Times};
use souspli_store::{ClaimsNow, StoredPublication};

use crate::answer::Encoded;
use crate::path::CalendarPath;
use crate::random::random;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::{AppState, Shared};
use crate::turns::Turn;
use crate::windows;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readTimes", "Hours and claimed-id set of the current window and the six after it.")
        .notes(
            "The host does not know the practice's zone: the current window is counted by the UTC date. For some hours \
             every four weeks a practice's own current window is therefore the one before or after `hours[0]`; \
             the statement's first window says which `hours[0]` is.",
        )
        .answer(200, Content::Json("Times"));
    Route { method: Method::GET, path: "/v1/calendars/{calendar}/times", handler: get(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    _turn: Turn,
    CalendarPath(id): CalendarPath,
) -> Result<Encoded, Rejection> {
    let now = host.clock.minute();
    if let Some(times) = host.sets.get(id, host.sets.stamp(&host.calendar(id).await?, now)) {
        return Ok(times);
    }
    let _turn = host.sets.turn(id).await;
    let stamp = host.sets.stamp(&host.calendar(id).await?, now);
    if let Some(times) = host.sets.get(id, stamp) {
        return Ok(times);
    }
    let times = Encoded::of(&make(&host, id, now).await?)?;
    host.sets.keep(id, stamp, times.clone());
    Ok(times)
}

async fn make(host: &AppState, id: CalendarId, now: u32) -> Result<Times, Rejection> {
    let told = windows::told(now);
    let claims = host.store.claims(id, told.start, told.end, now).await?;
    let hours = host.store.publications(id, PublicationKind::Hours, told.start, told.end).await?;
    let version = Counter(claims.calendar.version);
    let hours = by_window(told.start, hours);
    let host = host.clone();
    // Some milliseconds of hashing for a full calendar.
    let sealed = tokio::task::spawn_blocking(move || seal(&host, &claims, told.start, now)).await;
    let (claim_set, statement) = sealed.map_err(|_| Code::Internal)??;
    Ok(Times { version, hours, claim_set, statement })
}

fn by_window(first: u32, stored: Vec<StoredPublication>) -> [Option<Blob>; 7] {
    let mut hours = [const { None }; 7];
    for stored in stored {
        let place = stored.publication.statement().slot.checked_sub(first).and_then(|n| usize::try_from(n).ok());
        if let Some(hours) = place.and_then(|place| hours.get_mut(place)) {
            *hours = Some(Blob(stored.publication.bytes().to_vec()));
        }
    }
    hours
}

/// The set under a fresh seed, and the signed statement about it.
fn seal(host: &Shared, claims: &ClaimsNow, first_window: u32, minute: u32) -> Result<(Blob, Blob), Code> {
    let seed = random().ok_or(Code::Internal)?;
    let set = ClaimSet::build(seed, &claims.claimed, &claims.held).ok_or(Code::Internal)?;
    let (filter_hash, held_hash) = set.hashes();
    let statement = ClaimSetStatement {
        context: claims.calendar.context,
        generation: claims.calendar.generation,
        sequence: claims.calendar.sequence,
        version: claims.calendar.version,
        first_window,
        minute,
        filter_hash,
        held_hash,
    }
    .encode();
    let signature = host.key.sign_receipt(&statement);
    Ok((Blob(set.encode()), Blob([&statement[..], signature.as_bytes()].concat())))
}
