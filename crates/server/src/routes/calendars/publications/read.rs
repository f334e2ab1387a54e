//! `POST /v1/calendars/{calendar}/publications/read`: the newest of a kind and slot, for the practice's own clients.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::wire::{Blob, PublicationAnswer, PublicationRead};

use crate::answer::{Answer, ok};
use crate::auth::Signed;
use crate::journal::Given;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readPublication", "The newest publication of a kind and slot.")
        .notes("Journalled.")
        .signed_by("a key of the access list")
        .body("PublicationRead")
        .answer(200, Content::Json("PublicationAnswer"))
        .codes(&[Code::NotInAcl, Code::NoPublication]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/publications/read", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    request: Signed<PublicationRead>,
) -> Result<Answer<PublicationAnswer>, Rejection> {
    request.in_acl(&host).await?;
    let PublicationRead { kind, slot } = request.body;
    let context = request.calendar.context;
    let stored = match PublicationKind::from_id(kind) {
        Some(kind) => host.store.publication(context.calendar, kind, slot).await?.map(|stored| (kind, stored)),
        None => None,
    };
    let given = stored.as_ref().map_or(Given::Nothing, |(kind, _)| Given::Publication(*kind));
    host.note_read(context, request.key, given).await?;
    let (_, stored) = stored.ok_or(Code::NoPublication)?;
    Ok(ok(PublicationAnswer { publication: Blob(stored.publication.bytes().to_vec()), receipt: Blob(stored.receipt) }))
}
