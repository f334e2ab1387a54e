//! `POST /v1/calendars/{calendar}/records/read`: all of a record, for whoever has its view key.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Blob, RecordAnswer, RecordEntry, RecordRead};

use crate::answer::{Answer, ok};
use crate::auth::Signed;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readRecord", "All revisions of a record, from 0.")
        .notes(
            "A record that another view key opens is answered like one that is not there. Of one that was erased nothing is \
             left that a key could be compared with.",
        )
        .signed_by("the record's view key")
        .body("RecordRead")
        .answer(200, Content::Json("RecordAnswer"))
        .codes(&[Code::NoRecord, Code::RecordErased]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/records/read", handler: post(handle), doc }
}

async fn handle(State(host): State<AppState>, request: Signed<RecordRead>) -> Result<Answer<RecordAnswer>, Rejection> {
    let (calendar, record) = (request.calendar.context.calendar, request.body.record);
    let stored = host.store.record(calendar, record).await?;
    let Some(first) = stored.first() else {
        let stone = host.store.tombstone(calendar, record).await?;
        return Err(stone.map_or(Code::NoRecord, |_| Code::RecordErased).into());
    };
    if first.event.header().view != request.key {
        return Err(Code::NoRecord.into());
    }
    let entries = stored
        .into_iter()
        .map(|stored| RecordEntry {
            event: Blob(stored.event.into_bytes()),
            receipt: Blob(stored.receipt),
            earlier: Blob(stored.earlier),
        })
        .collect();
    Ok(ok(RecordAnswer { entries }))
}
