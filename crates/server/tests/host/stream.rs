//! The stream of changes.

use axum::body::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::Response;
use hyper::body::Incoming;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::wire::{Counter, Published, StreamLine};
use std::time::Duration;
use tokio::time::timeout;

use crate::support::booking::Booking;
use crate::support::client::{Client, authorization};
use crate::support::practice::Practice;
use crate::support::{TestHost, random};

pub(crate) async fn open(client: &mut Client, practice: &Practice) -> Response<Incoming> {
    let nonce = client.nonce().await;
    let path = practice.path("stream");
    let value = authorization(&practice.member, &practice.context, &path, b"{}", nonce);
    let request = Request::post(&path).header("content-type", "application/json").header("authorization", value);
    client.begin(request.body(Full::new(Bytes::from_static(b"{}"))).expect("request")).await.expect("answer")
}

/// The next line's sequence, or `None` at the end.
pub(crate) async fn line(stream: &mut Response<Incoming>) -> Option<u64> {
    let frame = timeout(Duration::from_secs(10), stream.frame()).await.expect("in time")?.expect("frame");
    let bytes = frame.into_data().expect("data");
    assert_eq!(bytes.last(), Some(&b'\n'));
    let StreamLine { sequence: Counter(sequence) } = serde_json::from_slice(&bytes).expect("one line");
    Some(sequence)
}

#[tokio::test]
async fn a_line_at_once_and_one_for_each_change() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let mut listening = host.client();
    let mut stream = open(&mut listening, &practice).await;
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "application/x-ndjson");
    assert!(!stream.headers().contains_key("content-length"));
    assert_eq!(line(&mut stream).await, Some(5));
    let booking = Booking::new();
    let body = booking.create(&practice, false);
    booking.send(&mut client, &practice, &body).await;
    assert_eq!(line(&mut stream).await, Some(6));
    booking.send(&mut client, &practice, &body).await;
    Booking::new().book(&mut client, &practice).await;
    assert_eq!(line(&mut stream).await, Some(7), "the same bytes again are no change");
    let batch = [practice.next_sealed(PublicationKind::Rules, 0), practice.next_sealed(PublicationKind::Catalogue, 0)];
    practice.publish(&mut client, &batch).await.json::<Published>(201);
    assert_eq!(line(&mut stream).await, Some(9), "a batch is one change");
}

#[tokio::test]
async fn a_removed_member_hears_no_more() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let mut listening = host.client();
    let mut stream = open(&mut listening, &practice).await;
    assert_eq!(line(&mut stream).await, Some(5));
    let acl = Practice::acl(&[]);
    let acl = practice.next(PublicationKind::Acl, 0, &acl);
    practice.publish(&mut client, &[acl]).await.json::<Published>(201);
    assert_eq!(line(&mut stream).await, None);
}

#[tokio::test]
async fn streams_are_bounded_per_key_and_end_with_the_host() {
    let mut host = TestHost::start_with(|config| config.limits.streams_per_key = 1).await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let mut listening = host.client();
    let mut stream = open(&mut listening, &practice).await;
    assert_eq!(line(&mut stream).await, Some(5));
    let path = practice.path("stream");
    let answer = client.signed(&practice.member, &practice.context, &path, &serde_json::json!({})).await;
    assert_eq!(answer.problem(), Code::SlowDown);
    assert_eq!(answer.headers["retry-after"], "20");
    let stranger = souspli_attest::SigningKey::from_seed(&random());
    let answer = client.signed(&stranger, &practice.context, &path, &serde_json::json!({})).await;
    assert_eq!(answer.problem(), Code::NotInAcl);
    let (ended, ()) = tokio::join!(line(&mut stream), host.stop());
    assert_eq!(ended, None);
}
