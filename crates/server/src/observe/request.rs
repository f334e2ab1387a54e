//! One log line and one count a request.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use tokio::time::Instant;

use crate::rejection::Refused;
use crate::state::AppState;

/// Where no route matched.
const NO_ROUTE: &str = "none";

/// Logs and counts: method, matched template, status, code, latency; nothing else.
pub(crate) async fn observe(State(host): State<AppState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let status = response.status().as_u16();
    let refused = response.extensions().get::<Refused>().map(|refused| refused.0);
    let code = refused.map_or("-", souspli_protocol::problem::Code::as_str);
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(method, route, status, code, micros, "request");
    host.metrics.answered(method, route, status, refused);
    response
}

/// A method's name out of a closed set: what somebody makes up is not written down.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
