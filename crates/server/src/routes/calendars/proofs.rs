//! `POST /v1/calendars/{calendar}/proofs`: that a leaf is in the log (`docs/spec/log.md` §4).

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Blob, ProofAnswer, ProofRead};
use souspli_store::{LeafId, Stream};

use crate::answer::{Answer, ok};
use crate::body::Strict;
use crate::log::blocking;
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readProof", "A proof file that a leaf is in the log, or null while it waits.")
        .notes("The leaf must be that of the sequence: only who knows an object learns where it lies.")
        .body("ProofRead")
        .answer(200, Content::Json("ProofAnswer"))
        .codes(&[Code::NoRecord]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/proofs", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(calendar): CalendarPath,
    Strict(body, _turn): Strict<ProofRead>,
) -> Result<Answer<ProofAnswer>, Rejection> {
    host.calendar(calendar).await?;
    let sequence = body.sequence.0;
    let stored = host.store.leaf(calendar, sequence).await?.filter(|stored| stored.leaf == body.leaf);
    let stored = stored.ok_or(Code::NoRecord)?;
    let leaf = LeafId { calendar, stream: Stream::Chain, sequence };
    let Some(place) = host.store.place(leaf).await? else { return Ok(ok(ProofAnswer { proof: None })) };
    let log = Arc::clone(&host.log);
    let proof = blocking(move || log.proof(place, &stored.receipt)).await?;
    Ok(ok(ProofAnswer { proof: proof.map(Blob) }))
}
