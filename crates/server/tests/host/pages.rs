//! Pages, assets and their headers.

use std::fs;

use http::Request;
use http_body_util::Full;
use souspli_protocol::problem::Code;
use tempfile::TempDir;

use crate::support::TestHost;
use crate::support::client::{Answer, Client};

async fn host_with_site() -> (TestHost, TempDir) {
    let site = tempfile::tempdir().expect("folder");
    let assets = site.path().join("assets");
    fs::create_dir(&assets).expect("folder");
    for (name, content) in [
        ("index.html", "<p>patients</p>"),
        ("practice.html", "<p>practices</p>"),
        ("check.html", "<p>proofs</p>"),
        ("favicon.svg", "<svg/>"),
        ("sw.js", "self"),
        ("assets/patient-Ab12.js", "page"),
        ("assets/sealed-worker-Cd34.js", "worker"),
        ("assets/patient-Ef56.wasm", "\0asm"),
    ] {
        fs::write(site.path().join(name), content.repeat(50)).expect("write");
    }
    let folder = site.path().to_owned();
    (TestHost::start_with(move |config| config.web = Some(folder)).await, site)
}

async fn ask(client: &mut Client, path: &str, name: &str, value: &str) -> Answer {
    let request = Request::get(path).header(name, value).body(Full::default()).expect("request");
    client.send(request).await.expect("answer")
}

#[tokio::test]
async fn three_pages_and_their_assets() {
    let (host, _site) = host_with_site().await;
    let mut client = host.client();
    for (path, kind, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/practice", "text/html; charset=utf-8", "no-cache"),
        ("/check", "text/html; charset=utf-8", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/assets/patient-Ab12.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/patient-Ef56.wasm", "application/wasm", "public, max-age=31536000, immutable"),
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.headers["content-type"], kind, "{path}");
        assert_eq!(answer.headers["cache-control"], cache, "{path}");
        assert!(!answer.headers.contains_key("content-encoding"), "{path}");
        let again = ask(&mut client, path, "if-none-match", answer.headers["etag"].to_str().expect("text")).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    assert!(client.get("/").await.body.starts_with(b"<p>patients"));
    assert!(client.get("/practice").await.body.starts_with(b"<p>practices"));
    assert!(client.get("/check").await.body.starts_with(b"<p>proofs"));
    for path in [
        "/index.html",
        "/practice.html",
        "/check.html",
        "/practice/",
        "/assets",
        "/assets/",
        "/assets/none.js",
        "/assets/../sw.js",
    ] {
        assert_eq!(client.get(path).await.problem(), Code::NoRoute, "{path}");
    }
    assert_eq!(client.post_raw("/sw.js", "").await.problem(), Code::WrongMethod);
}

#[tokio::test]
async fn assets_are_compressed_for_those_who_ask_and_answers_never_are() {
    let (host, _site) = host_with_site().await;
    let mut client = host.client();
    let zipped = ask(&mut client, "/assets/patient-Ab12.js", "accept-encoding", "gzip, br").await;
    assert_eq!(zipped.headers["content-encoding"], "gzip");
    assert!(zipped.body.starts_with(&[0x1f, 0x8b]) && zipped.body.len() < 200);
    let plain = client.get("/assets/patient-Ab12.js").await;
    assert_ne!(plain.headers["etag"], zipped.headers["etag"]);
    for path in ["/v1/host", "/openapi.json", "/nothing"] {
        let answer = ask(&mut client, path, "accept-encoding", "gzip").await;
        assert!(!answer.headers.contains_key("content-encoding"), "{path}");
    }
}

#[tokio::test]
async fn workers_have_their_own_policy() {
    let (host, _site) = host_with_site().await;
    let mut client = host.client();
    for path in ["/assets/sealed-worker-Cd34.js", "/sw.js"] {
        let policy = client.get(path).await.headers["content-security-policy"].clone();
        assert!(policy.to_str().expect("text").contains("script-src 'wasm-unsafe-eval';"), "{path}");
    }
    for path in ["/", "/practice", "/assets/patient-Ab12.js", "/v1/host", "/nothing"] {
        let answer = client.get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers["integrity-policy"], "blocked-destinations=(script)");
        assert!(!answer.headers.contains_key("strict-transport-security"), "{path}");
        assert!(!answer.headers.contains_key("server"), "{path}");
    }
    let host = TestHost::start_with(|config| config.behind_tls = true).await;
    assert!(host.client().get("/v1/host").await.headers.contains_key("strict-transport-security"));
}
