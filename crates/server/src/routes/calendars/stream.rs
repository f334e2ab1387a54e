//! `POST /v1/calendars/{calendar}/stream`: a line at once, one for each change, one every 20 seconds.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use souspli_protocol::CalendarId;
use souspli_protocol::VerifyingKey;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Counter, Empty, StreamLine};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::accept::stopped;
use crate::auth::Signed;
use crate::changes::{Change, Listener};
use crate::rejection::Rejection;
use crate::routes::{Content, Doc, Route};
use crate::state::AppState;

/// How long a stream may be silent.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Lines that wait for a slow reader.
const LINES: usize = 64;

pub(crate) fn route() -> Route {
    let doc = Doc::new("stream", "One line at once, one for each change, one every 20 seconds.")
        .notes("The stream ends when the key leaves the access list and when the host stops; open it again then.")
        .signed_by("a key of the access list")
        .body("Empty")
        .answer(200, Content::Lines("StreamLine"))
        .codes(&[Code::NotInAcl]);
    Route { method: Method::POST, path: "/v1/calendars/{calendar}/stream", handler: post(handle), doc }
}

async fn handle(State(host): State<AppState>, request: Signed<Empty>) -> Result<Response, Rejection> {
    request.in_acl(&host).await?;
    let id = request.calendar.context.calendar;
    let listener = host.changes.listen(id, request.key).ok_or(Rejection::slow_down(20))?;
    // Read after listening began, so that no change falls between.
    let sequence = host.calendar(id).await?.sequence;
    // What this stream begins with is no news to those that go on.
    host.changes.tell(id, Change { sequence, published: false });
    let (lines, body) = mpsc::channel(LINES);
    tokio::spawn(feed(host.clone(), listener, lines, sequence, id, request.key));
    let headers = [(CONTENT_TYPE, "application/x-ndjson"), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(ReceiverStream::new(body))).into_response())
}

/// Writes lines until the reader goes, the key leaves the access list, or the host stops.
async fn feed(
    host: AppState,
    mut listener: Listener,
    lines: mpsc::Sender<Result<Vec<u8>, Infallible>>,
    mut sequence: u64,
    id: CalendarId,
    key: VerifyingKey,
) {
    let mut stop = host.stop.clone();
    loop {
        if lines.send(Ok(line(sequence))).await.is_err() {
            return;
        }
        let next = tokio::select! {
            next = next(&mut listener, sequence) => next,
            () = lines.closed() => return,
            () = stopped(&mut stop) => return,
        };
        match next {
            Next::Heartbeat => {}
            Next::Changed(change) => {
                sequence = sequence.max(change.sequence);
                if change.published && !is_member(&host, id, &key).await {
                    return;
                }
            }
            Next::End => return,
        }
    }
}

enum Next {
    Heartbeat,
    Changed(Change),
    End,
}

/// The next change beyond `sequence`, or the time for a heartbeat.
async fn next(listener: &mut Listener, sequence: u64) -> Next {
    let wait = async {
        loop {
            match listener.changes.recv().await {
                Ok(change) if change.sequence > sequence => return Next::Changed(change),
                // Told already by the line before.
                Ok(_) => {}
                // The newest is told next; what was missed may have been a publication.
                Err(RecvError::Lagged(_)) => return Next::Changed(Change { sequence, published: true }),
                Err(RecvError::Closed) => return Next::End,
            }
        }
    };
    tokio::time::timeout(HEARTBEAT, wait).await.unwrap_or(Next::Heartbeat)
}

async fn is_member(host: &AppState, id: CalendarId, key: &VerifyingKey) -> bool {
    let Ok(calendar) = host.calendar(id).await else { return false };
    host.directory(&calendar).await.is_ok_and(|directory| directory.is_member(key))
}

fn line(sequence: u64) -> Vec<u8> {
    let mut line = serde_json::to_vec(&StreamLine { sequence: Counter(sequence) }).unwrap_or_default();
    line.push(b'\n');
    line
}
