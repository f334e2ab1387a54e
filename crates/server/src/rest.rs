//! What is left of a body when its request was refused before all of it was read. A connection that is closed on a
//! sender still at it is reset, and the answer is lost with it; so some of the rest is taken first, and thrown away.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::EXPECT;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Frame, SizeHint};

/// Most bytes of it, and the longest that they are waited for.
const MOST: usize = 4 << 20;
const TIME: Duration = Duration::from_secs(2);

/// A body that is read by a handler first, and then by whoever takes the rest.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl hyper::body::Body for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut *self.lock()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.lock().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.lock().size_hint()
    }
}

/// Answers a request, and takes the rest of its body before a refusal is sent. Who expects to be told to go on has sent
/// nothing yet.
pub(crate) async fn take_the_rest(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() || request.headers().contains_key(EXPECT) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = Shared(Arc::new(Mutex::new(body)));
    let response = next.run(Request::from_parts(parts, Body::new(body.clone()))).await;
    if response.status().is_client_error() {
        let _ = tokio::time::timeout(TIME, throw_away(body)).await;
    }
    response
}

async fn throw_away(mut body: Shared) {
    let mut thrown = 0;
    while !body.is_end_stream()
        && thrown < MOST
        && let Some(Ok(frame)) = body.frame().await
    {
        thrown += frame.data_ref().map_or(0, Bytes::len);
    }
}
