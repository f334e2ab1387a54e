//! `POST /v1/calendars/{calendar}/journal`: who read what, for the practice's own clients (`docs/spec/log.md` §7).

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_attest::journal::open_hash;
use souspli_protocol::Digest;
use souspli_protocol::journal::{JournalStatement, hour_of};
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::JOURNAL_PAGE;
use souspli_protocol::wire::{Blob, JournalAnswer, JournalRead};

use crate::answer::{Answer, ok};
use crate::auth::Signed;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("journal", "The journal of reads after a number, at most 64 closed rows at a time.")
        .notes("The host's statement is about the newest closed row and the open ones.")
        .signed_by("a key of the access list")
        .body("JournalRead")
        .answer(200, Content::Json("JournalAnswer"))
        .codes(&[Code::NotInAcl]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/journal", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    request: Signed<JournalRead>,
) -> Result<Answer<JournalAnswer>, Rejection> {
    request.in_acl(&host).await?;
    let (context, since, minute) = (request.calendar.context, request.body.since.0, host.clock.minute());
    // One more than fits tells whether there are more.
    let limit = u32::try_from(JOURNAL_PAGE + 1).unwrap_or(u32::MAX);
    let mut journal = host.store.journal(context.calendar, since, limit).await?;
    if journal.open.iter().any(|row| row.hour < hour_of(minute)) {
        host.close_reads(context.calendar, minute).await?;
        journal = host.store.journal(context.calendar, since, limit).await?;
    }
    let more = journal.rows.len() > JOURNAL_PAGE;
    journal.rows.truncate(JOURNAL_PAGE);
    let open: Vec<Vec<u8>> = journal.open.iter().map(|row| row.encode(&context)).collect();
    let (number, newest) = journal.newest.map_or((0, Digest::ZERO), |newest| (newest.number, newest.hash));
    let open_rows = open_hash(open.iter().map(Vec::as_slice));
    let mut statement = JournalStatement { context, number, newest, open: open_rows, minute }.encode();
    let signature = host.key.sign_receipt(&statement);
    statement.extend_from_slice(signature.as_bytes());
    let blobs = |rows: Vec<Vec<u8>>| rows.into_iter().map(Blob).collect();
    Ok(ok(JournalAnswer { rows: blobs(journal.rows), open: blobs(open), more, statement: Blob(statement) }))
}
