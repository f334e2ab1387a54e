//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::accept::activity::Activity;
use crate::accept::places::Place;
use crate::accept::slices::Slices;
use crate::accept::stall::Stall;
use crate::accept::{Peer, stopped};
use crate::config::Timeouts;

/// How long an HTTP/2 connection may be open without a request.
const IDLE: Duration = Duration::from_secs(75);
/// How often that is looked at, and whether an answer is taken.
const LOOK: Duration = Duration::from_secs(2);
/// How long an idle connection may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);
const HTTP2_STREAMS: u32 = 100;
const HTTP2_PING: Duration = Duration::from_secs(20);
/// Bytes of a request's head.
const HEAD: u32 = 16 * 1024;
const BUFFER: usize = 64 * 1024;

/// How every connection is served.
pub(crate) struct Settings {
    builder: Builder<TokioExecutor>,
    timeouts: Timeouts,
}

impl Settings {
    pub(crate) fn new(timeouts: Timeouts) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(timeouts.header())
            .max_buf_size(BUFFER)
            .half_close(false);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(HTTP2_STREAMS)
            .max_header_list_size(HEAD)
            .keep_alive_interval(HTTP2_PING)
            .keep_alive_timeout(HTTP2_PING);
        Self { builder, timeouts }
    }
}

/// Serves a connection until it ends, idles too long, or the host stops.
pub(crate) async fn serve(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    settings: Arc<Settings>,
    mut stop: watch::Receiver<bool>,
    place: Place,
) {
    let _place = place;
    // A lost setting costs latency, no more.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Box::pin(Stall::new(stream, settings.timeouts.write())));
    let activity = Activity::new();
    let service = {
        let activity = activity.clone();
        service_fn(move |request| answer(request, peer, router.clone(), activity.clone()))
    };
    let connection = settings.builder.serve_connection(io, service);
    tokio::pin!(connection);
    let (first, write) = (settings.timeouts.header(), settings.timeouts.write());
    let mut look = tokio::time::interval(LOOK);
    let idle = loop {
        tokio::select! {
            // In this order: on a slow machine a request may lie there already when the connection seems idle.
            biased;
            // What goes wrong on a connection is its other end's affair; nothing about it is logged.
            _ = connection.as_mut() => return,
            () = stopped(&mut stop) => break false,
            _ = look.tick() => {
                if activity.is_stuck(write) {
                    return;
                }
                if activity.is_idle(first, IDLE) {
                    break true;
                }
            }
        }
    };
    connection.as_mut().graceful_shutdown();
    if idle {
        let _ = tokio::time::timeout(GOODBYE, connection).await;
    } else {
        let _ = connection.await;
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    peer: Peer,
    router: Router,
    activity: Activity,
) -> Result<Response, Infallible> {
    let under_way = activity.begin();
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    let response = router.oneshot(request).await?;
    // The request is under way until the last byte of its answer is.
    Ok(response.map(|body| Body::new(Slices::of(body, under_way))))
}
