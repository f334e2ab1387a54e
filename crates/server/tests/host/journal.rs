//! The journal of reads: what is in it, what is not, and what the host signs of it (`docs/spec/log.md` §7).

use std::time::Duration;

use souspli_attest::SigningKey;
use souspli_attest::journal::{JournalEnd, open_hash, open_row, verify_statement};
use souspli_protocol::journal::{JournalStatement, ReadRow, hour_of};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::JOURNAL_PAGE;
use souspli_protocol::wire::{
    Counter, Empty, JournalAnswer, JournalRead, PublicationAnswer, PublicationRead, Published, RecordAnswer,
    RecordRead, Sync, SyncAnswer,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::support::booking::Booking;
use crate::support::client::Client;
use crate::support::practice::Practice;
use crate::support::{NOW, TestHost, random};

/// A host, a practice with two members, and a client.
struct Stage {
    host: TestHost,
    client: Client,
    practice: Practice,
    other: SigningKey,
}

impl Stage {
    async fn new() -> Self {
        let host = TestHost::start().await;
        let mut client = host.client();
        let mut practice = Practice::registered(&mut client).await;
        let other = SigningKey::from_seed(&random());
        let acl = Practice::acl(&[practice.member.verifying_key(), other.verifying_key()]);
        let acl = practice.next(PublicationKind::Acl, 0, &acl);
        practice.publish(&mut client, &[acl]).await.json::<Published>(201);
        Self { host, client, practice, other }
    }

    /// Reads the chain with the first member's key or the other's; gives how many entries came.
    async fn sync(&mut self, others: bool, since: u64) -> u64 {
        let key = if others { &self.other } else { &self.practice.member };
        let body = Sync { since: Counter(since) };
        let path = self.practice.path("sync");
        let answer = self.client.signed(key, &self.practice.context, &path, &body).await;
        answer.json::<SyncAnswer>(200).entries.len() as u64
    }

    async fn ask(&mut self, since: u64) -> JournalAnswer {
        let body = JournalRead { since: Counter(since) };
        let path = self.practice.path("journal");
        self.client.signed(&self.practice.member, &self.practice.context, &path, &body).await.json(200)
    }

    /// The whole journal, verified: statement, closed rows, open rows.
    async fn journal(&mut self) -> (JournalStatement, Vec<ReadRow>, Vec<ReadRow>) {
        let answer = self.ask(0).await;
        let (context, key) = (self.practice.context, self.host.running().receipt_key());
        let statement = verify_statement(&answer.statement.0, &context, &key).expect("signed");
        let (mut end, mut rows) = (JournalEnd::START, Vec::new());
        for row in &answer.rows {
            let (row, after) = end.follow(&row.0, &context).expect("follows");
            rows.push(row);
            end = after;
        }
        assert_eq!((statement.number, statement.newest), (end.number, end.hash));
        assert_eq!(statement.open, open_hash(answer.open.iter().map(|row| &row.0[..])));
        let open = answer.open.iter().map(|row| open_row(&row.0, &context).expect("open")).collect();
        (statement, rows, open)
    }
}

fn pairs(row: &ReadRow) -> Vec<(u64, u64)> {
    row.ranges.iter().collect()
}

#[tokio::test]
async fn what_members_read_is_in_the_journal_by_key_and_hour() {
    let mut stage = Stage::new().await;
    let (_, rows, open) = stage.journal().await;
    assert!(rows.is_empty() && open.is_empty(), "asking for the journal is not in it");
    assert_eq!(stage.sync(false, 0).await, 6);
    assert_eq!(stage.sync(false, 3).await, 3);
    assert_eq!(stage.sync(true, 6).await, 0);
    let (statement, rows, open) = stage.journal().await;
    assert_eq!((rows.len(), open.len(), statement.number, statement.minute), (0, 2, 0, NOW));
    let (own, other) = (stage.practice.member.verifying_key(), stage.other.verifying_key());
    let of = |key| open.iter().find(|row| row.key == key).expect("a row");
    assert_eq!((of(own).hour, pairs(of(own))), (hour_of(NOW), vec![(1, 6)]));
    assert_eq!(pairs(of(other)), [], "who found nothing is seen");

    stage.host.clock.advance(60);
    Booking::new().book(&mut stage.client, &stage.practice).await;
    assert_eq!(stage.sync(true, 6).await, 1);
    let (statement, rows, open) = stage.journal().await;
    let mut keys = [own, other];
    keys.sort_unstable();
    assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), keys, "closed in the order of their keys");
    assert_eq!((statement.number, open.len()), (2, 1));
    assert_eq!((open[0].key, open[0].hour, pairs(&open[0])), (other, hour_of(NOW) + 1, vec![(7, 7)]));

    // Nobody reads: asking for the journal closes what is over.
    stage.host.clock.advance(60);
    let (statement, rows, open) = stage.journal().await;
    assert_eq!((statement.number, rows.len(), open.len()), (3, 3, 0));
}

#[tokio::test]
async fn publications_are_journalled_by_their_kind_and_others_reads_are_not() {
    let mut stage = Stage::new().await;
    let read = |kind: PublicationKind, slot| PublicationRead { kind: kind.id(), slot };
    let (path, context) = (stage.practice.path("publications/read"), stage.practice.context);
    let answer = stage.client.signed(&stage.other, &context, &path, &read(PublicationKind::Acl, 0)).await;
    answer.json::<PublicationAnswer>(200);
    for nothing in [read(PublicationKind::Grants, 5), PublicationRead { kind: 200, slot: 0 }] {
        let answer = stage.client.signed(&stage.practice.member, &context, &path, &nothing).await;
        assert_eq!(answer.problem(), Code::NoPublication);
    }
    let stranger = SigningKey::from_seed(&random());
    assert_eq!(
        stage.client.signed(&stranger, &context, &path, &read(PublicationKind::Acl, 0)).await.problem(),
        Code::NotInAcl
    );
    // What patients read with a record's key, and the stream, are not there.
    let booking = Booking::new();
    booking.book(&mut stage.client, &stage.practice).await;
    let record = RecordRead { record: booking.record() };
    let path = stage.practice.path("records/read");
    stage.client.signed(&booking.view, &context, &path, &record).await.json::<RecordAnswer>(200);
    let path = stage.practice.path("stream");
    let body = serde_json::to_vec(&Empty {}).expect("json");
    let nonce = stage.client.nonce().await;
    let value = crate::support::client::authorization(&stage.practice.member, &context, &path, &body, nonce);
    let request = http::Request::post(path).header("content-type", "application/json").header("authorization", value);
    let stream =
        stage.host.client().begin(request.body(http_body_util::Full::new(body.into())).expect("request")).await;
    assert_eq!(stream.expect("answer").status(), 200);

    let (_, _, open) = stage.journal().await;
    let told: Vec<_> = open.iter().map(|row| (row.key, row.publications.iter().collect::<Vec<_>>())).collect();
    let mut expected = vec![
        (stage.practice.member.verifying_key(), vec![]),
        (stage.other.verifying_key(), vec![PublicationKind::Acl]),
    ];
    expected.sort_by_key(|(key, _)| *key);
    assert_eq!(told, expected);
    assert!(open.iter().all(|row| pairs(row).is_empty()));
}

#[tokio::test]
async fn only_members_read_the_journal_and_page_by_page() {
    let mut stage = Stage::new().await;
    let hours = JOURNAL_PAGE as u64 + 3;
    for _ in 0..hours {
        stage.sync(false, 0).await;
        stage.host.clock.advance(60);
    }
    let first = stage.ask(0).await;
    assert_eq!((first.rows.len(), first.more, first.open.len()), (JOURNAL_PAGE, true, 0));
    let second = stage.ask(JOURNAL_PAGE as u64).await;
    assert_eq!((second.rows.len(), second.more), (3, false));
    assert_eq!(second.statement, first.statement);
    let none = stage.ask(u64::MAX).await;
    assert_eq!((none.rows.len(), none.more), (0, false));
    let (path, body) = (stage.practice.path("journal"), JournalRead { since: Counter(0) });
    let stranger = SigningKey::from_seed(&random());
    let refused = stage.client.signed(&stranger, &stage.practice.context, &path, &body).await;
    assert_eq!(refused.problem(), Code::NotInAcl);
}

#[tokio::test]
async fn the_journal_goes_on_after_a_restart() {
    let mut stage = Stage::new().await;
    stage.sync(false, 0).await;
    stage.host.restart().await;
    stage.host.clock.advance(1);
    stage.client = stage.host.client();
    let (_, rows, open) = stage.journal().await;
    assert_eq!((rows.len(), pairs(&open[0])), (0, vec![(1, 6)]));
    Booking::new().book(&mut stage.client, &stage.practice).await;
    stage.sync(false, 6).await;
    stage.host.clock.advance(120);
    let (_, rows, open) = stage.journal().await;
    assert_eq!((rows.len(), open.len(), pairs(&rows[0])), (1, 0, vec![(1, 7)]));
}

/// Somebody holds the database's lock: nothing can be written down, so nothing is given, but for what the row says
/// already.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_down_is_not_given() {
    let mut stage = Stage::new().await;
    assert_eq!(stage.sync(false, 4).await, 2);
    let file = stage.host.folder.path().join("souspli.db");
    let mut shell = SqliteConnectOptions::new().filename(&file).connect().await.expect("the file");
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut shell).await.expect("locked");
    let (path, context) = (stage.practice.path("sync"), stage.practice.context);
    assert_eq!(stage.sync(false, 5).await, 1, "said already");
    let all = Sync { since: Counter(0) };
    let waiting = stage.client.signed(&stage.practice.member, &context, &path, &all);
    assert!(tokio::time::timeout(Duration::from_secs(1), waiting).await.is_err(), "no answer before it is written");
    stage.client = stage.host.client();
    let refused = stage.client.signed(&stage.practice.member, &context, &path, &all).await;
    assert_eq!(refused.problem(), Code::Busy);
    sqlx::raw_sql("ROLLBACK").execute(&mut shell).await.expect("given back");
    shell.close().await.expect("closed");
    assert_eq!(stage.sync(false, 0).await, 6);
    let (_, _, open) = stage.journal().await;
    assert_eq!(pairs(&open[0]), [(1, 6)]);
}
