//! The witness over HTTP (C2SP tlog-witness, "HTTP Interface"). Whoever asks is neither looked at nor written down.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::{Refused, Witness};

/// Most bytes of a request's body: 63 hashes, and a note with as many signatures as one has.
const BODY: usize = 256 << 10;
/// Bytes of a connection's buffer, and so of a request's head.
const BUFFER: usize = 16 << 10;
/// For the head of a request, and the longest that a connection is idle.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// For the body of a request.
const BODY_TIME: Duration = Duration::from_secs(10);
/// For what is under way when the witness is told to stop.
const STOP_TIME: Duration = Duration::from_secs(10);
/// Most connections at a time; more of them wait.
const CONNECTIONS: usize = 256;
const TEXT: &str = "text/plain; charset=utf-8";

/// A prefix that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a path such as /witness")]
pub struct BadPrefix(String);

/// A witness that answers until it is stopped.
#[derive(Debug)]
pub struct Served {
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Served {
    /// Takes no more connections and finishes what is under way.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // One that panicked has stopped too.
        let _ = self.task.await;
    }
}

/// Answers below a prefix, which is empty or begins with a slash; submission and monitoring have the same one.
pub fn serve(witness: Arc<Witness>, listener: TcpListener, prefix: &str) -> Result<Served, BadPrefix> {
    let router = router(witness, prefix)?;
    let (stop, stopping) = watch::channel(false);
    Ok(Served { stop, task: tokio::spawn(accept(listener, router, stopping)) })
}

fn router(witness: Arc<Witness>, prefix: &str) -> Result<Router, BadPrefix> {
    let prefix = prefix.trim_end_matches('/');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    if !(prefix.is_empty() || prefix.starts_with('/')) || !prefix.bytes().all(plain) || prefix.contains("//") {
        return Err(BadPrefix(prefix.to_owned()));
    }
    let router = Router::new()
        .route(&format!("{prefix}/add-checkpoint"), post(add_checkpoint))
        .route(&format!("{prefix}/{{origin}}/checkpoint"), get(checkpoint));
    Ok(router.with_state(witness))
}

async fn accept(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let place = tokio::select! {
            () = stopped(&mut stop) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            Ok(place) = places.clone().acquire_owned() => place,
        };
        tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = connection(stream, router.clone(), stop.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                // No file descriptors left, mostly: connections that end will give some back.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
    drop(listener);
    let rest = async { while connections.join_next().await.is_some() {} };
    // What is cut off after that was answered by nobody; the log asks again.
    let _ = tokio::time::timeout(STOP_TIME, rest).await;
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone has stopped too.
    let _ = stop.wait_for(|stop| *stop).await.map(drop);
}

async fn connection(stream: TcpStream, router: Router, mut stop: watch::Receiver<bool>) {
    let service = service_fn(move |request: hyper::Request<Incoming>| answer(request, router.clone()));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(BUFFER);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        // What goes wrong on a connection is its other end's affair.
        _ = connection.as_mut() => return,
        () = stopped(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(request: hyper::Request<Incoming>, router: Router) -> Result<Response, Infallible> {
    router.oneshot(request.map(Body::new)).await
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Body) -> Response {
    let read = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY).collect()).await;
    let body = match read {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return text(StatusCode::PAYLOAD_TOO_LARGE, "too long\n"),
        Ok(Err(_)) => return text(StatusCode::BAD_REQUEST, "the body ended early\n"),
        Err(_) => return text(StatusCode::REQUEST_TIMEOUT, "too slow\n"),
    };
    // Runs to its end whether or not somebody still waits for the answer.
    let came = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    match came {
        Ok(Ok(lines)) => text(StatusCode::OK, lines),
        Ok(Err(Refused::Refusal(refusal))) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
            if status == StatusCode::UNPROCESSABLE_ENTITY {
                tracing::warn!(why = %refusal, "a log's checkpoint does not go on from the last one");
            }
            (status, [(CONTENT_TYPE, refusal.content_type())], refusal.body()).into_response()
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "nothing was cosigned");
            text(StatusCode::INTERNAL_SERVER_ERROR, "nothing was cosigned\n")
        }
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "nothing was cosigned\n"),
    }
}

async fn checkpoint(State(witness): State<Arc<Witness>>, Path(origin): Path<String>) -> Response {
    // It may wait for a checkpoint that is being kept.
    let note = tokio::task::spawn_blocking(move || witness.checkpoint(&origin)).await.ok().flatten();
    match note {
        Some(note) => ([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "no-store")], note).into_response(),
        None => text(StatusCode::NOT_FOUND, "nothing of this log was cosigned\n"),
    }
}

fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(CONTENT_TYPE, TEXT)], body.into()).into_response()
}
