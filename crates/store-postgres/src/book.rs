//! Bookings of several calendars in one statement, each written or left out as if it were alone.
//!
//! A receipt is signed before the statement, over the head that the calendar had when this process last wrote to it. The
//! statement takes a booking only where the calendar still stands there: then the chain is what was signed. It waits for
//! nobody: a calendar that another transaction has locked is left out.

use std::sync::Arc;

use souspli_protocol::claims::ClaimIds;
use souspli_store::{Calendar, EventWrite, Linked};
use sqlx::postgres::PgRow;
use sqlx::{Error, PgConnection, Row as _};

use crate::commit::{Heard, hear};
use crate::row::{bigint, ids};

/// A booking with its place in the chain, taken and signed for on trust.
#[derive(Debug)]
pub(crate) struct Booking {
    pub(crate) write: Arc<EventWrite>,
    pub(crate) claims: ClaimIds,
    pub(crate) minute: u32,
    /// The calendar as it is remembered.
    pub(crate) before: Calendar,
    /// The calendar with this booking.
    pub(crate) after: Calendar,
    pub(crate) linked: Linked,
}

/// `mine`: the bookings that can be written, their calendars locked. Left out are those whose calendar stands elsewhere,
/// whose record is there or was, or whose ids are another's; an expired hold gives way, and so does the hold that is quoted.
/// Everything after it writes, with the snapshot that `mine` was read with: what was committed between snapshot and
/// lock meets a primary key, or the count at the end, and the whole statement fails.
const BOOK: &str = "
    WITH booking AS (
        SELECT row.*, k::int AS place, ($12::bytea[])[24 * k::int - 23 : 24 * k::int] AS claims
        FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[],
                    $8::bytea[], $9::bytea[], $10::bigint[], $11::bigint[], $14::bytea[], $15::bigint[])
             WITH ORDINALITY AS row (calendar, record, version, sequence, previous, head, leaf,
                                     receipt, hash, window_number, minute, session, generation, k)
    ), mine AS MATERIALIZED (
        SELECT booking.*, found.there
        FROM booking
        CROSS JOIN LATERAL (
            SELECT count(*) AS there,
                   count(*) FILTER (WHERE claim.owner = booking.session
                                       OR claim.until <> 0 AND claim.until <= booking.minute) AS free
            FROM claim WHERE claim.calendar = booking.calendar AND claim.gid = ANY (booking.claims)
        ) AS found
        JOIN calendar ON calendar.calendar = booking.calendar AND calendar.version = booking.version
                     AND calendar.sequence = booking.sequence - 1 AND calendar.head = booking.previous
                     AND calendar.generation = booking.generation
        WHERE found.there = found.free
          AND NOT EXISTS (SELECT FROM record WHERE record.calendar = booking.calendar AND record.record = booking.record)
          AND NOT EXISTS (SELECT FROM tombstone
                          WHERE tombstone.calendar = booking.calendar AND tombstone.record = booking.record)
        FOR NO KEY UPDATE OF calendar SKIP LOCKED
    ), moved AS (
        UPDATE calendar SET sequence = mine.sequence, head = mine.head FROM mine
        WHERE calendar.calendar = mine.calendar
    ), taken_over AS (
        UPDATE claim SET owner = mine.record, window_number = mine.window_number, until = 0 FROM mine
        WHERE mine.there > 0 AND claim.calendar = mine.calendar AND claim.gid = ANY (mine.claims)
          AND (claim.owner = mine.session OR claim.until <> 0 AND claim.until <= mine.minute)
        RETURNING 1
    ), taken AS (
        INSERT INTO claim (calendar, gid, owner, window_number, until)
        SELECT mine.calendar, wanted.gid, mine.record, mine.window_number, 0
        FROM mine CROSS JOIN LATERAL unnest(mine.claims) AS wanted (gid)
        WHERE mine.there = 0
           OR NOT EXISTS (SELECT FROM claim WHERE claim.calendar = mine.calendar AND claim.gid = wanted.gid)
    ), ended AS (
        DELETE FROM hold USING mine WHERE hold.calendar = mine.calendar AND hold.session = mine.session
        RETURNING hold.calendar, hold.session, hold.claims AS held, mine.claims AS kept
    ), unheld AS (
        DELETE FROM claim USING (SELECT calendar, session, kept, unnest(held) AS gid FROM ended) AS rest
        WHERE claim.calendar = rest.calendar AND claim.gid = rest.gid AND claim.owner = rest.session
          AND claim.gid <> ALL (rest.kept)
    ), linked AS (
        INSERT INTO chain (calendar, sequence, leaf, receipt, record, revision)
        SELECT calendar, sequence, leaf, receipt, record, 0 FROM mine
    ), waiting AS (
        INSERT INTO unmerged (calendar, stream, sequence, object, minute)
        SELECT calendar, 1, sequence, hash, minute FROM mine
    ), stored AS (
        INSERT INTO event (calendar, record, revision, sequence, hash, bytes)
        SELECT calendar, record, 0, sequence, hash, ($13::bytea[])[place] FROM mine
    ), standing AS (
        INSERT INTO record (calendar, record, revision, hash, window_number, released, claims)
        SELECT calendar, record, 0, hash, window_number, false, claims FROM mine
    )
    SELECT place, 1 / ((SELECT count(*) FROM taken_over) = (SELECT sum(there) FROM mine))::int AS whole FROM mine";

/// Writes bookings of different calendars; gives the places of those that are kept, in the slice.
pub(crate) async fn book(db: &mut PgConnection, bookings: &[Booking]) -> Heard<Vec<usize>> {
    let session = |booking: &Booking| booking.write.hold.map(|hold| hold.session.0.to_vec());
    let query = sqlx::query(BOOK)
        .bind(column(bookings, |booking| booking.after.context.calendar.0))
        .bind(column(bookings, |booking| booking.write.event.header().record.0))
        .bind(column(bookings, |booking| bigint(booking.after.version)))
        .bind(column(bookings, |booking| bigint(booking.after.sequence)))
        .bind(column(bookings, |booking| booking.before.head.0))
        .bind(column(bookings, |booking| booking.after.head.0))
        .bind(column(bookings, |booking| booking.linked.leaf.0))
        .bind(column(bookings, |booking| &booking.linked.receipt[..]))
        .bind(column(bookings, |booking| booking.write.hash.0))
        .bind(column(bookings, |booking| i64::from(booking.write.event.header().window)))
        .bind(column(bookings, |booking| i64::from(booking.minute)))
        .bind(ids(bookings.iter().flat_map(|booking| booking.claims.ids())))
        .bind(column(bookings, |booking| booking.write.event.bytes()))
        .bind(column(bookings, session))
        .bind(column(bookings, |booking| i64::from(booking.before.generation)));
    let Heard { came, warned } = hear(query.fetch_all(db)).await;
    Heard { came: came.and_then(|rows| rows.iter().map(place).collect()), warned }
}

fn column<'a, T>(bookings: &'a [Booking], value: impl Fn(&'a Booking) -> T) -> Vec<T> {
    bookings.iter().map(value).collect()
}

/// Places are counted from 1 in the database.
fn place(row: &PgRow) -> Result<usize, Error> {
    let place = row.try_get::<i32, _>(0)?;
    usize::try_from(place - 1).map_err(|error| Error::Decode(error.into()))
}
