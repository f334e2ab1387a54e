//! `GET /openapi.json`: the document that describes this host.

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("describe", "This document.").answer(200, Content::Document);
    Route { method: Method::GET, path: "/openapi.json", handler: get(handle), doc }
}

async fn handle(State(host): State<AppState>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")], host.openapi.clone())
}
