//! What was typed stands in a column, plainly or in an encoding.

use souspli_auditor::Check::Canary;

use super::{at, encodings, one};
use crate::{Leak, Switch};

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "sqlite/name-column",
        "keeps each patient's name in a column of its own",
        &[at(Canary, &["table record", "column patient"])],
        Leak::Sqlite(|host| host.column("patient", "TEXT", |_, person| person.name.clone())),
    ),
    one(
        "sqlite/one-row",
        "keeps the name of a single patient, everybody else's is empty",
        &[at(Canary, &["table record", "column note"])],
        Leak::Sqlite(|host| {
            let one = host.copy().person(17).name.clone();
            host.column("note", "TEXT", |_, person| (person.name == one).then(|| one.clone()));
        }),
    ),
    one(
        "sqlite/json",
        "keeps the reason inside a JSON document",
        &[at(Canary, &["table record", "column meta"])],
        Leak::Sqlite(|host| {
            host.column("meta", "TEXT", |booking, person| {
                serde_json::json!({ "v": 2, "order": booking.order, "ctx": { "reason": person.reason } }).to_string()
            });
        }),
    ),
    one(
        "sqlite/json-escaped",
        "keeps the name inside JSON, each letter that is not ASCII escaped",
        &[at(Canary, &["table record", "column meta"])],
        Leak::Sqlite(|host| {
            host.column("meta", "TEXT", |_, person| {
                let escaped = |unit: u16| match u8::try_from(unit) {
                    Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
                    _ => format!("\\u{unit:04x}"),
                };
                let name: String = person.name.encode_utf16().map(escaped).collect();
                format!("{{\"n\":\"{name}\"}}")
            });
        }),
    ),
    one(
        "sqlite/blob-padding",
        "keeps the e-mail address in the zeros behind a blob",
        &[at(Canary, &["table record", "column avatar"])],
        Leak::Sqlite(|host| {
            host.column("avatar", "BLOB", |booking, person| {
                let mut blob = booking.record.0.to_vec();
                blob.extend([0; 48]);
                blob.extend(person.email.bytes());
                blob.resize(256, 0);
                blob
            });
        }),
    ),
    one(
        "sqlite/utf16",
        "keeps the name in UTF-16",
        &[at(Canary, &["table record", "column label"])],
        Leak::Sqlite(|host| host.column("label", "BLOB", |_, person| encodings::utf16(&person.name))),
    ),
    one(
        "sqlite/hex",
        "keeps the telephone number as hexadecimal digits",
        &[at(Canary, &["table record", "column ref"])],
        Leak::Sqlite(|host| host.column("ref", "TEXT", |_, person| encodings::hexadecimal(&person.phone))),
    ),
    one(
        "sqlite/base64",
        "keeps the reason in base64",
        &[at(Canary, &["table record", "column token"])],
        Leak::Sqlite(|host| host.column("token", "TEXT", |_, person| encodings::base64(person.reason.as_bytes()))),
    ),
    one(
        "sqlite/base64-one-byte-later",
        "keeps the reason in base64, behind a version byte",
        &[at(Canary, &["table record", "column token"])],
        Leak::Sqlite(|host| {
            host.column("token", "TEXT", |_, person| encodings::base64(format!("\u{1}{}", person.reason).as_bytes()));
        }),
    ),
    one(
        "sqlite/base64-two-bytes-later",
        "keeps the reason in base64, behind two bytes of a counter",
        &[at(Canary, &["table record", "column token"])],
        Leak::Sqlite(|host| {
            host.column("token", "TEXT", |booking, person| {
                let mut bytes = u16::try_from(booking.order).expect("small").to_be_bytes().to_vec();
                bytes.extend(person.reason.bytes());
                encodings::base64(&bytes)
            });
        }),
    ),
    one(
        "sqlite/url",
        "keeps the address of a page, with the e-mail address in its query",
        &[at(Canary, &["table record", "column link"])],
        Leak::Sqlite(|host| {
            host.column("link", "TEXT", |_, person| format!("/confirm?mail={}", encodings::percent(&person.email)));
        }),
    ),
    one(
        "sqlite/gzip",
        "keeps the whole form, compressed with gzip",
        &[at(Canary, &["table record", "column archive"])],
        Leak::Sqlite(|host| {
            host.column("archive", "BLOB", |_, person| encodings::gzip(encodings::form(person).as_bytes()));
        }),
    ),
    one(
        "sqlite/zstd",
        "keeps the whole form, compressed with Zstandard",
        &[at(Canary, &["table record", "column archive"])],
        Leak::Sqlite(|host| {
            host.column("archive", "BLOB", |_, person| encodings::zstd(encodings::form(person).as_bytes()));
        }),
    ),
    one(
        "sqlite/base64-of-gzip",
        "keeps the form compressed and in base64, as a queue of messages would",
        &[at(Canary, &["table record", "column job"])],
        Leak::Sqlite(|host| {
            host.column("job", "TEXT", |_, person| {
                let form = encodings::form(person);
                encodings::base64(&encodings::gzip(form.repeat(3).as_bytes()))
            });
        }),
    ),
    one(
        "sqlite/reversed",
        "keeps the name backwards",
        &[at(Canary, &["table record", "column tag"])],
        Leak::Sqlite(|host| {
            host.column("tag", "TEXT", |_, person| person.name.chars().rev().collect::<String>());
        }),
    ),
    one(
        "sqlite/search-column",
        "keeps the name in small letters without accents, to search for it",
        &[at(Canary, &["table record", "column search"])],
        Leak::Sqlite(|host| host.column("search", "TEXT", |_, person| encodings::unaccented(&person.name))),
    ),
    one(
        "sqlite/phone-as-number",
        "keeps the telephone number as an integer",
        &[at(Canary, &["table record", "column callback"])],
        Leak::Sqlite(|host| {
            host.column("callback", "INTEGER", |_, person| {
                encodings::e164(&person.phone)[1..].parse::<i64>().expect("digits")
            });
        }),
    ),
    one(
        "sqlite/surname-among-random-bytes",
        "keeps the surname alone, in the middle of random bytes",
        &[at(Canary, &["table record", "column cache"])],
        Leak::Sqlite(|host| {
            host.column("cache", "BLOB", |_, person| {
                let mut cache = super::derived::random(700);
                let surname = person.name.split(' ').next_back().expect("a surname");
                cache[333..333 + surname.len()].copy_from_slice(surname.as_bytes());
                cache
            });
        }),
    ),
];
