//! `POST /v1/calendars/{calendar}/holds/release`: gives a time back; a session that holds none is no error.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::Empty;

use crate::answer::{Answer, ok};
use crate::auth::Signed;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("releaseHold", "Gives a session's hold back; a session without one is no error.")
        .signed_by("the session of a hold")
        .body("Empty")
        .answer(200, Content::Json("Empty"))
        .codes(&[Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/holds/release", handler: post(handle), doc }
}

async fn handle(State(host): State<AppState>, request: Signed<Empty>) -> Result<Answer<Empty>, Rejection> {
    let _waiting = host.metrics.waiting();
    host.store.release_hold(request.calendar.context.calendar, request.key).await?;
    host.sets.held(request.calendar.context.calendar);
    Ok(ok(Empty {}))
}
