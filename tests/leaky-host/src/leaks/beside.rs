//! Something lies beside the database, or in what it has deleted.

use std::process::Command;

use souspli_auditor::Check::{Canary, KeyBeside, MemoryDump, Remains, UndeclaredFile};

use super::{at, derived, encodings, one};
use crate::copy::{Copy, hex};
use crate::{Leak, Switch};

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "files/freelist",
        "has deleted a list of patients, and the pages of the file still hold it",
        &[at(Remains, &["souspli.db"])],
        Leak::Files(|copy| {
            let db = copy.sqlite();
            db.execute_batch("PRAGMA secure_delete = OFF; CREATE TABLE patient (name TEXT, form TEXT)").expect("made");
            for (_, person) in copy.known() {
                let insert = "INSERT INTO patient VALUES (?1, ?2)";
                db.execute(insert, [person.name.clone(), encodings::form(person).repeat(8)]).expect("inserted");
            }
            db.execute_batch("DROP TABLE patient").expect("dropped");
        }),
    )
    .also(&[&["souspli.db"]]),
    one(
        "files/write-ahead-log",
        "has deleted a list of patients, and the write-ahead log still holds it",
        &[at(Canary, &["souspli.db-wal"])],
        Leak::Files(|copy| {
            let db = copy.sqlite();
            db.execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE patient (name TEXT, form TEXT)",
            )
            .expect("made");
            for (_, person) in copy.known() {
                let insert = "INSERT INTO patient VALUES (?1, ?2)";
                db.execute(insert, [person.name.clone(), encodings::form(person)]).expect("inserted");
            }
            db.execute_batch("DROP TABLE patient").expect("dropped");
            // The host dies: nothing is brought back into the file.
            let (wal, kept) = (copy.data().join("souspli.db-wal"), copy.data().join("kept"));
            std::fs::copy(&wal, &kept).expect("copied");
            let file = std::fs::read(copy.data().join("souspli.db")).expect("the file");
            drop(db);
            copy.write("souspli.db", file);
            std::fs::rename(kept, wal).expect("renamed");
        }),
    )
    .also(&[&["souspli.db-wal"], &["souspli.db"]]),
    one(
        "files/core-dump",
        "died, and its memory was written to its folder",
        &[at(MemoryDump, &["core.4711"])],
        Leak::Files(|copy| copy.write("core.4711", core(copy))),
    )
    .also(&[&["core.4711"]]),
    one(
        "files/core-dump-compressed",
        "died, and the system kept its memory under a name that says nothing",
        &[at(MemoryDump, &["cache/7f3a"])],
        Leak::Files(|copy| copy.write("cache/7f3a", encodings::zstd(&core(copy)))),
    )
    .also(&[&["cache"], &["cache/7f3a"], &["7f3a"]]),
    one(
        "files/temporary-file",
        "left a form behind that it was working on",
        &[at(Canary, &["upload-8841.part"])],
        Leak::Files(|copy| copy.write("tmp/upload-8841.part", encodings::form(copy.person(12)))),
    )
    .also(&[&["tmp"], &["upload-8841.part"], &["tmp/upload-8841.part"]]),
    one(
        "files/backup-archive",
        "keeps a list of patients in a compressed archive",
        &[at(Canary, &["2026-11-22.tar.gz"])],
        Leak::Files(|copy| {
            let folder = tempfile::tempdir().expect("a folder");
            let lines: Vec<String> = copy
                .known()
                .map(|(_, person)| format!("{};{};{}\n", person.name, person.phone, person.email))
                .collect();
            std::fs::write(folder.path().join("patients.csv"), lines.concat()).expect("written");
            copy.write("backups/2026-11-22.tar.gz", "");
            let mut tar = Command::new("tar");
            tar.arg("-czf").arg(copy.data().join("backups/2026-11-22.tar.gz")).arg("-C").arg(folder.path());
            assert!(tar.arg("patients.csv").status().expect("tar runs").success());
        }),
    )
    .also(&[&["backups"], &["2026-11-22.tar.gz"], &["backups/2026-11-22.tar.gz"]]),
    one(
        "files/spreadsheet",
        "keeps a list of patients as a spreadsheet program writes it: UTF-16, with a mark",
        &[at(Canary, &["export.csv"])],
        Leak::Files(|copy| {
            let mut bytes = vec![0xff, 0xfe];
            bytes.extend(
                copy.known()
                    .flat_map(|(_, person)| encodings::utf16(&format!("{}\t{}\r\n", person.name, person.phone))),
            );
            copy.write("export.csv", bytes);
        }),
    )
    .also(&[&["export.csv"]]),
    one(
        "files/file-name",
        "keeps an empty file that is called after a patient",
        &[at(Canary, &["file letters/*"])],
        Leak::Files(|copy| copy.write(&format!("letters/{}.odt", copy.person(13).name), "")),
    )
    .also(&[&["letters"]]),
    one(
        "files/older-database",
        "keeps the database as it was before a column was dropped",
        &[at(Canary, &["souspli.db.bak"])],
        Leak::Files(|copy| {
            std::fs::copy(copy.data().join("souspli.db"), copy.data().join("souspli.db.bak")).expect("copied");
            let db = rusqlite::Connection::open(copy.data().join("souspli.db.bak")).expect("opened");
            db.execute_batch("ALTER TABLE record ADD COLUMN patient TEXT").expect("added");
            for (booking, person) in copy.known() {
                let update = "UPDATE record SET patient = ?1 WHERE record = ?2";
                db.execute(update, rusqlite::params![person.name, booking.record.0]).expect("updated");
            }
        }),
    )
    .also(&[&["souspli.db.bak"]]),
    one(
        "files/key-as-pem",
        "keeps a practice's private key in a file",
        &[at(KeyBeside, &["practice.pem"])],
        Leak::Files(|copy| {
            // PKCS #8 of an Ed25519 key (RFC 8410 §7).
            let mut der =
                vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
            der.extend(derived::random(32));
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", encodings::base64(&der));
            copy.write("practice.pem", pem);
        }),
    )
    .also(&[&["practice.pem"]]),
    one(
        "files/booking-link",
        "keeps a practice's private booking link, which opens its profile",
        &[at(KeyBeside, &["links.txt"])],
        Leak::Files(|copy| copy.write("links.txt", format!("https://rdv.example.org/#{}\n", copy.honest().link))),
    )
    .also(&[&["links.txt"]]),
    one(
        "files/recovery-code",
        "keeps the recovery code of a practice",
        &[at(KeyBeside, &["support.txt"])],
        Leak::Files(|copy| copy.write("support.txt", format!("Practice Example: {}\n", copy.honest().recovery_code))),
    )
    .also(&[&["support.txt"]]),
    one(
        "files/raw-key",
        "keeps 32 random bytes under the name of a key",
        &[at(KeyBeside, &["master.key"])],
        Leak::Files(|copy| copy.write("master.key", derived::random(32))),
    )
    .also(&[&["master.key"]]),
    one(
        "files/settings-with-a-password",
        "keeps the password of the database in a file of the data folder",
        &[at(UndeclaredFile, &[".env"])],
        Leak::Files(|copy| {
            let password = hex(&derived::random(12));
            copy.write(".env", format!("DATABASE_URL=postgres://souspli:{password}@db.internal/souspli\n"));
        }),
    )
    .also(&[&[".env"]]),
    one(
        "files/shell-history",
        "shows in a shell's history that somebody looked for a patient",
        &[at(Canary, &[".bash_history"])],
        Leak::Files(|copy| {
            copy.write(".bash_history", format!("cd /srv/souspli\ngrep -ri '{}' .\n", copy.person(14).name));
        }),
    )
    .also(&[&[".bash_history"]]),
    one(
        "files/profile-of-the-program",
        "keeps a profile of the running program",
        &[at(UndeclaredFile, &["perf.data"])],
        Leak::Files(|copy| copy.write("perf.data", [b"PERFILE2".as_slice(), &derived::random(4_000)].concat())),
    )
    .also(&[&["perf.data"]]),
    one(
        "files/in-the-log-folder",
        "hides a list of patients in the folder of the public log",
        &[at(Canary, &[".index"])],
        Leak::Files(|copy| copy.write("log/tile/0/.index", encodings::form(copy.person(15)))),
    )
    .also(&[&["log"]]),
];

/// A small ELF core file (System V ABI, `ET_CORE`), with a form in the memory that it shows.
fn core(copy: &Copy) -> Vec<u8> {
    let mut core = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    core.extend([4, 0, 62, 0, 1, 0, 0, 0]);
    core.extend(0_u64.to_le_bytes());
    core.extend(64_u64.to_le_bytes());
    core.extend([0; 8]);
    core.extend([0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    // One loadable segment behind the headers.
    core.extend([1, 0, 0, 0, 6, 0, 0, 0]);
    for number in [4_096_u64, 0x7f00_0000_0000, 0, 16_384, 16_384, 4_096] {
        core.extend(number.to_le_bytes());
    }
    core.resize(4_096, 0);
    core.extend(derived::random(9_000));
    core.extend(encodings::form(copy.person(16)).bytes());
    core.resize(4_096 + 16_384, 0);
    core
}
