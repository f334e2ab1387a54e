//! `GET /metrics`, only at the address that the configuration gives it.

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use souspli_protocol::problem::Code;

use crate::rejection::Rejection;
use crate::state::AppState;

/// A router that answers nothing else.
pub(crate) fn router(host: AppState) -> Router {
    Router::new()
        .route("/metrics", get(handle))
        .fallback(async || Rejection::from(Code::NoRoute))
        .method_not_allowed_fallback(async || Rejection::from(Code::WrongMethod))
        .with_state(host)
}

async fn handle(State(host): State<AppState>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], host.metrics.text(host.changes.count()))
}
