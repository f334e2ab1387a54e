//! Clients who go away before their answer comes: what was kept is whole, and those who listen hear of it.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;
use souspli_attest::claim_set::ClaimSet;
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::CLAIMS;
use souspli_protocol::wire::{Append, Appended, Blob, Counter, Empty, Hold, Sync, SyncAnswer, Times};
use souspli_protocol::{Gid, Work};
use sqlx::{Connection as _, PgConnection};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::stream;
use crate::support::TestHost;
use crate::support::booking::Booking;
use crate::support::client::Client;
use crate::support::databases::{Kind, Scratch};
use crate::support::practice::Practice;

/// Sends a whole request, and closes the connection after a while without having read anything.
async fn send_and_go<T: Serialize>(host: SocketAddr, path: &str, body: &T, after: Duration) {
    let body = serde_json::to_string(body).expect("json");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host).await.expect("connect");
    stream.write_all(head.as_bytes()).await.expect("sent");
    sleep(after).await;
}

/// How long a client stays: from not at all to longer than an answer takes on a slow machine.
fn patience(number: u64) -> Duration {
    Duration::from_micros((number % 40).pow(2) * 100)
}

async fn newest(client: &mut Client, practice: &Practice, since: u64) -> u64 {
    let body = Sync { since: Counter(since) };
    let page: SyncAnswer =
        client.signed(&practice.member, &practice.context, &practice.path("sync"), &body).await.json(200);
    since + page.entries.len() as u64
}

/// The practice's page would otherwise not show a booking before the next one comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_booking_whose_patient_has_gone_is_told_to_the_practice() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let mut listening = host.client();
    let mut lines = stream::open(&mut listening, &practice).await;
    let mut told = stream::line(&mut lines).await.expect("a line at once");
    for number in 0..120 {
        let body = Booking::new().create(&practice, false);
        send_and_go(host.addr, &practice.path("events"), &body, patience(number)).await;
        let kept = newest(&mut client, &practice, told).await;
        while told < kept {
            told = stream::line(&mut lines).await.expect("goes on");
        }
    }
    assert!(told > 30, "too few were kept for this to mean anything: {told}");
}

/// A patient's page would otherwise offer a time that is held.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_whose_patient_has_gone_is_seen_by_the_next() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let mut kept = 0;
    for number in 0..120 {
        let booking = Booking::new();
        client.get(&practice.path("times")).await.json::<Times>(200);
        let hold = Hold { hold: Blob(booking.hold_request(&practice).encode()), work: Work::ZERO };
        send_and_go(host.addr, &practice.path("holds"), &hold, patience(number)).await;
        let rival = Booking::of(&booking.claims);
        let answer = rival.hold(&mut client, &practice).await;
        if answer.status == 201 {
            rival.release(&mut client, &practice).await.json::<Empty>(200);
            continue;
        }
        assert_eq!(answer.problem(), Code::SlotTaken);
        kept += 1;
        // What follows the commit follows it at once; a machine under load is given a moment.
        let mut tries = 0;
        while !shows(&mut client, &practice, &booking.claims.ids()[0]).await {
            tries += 1;
            assert!(tries < 100, "hold {number} is not seen");
            sleep(Duration::from_millis(20)).await;
        }
    }
    assert!(kept > 30, "too few were kept for this to mean anything: {kept}");
}

async fn shows(client: &mut Client, practice: &Practice, gid: &Gid) -> bool {
    let times: Times = client.get(&practice.path("times")).await.json(200);
    ClaimSet::decode(&times.claim_set.0).expect("set").contains(gid)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_given_up_leave_nothing_half_done_on_sqlite() {
    many_go(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_given_up_leave_nothing_half_done_on_postgres() {
    many_go(Kind::Postgres).await;
}

const ROUNDS: u64 = 50;
const AT_ONCE: u64 = 20;

/// A thousand bookings over HTTP whose clients go: each can be sent again, each claims its time once, and no connection
/// to the database is left inside a transaction.
async fn many_go(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let mut host = TestHost::start_with(|config| {
        scratch.configure(config);
        config.limits.address_burst = 0;
    })
    .await;
    let mut client = host.client();
    let practice = Practice::registered(&mut client).await;
    let (mut bodies, mut before) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let mut going = JoinSet::new();
        for number in 0..AT_ONCE {
            let body = Booking::new().create(&practice, false);
            bodies.push(body.clone());
            let (addr, path) = (host.addr, practice.path("events"));
            going.spawn(async move { send_and_go(addr, &path, &body, patience(round + 7 * number)).await });
        }
        going.join_all().await;
    }
    for body in &bodies {
        before += usize::from(again(&mut client, &practice, body).await);
    }
    assert!(before > 100, "{before} of {} were kept before: too few for this to mean anything", bodies.len());
    let times: Times = client.get(&practice.path("times")).await.json(200);
    let set = ClaimSet::decode(&times.claim_set.0).expect("set");
    assert_eq!(usize::try_from(set.count()).expect("small"), bodies.len() * CLAIMS);
    if let Some(url) = &scratch.url {
        assert_eq!(inside_a_transaction(url).await, 0);
    }
    host.stop().await;
    scratch.remove().await;
}

/// Sends the same bytes again; whether they were there already.
async fn again(client: &mut Client, practice: &Practice, body: &Append) -> bool {
    let answer = client.post(&practice.path("events"), body).await;
    let known = answer.status == 200;
    answer.json::<Appended>(if known { 200 } else { 201 });
    known
}

async fn inside_a_transaction(url: &str) -> i64 {
    let mut db = PgConnection::connect(url).await.expect("database");
    let sql = "SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("counted")
}
