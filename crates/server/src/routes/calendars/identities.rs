//! `GET /v1/calendars/{calendar}/identities/{epoch}`: what an older author is judged by.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::wire::{Blob, IdentityAnswer};

use crate::answer::{Answer, ok};
use crate::path::{CalendarPath, EpochPath};
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;
use crate::turns::Turn;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readIdentity", "The identity that is stored for an epoch.")
        .answer(200, Content::Json("IdentityAnswer"))
        .codes(&[Code::NoPublication]);
    Route { method: Method::GET, path: "/v1/calendars/{calendar}/identities/{epoch}", handler: get(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    _turn: Turn,
    CalendarPath(id): CalendarPath,
    EpochPath(epoch): EpochPath,
) -> Result<Answer<IdentityAnswer>, Rejection> {
    host.calendar(id).await?;
    let stored = host.store.publication(id, PublicationKind::Identity, epoch).await?.ok_or(Code::NoPublication)?;
    Ok(ok(IdentityAnswer { identity: Blob(stored.publication.bytes().to_vec()) }))
}
