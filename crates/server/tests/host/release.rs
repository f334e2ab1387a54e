//! What the host serves of the web client, as one list: served, logged once, and logged again when it changes.

use std::fs;
use std::time::{Duration, Instant};

use souspli_attest::sha256;
use souspli_tlog::entry::entry_of;

use crate::support::TestHost;

/// What the log's folder says of releases, once it has `lines` lines.
async fn logged(host: &TestHost, lines: usize) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(host.folder.path().join("log/releases")).unwrap_or_default();
        let all: Vec<String> = text.lines().map(str::to_owned).collect();
        if all.len() >= lines {
            return all;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "the release is logged");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The entries that the log's folder holds; a test's log has no more than one bundle of them.
fn entries(host: &TestHost) -> Vec<u8> {
    let folder = host.folder.path().join("log/tile/entries");
    fs::read(folder.join("000")).expect("a bundle")
}

fn holds(entries: &[u8], manifest: &[u8]) -> usize {
    let entry = entry_of(&sha256(manifest));
    entries.windows(entry.len()).filter(|window| *window == entry).count()
}

#[tokio::test]
async fn a_release_is_served_and_logged_once_until_it_changes() {
    let web = tempfile::tempdir().expect("folder");
    fs::write(web.path().join("index.html"), "<!doctype html>").expect("page");
    let mut host = TestHost::start_with(|config| config.web = Some(web.path().to_owned())).await;
    let answer = host.client().get("/release").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    let manifest = souspli_server::manifest(Some(web.path().to_owned()));
    assert_eq!(answer.body, manifest.as_bytes());
    assert!(manifest.lines().nth(2).is_some_and(|line| line.ends_with(" 15 /")), "{manifest}");

    let first = logged(&host, 1).await;
    let (object, _) = first[0].split_once(' ').expect("object and place");
    let read = |at: usize| u8::from_str_radix(&object[2 * at..2 * at + 2], 16).expect("hexadecimal");
    assert_eq!((0..32).map(read).collect::<Vec<u8>>(), sha256(manifest.as_bytes()).0, "{first:?}");
    assert_eq!(holds(&entries(&host), manifest.as_bytes()), 1);
    let size = entries(&host).len();
    assert_eq!(size, 16 * (2 + entry_of(&sha256(b"")).len()), "a batch has the size that it would have had");

    host.restart().await;
    host.clock.advance(1);
    let begun = Instant::now();
    while entries(&host).len() == size {
        assert!(begun.elapsed() < Duration::from_secs(20), "the log goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(holds(&entries(&host), manifest.as_bytes()), 1, "it is logged already");

    host.stop().await;
    fs::write(web.path().join("index.html"), "<!doctype html><p>").expect("page");
    host.restart().await;
    host.clock.advance(1);
    assert_eq!(logged(&host, 2).await.len(), 2);
    let changed = souspli_server::manifest(Some(web.path().to_owned()));
    assert_eq!((holds(&entries(&host), changed.as_bytes()), holds(&entries(&host), manifest.as_bytes())), (1, 1));
}
