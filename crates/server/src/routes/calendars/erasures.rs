//! `POST /v1/calendars/{calendar}/erasures`: a member has a record erased (`docs/spec/events.md` §8).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::Method;
use souspli_attest::{sha256, verify};
use souspli_protocol::erase::Erase;
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, EVENT_LIFE_MINUTES};
use souspli_protocol::wire::{Appended, Blob, EraseBody};
use souspli_protocol::{CalendarId, Digest};
use souspli_store::{EraseError, EraseWrite};

use crate::answer::{created, ok};
use crate::body::Strict;
use crate::changes::Change;
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::shape::code_of;
use crate::state::{AppState, Shared};
use crate::to_the_end::to_the_end;
use crate::windows;

pub(crate) fn route() -> Route {
    let doc = Doc::new("erase", "Erases a record that takes no time any more.")
        .notes("The same bytes again are answered with the stored receipt (200).")
        .body("EraseBody")
        .answer(201, Content::Json("Appended"))
        .answer(200, Content::Json("Appended"))
        .codes(&[Code::WrongSize, Code::BadShape, Code::UnknownSuite, Code::NoCalendar, Code::WrongContext])
        .codes(&[Code::BadSignature, Code::NotInAcl, Code::EventExpired, Code::NoRecord, Code::RecordErased])
        .codes(&[Code::RevisionConflict, Code::RecordLive, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/erasures", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(id): CalendarPath,
    Strict(body, turn): Strict<EraseBody>,
) -> Result<Response, Rejection> {
    let Blob(bytes) = body.erase;
    if bytes.len() != Erase::SIZE {
        return Err(Code::WrongSize.into());
    }
    let erase = Erase::decode(&bytes).map_err(|error| code_of(&bytes, error))?;
    let hash = sha256(&bytes);
    admit(&host, id, &erase).await?;
    to_the_end(async move {
        let _turn = turn;
        write(&host, id, erase, hash).await
    })
    .await
}

/// Where it belongs, whose it is, and whether its author may write.
async fn admit(host: &Shared, id: CalendarId, erase: &Erase) -> Result<(), Rejection> {
    let calendar = host.calendar(id).await?;
    let statement = &erase.statement;
    if statement.context != calendar.context {
        return Err(Code::WrongContext.into());
    }
    verify(&statement.author, &statement.encode(), &erase.signature).map_err(|_| Code::BadSignature)?;
    if host.directory(&calendar).await?.is_member(&statement.author) { Ok(()) } else { Err(Code::NotInAcl.into()) }
}

async fn write(host: &Shared, id: CalendarId, erase: Erase, hash: Digest) -> Result<Response, Rejection> {
    let now = host.clock.minute();
    let write = EraseWrite { erase, hash, claimable: *windows::claimable(now).start() };
    let erased = if let Err(code) = timely(&erase, now) {
        // What is stored already was in order when it was new.
        host.store.erased(&write).await?.ok_or(code)?
    } else {
        host.has_room()?;
        host.store.erase(&write, now, &host.linker).await?
    };
    let answer = Appended { receipt: Blob(erased.receipt) };
    if !erased.new {
        return Ok(ok(answer).into_response());
    }
    host.changes.tell(id, Change { sequence: erased.sequence, published: false });
    Ok(created(answer).into_response())
}

fn timely(erase: &Erase, now: u32) -> Result<(), Code> {
    let not_after = erase.statement.not_after;
    if now > not_after {
        return Err(Code::EventExpired);
    }
    let ahead = not_after > now.saturating_add(EVENT_LIFE_MINUTES + CLOCK_SKEW_MINUTES);
    if ahead { Err(Code::BadShape) } else { Ok(()) }
}

impl From<EraseError> for Rejection {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::NoRecord => Code::NoRecord.into(),
            EraseError::Erased => Code::RecordErased.into(),
            EraseError::RevisionConflict => Code::RevisionConflict.into(),
            EraseError::Live => Code::RecordLive.into(),
            EraseError::NoCalendar => Code::NoCalendar.into(),
            EraseError::Store(error) => error.into(),
        }
    }
}
