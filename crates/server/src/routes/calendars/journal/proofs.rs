//! `POST /v1/calendars/{calendar}/journal/proofs`: that a closed row is in the log (`docs/spec/log.md` §7).

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_attest::journal::row_hash;
use souspli_attest::leaf_of;
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
    let doc =
        Doc::new("readJournalProof", "A proof file that a row of the journal is in the log, or null while it waits.")
            .notes("The leaf must be that of the row with the number: only who knows the row learns where it lies.")
            .body("ProofRead")
            .answer(200, Content::Json("ProofAnswer"))
            .codes(&[Code::NoRecord]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/journal/proofs", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(calendar): CalendarPath,
    Strict(body, _turn): Strict<ProofRead>,
) -> Result<Answer<ProofAnswer>, Rejection> {
    host.calendar(calendar).await?;
    let number = body.sequence.0;
    let before = number.checked_sub(1).ok_or(Code::NoRecord)?;
    let rows = host.store.journal(calendar, before, 1).await?.rows;
    let row = rows.into_iter().find(|row| leaf_of(&row_hash(row)) == body.leaf).ok_or(Code::NoRecord)?;
    let leaf = LeafId { calendar, stream: Stream::Journal, sequence: number };
    let Some(place) = host.store.place(leaf).await? else { return Ok(ok(ProofAnswer { proof: None })) };
    let log = Arc::clone(&host.log);
    let proof = blocking(move || log.proof(place, &row)).await?;
    Ok(ok(ProofAnswer { proof: proof.map(Blob) }))
}
