//! `GET /log/checkpoint`: the newest checkpoint, with the cosignatures that have come.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use souspli_protocol::problem::Code;

use crate::log::blocking;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readCheckpoint", "The log's newest checkpoint: a signed note of C2SP tlog-checkpoint.")
        .answer(200, Content::Note)
        .codes(&[Code::NoRoute, Code::Busy]);
    Route { method: Method::GET, path: "/log/checkpoint", handler: get(handle), doc }
}

async fn handle(State(host): State<AppState>) -> Result<Response, Rejection> {
    let log = Arc::clone(&host.log);
    let note = blocking(move || log.checkpoint()).await?.ok_or(Code::NoRoute)?;
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    Ok((headers, note).into_response())
}
