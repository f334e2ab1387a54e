//! `POST /v1/calendars/{calendar}/publications`: a batch, taken whole or not at all.

use axum::Extension;
use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::CalendarId;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{Blob, Publish, Published};
use souspli_store::{Calendar, PublishError};
use tokio::time::Instant;

use crate::answer::{Answer, created};
use crate::body::Strict;
use crate::changes::Change;
use crate::config::Registration;
use crate::limits::Sender;
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::calendars::publications::batch::{self, Authority};
use crate::routes::{Content, Doc, Route};
use crate::state::{AppState, Shared};
use crate::to_the_end::to_the_end;

/// What a new practice costs of an address's tokens.
const REGISTRATION: u32 = 30;

pub(crate) fn route() -> Route {
    let doc = Doc::new("publish", "Publishes a batch of 1 to 32, whole or not at all.")
        .notes(
            "The first batch is registration, acl, links, and may go on; it creates the calendar. The same batch again \
             is answered with the stored receipts. Who may publish is told by the signatures inside.",
        )
        .body("Publish")
        .answer(201, Content::Json("Published"))
        .codes(&batch::REFUSALS)
        .codes(&[Code::NoCalendar, Code::RegistrationClosed])
        .codes(&[Code::AlreadyRegistered, Code::StaleVersion, Code::UnknownOutcome]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/publications", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(id): CalendarPath,
    sender: Option<Extension<Sender>>,
    Strict(body, turn): Strict<Publish>,
) -> Result<Answer<Published>, Rejection> {
    let batch = batch::parse(&body.publications, id)?;
    let first = batch.first().ok_or(Code::BadShape)?;
    let calendar = host.store.calendar(id).await?;
    let elsewhere = |context| batch.iter().any(|publication| publication.statement().context != context);
    if calendar.is_some_and(|calendar| elsewhere(calendar.context)) {
        return Err(Code::WrongContext.into());
    }
    let again = calendar.is_some_and(|calendar| first.statement().version <= calendar.version);
    // A batch that is not newer than the calendar can only be one that was sent before: the store compares the bytes
    // and either has its receipts or refuses it. What those bytes say was checked when they were new.
    if !again {
        check(&host, calendar.as_ref(), &batch).await?;
        if calendar.is_none() {
            count_registration(&host, sender)?;
        }
        host.has_room()?;
    }
    let receipts = to_the_end(async move {
        let _turn = turn;
        store(&host, id, &batch).await
    })
    .await?;
    Ok(created(Published { receipts: receipts.into_iter().map(Blob).collect() }))
}

async fn check(host: &Shared, calendar: Option<&Calendar>, batch: &[Publication]) -> Result<(), Rejection> {
    let now = host.clock.minute();
    let registers = batch.first().is_some_and(|first| first.statement().kind == PublicationKind::Registration);
    let authority = match calendar {
        Some(_) if registers => return Err(Code::AlreadyRegistered.into()),
        Some(calendar) => {
            let directory = host.directory(calendar).await?;
            batch::follows(batch, calendar)?;
            Authority::of(calendar, directory.members())
        }
        None if registers && host.registration == Registration::Closed => {
            return Err(Code::RegistrationClosed.into());
        }
        None if registers => Authority::registered(batch)?,
        None => return Err(Code::NoCalendar.into()),
    };
    Ok(batch::check(batch, authority, now)?)
}

/// A calendar is for ever; who makes many of them waits.
fn count_registration(host: &Shared, sender: Option<Extension<Sender>>) -> Result<(), Rejection> {
    let Some(Extension(sender)) = sender else { return Ok(()) };
    host.addresses.take(sender, REGISTRATION, Instant::now()).map_err(Rejection::slow_down)
}

async fn store(host: &Shared, id: CalendarId, batch: &[Publication]) -> Result<Vec<Vec<u8>>, Rejection> {
    let receipts = {
        let _waiting = host.metrics.waiting();
        host.store.publish(batch, host.clock.minute(), &host.linker).await?
    };
    host.directories.forget(id);
    host.metrics.published(receipts.len());
    let last = receipts.last().and_then(|receipt| Receipt::decode(receipt).ok());
    if let Some(last) = last {
        host.changes.tell(id, Change { sequence: last.statement.link.sequence, published: true });
    }
    Ok(receipts)
}

impl From<PublishError> for Rejection {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::StaleVersion => Code::StaleVersion.into(),
            PublishError::AlreadyRegistered => Code::AlreadyRegistered.into(),
            PublishError::NoCalendar => Code::NoCalendar.into(),
            PublishError::Store(error) => error.into(),
        }
    }
}
