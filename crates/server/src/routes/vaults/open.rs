//! `POST /v1/vaults/open`: the vault under a locator.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Blob, VaultAnswer, VaultOpen};

use crate::answer::{Answer, ok};
use crate::body::Strict;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("openVault", "The vault under a locator.")
        .body("VaultOpen")
        .answer(200, Content::Json("VaultAnswer"))
        .codes(&[Code::NoVault]);
    Route { method: Method::POST, path: "/v1/vaults/open", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    Strict(body, _turn): Strict<VaultOpen>,
) -> Result<Answer<VaultAnswer>, Rejection> {
    let vault = host.store.vault(body.locator).await?.ok_or(Code::NoVault)?;
    Ok(ok(VaultAnswer { vault: Blob(vault.bytes().to_vec()) }))
}
