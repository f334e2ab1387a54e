//! `POST /v1/nonces`: a nonce for one signed request.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Empty, NonceAnswer};

use crate::answer::{Answer, ok};
use crate::body::Plain;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("makeNonce", "A nonce for one signed request.")
        .notes("Every answer under /v1 also brings one in the header `souspli-nonce`.")
        .body("Empty")
        .answer(200, Content::Json("NonceAnswer"));
    Route { method: Method::POST, path: "/v1/nonces", handler: post(handle), doc }
}

async fn handle(State(host): State<AppState>, Plain(Empty {}): Plain<Empty>) -> Result<Answer<NonceAnswer>, Rejection> {
    let nonce = host.nonces.give(host.clock.minute()).ok_or(Code::Internal)?;
    Ok(ok(NonceAnswer { nonce }))
}
