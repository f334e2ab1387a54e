//! `souspli-server restore`, as an operator meets it (`docs/spec/restore.md` §3); and what the host takes back after it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use souspli_attest::restore::{Restores, verify_notice};
use souspli_attest::{event_hash, sha256};
use souspli_protocol::problem::Code;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{
    Append, Appended, Blob, Counter, NoticeAnswer, NoticeRead, Profile, RecordAnswer, RecordRead, Resubmit, Sync,
    SyncAnswer,
};

use crate::support::TestHost;
use crate::support::booking::Booking;
use crate::support::client::Client;
use crate::support::practice::Practice;

fn server(command: &str, data: &Path, more: &[&str]) -> Output {
    let mut server = Command::new(env!("CARGO_BIN_EXE_souspli-server"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOUSPLI_")) {
        server.env_remove(name);
    }
    server.args([command, "--data"]).arg(data).args(more).stdin(Stdio::null()).output().expect("runs")
}

fn restore(data: &Path, more: &[&str]) -> (i32, String) {
    let output = server("restore", data, more);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("a code"), String::from_utf8_lossy(&said).into_owned())
}

/// Waits until all that was accepted is in the log: the first checkpoint that comes now may be of a turn that had begun
/// before, the second is not.
async fn merged(host: &TestHost) {
    let checkpoint = || fs::read(host.folder.path().join("log").join("checkpoint")).ok();
    for _ in 0..2 {
        let (before, began) = (checkpoint(), Instant::now());
        host.clock.advance(1);
        while checkpoint() == before {
            assert!(began.elapsed() < Duration::from_mins(1), "nothing is merged");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A host that has lived on after a copy of its database, and is stopped: the copy, a booking from before and one that
/// the copy lacks.
struct Lost {
    host: TestHost,
    practice: Practice,
    copy: std::path::PathBuf,
    kept: Booking,
    missing: Booking,
    sent: Append,
    receipt: Blob,
}

impl Lost {
    async fn new() -> Self {
        let mut host = TestHost::start().await;
        let mut client = host.client();
        let practice = Practice::registered(&mut client).await;
        let (kept, missing) = (Booking::new(), Booking::new());
        kept.book(&mut client, &practice).await;
        merged(&host).await;
        host.stop().await;
        let copy = host.folder.path().join("backup.db");
        fs::copy(host.folder.path().join("souspli.db"), &copy).expect("copied");
        host.restart().await;
        let mut client = host.client();
        host.clock.advance(120);
        let sent = missing.create(&practice, false);
        let accepted: Appended = missing.send(&mut client, &practice, &sent).await.json(201);
        merged(&host).await;
        host.stop().await;
        Self { host, practice, copy, kept, missing, sent, receipt: accepted.receipt }
    }

    fn data(&self) -> &Path {
        self.host.folder.path()
    }

    fn copy(&self) -> &str {
        self.copy.to_str().expect("text")
    }

    fn resubmit(&self, change: impl FnOnce(&mut Resubmit)) -> Resubmit {
        let Append { event, claims, .. } = self.sent.clone();
        let mut body = Resubmit { event, claims, earlier: self.receipt.clone() };
        change(&mut body);
        body
    }
}

async fn read(client: &mut Client, practice: &Practice, booking: &Booking) -> Option<RecordAnswer> {
    let body = RecordRead { record: booking.record() };
    let answer = client.signed(&booking.view, &practice.context, &practice.path("records/read"), &body).await;
    (answer.status == 200).then(|| answer.json(200))
}

#[tokio::test]
async fn a_copy_is_looked_at_before_anything_is_changed() {
    let lost = Lost::new().await;
    let (data, before) = (lost.data(), fs::read(lost.data().join("souspli.db")).expect("the database"));
    let beside = |name: &str, bytes: &[u8]| {
        let path = data.join(name);
        fs::write(&path, bytes).expect("written");
        path.to_str().expect("text").to_owned()
    };
    let mut damaged = fs::read(&lost.copy).expect("the copy");
    let middle = damaged.len() / 2;
    damaged[middle..middle + 4_096].fill(0x5a);
    let other = TestHost::start().await;
    let elsewhere = other.folder.path().join("souspli.db");
    for (file, code, sentence) in [
        ("/nowhere/backup.db", 8, "cannot be used"),
        (&beside("text.db", b"a text"), 8, "cannot be used"),
        (&beside("empty.db", b""), 8, "is empty"),
        (&beside("damaged.db", &damaged), 8, "cannot be used"),
        (elsewhere.to_str().expect("text"), 9, "belongs to"),
    ] {
        let (found, said) = restore(data, &[file]);
        assert_eq!(found, code, "{file}: {said}");
        assert!(said.contains(sentence), "{said}");
        assert_eq!(fs::read(data.join("souspli.db")).expect("there"), before, "{file}");
    }
    let (code, said) = restore(data, &["--dry-run", lost.copy()]);
    assert!(code == 0 && said.contains("1 practices") && said.contains("Nothing was changed"), "{code} {said}");
    assert_eq!(fs::read(data.join("souspli.db")).expect("there"), before);
    assert!(!data.join("log/generation").exists());
    // On a folder without the host's key it would only make another host.
    let empty = tempfile::tempdir().expect("a folder");
    let (code, said) = restore(empty.path(), &[lost.copy()]);
    assert!(code == 9 && said.contains("host.key") && !empty.path().join("host.key").exists(), "{code} {said}");
    // While a host runs on it, nothing.
    let running = TestHost::start().await;
    let copy = running.folder.path().join("copy.db");
    let sql = format!("VACUUM INTO '{}'", copy.display());
    let db = sqlx::sqlite::SqliteConnectOptions::new().filename(running.folder.path().join("souspli.db"));
    let mut db = sqlx::ConnectOptions::connect(&db).await.expect("opened");
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut db).await.expect("copied");
    let (code, said) = restore(running.folder.path(), &[copy.to_str().expect("text")]);
    assert!(code == 5 && said.contains("in use"), "{code} {said}");
}

#[tokio::test]
async fn an_older_database_is_not_served_and_a_killed_restore_is_done_again() {
    let lost = Lost::new().await;
    let (data, copy) = (lost.data(), lost.copy());
    let (code, said) = restore(data, &[]);
    assert!(code == 0 && said.contains("--even-so"), "nothing to restore: {code} {said}");
    // By hand, without a word; then what the restore leaves where it dies between its steps.
    fs::copy(copy, data.join("souspli.db")).expect("copied");
    for died in ["the copy is in place", "the number is taken"] {
        let output = server("serve", data, &["--port", "0"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(10), "{died}: {said}");
        assert!(said.contains("souspli-server restore"), "{said}");
        fs::write(data.join("log/generation"), "1\n").expect("written");
    }
    let (code, said) = restore(data, &["--dry-run"]);
    assert!(code == 0 && said.contains("is an older one") && said.contains("Restore 2"), "{code} {said}");
    let (code, said) = restore(data, &[]);
    assert!(code == 0 && said.contains("Restore 2 is open in 1 calendars"), "{code} {said}");
    let (code, said) = restore(data, &[]);
    assert!(code == 0 && said.contains("Nothing was changed"), "once is enough: {code} {said}");
    let (code, said) = restore(data, &[copy]);
    assert!(code == 0 && said.contains("Restore 3") && said.contains("souspli.aside-1.db"), "{code} {said}");
    let (code, said) = restore(data, &["--even-so"]);
    assert!(code == 0 && said.contains("Restore 4"), "{code} {said}");
    // A log that is older than its database is no log to go on with.
    fs::remove_dir_all(data.join("log")).expect("removed");
    let (code, said) = restore(data, &["--even-so"]);
    assert!(code == 8 && said.contains("not that of the database"), "{code} {said}");
}

#[tokio::test]
async fn what_was_lost_is_taken_back_with_its_receipts_and_nothing_else_is() {
    let mut lost = Lost::new().await;
    let (code, said) = restore(lost.data(), &[lost.copy()]);
    assert_eq!(code, 0, "{said}");
    lost.host.restart().await;
    let mut client = lost.host.client();
    let (practice, path) = (&lost.practice, lost.practice.path("resubmissions"));
    let key = lost.host.running().receipt_key();
    let profile: Profile = client.get(&practice.path("profile")).await.json(200);
    let restores = Restores::verify(profile.notices.iter().map(|each| &each.0[..]), &practice.context, &key);
    let restores = restores.expect("signed");
    assert_eq!((restores.generation(), profile.countersignature), (1, None));
    assert!(read(&mut client, practice, &lost.missing).await.is_none(), "it is lost");
    assert!(read(&mut client, practice, &lost.kept).await.is_some());

    // The receipt of another event, of a place that is held, changed, none, or too many.
    let held = read(&mut client, practice, &lost.kept).await.expect("there").entries[0].receipt.clone();
    let mut changed = lost.receipt.clone();
    *changed.0.last_mut().expect("bytes") ^= 1;
    let twice = Blob([&lost.receipt.0[..], &lost.receipt.0].concat());
    for earlier in [held, changed, Blob(Vec::new()), twice, Blob(vec![0; 7])] {
        let body = lost.resubmit(|body| body.earlier = earlier);
        assert_eq!(client.post(&path, &body).await.problem(), Code::NotLost);
    }
    let other = Booking::new().create(practice, false);
    let body = lost.resubmit(|body| (body.event, body.claims) = (other.event, other.claims));
    assert_eq!(client.post(&path, &body).await.problem(), Code::NotLost);
    let body = lost.resubmit(|body| body.claims = Blob(Vec::new()));
    assert_eq!(client.post(&path, &body).await.problem(), Code::BadClaims);

    // A day later, under a version that has gone on: none of that is judged again.
    lost.host.clock.advance(3 * 1_440);
    let body = lost.resubmit(|_| {});
    let first: Appended = client.post(&path, &body).await.json(201);
    let again: Appended = client.post(&path, &body).await.json(200);
    assert_eq!(first, again);
    let entry = &read(&mut client, practice, &lost.missing).await.expect("back").entries[0];
    assert_eq!((&entry.event, &entry.receipt, &entry.earlier), (&body.event, &first.receipt, &lost.receipt));
    let hash = event_hash(&entry.event.0);
    let earlier = restores.verify_earlier(&entry.earlier.0, &hash, &practice.context, &key).expect("lost, and signed");
    let (old, new) = (earlier[0].statement.link, Receipt::decode(&first.receipt.0).expect("a receipt").statement.link);
    assert_eq!((old.generation, new.generation, old.sequence, old.leaf), (0, 1, new.sequence, new.leaf));
    let since = Sync { since: Counter(new.sequence - 1) };
    let chain: SyncAnswer =
        client.signed(&practice.member, &practice.context, &practice.path("sync"), &since).await.json(200);
    assert_eq!((&chain.entries[0].earlier, chain.generation), (&lost.receipt, 1));

    // The notice is in the log.
    merged(&lost.host).await;
    let path = practice.path("notices");
    let answer: NoticeAnswer = client.post(&path, &NoticeRead { generation: 1 }).await.json(200);
    assert_eq!(answer.notice, profile.notices[0]);
    let notice = verify_notice(&answer.notice.0, &practice.context, &key).expect("signed");
    assert_eq!((notice.from, notice.generation), (0, 1));
    let proof = souspli_tlog::proof::Proof::decode(&answer.proof.expect("merged").0).expect("a proof file");
    assert_eq!(sha256(&proof.extra), sha256(&answer.notice.0));
    assert_eq!(client.post(&path, &NoticeRead { generation: 2 }).await.problem(), Code::NoRecord);
}
