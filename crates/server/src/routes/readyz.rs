//! `GET /readyz`: the database answers, its disk has room, the log keeps up, and the host is not about to stop.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use souspli_protocol::problem::Code;

use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new(
        "readiness",
        "Whether the host takes work: its database answers and has room, its log keeps up, and it is not about to stop.",
    )
    .answer(200, Content::Text)
    .codes(&[Code::Busy]);
    Route { method: Method::GET, path: "/readyz", handler: get(handle), doc }
}

async fn handle(State(host): State<AppState>) -> Result<&'static str, Rejection> {
    if host.is_stopping() || host.has_room().is_err() || !host.pulse.beats(host.store.as_ref()).await {
        return Err(Code::Busy.into());
    }
    Ok("ok")
}
