//! `POST /v1/vaults`: a new vault under two locators. The same bytes again are no error.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Empty, VaultBody};

use crate::answer::{Answer, created};
use crate::body::Strict;
use crate::rejection::Rejection;
use crate::routes::vaults::{REFUSALS, check};
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;
use crate::to_the_end::to_the_end;

pub(crate) fn route() -> Route {
    let doc = Doc::new("createVault", "Stores a new vault; the same bytes again are no error.")
        .body("VaultBody")
        .answer(201, Content::Json("Empty"))
        .codes(&REFUSALS)
        .codes(&[Code::VaultExists, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/vaults", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    Strict(body, turn): Strict<VaultBody>,
) -> Result<Answer<Empty>, Rejection> {
    let vault = check(body.vault)?;
    host.has_room()?;
    to_the_end(async move {
        let _turn = turn;
        let _waiting = host.metrics.waiting();
        host.store.create_vault(&vault, body.locators).await?;
        Ok(created(Empty {}))
    })
    .await
}
