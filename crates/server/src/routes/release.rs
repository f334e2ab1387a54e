//! `GET /release`: the manifest of what this host serves.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readRelease", "What this host serves of the web client: docs/spec/release.md.")
        .answer(200, Content::Note);
    Route { method: Method::GET, path: "/release", handler: get(handle), doc }
}

async fn handle(State(host): State<AppState>) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, host.release.manifest.clone())
}
