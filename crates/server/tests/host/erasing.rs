//! Erasing over HTTP, and by the clock: what is answered, what stays, and that the bytes are gone from the files
//! (`docs/spec/events.md` §8).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use souspli_attest::{event_hash, leaf_of, sha256};
use souspli_protocol::erase::{Erase, EraseStatement};
use souspli_protocol::event::{Event, HEADER, Header};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::{KEPT_WINDOWS, WINDOW_DAYS};
use souspli_protocol::wire::{
    Appended, Blob, Counter, EraseBody, PublicationAnswer, PublicationRead, Published, RecordAnswer, RecordRead, Sync,
    SyncAnswer,
};
use souspli_protocol::{Digest, RecordId};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::support::booking::Booking;
use crate::support::client::{Answer, Client};
use crate::support::databases::{Kind, Scratch};
use crate::support::practice::{Practice, window};
use crate::support::{NOW, TestHost};

/// Bytes that are looked for together.
const PIECE: usize = 24;
const WINDOW_MINUTES: u32 = WINDOW_DAYS * 1_440;

/// A host, a practice, and a client.
struct Stage {
    host: TestHost,
    client: Client,
    practice: Practice,
}

impl Stage {
    async fn new() -> Self {
        let host = TestHost::start().await;
        let mut client = host.client();
        let practice = Practice::registered(&mut client).await;
        Self { host, client, practice }
    }

    /// A booking that was cancelled; gives its events.
    async fn cancelled(&mut self) -> (Booking, [Event; 2]) {
        let booking = Booking::new();
        let create = booking.event(&self.practice, &booking.header(&self.practice));
        let body = booking.body(&self.practice, &create, false);
        booking.send(&mut self.client, &self.practice, &body).await.json::<Appended>(201);
        let hash = event_hash(create.bytes());
        let header = Header { release: true, ..booking.append_header(&self.practice, 1, hash) };
        let cancel = booking.event(&self.practice, &header);
        let body = booking.body(&self.practice, &cancel, false);
        booking.send(&mut self.client, &self.practice, &body).await.json::<Appended>(201);
        (booking, [create, cancel])
    }

    fn statement(&self, record: RecordId, revision: u32, hash: Digest) -> EraseStatement {
        let author = self.practice.member.verifying_key();
        EraseStatement { context: self.practice.context, record, revision, hash, author, not_after: NOW + 1_440 }
    }

    fn sign(&self, statement: EraseStatement) -> Erase {
        Erase { statement, signature: self.practice.member.sign(&statement.encode()) }
    }

    async fn erase(&mut self, erase: &Erase) -> Answer {
        let body = EraseBody { erase: Blob(erase.encode()) };
        self.client.post(&self.practice.path("erasures"), &body).await
    }

    async fn read(&mut self, booking: &Booking) -> Answer {
        let (path, body) = (self.practice.path("records/read"), RecordRead { record: booking.record() });
        self.client.signed(&booking.view, &self.practice.context, &path, &body).await
    }

    async fn sync(&mut self) -> SyncAnswer {
        let (path, body) = (self.practice.path("sync"), Sync { since: Counter(0) });
        self.client.signed(&self.practice.member, &self.practice.context, &path, &body).await.json(200)
    }
}

#[tokio::test]
async fn a_member_has_a_record_erased_and_nobody_else_does() {
    let mut stage = Stage::new().await;
    let (booking, [create, cancel]) = stage.cancelled().await;
    let before = stage.sync().await.entries;
    let statement = stage.statement(booking.record(), 1, event_hash(cancel.bytes()));
    let good = stage.sign(statement);
    let signed = |stage: &Stage, change: &dyn Fn(&mut EraseStatement)| {
        let mut statement = statement;
        change(&mut statement);
        stage.sign(statement)
    };
    let stranger = Booking::new();
    for (erase, code) in [
        (signed(&stage, &|statement| statement.context.fp.0[0] ^= 1), Code::WrongContext),
        (Erase { signature: stranger.manage.sign(&statement.encode()), ..good }, Code::BadSignature),
        (signed(&stage, &|statement| statement.not_after = NOW - 1), Code::EventExpired),
        (signed(&stage, &|statement| statement.not_after = NOW + 3 * 1_440), Code::BadShape),
        (signed(&stage, &|statement| statement.record = RecordId([7; 16])), Code::NoRecord),
        (signed(&stage, &|statement| statement.revision = 0), Code::RevisionConflict),
        (signed(&stage, &|statement| statement.hash = event_hash(create.bytes())), Code::RevisionConflict),
    ] {
        assert_eq!(stage.erase(&erase).await.problem(), code);
    }
    let foreign = EraseStatement { author: stranger.manage.verifying_key(), ..statement };
    let foreign = Erase { statement: foreign, signature: stranger.manage.sign(&foreign.encode()) };
    assert_eq!(stage.erase(&foreign).await.problem(), Code::NotInAcl);
    let path = stage.practice.path("erasures");
    for (bytes, code) in [(good.encode()[1..].to_vec(), Code::WrongSize), (vec![0; Erase::SIZE], Code::BadShape)] {
        assert_eq!(stage.client.post(&path, &EraseBody { erase: Blob(bytes) }).await.problem(), code);
    }
    stage.read(&booking).await.json::<RecordAnswer>(200);

    let receipt: Appended = stage.erase(&good).await.json(201);
    let leaf = Receipt::decode(&receipt.receipt.0).expect("a receipt").statement.link.leaf;
    assert_eq!(leaf, leaf_of(&sha256(&good.encode())));
    assert_eq!(stage.read(&booking).await.problem(), Code::RecordErased);
    let after = stage.sync().await.entries;
    assert_eq!(after.len(), before.len() + 1);
    for (one, other) in before.iter().zip(&after) {
        assert_eq!((&one.receipt, other.erased), (&other.receipt, one.event.is_some()));
        assert!(other.event.is_none() && other.erase.is_none());
    }
    let last = after.last().expect("the erase");
    assert_eq!((&last.erase, &last.receipt), (&Some(Blob(good.encode())), &receipt.receipt));
    // The same bytes again, also long after; other bytes; and nothing begins the record again.
    assert_eq!(stage.erase(&good).await.json::<Appended>(200), receipt);
    stage.host.clock.advance(5 * 1_440);
    assert_eq!(stage.erase(&good).await.json::<Appended>(200), receipt);
    stage.practice.now += 5 * 1_440;
    let other = signed(&stage, &|statement| statement.not_after = NOW + 6 * 1_440);
    assert_eq!(stage.erase(&other).await.problem(), Code::RecordErased);
    let again = booking.create(&stage.practice, false);
    assert_eq!(booking.send(&mut stage.client, &stage.practice, &again).await.problem(), Code::RecordErased);
    let header = booking.append_header(&stage.practice, 2, event_hash(cancel.bytes()));
    let more = booking.body(&stage.practice, &booking.event(&stage.practice, &header), false);
    assert_eq!(booking.send(&mut stage.client, &stage.practice, &more).await.problem(), Code::RecordErased);
}

#[tokio::test]
async fn what_takes_time_is_cancelled_first() {
    let mut stage = Stage::new().await;
    let booking = Booking::new();
    let hash = booking.book(&mut stage.client, &stage.practice).await;
    let erase = stage.sign(stage.statement(booking.record(), 0, hash));
    assert_eq!(stage.erase(&erase).await.problem(), Code::RecordLive);
    stage.read(&booking).await.json::<RecordAnswer>(200);
    // Two windows later nobody may claim there any more.
    stage.host.clock.advance(2 * WINDOW_MINUTES);
    let not_after = NOW + 2 * WINDOW_MINUTES + 60;
    let erase = stage.sign(EraseStatement { not_after, ..stage.statement(booking.record(), 0, hash) });
    stage.erase(&erase).await.json::<Appended>(201);
}

/// What a window's end leaves of it three windows later, on both databases; and the files hold nothing of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_erased_by_the_clock_on_sqlite() {
    by_the_clock(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_erased_by_the_clock_on_postgres() {
    by_the_clock(Kind::Postgres).await;
}

async fn by_the_clock(kind: Kind) {
    let scratch = Scratch::new(kind).await;
    let host = TestHost::start_with(|config| scratch.configure(config)).await;
    let mut client = host.client();
    let mut practice = Practice::registered(&mut client).await;
    let (mut bookings, mut sealed) = (Vec::new(), Vec::new());
    for _ in 0..150 {
        let booking = Booking::new();
        let body = booking.create(&practice, false);
        booking.send(&mut client, &practice, &body).await.json::<Appended>(201);
        // The header's keys stand in the journal of reads as well.
        sealed.push(body.event.0[HEADER..].to_vec());
        bookings.push(booking);
    }
    let hours = practice.next_sealed(PublicationKind::Hours, window());
    practice.publish(&mut client, std::slice::from_ref(&hours)).await.json::<Published>(201);
    sealed.push(hours.payload().to_vec());
    // The last minute in which nothing is due, and the first in which all is.
    let end = (window() + KEPT_WINDOWS + 1) * WINDOW_MINUTES + 4 * 1_440;
    host.clock.set(end - 1);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut stage = Stage { host, client, practice };
    stage.read(&bookings[0]).await.json::<RecordAnswer>(200);
    stage.host.clock.set(end);
    let began = Instant::now();
    for booking in &bookings {
        while stage.read(booking).await.status == 200 {
            assert!(began.elapsed() < Duration::from_mins(1), "nothing is erased");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(stage.read(booking).await.problem(), Code::RecordErased);
    }
    let asked = PublicationRead { kind: PublicationKind::Hours.id(), slot: window() };
    let path = stage.practice.path("publications/read");
    let read = stage.client.signed(&stage.practice.member, &stage.practice.context, &path, &asked).await;
    assert_eq!(read.problem(), Code::NoPublication);
    let asked = PublicationRead { kind: PublicationKind::Registration.id(), slot: 0 };
    let read = stage.client.signed(&stage.practice.member, &stage.practice.context, &path, &asked).await;
    read.json::<PublicationAnswer>(200);
    let entries = stage.sync().await.entries;
    assert!(entries.iter().skip(6).all(|entry| entry.erased), "{}", entries.len());
    gone(&scratch, &sealed).await;
    stage.host.stop().await;
    scratch.remove().await;
}

/// Waits until no piece of what was sealed is in the files of the database. PostgreSQL lets go of a table's old file with
/// its next checkpoint.
async fn gone(scratch: &Scratch, sealed: &[Vec<u8>]) {
    let pieces: Vec<&[u8]> = sealed.iter().flat_map(|bytes| bytes.chunks_exact(PIECE)).collect();
    let search = AhoCorasick::new(&pieces).expect("a search");
    let began = Instant::now();
    loop {
        let Some(folder) = files(scratch).await else { return };
        let left = found(&folder, &search);
        if left == 0 {
            return;
        }
        let waited = began.elapsed();
        assert!(waited < Duration::from_mins(1), "{left} pieces of what was erased are in {}", folder.display());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Where the database's own files are; `None` where they cannot be looked at.
async fn files(scratch: &Scratch) -> Option<PathBuf> {
    let Some(url) = &scratch.url else { return Some(scratch.folder.path().to_owned()) };
    let data = PathBuf::from(std::env::var_os("SOUSPLI_TEST_POSTGRES_DATA")?);
    let mut db = PgConnection::connect(url).await.expect("the database");
    db.execute("CHECKPOINT").await.expect("a checkpoint");
    let sql = "SELECT oid::bigint FROM pg_database WHERE datname = current_database()";
    let oid: i64 = sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("its number");
    Some(data.join("base").join(oid.to_string()))
}

/// How many pieces are in the files of a folder, those of the log left out.
fn found(folder: &Path, search: &AhoCorasick) -> usize {
    let files = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let bytes = files.filter(|path| path.is_file()).filter_map(|path| std::fs::read(path).ok());
    bytes.map(|bytes| search.find_iter(&bytes).count()).sum()
}
