//! What is put into the folder of an honest host, one thing after the other.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use flate2::Compression;
use flate2::write::GzEncoder;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use souspli_auditor::audit::Silent;
use souspli_auditor::files;
use souspli_auditor::{Check, Severity};
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::{CalendarId, Context, Fingerprint};

use crate::{Copy, NAME, PHONE, audited, lines, must_find};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn rows_that_were_deleted_carelessly_are_found_in_free_pages() {
    let copy = Copy::new();
    let db = copy.database();
    db.execute_batch("PRAGMA secure_delete = OFF; DELETE FROM event WHERE rowid IN (SELECT rowid FROM event LIMIT 3)")
        .expect("deleted");
    db.close().expect("closed");
    let report = copy.audited();
    must_find(&report, Check::Remains, &["file souspli.db", "page "], "free pages");
    must_find(&report, Check::Remains, &["file souspli.db", "page ", "byte "], "deleted");
}

#[test]
fn small_rows_that_were_deleted_carelessly_are_found_in_pages_that_are_in_use() {
    let copy = Copy::new();
    let db = copy.database();
    db.execute_batch(
        "PRAGMA secure_delete = OFF; DELETE FROM claim WHERE gid IN (SELECT gid FROM claim LIMIT 500 OFFSET 40)",
    )
    .expect("deleted");
    db.close().expect("closed");
    must_find(&copy.audited(), Check::Remains, &["file souspli.db", "page "], "room of deleted rows");
}

#[test]
fn what_the_write_ahead_log_still_holds_is_found() {
    let copy = Copy::new();
    let db = copy.database();
    // Written, deleted with care, and not yet overwritten in the log.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON;
         CREATE TEMP TABLE moved AS SELECT * FROM event LIMIT 2;
         DELETE FROM event WHERE hash IN (SELECT hash FROM moved);
         PRAGMA wal_checkpoint(TRUNCATE);
         INSERT INTO event SELECT * FROM moved;
         DELETE FROM event WHERE hash IN (SELECT hash FROM moved);",
    )
    .expect("written");
    let report = copy.audited();
    must_find(&report, Check::Remains, &["file souspli.db-wal", "wal frame ", "byte "], "deleted");
}

#[test]
fn rows_that_only_a_backup_has_are_found() {
    let copy = Copy::new();
    fs::copy(copy.path("souspli.db"), copy.path("monday.db")).expect("copied");
    fs::write(copy.path("monday.db.gz"), gzip(&fs::read(copy.path("souspli.db")).expect("read"))).expect("packed");
    let db = copy.database();
    db.execute_batch("PRAGMA secure_delete = ON; DELETE FROM event WHERE revision = 0 AND rowid < 9; VACUUM")
        .expect("deleted");
    db.close().expect("closed");
    let report = copy.audited();
    must_find(&report, Check::Remains, &["file monday.db", "page "], "deleted");
    must_find(&report, Check::Remains, &["file monday.db.gz", "byte "], "gzip");
    assert!(!lines(&report).contains("remains file souspli.db "), "{}", lines(&report));
}

#[test]
fn files_that_are_not_declared_are_named_for_what_they_are() {
    let copy = Copy::new();
    let mut core = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0".to_vec();
    core.extend(NAME.encode_utf16().flat_map(u16::to_le_bytes));
    copy.write("core.4711", core);
    copy.write("notes.txt", "nothing");
    copy.write("host.pub", "not a key\n");
    copy.write("server.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    symlink("/etc/hostname", copy.path("link")).expect("a link");
    let socket = std::os::unix::net::UnixListener::bind(copy.path("socket")).expect("a socket");
    fs::set_permissions(copy.path("host.key"), fs::Permissions::from_mode(0o644)).expect("changed");
    let report = copy.audited();
    drop(socket);
    for (name, fact) in
        [("core.4711", "core dump"), ("notes.txt", "text"), ("link", "/etc/hostname"), ("socket", "socket")]
    {
        must_find(&report, Check::UndeclaredFile, &[&format!("file {name}")], fact);
    }
    must_find(&report, Check::UndeclaredFile, &["file host.pub"], "something else");
    must_find(&report, Check::MemoryDump, &["file core.4711"], "core dump");
    must_find(&report, Check::Canary, &["file core.4711"], "utf16le");
    must_find(&report, Check::KeyBeside, &["file server.pem"], "PEM");
    must_find(&report, Check::KeyBeside, &["file host.key"], "others may read");
}

#[test]
fn a_key_proves_itself_and_is_tried_on_hashes() {
    let copy = Copy::new();
    let own = fs::read_to_string(copy.path("host.key")).expect("a key");
    let seed = own.lines().find_map(|line| line.strip_prefix("receipt ")).expect("a seed").to_owned();
    copy.write("old-settings.txt", format!("sign_with = \"{seed}\"\n"));
    copy.write("pepper.txt", "pepper = \"un poivre bien secret\"\n");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"un poivre bien secret").expect("a key");
    mac.update(b"+33639981234");
    copy.write("index.bin", mac.finalize().into_bytes());
    let report = copy.audited();
    must_find(&report, Check::KeyBeside, &["file old-settings.txt"], "signs with a key of this database");
    must_find(&report, Check::CanaryHash, &["file index.bin"], "hmac-sha256");
    assert!(!lines(&report).contains("key_beside file pepper.txt"), "{}", lines(&report));
}

#[test]
fn log_lines_that_say_too_much_are_named() {
    let copy = Copy::new();
    let line = "2026-11-23T08:00:01Z  INFO request method=\"GET\" route=\"/\" status=200";
    copy.write("souspli-server.log", format!("{line}\n{line} ip=203.0.113.7\n"));
    copy.write("access.log", "203.0.113.7 - - \"GET /?x=1 HTTP/1.1\" 200 \"Mozilla/5.0\"\n");
    copy.write("access.log.1.gz", gzip(format!("198.51.100.3 called {PHONE}\n").repeat(40).as_bytes()));
    let report = copy.audited();
    must_find(&report, Check::UndeclaredLogField, &["file souspli-server.log", "line 2"], "ip");
    for found in ["an IP address", "a user agent", "a query string"] {
        must_find(&report, Check::UndeclaredLogField, &["file access.log", "line 1"], found);
    }
    must_find(&report, Check::UndeclaredLogField, &["file access.log.1.gz", "line 1"], "an IP address");
    must_find(&report, Check::Canary, &["file access.log.1.gz"], "gzip");
    // The same by itself.
    let log = audited(|wanted, audit| {
        files::log(&copy.path("souspli-server.log"), "server.log", wanted, audit, &mut Silent).expect("looked at");
    });
    must_find(&log, Check::UndeclaredLogField, &["line 2"], "ip");
    assert_eq!(log.findings.len(), 1, "{}", lines(&log));
    assert_eq!(log.findings[0].severity, Severity::Breach);
}

#[test]
fn of_a_sparse_file_only_what_is_stored_is_read() {
    let copy = Copy::new();
    let mut sparse = File::create(copy.path("sparse.img")).expect("made");
    sparse.seek(SeekFrom::Start(64 << 30)).expect("a hole");
    sparse.write_all(format!("and then {NAME}").as_bytes()).expect("written");
    drop(sparse);
    let report = copy.audited();
    must_find(&report, Check::Canary, &["file sparse.img"], &((64_u64 << 30) + 9).to_string());
    let [looked] = report.looked.as_slice() else { panic!("{:?}", report.looked) };
    assert!(looked.bytes < 1 << 30, "{looked:?}");
}

#[test]
fn what_cannot_be_unpacked_makes_it_incomplete() {
    let copy = Copy::new();
    copy.write("a.xz", b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\x02\0\x21\x01".as_slice());
    let report = copy.audited();
    assert!(!report.complete && report.unchecked.len() == 1, "{:?}", report.unchecked);
}

/// What the sealed bookings are opened with, however it lies there.
#[test]
fn secrets_that_say_what_they_are_are_named() {
    let copy = Copy::new();
    let context = Context { fp: Fingerprint([7; 32]), calendar: CalendarId([8; 16]) };
    let link = PrivateLink { context, opens: Opens::Book { secret: [9; 32], token: None } }.encode();
    copy.write("links.txt", format!("https://rdv.example.org/#{link}\n"));
    copy.write("master.key", [0x9b; 32]);
    let core = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0".repeat(100);
    copy.write("7f3a", gzip(&core));
    copy.write(&format!("{NAME}.odt"), "");
    let report = copy.audited();
    must_find(&report, Check::KeyBeside, &["file links.txt"], "booking link");
    must_find(&report, Check::KeyBeside, &["file master.key"], "under the name of one");
    must_find(&report, Check::MemoryDump, &["file 7f3a"], "core dump");
    must_find(&report, Check::Canary, &["file ", "name"], "name");
}
