//! `GET /metrics`, only at the address that the configuration gives it.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use souspli_protocol::problem::Code;

use crate::headers::secure;
use crate::rejection::Rejection;
use crate::state::AppState;

/// A router that answers nothing else.
pub(crate) fn router(host: AppState) -> Router {
    Router::new()
        .route("/metrics", get(handle))
        .fallback(async || Rejection::from(Code::NoRoute))
        .method_not_allowed_fallback(async || Rejection::from(Code::WrongMethod))
        .layer(from_fn(dress))
        .with_state(host)
}

/// The headers of every response.
async fn dress(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    secure(response.headers_mut(), "/metrics", false);
    response
}

async fn handle(State(host): State<AppState>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], host.metrics.text(host.changes.count(), host.log.figures()))
}
