//! SQLite in a bare loop: one connection, WAL, `synchronous=FULL`, prepared statements, nothing signed, nothing checked.
//!
//! A booking is an event of 8 KiB, 24 claims at random keys, the head of its calendar's chain, and a leaf. So many
//! bookings share a transaction; the best size of a group is the limit. The host writes more for a booking than this
//! (its record, its receipt), so the limit is not its own.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::Outcome;
use crate::figure::number;
use crate::practice::random;

const CALENDARS: usize = 1_000;
const EVENT: usize = 8_192;
const CLAIMS: usize = 24;
/// Bookings in one transaction.
const GROUPS: [usize; 4] = [1, 16, 64, 256];

const TABLES: &str = "
    CREATE TABLE head (calendar INTEGER PRIMARY KEY, seq INTEGER, hash BLOB) STRICT;
    CREATE TABLE event (calendar INTEGER, record BLOB, revision INTEGER, seq INTEGER, body BLOB,
        PRIMARY KEY (calendar, record, revision)) STRICT, WITHOUT ROWID;
    CREATE TABLE claim (calendar INTEGER, gid BLOB, record BLOB, PRIMARY KEY (calendar, gid)) STRICT, WITHOUT ROWID;
    CREATE TABLE leaf (id INTEGER PRIMARY KEY, hash BLOB, salt BLOB) STRICT;";

/// The best rate of all group sizes; each runs for so long on a fresh file in TMPDIR.
pub(crate) async fn measure(time: Duration) -> Outcome<f64> {
    let rates = tokio::task::spawn_blocking(move || {
        GROUPS.into_iter().map(|group| Ok((group, rate(group, time)?))).collect::<Outcome<Vec<_>>>()
    });
    let mut best = 0.0_f64;
    for (group, rate) in rates.await?? {
        println!("    limit, {group:>3} a commit   {rate:>8.0} bookings/s");
        best = best.max(rate);
    }
    Ok(best)
}

fn rate(group: usize, time: Duration) -> Outcome<f64> {
    let folder = tempfile::Builder::new().prefix("souspli-bench-").tempdir()?;
    let db = Connection::open(folder.path().join("limit.db"))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch(TABLES)?;
    db.execute_batch("BEGIN")?;
    for calendar in 0..CALENDARS {
        db.execute("INSERT INTO head VALUES (?1, 0, zeroblob(32))", [calendar])?;
    }
    db.execute_batch("COMMIT")?;
    let mut body = vec![0; EVENT];
    getrandom::fill(&mut body)?;
    let (mut done, begin) = (0, Instant::now());
    while begin.elapsed() < time {
        db.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..group {
            book(&db, done, &body)?;
            done += 1;
        }
        db.execute_batch("COMMIT")?;
    }
    Ok(number(done) / begin.elapsed().as_secs_f64())
}

fn book(db: &Connection, done: usize, body: &[u8]) -> Outcome {
    let calendar = done % CALENDARS;
    let (record, hash) = (random::<16>()?, random::<32>()?);
    db.prepare_cached("UPDATE head SET seq = seq + 1, hash = ?1 WHERE calendar = ?2")?.execute((hash, calendar))?;
    db.prepare_cached("INSERT INTO event VALUES (?1, ?2, 0, ?3, ?4)")?.execute((calendar, record, done, body))?;
    let mut claim = db.prepare_cached("INSERT INTO claim VALUES (?1, ?2, ?3)")?;
    for _ in 0..CLAIMS {
        claim.execute((calendar, random::<16>()?, record))?;
    }
    db.prepare_cached("INSERT INTO leaf (hash, salt) VALUES (?1, ?2)")?.execute((hash, hash))?;
    Ok(())
}
