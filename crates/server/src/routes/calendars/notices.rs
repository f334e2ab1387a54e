//! `POST /v1/calendars/{calendar}/notices`: a notice of a restore, and that it is in the log (`docs/spec/restore.md` §2).

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use http::Method;
use souspli_protocol::problem::Code;
use souspli_protocol::restore::Notice;
use souspli_protocol::wire::{Blob, NoticeAnswer, NoticeRead, split_signed};
use souspli_store::{LeafId, Stream};

use crate::answer::{Answer, ok};
use crate::body::Strict;
use crate::log::blocking;
use crate::path::CalendarPath;
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

pub(crate) fn route() -> Route {
    let doc = Doc::new("readNotice", "A notice of a restore, and a proof file that it is in the log.")
        .notes("`proof` is null while the notice's leaf waits.")
        .body("NoticeRead")
        .answer(200, Content::Json("NoticeAnswer"))
        .codes(&[Code::NoRecord]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/notices", handler: post(handle), doc }
}

async fn handle(
    State(host): State<AppState>,
    CalendarPath(calendar): CalendarPath,
    Strict(body, _turn): Strict<NoticeRead>,
) -> Result<Answer<NoticeAnswer>, Rejection> {
    host.calendar(calendar).await?;
    let opened = |bytes: &[u8]| split_signed(bytes).and_then(|(bytes, _)| Notice::decode(bytes).ok());
    let notices = host.store.notices(calendar).await?;
    let wanted = |bytes: &Vec<u8>| opened(bytes).is_some_and(|notice| notice.generation == body.generation);
    let notice = notices.into_iter().find(wanted).ok_or(Code::NoRecord)?;
    let leaf = LeafId { calendar, stream: Stream::Notices, sequence: body.generation.into() };
    let proof = match host.store.place(leaf).await? {
        Some(place) => {
            let (log, extra) = (Arc::clone(&host.log), notice.clone());
            blocking(move || log.proof(place, &extra)).await?.map(Blob)
        }
        None => None,
    };
    Ok(ok(NoticeAnswer { notice: Blob(notice), proof }))
}
