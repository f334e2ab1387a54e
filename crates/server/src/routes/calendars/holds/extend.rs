//! `POST /v1/calendars/{calendar}/holds/extend`: ten more minutes, once.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::HOLD_MINUTES;
use souspli_protocol::wire::{Empty, Held};

use crate::answer::{Answer, ok};
use crate::auth::Signed;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;
use crate::to_the_end::to_the_end;

pub(crate) fn route() -> Route {
    let doc = Doc::new("extendHold", "Lets a session's hold end ten minutes later than it would, once.")
        .signed_by("the session of a live hold")
        .body("Empty")
        .answer(200, Content::Json("Held"))
        .codes(&[Code::NoHold, Code::HoldExpired, Code::HoldExtended, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/holds/extend", handler: post(handle), doc }
}

async fn handle(State(host): State<AppState>, request: Signed<Empty>) -> Result<Answer<Held>, Rejection> {
    to_the_end(async move {
        let (calendar, now) = (request.calendar.context.calendar, host.clock.minute());
        let _waiting = host.metrics.waiting();
        let expires = host.store.extend_hold(calendar, request.key, now, HOLD_MINUTES).await?;
        host.sets.held(calendar);
        Ok(ok(Held { expires }))
    })
    .await
}
