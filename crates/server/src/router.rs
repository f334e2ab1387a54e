//! The router: routes, pages, and what every request passes through.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
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
use crate::routes;
use crate::state::AppState;
use crate::web;

const NONCE: HeaderName = HeaderName::from_static("souspli-nonce");
/// A request that makes something for nothing costs more of an address's tokens than others.
const DEAR: u32 = 20;

/// Everything that the host answers, but for its metrics.
pub(crate) fn router(host: AppState) -> Router {
    let mut router = Router::new();
    for route in routes::all() {
        router = router.route(route.path, route.handler);
    }
    router
        .route("/", get(web::page_for_patients))
        .route("/practice", get(web::page_for_practices))
        .fallback(web::serve)
        .method_not_allowed_fallback(other_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(host.clone(), admit))
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

/// Counts a request against its address. Whether the host lives may always be asked.
async fn admit(State(host): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let peer = request.extensions().get::<Peer>().copied();
    if let Some(Peer(peer)) = peer
        && !matches!(path, "/healthz" | "/readyz")
    {
        let cost = if path == "/v1/vaults" { DEAR } else { 1 };
        if let Err(seconds) = host.addresses.take(peer, request.headers(), cost, Instant::now()) {
            return Rejection::slow_down(seconds).into_response();
        }
    }
    next.run(request).await
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
