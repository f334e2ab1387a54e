//! kill -9 between the journal and the answer, 16 times: whatever a reader was given is in the journal.

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use souspli_attest::journal::{JournalEnd, open_row};
use souspli_attest::{SigningKey, sha256};
use souspli_protocol::VerifyingKey;
use souspli_protocol::journal::ReadRow;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::request::{Authorization, request_statement};
use souspli_protocol::wire::{Counter, JournalAnswer, JournalRead, NonceAnswer, Published, Sync, SyncAnswer};
use souspli_server::{Clock as _, SystemClock};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::sleep;

use support::booking::Booking;
use support::client::Client;
use support::databases::{Kind, Scratch};
use support::practice::Practice;
use support::process::Process;
use support::random;

const CYCLES: usize = 16;
const READERS: usize = 4;
const BOOKINGS: u64 = 80;

static ALONE: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_written_before_they_are_answered_on_sqlite() {
    let _alone = ALONE.lock().await;
    kill(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_written_before_they_are_answered_on_postgres() {
    let _alone = ALONE.lock().await;
    kill(Kind::Postgres).await;
}

async fn kill(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let mut process = Process::start(&scratch);
    let mut practice = Practice::at(SystemClock.minute());
    let mut client = Client::new(process.addr);
    let batch = practice.first_batch();
    assert_eq!(practice.publish(&mut client, &batch).await.status, 201);
    // A key for each cycle, so that each begins with a row that is not there.
    let keys: Vec<SigningKey> = (0..CYCLES).map(|_| SigningKey::from_seed(&random())).collect();
    let members: Vec<VerifyingKey> =
        std::iter::once(&practice.member).chain(&keys).map(SigningKey::verifying_key).collect();
    let acl = Practice::acl(&members);
    let acl = practice.next(PublicationKind::Acl, 0, &acl);
    practice.publish(&mut client, &[acl]).await.json::<Published>(201);
    for _ in 0..BOOKINGS {
        Booking::new().book(&mut client, &practice).await;
    }
    let practice = Arc::new(practice);
    let (mut given, mut unheard) = (0, 0);
    for (cycle, key) in keys.into_iter().enumerate() {
        let key = Arc::new(key);
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            readers.spawn(read(process.addr, practice.clone(), key.clone()));
        }
        if cycle % 2 == 0 {
            Watch::open(&scratch).await.row(&key.verifying_key()).await;
        } else {
            let [byte] = random();
            sleep(Duration::from_millis(2 * u64::from(byte))).await;
        }
        process.kill();
        let answered: Vec<(u64, u64)> = readers.join_all().await.into_iter().flatten().collect();
        process = Process::start(&scratch);
        let rows = journal(&mut Client::new(process.addr), &practice).await;
        let own: Vec<&ReadRow> = rows.iter().filter(|row| row.key == key.verifying_key()).collect();
        for (first, last) in &answered {
            let covered = own.iter().any(|row| row.ranges.cover(*first, *last));
            assert!(covered, "cycle {cycle}: {first} to {last} were given and are not in {own:?}");
        }
        assert!(cycle % 2 == 1 || !own.is_empty(), "cycle {cycle}: a row that was there is gone");
        given += answered.len();
        unheard += usize::from(answered.is_empty() && !own.is_empty());
    }
    assert!(given > 0, "nothing was given: this says nothing");
    println!(
        "kill: {CYCLES} kills, {given} reads answered, all in the journal; {unheard} rows of reads that nobody heard ({kind:?})"
    );
    process.kill();
    scratch.remove().await;
}

/// Reads parts of the chain until the host is gone; gives first and last of each answer.
async fn read(host: SocketAddr, practice: Arc<Practice>, key: Arc<SigningKey>) -> Vec<(u64, u64)> {
    let (mut client, mut answers) = (Client::new(host), Vec::new());
    let path = practice.path("sync");
    loop {
        let since = u64::from_be_bytes(random()) % BOOKINGS;
        let body = serde_json::to_vec(&Sync { since: Counter(since) }).expect("json");
        let nonce = client.try_post("/v1/nonces", &serde_json::json!({})).await;
        let Some(nonce) = nonce.map(|answer| answer.json::<NonceAnswer>(200).nonce) else { return answers };
        let statement = request_statement(&practice.context, "POST", &path, &sha256(&body), &nonce);
        let authorization = Authorization { key: key.verifying_key(), nonce, signature: key.sign(&statement) };
        let request = http::Request::post(&path)
            .header("content-type", "application/json")
            .header("authorization", authorization.encode());
        let request = request.body(http_body_util::Full::new(body.into())).expect("request");
        let Ok(answer) = client.send(request).await else { return answers };
        let entries = answer.json::<SyncAnswer>(200).entries.len() as u64;
        answers.push((since + 1, since + entries));
    }
}

/// All rows, closed and open, verified.
async fn journal(client: &mut Client, practice: &Practice) -> Vec<ReadRow> {
    let (mut rows, mut end) = (Vec::new(), JournalEnd::START);
    loop {
        let body = JournalRead { since: Counter(end.number) };
        let answer = client.signed(&practice.member, &practice.context, &practice.path("journal"), &body).await;
        let page: JournalAnswer = answer.json(200);
        for bytes in &page.rows {
            let (row, after) = end.follow(&bytes.0, &practice.context).expect("the chain is whole");
            rows.push(row);
            end = after;
        }
        if !page.more {
            let open = page.open.iter().map(|bytes| open_row(&bytes.0, &practice.context).expect("open"));
            rows.extend(open);
            return rows;
        }
    }
}

/// The database, looked at from outside.
enum Watch {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Watch {
    async fn open(scratch: &Scratch) -> Self {
        if let Some(url) = &scratch.url {
            return Self::Postgres(PgConnection::connect(url).await.expect("the database"));
        }
        let file = scratch.folder.path().join("souspli.db");
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        Self::Sqlite(options.connect().await.expect("the file"))
    }

    /// Returns at the very moment at which a key has a row.
    async fn row(mut self, key: &VerifyingKey) {
        loop {
            let rows: i64 = match &mut self {
                Self::Sqlite(db) => {
                    let sql = "SELECT count(*) FROM reading WHERE key = ?1";
                    sqlx::query_scalar(sql).bind(&key.0[..]).fetch_one(db).await.expect("counted")
                }
                Self::Postgres(db) => {
                    let sql = "SELECT count(*) FROM reading WHERE key = $1";
                    sqlx::query_scalar(sql).bind(&key.0[..]).fetch_one(db).await.expect("counted")
                }
            };
            if rows > 0 {
                return;
            }
        }
    }
}
