//! kill -9 under load, 20 times: no acknowledged booking is lost, and the chain goes on where it was.

mod support;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::{event_hash, head_after, leaf_of};
use souspli_protocol::Digest;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::problem::Code;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::CLAIMS;
use souspli_protocol::wire::{Append, Appended, Counter, Sync, SyncAnswer, Times};
use souspli_server::{Clock as _, SystemClock};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::sleep;

use support::booking::Booking;
use support::client::Client;
use support::databases::{Kind, Scratch, kill_a_backend};
use support::practice::Practice;
use support::process::Process;
use support::random;

const CYCLES: usize = 20;
const WRITERS: usize = 12;

static ALONE: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn kill_on_sqlite() {
    let _alone = ALONE.lock().await;
    kill(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_on_postgres() {
    let _alone = ALONE.lock().await;
    kill(Kind::Postgres).await;
}

async fn kill(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let mut process = Process::start(&scratch);
    let mut practice = Practice::at(SystemClock.minute());
    let batch = practice.first_batch();
    assert_eq!(practice.publish(&mut Client::new(process.addr), &batch).await.status, 201);
    let practice = Arc::new(practice);
    let (mut written, mut resent, mut follower) = (Vec::new(), 0, Follower::new());
    for _ in 0..CYCLES {
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(write(process.addr, practice.clone()));
        }
        pause().await;
        if let Some(url) = &scratch.url {
            kill_a_backend(url).await;
            pause().await;
        }
        process.kill();
        process = Process::start(&scratch);
        let mut client = Client::new(process.addr);
        for outcome in writers.join_all().await {
            resent += usize::from(outcome.unknown.is_some());
            written.extend(outcome.acknowledged);
            // Whether it was kept is not known: the same bytes find out.
            if let Some(body) = outcome.unknown {
                let answer = client.post(&practice.path("events"), &body).await;
                assert!(matches!(answer.status, 200 | 201), "{}", answer.status);
                written.push(Written::of(&body, &answer.json(answer.status)));
            }
        }
        follower.follow(&mut client, &practice).await;
        follower.has_all(&written);
    }
    let mut again = Follower::new();
    again.follow(&mut Client::new(process.addr), &practice).await;
    again.has_all(&written);
    assert_eq!(again.head, follower.head, "the chain as it was followed");
    all_are_claimed(&mut Client::new(process.addr), &practice, &written).await;
    assert!(written.len() > CYCLES * 4, "too little was written for this to mean anything");
    println!("kill: {CYCLES} kills, {} bookings acknowledged, {resent} unknown, 0 lost ({kind:?})", written.len());
    process.kill();
    scratch.remove().await;
}

/// What is claimed is what those bookings claim, and nothing else.
async fn all_are_claimed(client: &mut Client, practice: &Practice, written: &[Written]) {
    let times: Times = client.get(&practice.path("times")).await.json(200);
    let set = ClaimSet::decode(&times.claim_set.0).expect("set");
    assert_eq!(usize::try_from(set.count()).expect("small"), written.len() * CLAIMS);
    for written in written {
        assert!(written.claims.ids().iter().all(|id| set.contains(id)), "an acknowledged booking has lost its time");
    }
}

async fn pause() {
    let [byte] = random();
    sleep(Duration::from_millis(200 + u64::from(byte))).await;
}

/// A booking that the host has acknowledged.
struct Written {
    event: Digest,
    claims: ClaimIds,
    receipt: Vec<u8>,
}

impl Written {
    fn of(body: &Append, answer: &Appended) -> Self {
        let claims = ClaimIds::decode(&body.claims.0).expect("24");
        Self { event: event_hash(&body.event.0), claims, receipt: answer.receipt.0.clone() }
    }
}

/// What a writer knows when its host is gone.
#[derive(Default)]
struct Outcome {
    acknowledged: Vec<Written>,
    unknown: Option<Append>,
}

/// Books until the host is gone, every second time with a hold.
async fn write(host: SocketAddr, practice: Arc<Practice>) -> Outcome {
    let mut client = Client::new(host);
    let mut outcome = Outcome::default();
    for n in 0.. {
        let booking = Booking::new();
        let held = n % 2 == 0;
        if held {
            // Whether a hold was kept may be unknown too: that attempt is given up, and nothing was promised.
            match booking.try_hold(&mut client, &practice).await {
                None => return outcome,
                Some(answer) if answer.status != 201 => continue,
                Some(_) => {}
            }
        }
        let body = booking.create(&practice, held);
        loop {
            let Some(answer) = client.try_post(&practice.path("events"), &body).await else {
                outcome.unknown = Some(body);
                return outcome;
            };
            if matches!(answer.status, 200 | 201) {
                outcome.acknowledged.push(Written::of(&body, &answer.json(answer.status)));
                break;
            }
            // The database is not there, or was not there to say: the same bytes again.
            assert!(matches!(answer.problem(), Code::Busy | Code::UnknownOutcome), "{:?}", answer.problem());
            sleep(Duration::from_millis(20)).await;
        }
    }
    outcome
}

/// A practice's client that follows the chain.
struct Follower {
    sequence: u64,
    head: Digest,
    receipts: HashMap<Digest, Vec<u8>>,
}

impl Follower {
    fn new() -> Self {
        Self { sequence: 0, head: Digest::ZERO, receipts: HashMap::new() }
    }

    /// Reads on, and verifies that what comes follows what was there.
    async fn follow(&mut self, client: &mut Client, practice: &Practice) {
        loop {
            let body = Sync { since: Counter(self.sequence) };
            let path = practice.path("sync");
            let page: SyncAnswer = client.signed(&practice.member, &practice.context, &path, &body).await.json(200);
            for entry in page.entries {
                let link = Receipt::decode(&entry.receipt.0).expect("receipt").statement.link;
                assert_eq!((link.sequence, link.previous), (self.sequence + 1, self.head), "the chain is whole");
                (self.sequence, self.head) = (link.sequence, head_after(&link));
                let Some(event) = entry.event else { continue };
                let hash = event_hash(&event.0);
                assert_eq!(link.leaf, leaf_of(&hash));
                self.receipts.insert(hash, entry.receipt.0);
            }
            if !page.more {
                return;
            }
        }
    }

    fn has_all(&self, written: &[Written]) {
        for written in written {
            assert_eq!(self.receipts.get(&written.event), Some(&written.receipt), "an acknowledged booking is lost");
        }
    }
}
