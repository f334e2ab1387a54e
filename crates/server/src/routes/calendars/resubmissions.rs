//! `POST /v1/calendars/{calendar}/resubmissions`: an event that a restore has lost, with the receipts that it had
//! (`docs/spec/restore.md` §5).

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::Method;
use souspli_attest::restore::Restores;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Append, Blob, Resubmit};
use souspli_protocol::{CalendarId, Signature, VerifyingKey, Work};

use crate::body::Strict;
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::calendars::events::{Submitted, append, claims, signatures};
use crate::routes::{Content, Doc, Route};
use crate::state::{AppState, Shared};
use crate::to_the_end::to_the_end;
use crate::windows;

pub(crate) fn route() -> Route {
    let doc = Doc::new("resubmit", "Brings back an event that a restore has lost.")
        .notes(
            "`earlier` is the receipts that these bytes have had, one after the other, all of places that restores have \
             lost. What the host had judged when it gave them is not judged again. The same bytes again are answered with \
             the stored receipt (200).",
        )
        .body("Resubmit")
        .answer(201, Content::Json("Appended"))
        .answer(200, Content::Json("Appended"))
        .codes(&[Code::WrongSize, Code::BadShape, Code::UnknownSuite, Code::NoCalendar, Code::WrongContext])
        .codes(&[Code::NotLost, Code::BadSignature, Code::BadClaims, Code::SlotTaken, Code::RecordExists])
        .codes(&[Code::RevisionConflict, Code::RecordReleased, Code::NoRecord, Code::RecordErased, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/resubmissions", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(id): CalendarPath,
    Strict(body, turn): Strict<Resubmit>,
) -> Result<Response, Rejection> {
    let Resubmit { event, claims, earlier: Blob(earlier) } = body;
    let (session, session_signature, work) = (VerifyingKey::ZERO, Signature::ZERO, Work::ZERO);
    let submitted = Submitted::parse(Append { event, claims, session, session_signature, work })?;
    check(&host, id, &submitted, &earlier).await?;
    host.has_room()?;
    to_the_end(async move {
        let _turn = turn;
        append(&host, id, submitted, earlier).await
    })
    .await
}

/// That the host had taken these very bytes, and that a restore has lost them.
async fn check(host: &Shared, id: CalendarId, submitted: &Submitted, earlier: &[u8]) -> Result<(), Rejection> {
    let calendar = host.calendar(id).await?;
    let context = calendar.context;
    if submitted.event.header().context != context {
        return Err(Code::WrongContext.into());
    }
    // It would be erased again at once, in a window in which nothing of it is due to a device that reads the chain.
    if windows::due(host.clock.minute()).is_some_and(|through| submitted.event.header().window <= through) {
        return Err(Code::RecordErased.into());
    }
    let (notices, key) = (host.store.notices(id).await?, host.key.receipt_key());
    let restores = Restores::verify(notices.iter().map(Vec::as_slice), &context, &key).map_err(|_| Code::Internal)?;
    let receipts = restores.verify_earlier(earlier, &submitted.hash, &context, &key).map_err(|_| Code::NotLost)?;
    if receipts.is_empty() {
        return Err(Code::NotLost.into());
    }
    signatures(submitted, &context)?;
    Ok(claims(submitted, &context)?)
}
