//! Input that no client of ours sends: every one gets a problem document, and none a 5xx.

use axum::body::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::{Value, json};
use souspli_protocol::problem::Code;

use crate::support::TestHost;
use crate::support::client::Client;
use crate::support::practice::Practice;

/// Every POST route with a body that it takes as far as its shape goes.
fn posts(practice: &Practice) -> Vec<(String, Value)> {
    let b = |n: usize| "A".repeat((n * 4).div_ceil(3));
    vec![
        ("/v1/nonces".into(), json!({})),
        ("/v1/vaults".into(), json!({"vault": b(3), "locators": [b(32), b(32)]})),
        ("/v1/vaults/open".into(), json!({"locator": b(32)})),
        ("/v1/vaults/replace".into(), json!({"vault": b(3), "locators": [b(32), b(32)]})),
        (practice.path("publications"), json!({"publications": [b(3)]})),
        (practice.path("holds"), json!({"hold": b(3), "work": b(8)})),
        (
            practice.path("events"),
            json!({"event": b(3), "claims": "", "session": b(32), "sessionSignature": b(64), "work": b(8)}),
        ),
    ]
}

async fn send(client: &mut Client, method: Method, path: &str) -> u16 {
    let request = Request::builder().method(method).uri(path).body(Full::default()).expect("request");
    client.send(request).await.expect("answer").status
}

#[tokio::test]
async fn other_json_is_refused() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    for (path, good) in posts(&practice) {
        let mut unknown = good.clone();
        unknown["more"] = json!(1);
        let mut bad: Vec<(Vec<u8>, Code)> = [&b""[..], b"null", b"[]", b"7", b"{", b"{}{}", b"\xff", b"{\"a\":"]
            .iter()
            .map(|text| (text.to_vec(), Code::BadJson))
            .collect();
        bad.push((unknown.to_string().into_bytes(), Code::BadJson));
        bad.push(("[".repeat(400).into_bytes(), Code::BadJson));
        for (name, value) in good.as_object().expect("object") {
            let with = |value: Value| {
                let mut body = good.clone();
                body[name] = value;
                body.to_string().into_bytes()
            };
            let mut missing = good.clone();
            missing.as_object_mut().expect("object").remove(name);
            bad.push((missing.to_string().into_bytes(), Code::BadJson));
            bad.push((with(json!(7)), Code::BadJson));
            bad.push((with(Value::Null), Code::BadJson));
            let twice = good.to_string().replacen('{', &format!("{{\"{name}\":{value},"), 1);
            bad.push((twice.into_bytes(), Code::BadJson));
            if value.is_string() {
                for text in ["A", "AA==", "A+/A", "AAAé", "AB", "AAAA AAAA"] {
                    bad.push((with(json!(text)), Code::BadBase64));
                }
            }
        }
        for (body, code) in bad {
            let shown = String::from_utf8_lossy(&body).into_owned();
            assert_eq!(client.post_raw(&path, body).await.problem(), code, "{path}: {shown}");
        }
    }
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    for (path, body) in posts(&practice) {
        for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/json; a=b")]
        {
            let request = Request::post(&path);
            let request = if let Some(kind) = kind { request.header("content-type", kind) } else { request };
            let request = request.body(Full::new(Bytes::from(body.to_string()))).expect("request");
            assert_eq!(client.send(request).await.expect("answer").problem(), Code::WrongContentType, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn bodies_over_their_limit_are_refused() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    for (path, limit) in [
        ("/v1/nonces".to_owned(), 600),
        ("/v1/vaults/open".to_owned(), 600),
        ("/v1/vaults".to_owned(), 351_000),
        (practice.path("events"), 12_100),
        (practice.path("holds"), 3_000),
        (practice.path("publications"), 2_200_000),
    ] {
        let body = vec![b' '; limit];
        assert_eq!(client.post_raw(&path, body).await.problem(), Code::TooLarge, "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_and_other_methods() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    for path in
        ["/v1", "/v1/", "/v1/hosts", "/v2/host", "/nothing", "/v1/calendars", "/v1/host/", "/%00", "/..", "//v1/host"]
    {
        assert_eq!(client.get(path).await.problem(), Code::NoRoute, "{path}");
    }
    assert_eq!(client.get("/metrics").await.problem(), Code::NoRoute, "metrics have an address of their own");
    for (path, _) in posts(&practice) {
        assert_eq!(client.get(&path).await.problem(), Code::WrongMethod, "{path}");
    }
    for path in ["/v1/host", "/healthz", "/openapi.json"] {
        let request = Request::post(path).body(Full::default()).expect("request");
        let answer = client.send(request).await.expect("answer");
        assert_eq!(answer.problem(), Code::WrongMethod, "{path}");
        assert_eq!(answer.headers["allow"], "GET,HEAD");
        assert_eq!(send(&mut client, Method::DELETE, path).await, 405);
        assert_eq!(send(&mut client, Method::from_bytes(b"BREW").expect("method"), path).await, 405);
        assert_eq!(send(&mut client, Method::OPTIONS, path).await, 204);
    }
    assert_eq!(send(&mut client, Method::OPTIONS, "/nothing").await, 404);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let host = TestHost::start().await;
    let mut client = host.client();
    for (path, status) in [("/v1/host", 200), ("/healthz", 200), ("/nothing", 404), ("/v1/nonces", 405)] {
        let get = client.get(path).await;
        let request = Request::head(path).body(Full::default()).expect("request");
        let head = client.send(request).await.expect("answer");
        assert_eq!((head.status, get.status), (status, status), "{path}");
        assert!(head.body.is_empty());
        assert_eq!(head.headers["content-length"], get.headers["content-length"], "{path}");
    }
}

#[tokio::test]
async fn a_query_changes_nothing() {
    let host = TestHost::start().await;
    let mut client = host.client();
    assert_eq!(client.get("/v1/host").await.body, client.get("/v1/host?a=b&c").await.body);
}

#[tokio::test]
async fn an_address_that_asks_too_much_waits_and_others_do_not() {
    let host = TestHost::start_with(|config| {
        config.limits.address_burst = 30;
        config.limits.address_per_second = 1;
    })
    .await;
    let mut client = host.client();
    let mut answers = Vec::new();
    for _ in 0..40 {
        answers.push(client.get("/v1/host").await);
    }
    assert!(answers[..30].iter().all(|answer| answer.status == 200));
    let last = answers.last().expect("some");
    assert_eq!(last.problem(), Code::SlowDown);
    assert_eq!(last.headers["retry-after"], "1");
    assert_eq!(client.get("/healthz").await.status, 200, "whether it lives may always be asked");
    let mut neighbour = Client::from(host.addr, "127.0.0.9".parse().expect("address"));
    assert_eq!(neighbour.get("/v1/host").await.status, 200);
}
