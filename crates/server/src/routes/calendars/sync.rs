//! `POST /v1/calendars/{calendar}/sync`: the chain since a sequence, for the practice's own clients.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::SYNC_PAGE;
use souspli_protocol::wire::{Blob, Sync, SyncAnswer, SyncEntry};
use souspli_store::{Entry, Listed};

use crate::answer::{Answer, ok};
use crate::auth::Signed;
use crate::journal::Given;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("sync", "The calendar's chain after a sequence, at most 64 entries at a time.")
        .notes(
            "An entry without `event` and `erase` is a publication, or where `erased` is true an event that was erased; its \
             receipt keeps the chain whole. Journalled.",
        )
        .signed_by("a key of the access list")
        .body("Sync")
        .answer(200, Content::Json("SyncAnswer"))
        .codes(&[Code::NotInAcl]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/sync", handler: post(handle), doc }
}

async fn handle(State(host): State<AppState>, request: Signed<Sync>) -> Result<Answer<SyncAnswer>, Rejection> {
    request.in_acl(&host).await?;
    let since = request.body.since.0;
    // One more than fits tells whether there are more.
    let limit = u32::try_from(SYNC_PAGE + 1).unwrap_or(u32::MAX);
    let mut listed = host.store.chain(request.calendar.context.calendar, since, limit).await?;
    let more = listed.len() > SYNC_PAGE;
    listed.truncate(SYNC_PAGE);
    let given = match (listed.first(), listed.last()) {
        (Some(first), Some(last)) => Given::Entries(first.sequence, last.sequence),
        _ => Given::Nothing,
    };
    host.note_read(request.calendar.context, request.key, given).await?;
    let entries = listed.into_iter().map(entry).collect();
    Ok(ok(SyncAnswer { entries, more, generation: request.calendar.generation }))
}

fn entry(listed: Listed) -> SyncEntry {
    let erased = listed.entry == Entry::Gap;
    let (event, erase) = match listed.entry {
        Entry::Event(event) => (Some(Blob(event.into_bytes())), None),
        Entry::Erase(erase) => (None, Some(Blob(erase))),
        Entry::Publication | Entry::Gap => (None, None),
    };
    SyncEntry { event, erase, erased, receipt: Blob(listed.receipt), earlier: Blob(listed.earlier) }
}
