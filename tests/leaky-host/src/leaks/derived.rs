//! A column holds no word, but something that follows from what was typed, or from when the visit is.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use md5::Md5;
use rphonetic::{DoubleMetaphone, Encoder as _, Soundex};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use souspli_auditor::Check::{Canary, CanaryHash, Correlated, KeyBeside, TimeTooFine, UndeclaredObject};

use super::{at, encodings, one};
use crate::copy::hex;
use crate::{Leak, Switch};

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "sqlite/phone-sha256",
        "keeps SHA-256 of the telephone number, to find people who come again",
        &[at(CanaryHash, &["table record", "column who"])],
        Leak::Sqlite(|host| {
            host.column("who", "BLOB", |_, person| Sha256::digest(encodings::e164(&person.phone)).to_vec());
        }),
    ),
    one(
        "sqlite/email-md5",
        "keeps MD5 of the e-mail address in small letters, as services for pictures want it",
        &[at(CanaryHash, &["table record", "column picture"])],
        Leak::Sqlite(|host| {
            host.column("picture", "TEXT", |_, person| hex(&Md5::digest(person.email.to_lowercase())));
        }),
    ),
    one(
        "sqlite/email-sha1-cut",
        "keeps the first ten bytes of SHA-1 of the e-mail address",
        &[at(CanaryHash, &["table record", "column who"])],
        Leak::Sqlite(|host| host.column("who", "BLOB", |_, person| Sha1::digest(&person.email)[..10].to_vec())),
    ),
    one(
        "sqlite/email-hmac-with-its-key",
        "keeps an HMAC of the e-mail address, and the key in a table of settings",
        &[at(CanaryHash, &["table record", "column who"])],
        Leak::Sqlite(|host| {
            let key = random(32);
            host.run(&format!(
                "CREATE TABLE settings (name TEXT, value BLOB); INSERT INTO settings VALUES ('pepper', x'{}');",
                hex(&key)
            ));
            host.column("who", "BLOB", |_, person| hmac(&key, &person.email));
        }),
    )
    .also(&[&["table settings"]]),
    one(
        "sqlite/phone-hmac-with-its-key-in-a-file",
        "keeps an HMAC of the telephone number, and the key in a file of the data folder",
        &[at(KeyBeside, &["pepper.key"])],
        Leak::Both(|copy| {
            let key = random(32);
            copy.write("pepper.key", hex(&key) + "\n");
            let db = copy.sqlite();
            db.execute_batch("ALTER TABLE record ADD COLUMN who BLOB").expect("added");
            for (booking, person) in copy.known() {
                let hash = hmac(&key, &encodings::e164(&person.phone));
                let update = "UPDATE record SET who = ?1 WHERE record = ?2";
                db.execute(update, rusqlite::params![hash, booking.record.0]).expect("updated");
            }
        }),
    )
    .also(&[&["table record", "column who"], &["pepper.key"], &["file souspli.db"]]),
    one(
        "sqlite/soundex",
        "keeps Soundex of the surname, for a search that forgives",
        &[at(Canary, &["table record", "column sounds"])],
        Leak::Sqlite(|host| {
            let soundex = Soundex::default();
            host.column("sounds", "TEXT", |_, person| soundex.encode(&surname(&person.name)));
        }),
    ),
    one(
        "sqlite/metaphone",
        "keeps Double Metaphone of the surname",
        &[at(Canary, &["table record", "column sounds"])],
        Leak::Sqlite(|host| {
            let metaphone = DoubleMetaphone::default();
            host.column("sounds", "TEXT", |_, person| metaphone.encode(&surname(&person.name)));
        }),
    ),
    one(
        "sqlite/specialty-code",
        "keeps a code of the practitioner's specialty",
        &[at(UndeclaredObject, &["table record", "column kind"])],
        Leak::Sqlite(|host| {
            host.column("kind", "TEXT", |booking, _| ["SM54", "SM13", "SM33"][booking.order as usize % 3]);
        }),
    ),
    one(
        "sqlite/time-epoch",
        "keeps when the visit begins, in seconds since 1970",
        &[at(TimeTooFine, &["table record", "column starts"])],
        Leak::Sqlite(|host| host.column("starts", "INTEGER", |booking, _| booking.start * 60)),
    ),
    one(
        "sqlite/time-iso",
        "keeps when the visit begins, as ISO 8601 writes it",
        &[at(Canary, &["table record", "column starts"])],
        Leak::Sqlite(|host| host.column("starts", "TEXT", |booking, _| iso(booking.start))),
    ),
    one(
        "sqlite/time-julian",
        "keeps when the visit begins, as a Julian day with its fraction",
        &[at(TimeTooFine, &["table record", "column starts"])],
        Leak::Sqlite(|host| {
            host.column("starts", "REAL", |booking, _| {
                f64::from(i32::try_from(booking.start).expect("of this century")) / 1_440.0 + 2_440_587.5
            });
        }),
    ),
    one(
        "sqlite/created-at",
        "keeps the millisecond in which a booking came",
        &[at(TimeTooFine, &["table record", "column created_at"])],
        Leak::Sqlite(|host| {
            host.column("created_at", "INTEGER", |booking, _| {
                (i64::from(souspli_journey::MONDAY) + i64::from(booking.order) * 7 / 3) * 60_000 + 4_711
            });
        }),
    ),
    one(
        "sqlite/order-of-the-visits",
        "keeps an index that sorts the bookings by their visits without saying when they are",
        &[at(Correlated, &["table record", "column rank"])],
        Leak::Sqlite(|host| {
            let mut starts: Vec<i64> = host.copy().known().map(|(booking, _)| booking.start).collect();
            starts.sort_unstable();
            host.column("rank", "INTEGER", move |booking, _| {
                i64::try_from(starts.partition_point(|start| *start < booking.start)).expect("small") * 1_000 + 17
            });
        }),
    ),
    one(
        "sqlite/order-of-the-names",
        "keeps an order-preserving encryption of the name",
        &[at(Correlated, &["table record", "column sort_key"])],
        Leak::Sqlite(|host| {
            host.column("sort_key", "BLOB", |_, person| {
                let letters = encodings::unaccented(&person.name);
                // Each letter keeps its place among the others.
                let mixed = letters.bytes().take(8).map(|byte| byte.wrapping_mul(2).wrapping_add(3));
                mixed.chain(random(8)).collect::<Vec<u8>>()
            });
        }),
    ),
];

/// The operating system's randomness.
pub(super) fn random(bytes: usize) -> Vec<u8> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).expect("randomness");
    random
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn surname(name: &str) -> String {
    encodings::unaccented(name.split(' ').next_back().expect("a surname"))
}

fn iso(minute: i64) -> String {
    Timestamp::from_second(minute * 60).expect("a time").to_string()
}
