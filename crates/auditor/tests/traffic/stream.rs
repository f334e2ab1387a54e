//! What passes the proxy passes at once, unchanged, and is written down.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::routing::any;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use souspli_auditor::http::Address;
use souspli_auditor::traffic::record::record;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

#[tokio::test]
async fn a_stream_passes_line_by_line_and_any_bytes_pass_unchanged() {
    let (say, said) = mpsc::channel::<Bytes>(4);
    let said = Arc::new(std::sync::Mutex::new(Some(said)));
    let router = Router::new()
        .route(
            "/stream",
            any(move || {
                let said = said.lock().expect("once").take().expect("once");
                async move { Body::from_stream(ReceiverStream::new(said).map(Ok::<_, Infallible>)) }
            }),
        )
        .route(
            "/echo",
            any(|request: Request| async move {
                let headers = request.headers();
                let seen = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")));
                let seen = seen.collect::<Vec<_>>().join("|");
                let query = request.uri().query().unwrap_or_default().to_owned();
                ([("x-seen", seen), ("x-query", query)], request.into_body())
            }),
        );
    let host = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let to = Address::parse(&format!("http://{}", host.local_addr().expect("one"))).expect("an address");
    tokio::spawn(async move { axum::serve(host, router).await });

    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("t.har");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let proxy = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let minute = Arc::new(|| "2026-11-23T08:00:00Z".to_owned());
    let (written, at) = (file.clone(), to.clone());
    let recording = tokio::spawn(async move {
        record(listener, &at, None, &written, minute, async { _ = stopped.await }).await.expect("recorded")
    });

    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let bytes: Vec<u8> = (0..700_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let request = hyper::Request::post(format!("http://{proxy}/echo?a=%2F&b"))
        .header("x-forwarded-for", "203.0.113.7")
        .header("connection", "x-hop")
        .header("x-hop", "1")
        .body(Full::new(Bytes::from(bytes.clone())))
        .expect("a request");
    let answer = client.request(request).await.expect("an answer");
    let seen = answer.headers()["x-seen"].to_str().expect("text").to_owned();
    assert!(seen.contains("x-forwarded-for: 203.0.113.7"), "it passes: {seen}");
    assert!(seen.contains(&format!("host: {proxy}")) && !seen.contains("x-hop"), "{seen}");
    assert_eq!(answer.headers()["x-query"], "a=%2F&b");
    assert_eq!(answer.into_body().collect().await.expect("a body").to_bytes(), bytes);

    let request = hyper::Request::get(format!("http://{proxy}/stream")).body(Full::default()).expect("a request");
    let mut stream = client.request(request).await.expect("begins").into_body();
    for line in ["one\n", "two\n"] {
        say.send(Bytes::from(line)).await.expect("taken");
        let frame = tokio::time::timeout(Duration::from_secs(5), stream.frame()).await.expect("at once");
        assert_eq!(frame.expect("more").expect("a frame").data_ref().expect("data"), line.as_bytes());
    }
    stop.send(()).expect("it runs");
    assert_eq!(recording.await.expect("it ends though the stream goes on"), 2);

    let text = std::fs::read_to_string(&file).expect("a recording");
    let har: Value = serde_json::from_str(&text).expect("whole");
    let entries = &har["log"]["entries"];
    let headers = entries[0]["request"]["headers"].as_array().expect("headers");
    let forwarded = headers.iter().find(|header| header["name"] == "x-forwarded-for").expect("that it was there");
    assert_eq!(forwarded["value"], "(left out)", "no address of a visitor is written");
    assert_eq!(entries[0]["request"]["url"], format!("{to}/echo?a=%2F&b"));
    assert_eq!((&entries[0]["_finished"], &entries[1]["_finished"]), (&Value::Bool(true), &Value::Bool(false)));
    assert_eq!(entries[1]["response"]["content"]["text"], "one\ntwo\n");
    let mut bodies = Vec::new();
    souspli_auditor::traffic::har::read(&file, &mut |exchange| {
        bodies.push((exchange.request.body.bytes().to_vec(), exchange.answer.expect("one").body.bytes().to_vec()));
    })
    .expect("read");
    assert_eq!(bodies[0], (bytes.clone(), bytes));
}

#[tokio::test]
async fn a_host_that_is_away_is_said_and_not_written_as_its_answer() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("t.har");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let proxy = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let nobody = Address::parse("http://127.0.0.1:1").expect("an address");
    let (written, minute) = (file.clone(), Arc::new(|| "2026-11-23T08:00:00Z".to_owned()));
    let recording = tokio::spawn(async move {
        record(listener, &nobody, None, &written, minute, async { _ = stopped.await }).await.expect("recorded")
    });
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = hyper::Request::get(format!("http://{proxy}/")).body(Full::default()).expect("a request");
    assert_eq!(client.request(request).await.expect("an answer").status(), 502);
    stop.send(()).expect("it runs");
    assert_eq!(recording.await.expect("ends"), 1);
    let mut answers = Vec::new();
    souspli_auditor::traffic::har::read(&file, &mut |exchange| answers.push(exchange.answer)).expect("read");
    assert_eq!(answers, [None]);
}
