//! kill -9 in the middle of a purge, until all is erased: each record is there whole or gone whole, and nothing else is.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use souspli_attest::{event_hash, head_after, leaf_of};
use souspli_protocol::Digest;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::{KEPT_WINDOWS, WINDOW_DAYS};
use souspli_protocol::wire::{Counter, Sync, SyncAnswer};
use souspli_server::{Clock as _, Host, ManualClock, SystemClock};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tokio::sync::Mutex;

use support::booking::Booking;
use support::client::Client;
use support::databases::{Kind, Scratch};
use support::practice::Practice;
use support::process::Process;

/// Several portions of 64.
const BOOKINGS: i64 = 500;
/// Times that the host is killed at the very moment at which a portion is gone.
const KILLS: i64 = 6;
const SOON: Duration = Duration::from_mins(1);

static ALONE: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_that_dies_goes_on_on_sqlite() {
    let _alone = ALONE.lock().await;
    kill(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_that_dies_goes_on_on_postgres() {
    let _alone = ALONE.lock().await;
    kill(Kind::Postgres).await;
}

async fn kill(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let practice = booked_long_ago(&scratch).await;
    let mut stones = 0;
    for _ in 0..KILLS {
        let mut process = Process::start(&scratch);
        let mut database = Database::open(&scratch).await;
        let begun = Instant::now();
        loop {
            let now = database.count("SELECT count(*) FROM tombstone").await;
            if now > stones || now == BOOKINGS {
                break;
            }
            assert!(begun.elapsed() < SOON, "nothing is erased");
        }
        process.kill();
        drop(process);
        stones = database.check().await;
    }
    let process = Process::start(&scratch);
    let mut database = Database::open(&scratch).await;
    let begun = Instant::now();
    while database.count("SELECT count(*) FROM record").await > 0 {
        assert!(begun.elapsed() < SOON, "something is left");
    }
    assert_eq!(database.check().await, BOOKINGS);
    let gaps = follow(&mut Client::new(process.addr), &practice).await;
    assert_eq!(gaps, BOOKINGS);
    println!("kill: {KILLS} kills while {BOOKINGS} records were erased, each whole ({kind:?})");
    drop(process);
    scratch.remove().await;
}

/// A practice with bookings whose window ended long ago, on a host that was stopped then.
async fn booked_long_ago(scratch: &Scratch) -> Arc<Practice> {
    let then = SystemClock.minute() - (KEPT_WINDOWS + 2) * WINDOW_DAYS * 1_440;
    let mut config = souspli_server::Config { port: 0, ..souspli_server::Config::default() };
    scratch.configure(&mut config);
    config.limits.address_burst = 0;
    config.limits.link_burst = 0;
    let running = Host::start(config, Arc::new(ManualClock::at(then))).await.expect("starts");
    let mut client = Client::new(running.addr);
    let mut practice = Practice::at(then);
    let batch = practice.first_batch();
    assert_eq!(practice.publish(&mut client, &batch).await.status, 201);
    for _ in 0..BOOKINGS {
        Booking::new().book(&mut client, &practice).await;
    }
    running.shutdown().await;
    Arc::new(practice)
}

/// The chain as a member sees it: whole, and everything but publications is a gap. Gives how many there are.
async fn follow(client: &mut Client, practice: &Practice) -> i64 {
    let (mut head, mut since, mut gaps) = (Digest::ZERO, 0, 0);
    loop {
        let body = Sync { since: Counter(since) };
        let answer = client.signed(&practice.member, &practice.context, &practice.path("sync"), &body).await;
        let page: SyncAnswer = answer.json(200);
        for entry in page.entries {
            let link = Receipt::decode(&entry.receipt.0).expect("a receipt").statement.link;
            assert_eq!((link.sequence, link.previous), (since + 1, head));
            if let Some(event) = &entry.event {
                assert_eq!(link.leaf, leaf_of(&event_hash(&event.0)));
            }
            gaps += i64::from(entry.erased);
            (head, since) = (head_after(&link), link.sequence);
        }
        if !page.more {
            return gaps;
        }
    }
}

/// The database, looked at from outside.
enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    async fn open(scratch: &Scratch) -> Self {
        if let Some(url) = &scratch.url {
            return Self::Postgres(PgConnection::connect(url).await.expect("the database"));
        }
        let file = scratch.folder.path().join("souspli.db");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        Self::Sqlite(options.connect().await.expect("the file"))
    }

    async fn count(&mut self, sql: &'static str) -> i64 {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(db) => sqlx::query_scalar(sql).fetch_one(db).await.expect("counted"),
            Self::Postgres(db) => sqlx::query_scalar(sql).fetch_one(db).await.expect("counted"),
        }
    }

    /// Each record is there whole or gone whole. Gives how many are gone.
    async fn check(&mut self) -> i64 {
        let stones = self.count("SELECT count(*) FROM tombstone").await;
        for (sql, expected) in [
            ("SELECT count(*) FROM record", BOOKINGS - stones),
            ("SELECT count(*) FROM event", BOOKINGS - stones),
            ("SELECT count(*) FROM claim", 24 * (BOOKINGS - stones)),
            ("SELECT count(*) FROM gap", stones),
            ("SELECT count(*) FROM chain WHERE record IS NOT NULL", BOOKINGS - stones),
            ("SELECT count(*) FROM chain WHERE record IS NULL", 5 + stones),
        ] {
            assert_eq!(self.count(sql).await, expected, "{sql}");
        }
        stones
    }
}
