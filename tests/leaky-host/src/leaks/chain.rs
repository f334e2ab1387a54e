//! The database and the public log do not say the same, or the chain does not hold.

use rusqlite::params;
use souspli_auditor::Check::{BadReceipt, BrokenChain, LogStale, NotInDatabase, NotInLog};

use super::{at, derived, one};
use crate::{Leak, Switch};

/// Past the time within which a host must have merged what it has accepted.
const TWO_DAYS: u32 = 2 * 1_440;

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "chain/entry-dropped",
        "takes an entry out of the middle of a chain",
        &[at(BrokenChain, &["table chain"])],
        Leak::Sqlite(|host| host.run("DELETE FROM chain WHERE sequence = 60")),
    )
    .also(&[
        &["table chain"],
        &["table event"],
        &["table version"],
        &["table merged"],
        &["table record"],
        &["table calendar"],
    ]),
    one(
        "chain/booking-lost",
        "has lost a booking: event, record and claims are gone, and what was promised about them is there",
        &[at(NotInDatabase, &["table chain"])],
        Leak::Sqlite(|host| {
            let record = host.copy().honest().bookings[21].record.0;
            for sql in ["DELETE FROM event WHERE record = ?1", "DELETE FROM record WHERE record = ?1", "DELETE FROM claim WHERE owner = ?1"] {
                assert!(host.db().execute(sql, params![record]).expect("deleted") > 0, "{sql}");
            }
        }),
    )
    .also(&[&["table chain"], &["table event"], &["table record"]]),
    one(
        "chain/rolled-back",
        "was put back to an earlier state without saying so: the newest entries are gone, the log holds their leaves",
        &[at(NotInDatabase, &["table merged"])],
        Leak::Log(|copy| {
            copy.sqlite()
                .execute_batch(
                    "CREATE TEMP TABLE gone AS SELECT calendar, sequence, record, revision FROM chain AS c WHERE sequence >
                         (SELECT sequence - 20 FROM calendar WHERE calendar.calendar = c.calendar);
                     DELETE FROM event WHERE (calendar, sequence) IN (SELECT calendar, sequence FROM gone);
                     DELETE FROM version WHERE (calendar, sequence) IN (SELECT calendar, sequence FROM gone);
                     DELETE FROM record WHERE record NOT IN (SELECT record FROM event);
                     DELETE FROM claim WHERE until = 0 AND owner NOT IN (SELECT record FROM record);
                     DELETE FROM chain WHERE (calendar, sequence) IN (SELECT calendar, sequence FROM gone);
                     UPDATE record SET revision = (SELECT max(revision) FROM event WHERE event.record = record.record);
                     UPDATE record SET hash = (SELECT hash FROM event WHERE event.record = record.record
                         AND event.revision = record.revision);
                     UPDATE calendar SET sequence = sequence - 20;",
                )
                .expect("put back");
        }),
    )
    .also(&[&["table calendar"], &["table merged"], &["table unmerged"], &["table chain"], &["table record"], &["table publication"]]),
    one(
        "chain/head-invented",
        "shows a head that its chain does not have",
        &[at(BrokenChain, &["table calendar", "column head"])],
        Leak::Sqlite(|host| {
            let update = "UPDATE calendar SET head = ?1 WHERE sequence = (SELECT max(sequence) FROM calendar)";
            host.db().execute(update, params![derived::random(32)]).expect("updated");
        }),
    )
    .also(&[&["table chain"]]),
    one(
        "chain/receipts-exchanged",
        "keeps the receipts of two entries the wrong way round",
        &[at(BrokenChain, &["table chain", "column receipt"])],
        Leak::Sqlite(|host| {
            host.run(
                "CREATE TEMP TABLE pair AS SELECT calendar, sequence, receipt FROM chain WHERE sequence IN (70, 71)
                     AND calendar = (SELECT calendar FROM calendar ORDER BY sequence DESC LIMIT 1);
                 UPDATE chain SET receipt = (SELECT receipt FROM temp.pair WHERE pair.sequence = 141 - chain.sequence)
                     WHERE (calendar, sequence) IN (SELECT calendar, sequence FROM temp.pair);",
            );
        }),
    )
    .also(&[&["table chain"]]),
    one(
        "chain/receipt-unsigned",
        "keeps a receipt whose signature is none",
        &[at(BadReceipt, &["table chain", "column receipt"])],
        Leak::Sqlite(|host| {
            host.run(
                "UPDATE chain SET receipt = CAST(substr(receipt, 1, length(receipt) - 64) || randomblob(64) AS BLOB)
                     WHERE sequence = 90",
            );
        }),
    )
    .also(&[&["table chain"]]),
    one(
        "chain/never-merged",
        "keeps what it has accepted away from the log for two days",
        &[at(LogStale, &["log *", "checkpoint"])],
        Leak::Log(|_| {}),
    )
    .later(TWO_DAYS),
    one(
        "chain/forgotten-before-the-log",
        "has struck a booking from the list of what waits for the log",
        &[at(NotInLog, &["table chain"])],
        Leak::Log(|copy| {
            let deleted = copy.sqlite().execute("DELETE FROM unmerged", []).expect("deleted");
            assert!(deleted > 0, "something waits");
        }),
    )
    .also(&[&["table chain"]]),
    one(
        "chain/place-in-the-log-invented",
        "says of a booking that it lies in the log where something else lies",
        &[at(NotInLog, &["table chain", "column leaf"])],
        Leak::Log(|copy| {
            let update = "UPDATE merged SET place = 3 WHERE sequence = 50 AND stream = 1";
            copy.sqlite().execute(update, []).expect("updated");
        }),
    )
    .also(&[&["table merged"]]),
];
