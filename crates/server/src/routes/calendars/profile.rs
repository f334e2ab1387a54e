//! `GET /v1/calendars/{calendar}/profile`: what a link's holder reads first.

use axum::extract::State;
use axum::routing::get;
use http::Method;
use souspli_protocol::CalendarId;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::epoch_of;
use souspli_protocol::wire::{Blob, Counter, Profile};

use crate::answer::{Answer, ok};
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::{AppState, Shared};
use crate::turns::Turn;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readProfile", "Registration, links, the current identity and the catalogue; restores.")
        .notes(
            "`identity` is that of the current epoch, null where none is published; so is `catalogue`. `notices` are those \
             of all restores of the calendar, `countersignature` the practice's answer to the newest.",
        )
        .answer(200, Content::Json("Profile"));
    Route { method: Method::GET, path: "/v1/calendars/{calendar}/profile", handler: get(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    _turn: Turn,
    CalendarPath(id): CalendarPath,
) -> Result<Answer<Profile>, Rejection> {
    let calendar = host.calendar(id).await?;
    let epoch = epoch_of(host.clock.minute());
    let (mut notices, mut countersignature) = (Vec::new(), None);
    if calendar.generation > 0 {
        notices = host.store.notices(id).await?.into_iter().map(Blob).collect();
        countersignature = newest(&host, id, PublicationKind::Countersignature, calendar.generation).await?;
    }
    Ok(ok(Profile {
        version: Counter(calendar.version),
        registration: newest(&host, id, PublicationKind::Registration, 0).await?.ok_or(Code::Internal)?,
        links: newest(&host, id, PublicationKind::Links, 0).await?.ok_or(Code::Internal)?,
        identity: newest(&host, id, PublicationKind::Identity, epoch).await?,
        catalogue: newest(&host, id, PublicationKind::Catalogue, 0).await?,
        notices,
        countersignature,
    }))
}

async fn newest(host: &Shared, id: CalendarId, kind: PublicationKind, slot: u32) -> Result<Option<Blob>, Rejection> {
    let stored = host.store.publication(id, kind, slot).await?;
    Ok(stored.map(|stored| Blob(stored.publication.bytes().to_vec())))
}
