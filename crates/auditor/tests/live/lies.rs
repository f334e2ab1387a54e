//! Each lie of a running host is named.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use souspli_auditor::Check;
use souspli_auditor::http::Address;
use tokio::net::TcpListener;

use crate::scene::{Scene, looked, named};

/// What becomes of an answer on its way; told the path and who asks.
type Lie = fn(path: &str, asker: &str, answer: Response<Vec<u8>>) -> Response<Vec<u8>>;

#[derive(Clone)]
struct Liar {
    client: Client<HttpConnector, Full<Bytes>>,
    host: String,
    lie: Lie,
}

async fn pass(State(liar): State<Arc<Liar>>, request: Request) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    let (path, body) = (head.uri.path().to_owned(), to_bytes(body, 1 << 22).await.expect("a body"));
    let asker =
        head.headers.get("accept-language").map_or(String::new(), |value| value.to_str().expect("text").to_owned());
    head.headers.remove("accept-encoding");
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    head.uri = format!("{}{target}", liar.host).parse().expect("an address");
    let answer = liar.client.request(Request::from_parts(head, Full::new(body))).await.expect("an answer");
    let (head, body) = answer.into_parts();
    let body = to_bytes(Body::new(body), 1 << 26).await.expect("a body").to_vec();
    let mut answer = (liar.lie)(&path, &asker, Response::from_parts(head, body));
    answer.headers_mut().remove("content-length");
    let (head, body) = answer.into_parts();
    Response::from_parts(head, Body::from(body)).into_response()
}

async fn liar(host: &Address, lie: Lie) -> Address {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let state = Arc::new(Liar { client, host: host.to_string(), lie });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let at = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(pass).with_state(state)).await });
    Address::parse(&at).expect("an address")
}

fn header(mut answer: Response<Vec<u8>>, name: &'static str, value: &'static str) -> Response<Vec<u8>> {
    answer.headers_mut().insert(name, value.parse().expect("a value"));
    answer
}

fn instead(mut answer: Response<Vec<u8>>, status: u16, text: &str) -> Response<Vec<u8>> {
    *answer.status_mut() = status.try_into().expect("a status");
    *answer.body_mut() = text.as_bytes().to_vec();
    answer
}

#[tokio::test]
async fn each_lie_is_named_where_it_is() {
    let lies: &[(&str, Lie, Check, &str)] = &[
        (
            "another page for those who speak German",
            |path, asker, answer| {
                let text = "<!doctype html><p>Hallo";
                if path == "/" && asker.starts_with("de") { instead(answer, 200, text) } else { answer }
            },
            Check::WrongAsset,
            "asset /",
        ),
        (
            "a script that is not the release's",
            |path, _, answer| if path == "/assets/b-1.js" { instead(answer, 200, "spy()") } else { answer },
            Check::WrongAsset,
            "asset /assets/b-1.js",
        ),
        (
            "a script that is not the one whose hash the page asks for",
            |path, _, answer| if path == "/assets/a-1.js" { instead(answer, 200, "spy()") } else { answer },
            Check::WrongAsset,
            "asset /",
        ),
        (
            "a file more",
            |path, _, answer| {
                if path == "/assets/d-1.svg" {
                    answer
                } else if path == "/assets/x-1.js" {
                    instead(answer, 200, "spy()")
                } else if path == "/assets/b-1.js" {
                    instead(answer, 200, "import('/assets/x-1.js')")
                } else {
                    answer
                }
            },
            Check::WrongAsset,
            "asset /assets/x-1.js",
        ),
        (
            "another manifest",
            |path, _, answer| {
                if path == "/release" { instead(answer, 200, "souspli release 1\nversion 9.9.9\n") } else { answer }
            },
            Check::WrongAsset,
            "asset /release",
        ),
        (
            "a manifest that is not in the log",
            |path, _, answer| {
                if path == "/release" {
                    let text = String::from_utf8(answer.body().clone()).expect("text").replace("0.1.0", "0.1.1");
                    instead(answer, 200, &text)
                } else {
                    answer
                }
            },
            Check::UnloggedRelease,
            "asset /release",
        ),
        (
            "no policy for the worker",
            |path, _, mut answer| {
                if path.contains("worker") {
                    answer.headers_mut().remove("content-security-policy");
                }
                answer
            },
            Check::WrongHeader,
            "route GET /assets/* › answer › header content-security-policy",
        ),
        (
            "a cookie for French speakers",
            |path, asker, answer| {
                if path == "/" && asker.starts_with("fr") { header(answer, "set-cookie", "id=7") } else { answer }
            },
            Check::Tracker,
            "route GET / › answer › header set-cookie",
        ),
        (
            "a repository that lies about",
            |path, _, answer| if path == "/.git/HEAD" { instead(answer, 200, "ref: refs/heads/main") } else { answer },
            Check::UndeclaredTraffic,
            "route GET /.git/HEAD",
        ),
        (
            "an error that says too much",
            |path, _, answer| {
                if path.ends_with("/holds") {
                    instead(answer, 500, "panicked at crates/server/src/db.rs:7: unique constraint")
                } else {
                    answer
                }
            },
            Check::UndeclaredTraffic,
            "route POST /v1/calendars/AAAAAAAAAAAAAAAAAAAAAA/holds",
        ),
        (
            "what the server is",
            |_, _, answer| header(answer, "x-powered-by", "Express"),
            Check::UndeclaredTraffic,
            "route GET /v1/host › answer › header x-powered-by",
        ),
        (
            "a metric of a practice",
            |path, _, answer| {
                if path == "/metrics" {
                    instead(answer, 200, "souspli_events_total{calendar=\"AAAA\"} 7\n")
                } else {
                    answer
                }
            },
            Check::UndeclaredMetric,
            "route GET /metrics › metric souspli_events_total › label calendar",
        ),
        (
            "a clock that is an hour off",
            |_, _, answer| {
                let minute = (souspli_journey::MONDAY + 60).to_be_bytes();
                let nonce = souspli_protocol::to_base64url(&[&minute[..], &[7; 28]].concat());
                let mut answer = answer;
                if answer.headers().contains_key("souspli-nonce") {
                    answer.headers_mut().insert("souspli-nonce", nonce.parse().expect("a value"));
                }
                answer
            },
            Check::WrongClock,
            "header souspli-nonce",
        ),
    ];
    let scene = Scene::start().await;
    let mut missed = Vec::new();
    for (name, lie, check, place) in lies {
        let at = liar(&scene.address(), *lie).await;
        let (report, _) = looked(at, None, Some(scene.manifest.clone()), None, None).await;
        let found = named(&report);
        if !found.iter().any(|(found, at)| found == check && at == place) {
            missed.push(format!("{name}: {check} at {place} is not in {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    let at = liar(&scene.address(), |_, _, answer| answer).await;
    assert_eq!(named(&looked(at, None, Some(scene.manifest.clone()), None, None).await.0), [], "it is the lies");
}
