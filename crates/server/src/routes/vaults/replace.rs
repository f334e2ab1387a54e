//! `POST /v1/vaults/replace`: compare-and-swap on the generation, signed by the vault's own key.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Empty, VaultBody};

use crate::answer::{Answer, ok};
use crate::body::Strict;
use crate::rejection::Rejection;
use crate::routes::vaults::{REFUSALS, check};
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;
use crate::to_the_end::to_the_end;

pub(crate) fn route() -> Route {
    let doc = Doc::new("replaceVault", "Replaces a vault by its next generation, and its locators.")
        .body("VaultBody")
        .answer(200, Content::Json("Empty"))
        .codes(&REFUSALS)
        .codes(&[Code::NoVault, Code::VaultExists, Code::VaultConflict, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/vaults/replace", handler: post(handle), doc }
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
        host.store.replace_vault(&vault, body.locators).await?;
        Ok(ok(Empty {}))
    })
    .await
}
