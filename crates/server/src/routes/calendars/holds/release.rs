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
use crate::to_the_end::to_the_end;

pub(crate) fn route() -> Route {
    let doc = Doc::new("releaseHold", "Gives a session's hold back; a session without one is no error.")
        .signed_by("the session of a hold")
        .body("Empty")
        .answer(200, Content::Json("Empty"))
        .codes(&[Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/holds/release", handler: post(handle), doc }
}

async fn handle(State(host): State<AppState>, request: Signed<Empty>) -> Result<Answer<Empty>, Rejection> {
    to_the_end(async move {
        let calendar = request.calendar.context.calendar;
        let _waiting = host.metrics.waiting();
        host.store.release_hold(calendar, request.key).await?;
        host.sets.held(calendar);
        Ok(ok(Empty {}))
    })
    .await
}
