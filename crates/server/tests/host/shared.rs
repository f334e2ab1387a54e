//! Two processes of one host on one PostgreSQL: the same key, the same chain.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use souspli_protocol::wire::{Counter, StreamLine, Sync, SyncAnswer};
use souspli_server::{Config, Host, ManualClock};
use tokio::time::timeout;

use crate::stream;
use crate::support::booking::Booking;
use crate::support::client::{Client, authorization};
use crate::support::databases::{Kind, Scratch};
use crate::support::practice::Practice;
use crate::support::{NOW, TestHost};

#[tokio::test]
async fn what_one_process_takes_the_other_has_and_tells() {
    let scratch = Scratch::new(Kind::Postgres).await;
    let mut first = TestHost::start_with(|config| scratch.configure(config)).await;
    let folder = tempfile::tempdir().expect("folder");
    for name in ["host.key", "host.pub"] {
        fs::copy(first.config.data.join(name), folder.path().join(name)).expect("copy");
    }
    let config = Config { data: folder.path().to_owned(), ..first.config.clone() };
    let second = Host::start(config, Arc::new(ManualClock::at(NOW))).await.expect("starts");
    assert_eq!(second.receipt_key(), first.running().receipt_key());

    let (mut here, mut there) = (first.client(), Client::new(second.addr));
    let practice = Practice::registered(&mut here).await;
    let mut listening = Client::new(second.addr);
    let mut lines = stream::open(&mut listening, &practice).await;
    assert_eq!(stream::line(&mut lines).await, Some(5));
    Booking::new().book(&mut here, &practice).await;
    let line = timeout(Duration::from_secs(8), lines.frame()).await.expect("within some seconds");
    let line: StreamLine =
        serde_json::from_slice(&line.expect("line").expect("frame").into_data().expect("data")).expect("json");
    assert_eq!(line.sequence, Counter(6));

    // A nonce of the one is good at the other.
    let nonce = here.nonce().await;
    let (path, body) = (practice.path("sync"), serde_json::to_vec(&Sync { since: Counter(5) }).expect("json"));
    let value = authorization(&practice.member, &practice.context, &path, &body, nonce);
    let answer: SyncAnswer = there.with_authorization(&path, body, &value).await.json(200);
    assert_eq!(answer.entries.len(), 1);

    drop((lines, listening, here, there));
    second.shutdown().await;
    first.stop().await;
    scratch.remove().await;
}

#[tokio::test]
async fn a_host_with_another_key_does_not_start() {
    let scratch = Scratch::new(Kind::Postgres).await;
    let mut ours = TestHost::start_with(|config| scratch.configure(config)).await;
    let folder = tempfile::tempdir().expect("folder");
    let config = Config { data: folder.path().to_owned(), ..ours.config.clone() };
    let refused = Host::start(config, Arc::new(ManualClock::at(NOW))).await.expect_err("another key");
    assert_eq!(refused.exit_code(), 9);
    assert!(refused.to_string().contains("belongs to a host with another one"), "{refused}");
    // Ours goes on.
    Practice::registered(&mut ours.client()).await;
    ours.stop().await;
    scratch.remove().await;
}
