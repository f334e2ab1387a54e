//! The client against servers that are rude.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::{any, get};
use tokio::net::TcpListener;

use super::*;

async fn server(router: Router) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Address::parse(&format!("http://{at}")).expect("an address")
}

fn client() -> Client {
    Client::new(None).expect("a client")
}

#[tokio::test]
async fn a_host_that_asks_to_slow_down_is_obeyed_and_asked_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counts = asked.clone();
    let router = Router::new().route(
        "/a",
        get(move || async move {
            match counts.fetch_add(1, Ordering::SeqCst) {
                0 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "slow down").into_response(),
                1 => (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")], "busy").into_response(),
                _ => "here".into_response(),
            }
        }),
    );
    let begun = Instant::now();
    let answer = client().get(&server(router).await, "a", 10).await.expect("an answer");
    assert_eq!((answer.body.as_slice(), asked.load(Ordering::SeqCst)), (&b"here"[..], 3));
    assert!(begun.elapsed() >= Duration::from_secs(2), "a second each time");
}

#[tokio::test]
async fn answers_have_a_bound_and_no_packing_and_redirects_are_not_followed() {
    let router = Router::new()
        .route("/long", get(|| async { vec![b'a'; 1_001] }))
        .route("/packed", get(|| async { ([("content-encoding", "gzip")], "x") }))
        .route("/away", any(|| async { (StatusCode::FOUND, [("location", "/long")]) }))
        .route("/busy", get(|| async { StatusCode::TOO_MANY_REQUESTS }));
    let at = server(router).await;
    let get = async |path: &str, most| client().get(&at, path, most).await;
    assert!(matches!(get("long", 1_000).await, Err(HttpError::TooLong(_))));
    assert_eq!(get("long", 1_001).await.expect("just enough").body.len(), 1_001);
    assert!(matches!(get("packed", 1_000).await, Err(HttpError::Encoded(_))));
    assert_eq!(get("away", 1_000).await.expect("an answer").status, StatusCode::FOUND);
    assert_eq!(get("busy", 1_000).await.expect("an answer").status, StatusCode::TOO_MANY_REQUESTS);
    let posted = client().post_json(&at, "away", b"{}".to_vec(), 10).await.expect("an answer");
    assert_eq!(posted.status, StatusCode::FOUND);
}

#[tokio::test]
async fn nobody_there_is_said_and_so_are_certificates_that_are_none() {
    let nobody = Address::parse("http://127.0.0.1:1").expect("an address");
    assert!(matches!(client().get(&nobody, "a", 10).await, Err(HttpError::Away(_))));
    let file = tempfile::NamedTempFile::new().expect("a file");
    assert!(matches!(Client::new(Some(file.path())), Err(HttpError::Certificates(_))));
}
