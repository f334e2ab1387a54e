//! `POST /v1/calendars/{calendar}/holds`: 24 ids for one session, all or none.

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_attest::{claims_digest, sha256, verify};
use souspli_protocol::claims::HoldRequest;
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::HOLD_MINUTES;
use souspli_protocol::tlv::TlvError;
use souspli_protocol::wire::{Blob, Held, Hold};
use souspli_store::Calendar;

use crate::answer::{Answer, created};
use crate::body::Strict;
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::shape::code_of;
use crate::state::AppState;
use crate::to_the_end::to_the_end;
use crate::windows;

/// The field of a hold that the ids are checked against.
const CLAIMS_TAG: u8 = 8;

pub(crate) fn route() -> Route {
    let doc = Doc::new("hold", "Holds a time for a session; a session's second hold replaces its first.")
        .body("Hold")
        .answer(201, Content::Json("Held"))
        .codes(&[Code::WrongSize, Code::BadShape, Code::UnknownSuite, Code::NoCalendar, Code::WrongContext])
        .codes(&[Code::BadSignature, Code::LinkRevoked, Code::LinkExpired, Code::TokenNeeded, Code::StaleVersion])
        .codes(&[Code::BadWindow, Code::BadClaims, Code::WorkRequired, Code::SlotTaken, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/holds", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(id): CalendarPath,
    Strict(body, turn): Strict<Hold>,
) -> Result<Answer<Held>, Rejection> {
    let Blob(bytes) = body.hold;
    let hold = parse(&bytes)?;
    let calendar = host.calendar(id).await?;
    check(&hold, &calendar)?;
    let now = host.clock.minute();
    let directory = host.directory(&calendar).await?;
    directory.link(&hold.statement.link, now)?;
    if hold.statement.version != calendar.version {
        return Err(Code::StaleVersion.into());
    }
    if !windows::claimable(now).contains(&hold.statement.window) {
        return Err(Code::BadWindow.into());
    }
    if claims_digest(&calendar.context, hold.statement.window, &hold.claims) != hold.statement.claims {
        return Err(Code::BadClaims.into());
    }
    host.count_booking(&calendar.context, hold.statement.link, &sha256(&bytes), body.work)?;
    host.has_room()?;
    to_the_end(async move {
        let _turn = turn;
        let expires = now.saturating_add(HOLD_MINUTES);
        let _waiting = host.metrics.waiting();
        let HoldRequest { statement, claims, .. } = &hold;
        host.store.hold(id, statement.session, statement.window, claims, now, expires).await?;
        host.sets.held(id);
        Ok(created(Held { expires }))
    })
    .await
}

fn parse(bytes: &[u8]) -> Result<HoldRequest, Code> {
    if bytes.len() != HoldRequest::SIZE {
        return Err(Code::WrongSize);
    }
    HoldRequest::decode(bytes).map_err(|error| match error {
        TlvError::Value { tag: CLAIMS_TAG } => Code::BadClaims,
        error => code_of(bytes, error),
    })
}

/// Context and both signatures.
fn check(hold: &HoldRequest, calendar: &Calendar) -> Result<(), Code> {
    let statement = &hold.statement;
    if statement.context != calendar.context {
        return Err(Code::WrongContext);
    }
    let signed = statement.encode();
    verify(&statement.link, &signed, &hold.link_signature).map_err(|_| Code::BadSignature)?;
    verify(&statement.session, &signed, &hold.session_signature).map_err(|_| Code::BadSignature)
}
