//! `POST /v1/calendars/{calendar}/events`: an event, and with it the claims it names; checks in the order of http.md §6.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::Method;
use souspli_protocol::event::AuthorKind;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Append, Appended, Blob};
use souspli_protocol::{CalendarId, Context};
use souspli_store::AppendError;

use crate::answer::{created, ok};
use crate::body::Strict;
use crate::changes::Change;
use crate::directory::Known;
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::calendars::events::check::{self, Submitted};
use crate::routes::{Content, Doc, Route};
use crate::state::{AppState, Shared};
use crate::to_the_end::to_the_end;

pub(crate) fn route() -> Route {
    let doc = Doc::new("append", "Begins a record or goes on with it.")
        .notes(
            "The same bytes again are answered with the stored receipt (200). `session` and `sessionSignature` are zero \
             where no hold is quoted; `claims` is empty where the event claims nothing.",
        )
        .body("Append")
        .answer(201, Content::Json("Appended"))
        .answer(200, Content::Json("Appended"))
        .codes(&[Code::WrongSize, Code::BadShape, Code::UnknownSuite, Code::NoCalendar, Code::WrongContext])
        .codes(&[Code::BadSignature, Code::LinkRevoked, Code::LinkExpired, Code::TokenNeeded, Code::NotInAcl])
        .codes(&[Code::WrongAuthor, Code::EventExpired, Code::StaleVersion, Code::BadEpoch, Code::BadWindow])
        .codes(&[Code::BadClaims, Code::WorkRequired, Code::SlotTaken, Code::RecordExists, Code::RevisionConflict])
        .codes(&[Code::RecordReleased, Code::NoRecord, Code::RecordErased, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/events", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(id): CalendarPath,
    Strict(body, turn): Strict<Append>,
) -> Result<Response, Rejection> {
    let submitted = Submitted::parse(body)?;
    if let Err(rejection) = admit(&host, id, &submitted).await? {
        // What is stored already was in order when it was new. Only here: the store finds it out for all others.
        let receipt = stored(&host, id, &submitted).await?.ok_or(rejection)?;
        return Ok(ok(Appended { receipt: Blob(receipt) }).into_response());
    }
    to_the_end(async move {
        let _turn = turn;
        append(&host, id, submitted, Vec::new()).await
    })
    .await
}

/// Everything that is checked before the store is asked to write: first where the event belongs, then the event. What is
/// kept of the version that it quotes may admit it, since the store compares the version once more; a refusal is always
/// by what is true now.
async fn admit(host: &Shared, id: CalendarId, submitted: &Submitted) -> Result<Result<(), Rejection>, Rejection> {
    let header = submitted.event.header();
    let kept = host.known(id, header.version).filter(|known| known.context == header.context);
    let signed = kept.as_ref().map(|known| check::signatures(submitted, &known.context));
    let admitted = match (&kept, signed) {
        (Some(known), Some(Ok(()))) => check(host, known, submitted),
        _ => Err(Code::StaleVersion),
    };
    if admitted.is_err() {
        let now = known_now(host, id, &header.context).await?;
        let signed = signed.unwrap_or_else(|| check::signatures(submitted, &now.context));
        if let Err(code) = signed.and_then(|()| check(host, &now, submitted)) {
            return Ok(Err(code.into()));
        }
    }
    Ok(count(host, submitted))
}

/// What is known of the event's calendar now.
async fn known_now(host: &Shared, id: CalendarId, context: &Context) -> Result<Known, Rejection> {
    let calendar = host.calendar(id).await?;
    if *context != calendar.context {
        return Err(Code::WrongContext.into());
    }
    let directory = host.directory(&calendar).await?;
    Ok(Known { context: calendar.context, version: calendar.version, directory })
}

fn check(host: &Shared, known: &Known, submitted: &Submitted) -> Result<(), Code> {
    let now = host.clock.minute();
    check::author(submitted, &known.directory, now)?;
    check::times(submitted, known, now)?;
    check::claims(submitted, &known.context)
}

fn count(host: &Shared, submitted: &Submitted) -> Result<(), Rejection> {
    let header = submitted.event.header();
    if header.author_kind == AuthorKind::Link {
        host.count_booking(&header.context, header.author, &submitted.hash, submitted.work)?;
    }
    Ok(host.has_room()?)
}

/// The receipt of these very bytes, where they are stored already.
async fn stored(host: &Shared, id: CalendarId, submitted: &Submitted) -> Result<Option<Vec<u8>>, Rejection> {
    let header = submitted.event.header();
    let Some(last) = host.store.last_event(id, header.record).await? else { return Ok(None) };
    if last.hash == submitted.hash {
        return Ok(Some(last.receipt));
    }
    if last.event.header().revision <= header.revision {
        return Ok(None);
    }
    let record = host.store.record(id, header.record).await?;
    Ok(record.into_iter().find(|earlier| earlier.hash == submitted.hash).map(|earlier| earlier.receipt))
}

/// Has an event written; `earlier` is the receipts that it had before a restore, or nothing.
pub(crate) async fn append(
    host: &Shared,
    id: CalendarId,
    submitted: Submitted,
    earlier: Vec<u8>,
) -> Result<Response, Rejection> {
    let write = submitted.into_write(earlier);
    let appended = {
        let _waiting = host.metrics.waiting();
        host.store.append(&write, host.clock.minute(), &host.linker).await?
    };
    let answer = Appended { receipt: Blob(appended.receipt) };
    if !appended.new {
        return Ok(ok(answer).into_response());
    }
    host.metrics.event();
    host.changes.tell(id, Change { sequence: appended.sequence, published: false });
    Ok(created(answer).into_response())
}

impl From<AppendError> for Rejection {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Taken => Code::SlotTaken.into(),
            AppendError::StaleVersion => Code::StaleVersion.into(),
            AppendError::RecordExists => Code::RecordExists.into(),
            AppendError::RevisionConflict => Code::RevisionConflict.into(),
            AppendError::Released => Code::RecordReleased.into(),
            AppendError::NoRecord => Code::NoRecord.into(),
            AppendError::Erased => Code::RecordErased.into(),
            AppendError::NoCalendar => Code::NoCalendar.into(),
            AppendError::Store(error) => error.into(),
        }
    }
}
