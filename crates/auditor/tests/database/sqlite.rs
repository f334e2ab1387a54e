//! Leaks in a SQLite file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, params};
use souspli_attest::{SigningKey, sha256};
use souspli_auditor::Check;
use souspli_auditor::audit::Gap;
use souspli_auditor::database::{AuditError, KnownBooking, KnownValue, Leaves, Outcome, Source, Wanted, audit};
use souspli_auditor::policy::Policy;
use souspli_journey::{MONDAY, TestHost};
use souspli_protocol::sizes::WINDOW_DAYS;
use souspli_protocol::{Digest, to_base64url};
use souspli_server::restore::{Restoring, restore};
use souspli_server::{Config, ManualClock};

use crate::honest::Honest;
use crate::search::{Words, initials};
use crate::{audited, fact_of, found, honest, lines, must_find};

/// A copy of the honest file, to be changed.
struct Copy {
    folder: tempfile::TempDir,
    db: Connection,
}

impl Copy {
    fn new(honest: &Honest) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("copy.db");
        std::fs::copy(&honest.file, &file).expect("copied");
        let db = Connection::open(file).expect("opened");
        Self { folder, db }
    }

    fn run(&self, sql: &str) {
        self.db.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }

    fn audited(self, honest: &Honest) -> Outcome {
        let file = self.file();
        self.db.close().expect("closed");
        audited(&Source::Sqlite(file), Some(&Words::of(&honest.known)), &honest.known)
    }
}

fn text<'a>(booking: &'a KnownBooking, name: &str) -> &'a str {
    let field = booking.fields.iter().find(|field| field.name == name).expect("a field");
    let KnownValue::Text(text) = &field.value else { panic!("{name} is a text") };
    text
}

fn time(booking: &KnownBooking) -> i64 {
    let time = booking.fields.iter().find_map(|field| match field.value {
        KnownValue::Time(minute) => Some(minute),
        _ => None,
    });
    time.expect("a time")
}

/// Adds a column to `record` and fills it from what was typed.
fn column(
    copy: &Copy,
    known: &[KnownBooking],
    name: &str,
    kind: &str,
    value: impl Fn(&KnownBooking) -> rusqlite::types::Value,
) {
    copy.run(&format!("ALTER TABLE record ADD COLUMN {name} {kind}"));
    let sql = format!("UPDATE record SET {name} = ?1 WHERE record = ?2");
    let mut update = copy.db.prepare(&sql).expect("update");
    for booking in known {
        update.execute(params![value(booking), booking.record.0]).expect("updated");
    }
}

#[test]
fn an_honest_file_gives_no_finding() {
    let honest = honest::sqlite();
    let words = Words::of(&honest.known);
    let before = listing(honest.file.parent().expect("a folder"));
    let outcome = audited(&Source::Sqlite(honest.file.clone()), Some(&words), &honest.known);
    assert!(outcome.findings.is_empty(), "{}", lines(&outcome));
    assert!(outcome.unchecked.is_empty(), "{:?}", outcome.unchecked);
    let rows: u64 = outcome.looked.iter().map(|looked| looked.rows).sum();
    assert!(outcome.looked.len() == 21 && rows > 5_000, "{:?}", outcome.looked);
    assert_eq!(listing(honest.file.parent().expect("a folder")), before, "nothing was changed");
}

/// A host that says that it has put an older copy back, and erases what is due, is honest.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_put_back_and_erased_from_gives_no_finding() {
    let honest = tokio::task::spawn_blocking(honest::sqlite).await.expect("filled");
    let folder = tempfile::tempdir().expect("a folder");
    copy_all(honest.file.parent().expect("a folder"), folder.path());
    let file = folder.path().join("souspli.db");
    let count = |sql: &str| {
        let db = Connection::open(&file).expect("opened");
        db.query_row(sql, [], |row| row.get::<_, u64>(0)).expect("a number")
    };
    let config = Config { data: folder.path().to_owned(), ..Config::default() };
    let how = Restoring { copy: None, dry_run: false, even_so: true };
    restore(&config, &how, &ManualClock::at(MONDAY + 1_000)).await.expect("restored");
    assert_eq!(count("SELECT count(*) FROM notice"), 2);
    assert_eq!(lines(&audited(&Source::Sqlite(file.clone()), None, &[])), "");

    let host = TestHost::start(folder.path(), None, MONDAY + 1_001).await;
    until(|| count("SELECT count(*) FROM unmerged") == 0).await;
    host.clock.set(MONDAY + 12 * WINDOW_DAYS * 1_440);
    until(|| count("SELECT count(*) FROM record") == 0).await;
    host.running.shutdown().await;
    assert!(count("SELECT count(*) FROM tombstone WHERE why = 1") > 200);
    assert_eq!(lines(&audited(&Source::Sqlite(file.clone()), None, &[])), "");
}

async fn until(done: impl Fn() -> bool) {
    for _ in 0..600 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come to that");
}

fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).expect("made");
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// Names, sizes and hashes of the files of a folder.
fn listing(folder: &Path) -> Vec<(String, u64, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let bytes = std::fs::read(&path).expect("read");
            (path.display().to_string(), bytes.len() as u64, sha256(&bytes).to_string())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn columns_that_follow_what_was_typed_are_named() {
    let honest = honest::sqlite();
    let copy = Copy::new(honest);
    let known = &honest.known;
    column(&copy, known, "who", "TEXT", |booking| text(booking, "name").to_owned().into());
    column(&copy, known, "meta", "TEXT", |booking| format!("{{\"reason\": \"{}\"}}", text(booking, "reason")).into());
    column(&copy, known, "search", "TEXT", |booking| text(booking, "name").to_lowercase().into());
    column(&copy, known, "starts", "INTEGER", |booking| (60 * time(booking) + 1).into());
    column(&copy, known, "phone_hash", "BLOB", |booking| sha256(text(booking, "phone").as_bytes()).0.to_vec().into());
    // Encrypted, but the same for the same telephone; in the order of the visits; as long as the name.
    let sealed = |words: &str| sha256(format!("a secret key {words}").as_bytes()).0.to_vec();
    column(&copy, known, "phone_sealed", "BLOB", |booking| sealed(text(booking, "phone")).into());
    column(&copy, known, "place", "BLOB", |booking| {
        let noise = sealed(text(booking, "name"));
        [&(time(booking) * 977).to_be_bytes()[..], &noise[..8]].concat().into()
    });
    column(&copy, known, "sorted_as", "TEXT", |booking| initials(text(booking, "name")).into());
    column(&copy, known, "name_sealed", "BLOB", |booking| {
        let name = text(booking, "name");
        let stream: Vec<u8> = (0..3).flat_map(|n| sealed(&format!("{n}{:?}", booking.record))).collect();
        stream[..name.len() + 28].to_vec().into()
    });
    let outcome = copy.audited(honest);
    let at = |column: &'static str| ["table record", column];
    for column in ["who", "meta", "search", "starts", "phone_hash", "phone_sealed", "place", "name_sealed"] {
        must_find(&outcome, Check::UndeclaredObject, &["table record", &format!("column {column}")]);
    }
    for column in ["column who", "column meta", "column search"] {
        must_find(&outcome, Check::ClearRun, &at(column));
        must_find(&outcome, Check::Canary, &at(column));
    }
    assert_eq!(fact_of(&outcome, Check::UndeclaredObject, &at("column meta"), "looks"), "json");
    assert_eq!(fact_of(&outcome, Check::Canary, &at("column search"), "form"), "lower_case");
    must_find(&outcome, Check::TimeTooFine, &at("column starts"));
    must_find(&outcome, Check::CanaryHash, &at("column phone_hash"));
    assert_eq!(fact_of(&outcome, Check::Canary, &at("column sorted_as"), "form"), "initials");
    for (column, field, follows) in [
        ("column who", "name", "order"),
        ("column search", "name", "order"),
        ("column starts", "time", "order"),
        ("column place", "time", "order"),
        ("column phone_sealed", "phone", "equality"),
        ("column name_sealed", "name", "length"),
    ] {
        let finding = outcome.findings.iter().find(|finding| {
            let fact =
                |name: &str, value: &str| finding.facts.iter().any(|fact| fact.name == name && fact.value == value);
            finding.check == Check::Correlated
                && finding.place.path == at(column)
                && fact("field", field)
                && fact("follows", follows)
        });
        assert!(finding.is_some(), "{column} follows {field} by {follows}:\n{}", lines(&outcome));
    }
    let elsewhere =
        outcome.findings.iter().filter(|finding| finding.place.path.first().is_none_or(|step| step != "table record"));
    assert_eq!(elsewhere.count(), 0, "{}", lines(&outcome));
}

#[test]
fn what_is_made_beside_the_tables_is_named() {
    let honest = honest::sqlite();
    let copy = Copy::new(honest);
    copy.run(
        "CREATE TABLE patient (name TEXT, seen REAL);
         INSERT INTO patient VALUES ('Somebody', 1.5);
         CREATE TABLE empty (x);
         CREATE VIEW agenda AS SELECT record FROM record;
         CREATE INDEX by_hex ON record (hex(record));
         CREATE INDEX of_some ON claim (owner) WHERE until <> 0;
         CREATE INDEX by_window ON record (window_number);
         CREATE TRIGGER copied AFTER INSERT ON event BEGIN INSERT INTO patient VALUES ('x', 0); END;
         CREATE VIRTUAL TABLE words USING fts5(name);
         INSERT INTO words VALUES ('Somebody');
         DROP INDEX vault_locator_of;
         ANALYZE;
         PRAGMA user_version = 7;
         PRAGMA application_id = 7;
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'bytes    BLOB', '/* Adèle Martineau */ bytes BLOB') WHERE name = 'event';
         UPDATE sqlite_schema SET sql = replace(sql, 'leaf     BLOB    NOT NULL', 'leaf BLOB NOT NULL DEFAULT x''00''')
             WHERE name = 'chain';
         UPDATE sqlite_schema SET sql = replace(sql, 'fp         BLOB    NOT NULL', 'fp BLOB NOT NULL CHECK (length(fp) <> 17)')
             WHERE name = 'calendar';
         PRAGMA writable_schema = OFF;",
    );
    let outcome = copy.audited(honest);
    let undeclared: [&[&str]; 16] = [
        &["table patient"],
        &["table patient", "column name"],
        &["table empty"],
        &["view agenda"],
        &["table record", "index by_hex"],
        &["table claim", "index of_some"],
        &["table record", "index by_window"],
        &["table event", "trigger copied"],
        &["virtual table words"],
        &["shadow table words_content", "column c0"],
        &["table sqlite_stat1"],
        &["user_version"],
        &["application_id"],
        &["table event", "comment"],
        &["table chain", "column leaf"],
        &["table calendar"],
    ];
    for path in undeclared {
        must_find(&outcome, Check::UndeclaredObject, path);
    }
    must_find(&outcome, Check::Canary, &["table event"]);
    must_find(&outcome, Check::ClearRun, &["table patient", "column name"]);
    must_find(&outcome, Check::MissingObject, &["table vault_locator", "index vault_locator_of"]);
    assert_eq!(fact_of(&outcome, Check::UndeclaredObject, &["table record", "index by_hex"], "over"), "an expression");
    let breaches = outcome.findings.iter().filter(|finding| finding.check == Check::WrongShape).count();
    assert_eq!(breaches, 0, "rows are as before:\n{}", lines(&outcome));
}

#[test]
fn what_is_hidden_in_declared_columns_is_named() {
    let honest = honest::sqlite();
    let copy = Copy::new(honest);
    // A code in the last byte of claim ids.
    copy.run(
        "UPDATE OR REPLACE claim SET gid = CAST(substr(gid, 1, 15) || char(rowid_of % 30) AS BLOB) FROM
              (SELECT gid AS old, row_number() OVER () AS rowid_of FROM claim) WHERE gid = old",
    );
    // Twelve letters in three events; a wrap of one event in another; a shorter event; hashes of something else.
    for (row, at, words) in [(20, 4_600, "douleur dos "), (90, 5_000, "Mme Lefebvre"), (150, 5_900, "grossesse de")] {
        copy.run(&format!(
            "UPDATE event SET bytes = CAST(substr(bytes, 1, {at}) || CAST('{words}' AS BLOB) || substr(bytes, {at} + 13) AS BLOB)
             WHERE rowid = {row}"
        ));
    }
    copy.run(
        "UPDATE event SET bytes = CAST(substr(bytes, 1, 617) || (SELECT substr(bytes, 618, 1120) FROM event WHERE rowid = 200)
             || substr(bytes, 1738) AS BLOB) WHERE rowid = 201;
         UPDATE event SET bytes = substr(bytes, 1, 8000) WHERE rowid = 230;
         UPDATE unmerged SET minute = minute * 60 + 17 WHERE rowid % 3 = 0;
         UPDATE chain SET receipt = CAST(substr(receipt, 1, 120) || x'0000' || substr(receipt, 123) AS BLOB) WHERE rowid = 40;
         UPDATE vault_locator SET locator = CAST(substr(locator, 1, 4) || x'7ac81f0cbe5c4dd0a7fe2b9f30a1d7c2e8a6b3f4d5c6e7f8a9b0c1d2' AS BLOB);
         UPDATE record SET window_number = window_number + 1 WHERE rowid = 7;
         DELETE FROM event WHERE rowid = 300;
         UPDATE hold SET until = until + 3;",
    );
    let phone = sha256(text(&honest.known[10], "phone").as_bytes());
    copy.db.execute("UPDATE record SET hash = ?1 WHERE rowid = 11", [phone.0]).expect("updated");
    let outcome = copy.audited(honest);
    must_find(&outcome, Check::NotRandom, &["table claim", "column gid", "byte 15"]);
    must_find(&outcome, Check::ClearRun, &["table event", "column bytes", "row 20"]);
    must_find(&outcome, Check::ClearRun, &["table event", "column bytes", "row 90"]);
    must_find(&outcome, Check::Repeated, &["table event", "column bytes", "row 200", "byte 617"]);
    must_find(&outcome, Check::WrongShape, &["table event", "column bytes", "row 230"]);
    must_find(&outcome, Check::TimeTooFine, &["table unmerged", "column minute"]);
    must_find(&outcome, Check::BrokenChain, &["table chain", "column receipt"]);
    must_find(&outcome, Check::BadReceipt, &["table chain", "column receipt", "row 40"]);
    must_find(&outcome, Check::NotRandom, &["table vault_locator", "column locator"]);
    must_find(&outcome, Check::WrongShape, &["table record", "column window_number", "row 7"]);
    must_find(&outcome, Check::WrongShape, &["table record", "column hash", "row 11"]);
    must_find(&outcome, Check::CanaryHash, &["table record", "column hash", "row 11"]);
    must_find(&outcome, Check::WrongShape, &["table claim", "column until"]);
    must_find(&outcome, Check::WrongShape, &["table claim", "column gid"]);
    // Whoever changes an event cannot sign it.
    let signed = outcome.findings.iter().filter(|finding| {
        finding.place.path.starts_with(&["table event", "column bytes"].map(str::to_owned))
            && finding.facts.iter().any(|fact| fact.value == "the author's signature")
    });
    assert!(signed.count() >= 4, "{}", lines(&outcome));
    for honest_column in
        [["table event", "column record"], ["table publication", "column bytes"], ["table vault", "column bytes"]]
    {
        assert!(
            !outcome.findings.iter().any(|finding| finding.place.path.starts_with(&honest_column.map(str::to_owned)))
        );
    }
    assert!(!found(&outcome, Check::ClearRun, &["table event", "column bytes", "row 201"]), "{}", lines(&outcome));
}

#[test]
fn what_lies_beside_rows_and_columns_is_named() {
    let honest = honest::sqlite();
    let copy = Copy::new(honest);
    // A code for a telephone, where SQLite numbers a row; rows in the order of the visits.
    copy.run("UPDATE record SET rowid = 33612345678 WHERE rowid = 9; CREATE TABLE sorted (record BLOB, at INTEGER)");
    for booking in &honest.known {
        copy.db
            .execute("INSERT INTO sorted VALUES (?1, ?2)", params![booking.record.0, time(booking)])
            .expect("inserted");
    }
    copy.run(
        "UPDATE event SET rowid = rowid + 100000;
         UPDATE event SET rowid = place FROM (SELECT e.rowid AS old, row_number() OVER (ORDER BY s.at, e.revision) AS place
             FROM event AS e JOIN sorted AS s ON s.record = e.record) WHERE event.rowid = old;
         DROP TABLE sorted;",
    );
    let file = copy.file();
    copy.db.close().expect("closed");
    let mut bytes = std::fs::read(&file).expect("read");
    bytes[80] = 7;
    std::fs::write(&file, bytes).expect("written");
    let outcome = audited(&Source::Sqlite(file), None, &honest.known);
    must_find(&outcome, Check::WrongShape, &["table record", "row numbers"]);
    must_find(&outcome, Check::Correlated, &["table event", "order of rows"]);
    must_find(&outcome, Check::UndeclaredObject, &["reserved bytes"]);
    assert_eq!(outcome.findings.len(), 3, "{}", lines(&outcome));
}

#[test]
fn keys_that_lie_beside_the_data_are_tried_and_named() {
    let honest = honest::sqlite();
    let copy = Copy::new(honest);
    // A receipt key that is known: every receipt would have to be signed anew, which is another finding.
    let seed = [0x42; 32];
    let key = SigningKey::from_seed(&seed).verifying_key();
    copy.db.execute("UPDATE host SET receipt_key = ?1", [key.0]).expect("updated");
    copy.run("ALTER TABLE host ADD COLUMN spare TEXT; ALTER TABLE hold ADD COLUMN spare BLOB");
    copy.db.execute("UPDATE host SET spare = ?1", [to_base64url(&seed)]).expect("updated");
    copy.db.execute("UPDATE hold SET spare = ?1", [[7; 32]]).expect("updated");
    let outcome = copy.audited(honest);
    must_find(&outcome, Check::KeyBeside, &["table host", "column spare", "row 1"]);
    must_find(&outcome, Check::BadReceipt, &["table chain", "column receipt"]);
    assert!(!found(&outcome, Check::KeyBeside, &["table hold"]), "{}", lines(&outcome));
}

#[test]
fn a_file_whose_host_goes_on_or_was_killed_is_read_and_not_changed() {
    let copy = Copy::new(honest::sqlite());
    copy.run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE in_the_log (x)");
    let sees_the_log = |file: PathBuf| {
        let outcome = audited(&Source::Sqlite(file), None, &[]);
        must_find(&outcome, Check::UndeclaredObject, &["table in_the_log"]);
    };
    sees_the_log(copy.file());
    copy.run("INSERT INTO in_the_log VALUES (7)");
    // With the index that only a running host needs, as after a kill; and without it, as in a copy.
    for names in [&["copy.db", "copy.db-wal", "copy.db-shm"][..], &["copy.db", "copy.db-wal"]] {
        let other = tempfile::tempdir().expect("a folder");
        for name in names {
            std::fs::copy(copy.folder.path().join(name), other.path().join(name)).expect("copied");
        }
        let before = listing(other.path());
        sees_the_log(other.path().join("copy.db"));
        assert_eq!(listing(other.path()), before, "nothing was changed");
    }
}

#[test]
fn what_is_no_sqlite_file_is_refused() {
    let policy = Policy::embedded().expect("policy");
    let refused =
        |file: &Path| audit(&Source::Sqlite(file.to_owned()), Wanted::by(&policy), &mut |_| {}).expect_err("refused");
    let folder = tempfile::tempdir().expect("a folder");
    assert!(matches!(refused(&folder.path().join("nothing")), AuditError::Unreadable(_)));
    let file = folder.path().join("text");
    std::fs::write(&file, "a text that is no database, whatever its name").expect("written");
    assert!(matches!(refused(&file), AuditError::Foreign(_)));
    // One that ends in the middle of a page.
    let bytes = std::fs::read(&honest::sqlite().file).expect("read");
    for length in [16, 100, 3_000, bytes.len() / 2] {
        std::fs::write(&file, &bytes[..length]).expect("written");
        match audit(&Source::Sqlite(file.clone()), Wanted::by(&policy), &mut |_| {}) {
            Err(AuditError::Unreadable(_) | AuditError::Foreign(_)) => {}
            Err(other) => panic!("{other}"),
            Ok(outcome) => assert!(!outcome.findings.is_empty() && !outcome.unchecked.is_empty(), "{length}"),
        }
    }
}

/// What the database says that the log holds, and where, is looked up there.
#[test]
fn leaves_are_looked_up_in_the_log() {
    let copy = Copy::new(honest::sqlite());
    copy.run(
        "DELETE FROM unmerged WHERE stream = 1;
         DELETE FROM merged;
         INSERT INTO merged SELECT calendar, 1, sequence, row_number() OVER (ORDER BY calendar, sequence) - 1 FROM chain;
         DELETE FROM sequencer;
         INSERT INTO sequencer SELECT 1, randomblob(16), 1, 29923680, count(*) + 64, randomblob(32) FROM chain;",
    );
    let merged: Vec<[u8; 32]> = copy
        .db
        .prepare(
            "SELECT c.leaf FROM merged AS m JOIN chain AS c ON c.calendar = m.calendar AND c.sequence = m.sequence
             WHERE m.stream = 1 ORDER BY m.place",
        )
        .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
        .expect("leaves");
    assert!(merged.len() > 6, "all of both practices");
    let (file, policy) = (copy.file(), Policy::embedded().expect("policy"));
    let looked = |change: &dyn Fn(&mut Vec<Digest>)| {
        let mut read = || {
            let mut all: Vec<Digest> = merged.iter().map(|leaf| Digest(*leaf)).collect();
            change(&mut all);
            let mut leaves = Leaves::new().expect("a file");
            leaves.add(&all).expect("written");
            Ok(leaves)
        };
        let wanted = Wanted { log: Some(&mut read), ..Wanted::by(&policy) };
        audit(&Source::Sqlite(file.clone()), wanted, &mut |_| {}).expect("audited")
    };
    let same = looked(&|_| {});
    assert!(same.findings.is_empty() && same.unchecked.is_empty(), "{}", lines(&same));
    let other = looked(&|leaves| leaves[4] = Digest([7; 32]));
    assert_eq!(other.findings.len(), 1, "{}", lines(&other));
    must_find(&other, Check::NotInLog, &["table chain", "column leaf"]);
    assert_eq!(fact_of(&other, Check::NotInLog, &["table chain", "column leaf"], "entry"), "4");
    let short = looked(&|leaves| leaves.truncate(5));
    assert!(short.findings.is_empty(), "{}", lines(&short));
    assert!(short.unchecked.iter().any(|unchecked| unchecked.gap == Gap::Changed), "{:?}", short.unchecked);
}

/// What a host deletes without a trace of erasure is lost.
#[test]
fn what_the_history_names_must_be_there() {
    let honest = honest::sqlite();
    let copy = Copy::new(honest);
    copy.run("DELETE FROM event WHERE rowid IN (SELECT max(rowid) FROM event)");
    must_find(&copy.audited(honest), Check::NotInDatabase, &["table chain", "column record"]);
    let copy = Copy::new(honest);
    copy.run("DELETE FROM chain WHERE sequence = (SELECT max(sequence) - 4 FROM chain)");
    must_find(&copy.audited(honest), Check::BrokenChain, &["table chain", "column receipt"]);
    let copy = Copy::new(honest);
    copy.run("DELETE FROM unmerged WHERE rowid = 5");
    must_find(&copy.audited(honest), Check::NotInLog, &["table chain", "column leaf"]);
}
