//! Reading a record back, and what a signed request must be.

use souspli_attest::{SigningKey, event_hash};
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Appended, RecordAnswer, RecordRead};
use souspli_protocol::{Context, Fingerprint, Nonce, RecordId};

use crate::support::booking::Booking;
use crate::support::client::authorization;
use crate::support::practice::Practice;
use crate::support::{TestHost, random};

#[tokio::test]
async fn the_view_key_reads_its_record() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    let create = booking.create(&practice, false);
    let created: Appended = booking.send(&mut client, &practice, &create).await.json(201);
    let append = booking.event(&practice, &booking.append_header(&practice, 1, event_hash(&create.event.0)));
    let body = booking.body(&practice, &append, false);
    let appended: Appended = booking.send(&mut client, &practice, &body).await.json(201);

    let (path, read) = (practice.path("records/read"), RecordRead { record: booking.record() });
    let answer: RecordAnswer = client.signed(&booking.view, &practice.context, &path, &read).await.json(200);
    let [first, second] = &answer.entries[..] else { panic!("two revisions") };
    assert_eq!((&first.event, &first.receipt), (&create.event, &created.receipt));
    assert_eq!((&second.event, &second.receipt), (&body.event, &appended.receipt));

    for key in [&booking.manage, &practice.member, &practice.link, &Booking::new().view] {
        let answer = client.signed(key, &practice.context, &path, &read).await;
        assert_eq!(answer.problem(), Code::NoRecord);
    }
    let nowhere = RecordRead { record: RecordId(random()) };
    assert_eq!(client.signed(&booking.view, &practice.context, &path, &nowhere).await.problem(), Code::NoRecord);
}

#[tokio::test]
async fn a_signature_is_for_one_request() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    booking.book(&mut client, &practice).await;
    let path = practice.path("records/read");
    let body = serde_json::to_vec(&RecordRead { record: booking.record() }).expect("json");
    let context = practice.context;
    let sign = |key: &SigningKey, context: &Context, path: &str, body: &[u8], nonce| {
        authorization(key, context, path, body, nonce)
    };
    let key = &booking.view;

    let nonce = client.nonce().await;
    let value = sign(key, &context, &path, &body, nonce);
    client.with_authorization(&path, body.clone(), &value).await.json::<RecordAnswer>(200);
    assert_eq!(client.with_authorization(&path, body.clone(), &value).await.problem(), Code::BadNonce, "replayed");

    let other_fp = Context { fp: Fingerprint([1; 32]), ..context };
    let sync = practice.path("sync");
    for (value, what) in [
        (sign(key, &other_fp, &path, &body, client.nonce().await), "another practice"),
        (sign(key, &context, &sync, &body, client.nonce().await), "another path"),
        (sign(key, &context, &path, b"{}", client.nonce().await), "another body"),
    ] {
        let answer = client.with_authorization(&path, body.clone(), &value).await;
        assert_eq!(answer.problem(), Code::BadSignature, "{what}");
    }
    let nonce = client.nonce().await;
    host.clock.advance(6);
    let value = sign(key, &context, &path, &body, nonce);
    assert_eq!(client.with_authorization(&path, body.clone(), &value).await.problem(), Code::BadNonce, "old");
    let value = sign(key, &context, &path, &body, Nonce(random()));
    assert_eq!(client.with_authorization(&path, body.clone(), &value).await.problem(), Code::BadNonce, "made up");
}

#[tokio::test]
async fn a_refused_signature_leaves_the_nonce_unused() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    booking.book(&mut client, &practice).await;
    let path = practice.path("records/read");
    let body = serde_json::to_vec(&RecordRead { record: booking.record() }).expect("json");
    let nonce = client.nonce().await;
    let bad = authorization(&booking.view, &practice.context, "/", &body, nonce);
    assert_eq!(client.with_authorization(&path, body.clone(), &bad).await.problem(), Code::BadSignature);
    let good = authorization(&booking.view, &practice.context, &path, &body, nonce);
    client.with_authorization(&path, body, &good).await.json::<RecordAnswer>(200);
}

#[tokio::test]
async fn other_authorizations_are_refused() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let path = practice.path("records/read");
    let body = serde_json::to_vec(&RecordRead { record: RecordId([1; 16]) }).expect("json");
    assert_eq!(client.post_raw(&path, body.clone()).await.problem(), Code::BadAuthorization);
    let whole = authorization(&practice.member, &practice.context, &path, &body, Nonce([1; 32]));
    let long = format!("{whole}A");
    for bad in ["", "Bearer x", "Souspli ", "Souspli AAAA", "souspli x", &whole[..whole.len() - 1], &long] {
        let answer = client.with_authorization(&path, body.clone(), bad).await;
        assert_eq!(answer.problem(), Code::BadAuthorization, "{bad}");
    }
}
