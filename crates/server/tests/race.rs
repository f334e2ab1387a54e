//! 2,000 clients from as many addresses race for 200 starts of one calendar, by hold and book, over TCP, limits on.

mod support;

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use souspli_attest::claim_set::ClaimSet;
use souspli_protocol::problem::Code;
use souspli_protocol::wire::{Append, Appended, Blob, Counter, Held, Hold, Sync, SyncAnswer, Times};
use souspli_protocol::{RecordId, Work};
use souspli_server::allow_open_files;
use tokio::sync::{Barrier, Mutex};
use tokio::task::JoinSet;
use tokio::time::sleep;

use support::TestHost;
use support::booking::{Booking, claims_of};
use support::client::{Answer, Client};
use support::databases::{Kind, Scratch};
use support::practice::Practice;

const CLIENTS: u16 = 2_000;
const STARTS: u16 = 200;

/// One race at a time: each wants the whole machine.
static ALONE: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn race_on_sqlite() {
    let _alone = ALONE.lock().await;
    race(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn race_on_postgres() {
    let _alone = ALONE.lock().await;
    race(Kind::Postgres).await;
}

async fn race(kind: Kind) {
    let allowed = allow_open_files();
    assert!(allowed.is_none_or(|files| files > 5_000), "{allowed:?} open files are too few for this test: ulimit -Hn");
    let scratch = Scratch::new(kind).await;
    let mut host = TestHost::start_with(|config| scratch.configure(config)).await;
    let mut client = host.client();
    let practice = Arc::new(Practice::registered(&mut client).await);
    let ready = Arc::new(Barrier::new(CLIENTS.into()));
    let mut racers = JoinSet::new();
    for n in 0..CLIENTS {
        let racer = Racer::new(n, &practice);
        racers.spawn(racer.run(host.addr, practice.clone(), ready.clone()));
    }
    let mut won = HashSet::new();
    let mut starts = HashSet::new();
    while let Some(outcome) = racers.join_next().await {
        let Some((start, record)) = outcome.expect("no racer panics") else { continue };
        assert!(starts.insert(start), "start {start} was won twice");
        won.insert(record);
    }
    assert_eq!(starts.len(), usize::from(STARTS), "every start has a winner");
    only_the_winners_claims_are_left(&mut client, &practice).await;
    assert_eq!(records(&mut client, &practice).await, won);
    println!("race: {CLIENTS} clients, {STARTS} starts, {} won ({kind:?})", won.len());
    host.stop().await;
    scratch.remove().await;
}

/// One client, with all that it may send made beforehand.
struct Racer {
    from: IpAddr,
    start: u16,
    record: RecordId,
    hold: Vec<u8>,
    booking: Vec<u8>,
    direct: Vec<u8>,
}

impl Racer {
    fn new(n: u16, practice: &Practice) -> Self {
        let [high, low] = n.to_be_bytes();
        let start = n % STARTS;
        let booking = Booking::of(&claims_of(start.into()));
        let hold = Hold { hold: Blob(booking.hold_request(practice).encode()), work: Work::ZERO };
        let json = |body: &Append| serde_json::to_vec(body).expect("json");
        Self {
            from: IpAddr::from([127, 1 + high, low, 1]),
            start,
            record: booking.record(),
            hold: serde_json::to_vec(&hold).expect("json"),
            booking: json(&booking.create(practice, true)),
            direct: json(&booking.create(practice, false)),
        }
    }

    /// Holds, then books; `None` where another was first: then booking without a hold is refused as well.
    async fn run(self, host: SocketAddr, practice: Arc<Practice>, ready: Arc<Barrier>) -> Option<(u16, RecordId)> {
        let mut client = Client::from(host, self.from);
        let (holds, events) = (practice.path("holds"), practice.path("events"));
        ready.wait().await;
        let answer = patient(&mut client, &holds, &self.hold).await;
        if answer.status != 201 {
            assert_eq!(answer.problem(), Code::SlotTaken);
            assert_eq!(patient(&mut client, &events, &self.direct).await.problem(), Code::SlotTaken);
            return None;
        }
        answer.json::<Held>(201);
        let answer = patient(&mut client, &events, &self.booking).await;
        answer.json::<Appended>(if answer.status == 200 { 200 } else { 201 });
        Some((self.start, self.record))
    }
}

/// The answer to a POST. On a slow machine a host may say that it is busy, or an idle connection may have been closed:
/// the same bytes again, as every client does.
async fn patient(client: &mut Client, path: &str, body: &[u8]) -> Answer {
    loop {
        match client.try_post_raw(path, body.to_vec()).await {
            Some(answer) if answer.status != 503 => return answer,
            Some(busy) => assert!(matches!(busy.problem(), Code::Busy | Code::UnknownOutcome)),
            None => {}
        }
        sleep(Duration::from_millis(200)).await;
    }
}

async fn only_the_winners_claims_are_left(client: &mut Client, practice: &Practice) {
    let times: Times = client.get(&practice.path("times")).await.json(200);
    let set = ClaimSet::decode(&times.claim_set.0).expect("set");
    let count = u32::from(STARTS) * 24;
    assert_eq!(set.count(), count);
    // Behind seed, count and filter (`docs/spec/claims.md` §6) stands the count of held ids: no hold is left.
    let ids = usize::from(STARTS) * 24;
    let filter = (17 * ids + ids.min((19 * ids).div_ceil(32) + 24)).div_ceil(8);
    assert_eq!(times.claim_set.0.len(), 16 + 4 + filter + 4);
    for start in 0..STARTS {
        assert!(claims_of(start.into()).ids().iter().all(|id| set.contains(id)), "start {start} is claimed");
    }
}

/// The records of the chain.
async fn records(client: &mut Client, practice: &Practice) -> HashSet<RecordId> {
    let mut records = HashSet::new();
    let mut since = 0;
    loop {
        let body = Sync { since: Counter(since) };
        let path = practice.path("sync");
        let page: SyncAnswer = client.signed(&practice.member, &practice.context, &path, &body).await.json(200);
        since += u64::try_from(page.entries.len()).expect("64");
        for event in page.entries.into_iter().filter_map(|entry| entry.event) {
            let event = souspli_protocol::event::Event::parse(event.0).expect("event");
            assert!(records.insert(event.header().record), "a record stands twice");
        }
        if !page.more {
            return records;
        }
    }
}
