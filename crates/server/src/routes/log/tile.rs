//! `GET /log/tile/…`: hashes and entries.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{Method, Uri};
use souspli_protocol::problem::Code;
use souspli_tlog::tile::TileId;

use crate::log::blocking;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readTile", "Hashes or entries of the log: C2SP tlog-tiles.")
        .notes("The path is `<L>/<N>` or `entries/<N>`, with `.p/<W>` behind it where the tile is partial.")
        .answer(200, Content::Bytes)
        .codes(&[Code::NoRoute, Code::Busy]);
    Route { method: Method::GET, path: "/log/tile/{*tile}", handler: get(handle), doc }
}

async fn handle(State(host): State<AppState>, uri: Uri) -> Result<Response, Rejection> {
    let id = uri.path().strip_prefix("/log/").and_then(TileId::parse).ok_or(Code::NoRoute)?;
    let log = Arc::clone(&host.log);
    let bytes = blocking(move || log.tile(id)).await?.ok_or(Code::NoRoute)?;
    // What is served under a tile's name never changes.
    let headers = [(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, bytes).into_response())
}
