//! The router: routes, pages, and what every request passes through.

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use souspli_protocol::problem::Code;
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

use crate::accept::Peer;
use crate::headers::secure;
use crate::observe::observe;
use crate::rejection::Rejection;
use crate::rest::take_the_rest;
use crate::routes;
use crate::state::AppState;
use crate::web;

const NONCE: HeaderName = HeaderName::from_static("souspli-nonce");
/// Bytes of a body that cost one of an address's tokens more.
const TAKEN: u64 = 16 * 1_024;
/// Bytes of an answer that do.
const GIVEN: u64 = 64 * 1_024;
/// About the longest body.
const LONGEST: u64 = 1 << 21;

/// Everything that the host answers, but for its metrics.
pub(crate) fn router(host: AppState) -> Router {
    let mut router = Router::new();
    for route in routes::all() {
        router = router.route(route.path, route.handler);
    }
    router
        .route("/", get(web::page_for_patients))
        .route("/practice", get(web::page_for_practices))
        .route("/check", get(web::page_for_proofs))
        .fallback(web::serve)
        .method_not_allowed_fallback(other_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(host.clone(), admit))
        .layer(from_fn(take_the_rest))
        .layer(from_fn_with_state(host.clone(), observe))
        .layer(from_fn_with_state(host.clone(), dress))
        .with_state(host)
}

/// A path that is there, asked in another way; axum adds which ways there are.
async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Rejection::from(Code::WrongMethod).into_response()
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    Rejection::from(Code::Internal).into_response()
}

/// Counts a request against its address: one token, and more for long bodies, since bytes are what a host runs out of.
/// Whether the host lives may always be asked.
async fn admit(State(host): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let Some(Peer(peer)) = peer.filter(|_| !matches!(request.uri().path(), "/healthz" | "/readyz")) else {
        return next.run(request).await;
    };
    let sender = host.addresses.sender(peer, request.headers());
    // A body of unknown length may turn out to be the longest that is taken.
    let length = request.body().size_hint().exact().unwrap_or(LONGEST);
    let cost = 1 + units(length.min(LONGEST), TAKEN);
    if let Err(seconds) = host.addresses.take(sender, cost, Instant::now()) {
        return Rejection::slow_down(seconds).into_response();
    }
    request.extensions_mut().insert(sender);
    let response = next.run(request).await;
    let length = response.body().size_hint().exact().unwrap_or(0);
    host.addresses.charge(sender, units(length, GIVEN), Instant::now());
    response
}

fn units(bytes: u64, unit: u64) -> u32 {
    u32::try_from(bytes / unit).unwrap_or(u32::MAX)
}

/// Adds the headers of every response, and a fresh nonce to those under `/v1`.
async fn dress(State(host): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    secure(response.headers_mut(), &path, host.behind_tls);
    if path.starts_with("/v1/")
        && let Some(nonce) = host.nonces.give(host.clock.minute())
        && let Ok(nonce) = HeaderValue::try_from(nonce.to_string())
    {
        response.headers_mut().insert(NONCE, nonce);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_and_says_nothing() {
        let router: Router = Router::new()
            .route("/", get(async || -> &'static str { panic!("a secret") }))
            .layer(CatchPanicLayer::custom(panicked));
        let request = Request::get("/").body(Body::empty()).expect("request");
        let response = router.oneshot(request).await.expect("answer");
        assert_eq!(response.status(), 500);
        let body = response.into_body().collect().await.expect("body").to_bytes();
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("\"code\":\"internal\"") && !body.contains("secret"), "{body}");
    }
}
