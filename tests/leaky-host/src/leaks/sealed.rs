//! What should be sealed is sealed badly, or not at all.

use rusqlite::params;
use souspli_auditor::Check::{ClearRun, NotRandom, Repeated, WrongShape};

use super::{at, derived, encodings, one};
use crate::copy::Sqlite;
use crate::{Leak, Named, Switch};

/// Where the parts of an event lie (docs/spec/events.md §1).
const WRAP_DESK: usize = 617;
const WRAP_CLINICAL: usize = WRAP_DESK + 1_168;
const BODY_D: usize = WRAP_CLINICAL + 1_200 + 1_240;
const BODY_C: usize = BODY_D + 2_064;
const SIGNATURES: usize = BODY_C + 1_775;
const ENCAPSULATION: usize = 1_120;

/// A switch that changes sealed bytes: their hashes and signatures do not hold any more, which is said as well.
const fn sealed(name: &'static str, says: &'static str, named: &'static [Named], leak: fn(&Sqlite)) -> Switch {
    one(name, says, named, Leak::Sqlite(leak)).also(&[&["table event"], &["table chain"], &["table record"]])
}

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    sealed(
        "sqlite/clear-run-in-an-event",
        "writes the reason over some bytes of a sealed event",
        &[at(ClearRun, &["table event", "column bytes"])],
        |host| {
            change(host, 5, |event, person| {
                let reason = person.reason.as_bytes();
                event[BODY_C + 700..BODY_C + 700 + reason.len()].copy_from_slice(reason);
            });
        },
    ),
    sealed(
        "sqlite/body-not-encrypted",
        "stores a body as it was typed, with zeros behind",
        &[at(ClearRun, &["table event", "column bytes"])],
        |host| {
            change(host, 5, |event, person| {
                let form = encodings::form(person);
                event[BODY_D..BODY_C].fill(0);
                event[BODY_D..BODY_D + form.len()].copy_from_slice(form.as_bytes());
            });
        },
    ),
    sealed(
        "sqlite/body-with-a-short-key",
        "encrypts bodies by adding a key of sixteen bytes over and over",
        &[at(NotRandom, &["table event", "column bytes"])],
        |host| {
            let key = derived::random(16);
            change(host, usize::MAX, |event, person| {
                let mut body = encodings::form(person).into_bytes();
                body.resize(BODY_C - BODY_D, 0);
                let mixed = body.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect::<Vec<u8>>();
                event[BODY_D..BODY_C].copy_from_slice(&mixed);
            });
        },
    ),
    sealed(
        "sqlite/randomness-of-seven-bits",
        "seals with a generator whose bytes never have their highest bit",
        &[at(NotRandom, &["table event", "column bytes"])],
        |host| change(host, usize::MAX, |event, _| event[BODY_D..BODY_C].iter_mut().for_each(|byte| *byte &= 0x7f)),
    ),
    sealed(
        "sqlite/same-body-twice",
        "seals with the same key and nonce again: two bodies begin alike",
        &[at(Repeated, &["table event", "column bytes"])],
        |host| repeat(host, BODY_D..BODY_D + 512),
    ),
    sealed(
        "sqlite/same-encapsulation-twice",
        "seals two bookings to one encapsulation",
        &[at(Repeated, &["table event", "column bytes"])],
        |host| repeat(host, WRAP_CLINICAL..WRAP_CLINICAL + ENCAPSULATION),
    ),
    sealed(
        "sqlite/truncated-event",
        "drops the signatures of some events",
        &[at(WrongShape, &["table event", "column bytes"])],
        |host| {
            let sql = format!("UPDATE event SET bytes = substr(bytes, 1, {SIGNATURES}) WHERE sequence % 40 = 13");
            host.run(&sql);
        },
    ),
    sealed(
        "sqlite/oversized-event",
        "puts four bytes behind some events",
        &[at(WrongShape, &["table event", "column bytes"])],
        |host| host.run("UPDATE event SET bytes = CAST(bytes || x'0000002a' AS BLOB) WHERE sequence % 40 = 13"),
    ),
    one(
        "sqlite/guessable-ids",
        "counts claim ids up in their last two bytes instead of drawing them",
        &[at(NotRandom, &["table claim", "column gid"])],
        Leak::Sqlite(|host| {
            host.run(
                "CREATE TEMP TABLE number AS SELECT gid, row_number() OVER (ORDER BY owner, gid) AS n FROM claim;
                 UPDATE claim SET gid = unhex(substr(hex(gid), 1, 28) || (SELECT printf('%04X', n % 97) FROM temp.number
                     WHERE number.gid = claim.gid));",
            );
        }),
    )
    .also(&[&["table claim"], &["table record"]]),
    one(
        "sqlite/locator-of-a-passphrase",
        "finds vaults by what people type, padded with zeros",
        &[at(WrongShape, &["table vault_locator", "column locator"])],
        Leak::Sqlite(|host| {
            host.run("UPDATE vault_locator SET locator = CAST('winter2026' || hex(substr(locator, 1, 2)) AS BLOB)");
        }),
    )
    .also(&[&["table vault_locator"]]),
    one(
        "sqlite/bit-in-a-counter",
        "marks patients who came before with a bit in a counter",
        &[at(WrongShape, &["table record", "column revision"])],
        Leak::Sqlite(|host| host.run("UPDATE record SET revision = revision | 4096 WHERE rowid % 2 = 0")),
    )
    .also(&[&["table record"], &["table event"], &["table chain"]]),
    one(
        "sqlite/seconds-in-a-minute",
        "counts seconds where the minute of acceptance should stand",
        &[at(souspli_auditor::Check::TimeTooFine, &["table claim", "column until"])],
        Leak::Sqlite(|host| host.run("UPDATE claim SET until = until * 60 + 7 WHERE until <> 0")),
    )
    .also(&[&["table claim"], &["table hold"]]),
];

/// Changes the first events of so many canaries' bookings.
fn change(host: &Sqlite, most: usize, change: impl Fn(&mut [u8], &souspli_auditor::scan::CanaryPerson)) {
    for (booking, person) in host.copy().known().take(most) {
        let mut event = event_of(host, &booking.record.0);
        change(&mut event, person);
        store(host, &booking.record.0, &event);
    }
}

/// Puts a part of one event in the place of another one's.
fn repeat(host: &Sqlite, part: std::ops::Range<usize>) {
    let records: Vec<[u8; 16]> = host.copy().known().map(|(booking, _)| booking.record.0).take(2).collect();
    let first = event_of(host, &records[0]);
    let mut second = event_of(host, &records[1]);
    second[part.clone()].copy_from_slice(&first[part]);
    store(host, &records[1], &second);
}

fn event_of(host: &Sqlite, record: &[u8; 16]) -> Vec<u8> {
    let select = "SELECT bytes FROM event WHERE record = ?1 AND revision = 0";
    host.db().query_row(select, params![record], |row| row.get(0)).expect("an event")
}

fn store(host: &Sqlite, record: &[u8; 16], event: &[u8]) {
    let update = "UPDATE event SET bytes = ?1 WHERE record = ?2 AND revision = 0";
    assert_eq!(host.db().execute(update, params![event, record]).expect("updated"), 1);
}
