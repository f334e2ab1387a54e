//! Holding a time.

use souspli_protocol::claims::{HoldRequest, HoldStatement};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::wire::{Appended, Blob, Empty, Held, Hold, Published};
use souspli_protocol::{Fingerprint, Gid, Work};

use crate::support::booking::Booking;
use crate::support::client::Client;
use crate::support::practice::{Practice, window};
use crate::support::{NOW, TestHost};

#[tokio::test]
async fn a_hold_lasts_ten_minutes_and_is_extended_once() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let (first, other) = (Booking::new(), Booking::new());
    let held: Held = first.hold(&mut client, &practice).await.json(201);
    assert_eq!(held.expires, NOW + 10);
    let rival = Booking::of(&first.claims);
    assert_eq!(rival.hold(&mut client, &practice).await.problem(), Code::SlotTaken);
    first.hold(&mut client, &practice).await.json::<Held>(201);
    assert_eq!(other.extend(&mut client, &practice).await.problem(), Code::NoHold);

    host.clock.advance(7);
    let held: Held = first.extend(&mut client, &practice).await.json(200);
    assert_eq!(held.expires, NOW + 20);
    assert_eq!(first.extend(&mut client, &practice).await.problem(), Code::HoldExtended);
    host.clock.set(NOW + 19);
    assert_eq!(rival.hold(&mut client, &practice).await.problem(), Code::SlotTaken);
    host.clock.set(NOW + 20);
    assert!(matches!(first.extend(&mut client, &practice).await.problem(), Code::HoldExpired | Code::HoldExtended));
    rival.hold(&mut client, &practice).await.json::<Held>(201);
}

#[tokio::test]
async fn an_expired_hold_is_not_extended() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let booking = Booking::new();
    booking.hold(&mut client, &practice).await.json::<Held>(201);
    host.clock.advance(10);
    assert_eq!(booking.extend(&mut client, &practice).await.problem(), Code::HoldExpired);
}

#[tokio::test]
async fn a_hold_is_released_and_replaced() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let mut first = Booking::new();
    let rival = Booking::of(&first.claims);
    first.hold(&mut client, &practice).await.json::<Held>(201);
    first.release(&mut client, &practice).await.json::<Empty>(200);
    first.release(&mut client, &practice).await.json::<Empty>(200);
    rival.hold(&mut client, &practice).await.json::<Held>(201);
    rival.release(&mut client, &practice).await.json::<Empty>(200);

    first.hold(&mut client, &practice).await.json::<Held>(201);
    first.claims = Booking::new().claims;
    first.hold(&mut client, &practice).await.json::<Held>(201);
    rival.hold(&mut client, &practice).await.json::<Held>(201);
}

#[tokio::test]
async fn a_held_time_is_booked_by_its_session_alone() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let holder = Booking::new();
    let rival = Booking::of(&holder.claims);
    holder.hold(&mut client, &practice).await.json::<Held>(201);
    let body = rival.create(&practice, false);
    assert_eq!(rival.send(&mut client, &practice, &body).await.problem(), Code::SlotTaken);
    let body = holder.create(&practice, true);
    holder.send(&mut client, &practice, &body).await.json::<Appended>(201);
    assert_eq!(holder.extend(&mut client, &practice).await.problem(), Code::NoHold);
    host.clock.advance(11);
    assert_eq!(rival.hold(&mut client, &practice).await.problem(), Code::SlotTaken);
}

async fn refused(client: &mut Client, practice: &Practice, change: impl FnOnce(&mut HoldStatement)) -> Code {
    let booking = Booking::new();
    let mut statement = booking.hold_request(practice).statement;
    change(&mut statement);
    let hold = booking.sign_hold(practice, statement).encode();
    send(client, practice, hold).await
}

async fn send(client: &mut Client, practice: &Practice, hold: Vec<u8>) -> Code {
    client.post(&practice.path("holds"), &Hold { hold: Blob(hold), work: Work::ZERO }).await.problem()
}

#[tokio::test]
async fn each_fault_has_its_code() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let (c, p) = (&mut client, &practice);
    assert_eq!(refused(c, p, |s| s.context.fp = Fingerprint([1; 32])).await, Code::WrongContext);
    assert_eq!(refused(c, p, |s| s.version -= 1).await, Code::StaleVersion);
    assert_eq!(refused(c, p, |s| s.window = window() + 8).await, Code::BadWindow);
    assert_eq!(refused(c, p, |s| s.window = window() - 2).await, Code::BadWindow);
    assert_eq!(refused(c, p, |s| s.window = window() + 1).await, Code::BadClaims, "the digest names the window");
    assert_eq!(refused(c, p, |s| s.claims.0[0] ^= 1).await, Code::BadClaims);
    let stranger = Booking::new().session.verifying_key();
    assert_eq!(refused(c, p, |s| s.link = stranger).await, Code::BadSignature);

    let good = Booking::new().hold_request(p);
    assert_eq!(send(c, p, good.encode()[1..].to_vec()).await, Code::WrongSize);
    assert_eq!(send(c, p, vec![0; HoldRequest::SIZE]).await, Code::BadShape);
    let mut unsorted = good.encode();
    unsorted[HoldStatement::SIZE..][..Gid::SIZE].fill(0xff);
    assert_eq!(send(c, p, unsorted).await, Code::BadClaims);
    for place in [HoldRequest::SIZE - 1, HoldRequest::SIZE - 65] {
        let mut forged = good.encode();
        forged[place] ^= 1;
        assert_eq!(send(c, p, forged).await, Code::BadSignature);
    }
    for (flags, expires, code) in [(0, NOW, Code::LinkExpired), (1, u32::MAX, Code::TokenNeeded)] {
        let links = practice.links(flags, expires);
        let links = practice.next(PublicationKind::Links, 0, &links);
        practice.publish(&mut client, &[links]).await.json::<Published>(201);
        assert_eq!(refused(&mut client, &practice, |_| {}).await, code);
    }
    let none = souspli_attest::SigningKey::from_seed(&[9; 32]);
    practice.link = none;
    assert_eq!(refused(&mut client, &practice, |_| {}).await, Code::LinkRevoked);
}

#[tokio::test]
async fn a_drained_link_asks_for_work_and_takes_it() {
    let host = TestHost::start_with(|config| config.limits.link_burst = 2).await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    for _ in 0..2 {
        Booking::new().hold(&mut client, &practice).await.json::<Held>(201);
    }
    let booking = Booking::new();
    let hold = booking.hold_request(&practice).encode();
    let answer = booking.hold(&mut client, &practice).await;
    assert_eq!(answer.problem(), Code::WorkRequired);
    let problem: souspli_protocol::problem::Problem = serde_json::from_slice(&answer.body).expect("problem");
    let difficulty = u32::from(problem.difficulty.expect("difficulty"));
    let object = souspli_attest::sha256(&hold);
    let work = (0_u64..1 << 24)
        .map(|n| Work(n.to_be_bytes()))
        .find(|work| souspli_attest::work_bits(&practice.context, &object, work) >= difficulty)
        .expect("found");
    client.post(&practice.path("holds"), &Hold { hold: Blob(hold), work }).await.json::<Held>(201);
}
