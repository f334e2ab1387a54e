//! The journal of reads: rows of hours that last, and closed ones (`docs/spec/log.md` §7).
//!
//! Who writes here locks the calendar's open rows first; two that do it at once, where one of them is new to the other, meet
//! in a primary key and the later one tries again.

use std::sync::Arc;

use async_trait::async_trait;
use souspli_protocol::journal::{Kinds, Ranges, hour_of};
use souspli_protocol::{CalendarId, Context, Digest, VerifyingKey};
use souspli_store::{
    ClosedRow, JournalHead, JournalNow, Linker, Noted, OpenRow, Read, Sealed, StoreError, Stream, close_rows,
};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::calendar;
use crate::row::{bigint, get, number};
use crate::stop::Stop;
use crate::unit::Unit;

type Outcome<T> = Result<T, Stop<StoreError>>;

/// Writes a read down.
pub(crate) struct NoteRead {
    pub(crate) read: Read,
    pub(crate) linker: Arc<dyn Linker>,
}

#[async_trait]
impl Unit for NoteRead {
    type Done = ();
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.read.context.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<()> {
        let context = &self.read.context;
        let open = locked(db, context.calendar).await?;
        close(db, context, &open, self.read.minute, self.linker.as_ref()).await?;
        let hour = self.read.hour(head(db, context.calendar).await?.as_ref());
        match self.read.note(hour, &open) {
            Noted::Said => Ok(()),
            Noted::Changed(row) => write(db, CHANGE, context.calendar, &row).await,
            Noted::New(row) => write(db, INSERT, context.calendar, &row).await,
        }
    }
}

/// Closes a calendar's rows of hours that are over.
pub(crate) struct CloseReads {
    pub(crate) calendar: CalendarId,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
}

#[async_trait]
impl Unit for CloseReads {
    type Done = u64;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<u64> {
        let Some(calendar) = calendar::read(db, self.calendar).await? else { return Ok(0) };
        let open = locked(db, self.calendar).await?;
        close(db, &calendar.context, &open, self.minute, self.linker.as_ref()).await
    }
}

/// Calendars with rows of hours that are over.
pub(crate) async fn to_close(db: &mut PgConnection, minute: u32) -> Outcome<Vec<CalendarId>> {
    let sql = "SELECT DISTINCT calendar FROM reading WHERE hour < $1";
    let calendars = sqlx::query_scalar(sql).bind(i64::from(hour_of(minute))).fetch_all(db).await?;
    Ok(calendars.into_iter().map(CalendarId).collect())
}

const LOCKED: &str = "
    SELECT hour, key, part, ranges, publications FROM reading WHERE calendar = $1
    ORDER BY hour, key, part FOR UPDATE";

async fn locked(db: &mut PgConnection, calendar: CalendarId) -> Outcome<Vec<OpenRow>> {
    let rows = sqlx::query(LOCKED).bind(calendar.0).fetch_all(db).await?;
    rows.iter().map(open_row).collect()
}

fn open_row(row: &PgRow) -> Outcome<OpenRow> {
    Ok(OpenRow {
        hour: number(row, 0)?,
        key: VerifyingKey(get(row, 1)?),
        part: number(row, 2)?,
        ranges: Ranges::decode(&get(row, 3)?).ok_or(Stop::Damaged("the ranges of a read"))?,
        publications: Kinds::from_bits(number(row, 4)?).ok_or(Stop::Damaged("the publications of a read"))?,
    })
}

const HEAD: &str = "SELECT number, hash, bytes FROM journal WHERE calendar = $1 ORDER BY number DESC LIMIT 1";

async fn head(db: &mut PgConnection, calendar: CalendarId) -> Outcome<Option<JournalHead>> {
    let row = sqlx::query(HEAD).bind(calendar.0).fetch_optional(db).await?;
    row.map(|row| head_of(&row, 0)).transpose()
}

/// Number, hash and bytes from this column on.
fn head_of(row: &PgRow, column: usize) -> Outcome<JournalHead> {
    let bytes: Sealed = get(row, column + 2)?;
    let head = JournalHead::of(number(row, column)?, Digest(get(row, column + 1)?), &bytes);
    head.ok_or(Stop::Damaged("a row of the journal"))
}

const INSERT: &str = "
    INSERT INTO reading (calendar, hour, key, part, ranges, publications) VALUES ($1, $2, $3, $4, $5, $6)";
const CHANGE: &str = "
    UPDATE reading SET ranges = $5, publications = $6 WHERE calendar = $1 AND hour = $2 AND key = $3 AND part = $4";

async fn write(db: &mut PgConnection, sql: &'static str, calendar: CalendarId, row: &OpenRow) -> Outcome<()> {
    let written = sqlx::query(sql)
        .bind(calendar.0)
        .bind(i64::from(row.hour))
        .bind(row.key.0)
        .bind(i64::from(row.part))
        .bind(row.ranges.encode())
        .bind(i64::from(row.publications.bits()))
        .execute(db)
        .await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound.into()) }
}

/// Only what was locked is deleted: a host whose clock is slow may have written one more row meanwhile.
const CLOSE: &str = "
    WITH closed AS (
        SELECT * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) AS closed (number, hash, bytes)
    ), over AS (
        DELETE FROM reading USING unnest($5::bigint[], $6::bytea[], $7::bigint[]) AS over (hour, key, part)
        WHERE reading.calendar = $1 AND reading.hour = over.hour AND reading.key = over.key
          AND reading.part = over.part
    ), waiting AS (
        INSERT INTO unmerged (calendar, stream, sequence, object, minute)
        SELECT $1, $8, number, hash, $9 FROM closed
    )
    INSERT INTO journal (calendar, number, hash, bytes) SELECT $1, number, hash, bytes FROM closed";

/// Closes what of the locked rows is over. Returns how many those are.
async fn close(
    db: &mut PgConnection,
    context: &Context,
    open: &[OpenRow],
    minute: u32,
    linker: &dyn Linker,
) -> Outcome<u64> {
    // In the order of their hours.
    let over = open.iter().take_while(|row| row.hour < hour_of(minute)).count();
    let Some(over) = open.get(..over).filter(|over| !over.is_empty()) else { return Ok(0) };
    let closed = close_rows(context, head(db, context.calendar).await?.as_ref(), over, linker);
    let written = sqlx::query(CLOSE)
        .bind(context.calendar.0)
        .bind(closed.iter().map(|row: &ClosedRow| bigint(row.number)).collect::<Vec<_>>())
        .bind(closed.iter().map(|row| row.hash.0).collect::<Vec<_>>())
        .bind(closed.iter().map(|row| &row.bytes[..]).collect::<Vec<_>>())
        .bind(over.iter().map(|row| i64::from(row.hour)).collect::<Vec<_>>())
        .bind(over.iter().map(|row| row.key.0).collect::<Vec<_>>())
        .bind(over.iter().map(|row| i64::from(row.part)).collect::<Vec<_>>())
        .bind(i64::from(Stream::Journal.id()))
        .bind(i64::from(minute))
        .execute(db)
        .await?;
    Ok(written.rows_affected())
}

const NOW: &str = "
    SELECT newest.number, newest.hash, newest.bytes,
           ARRAY (SELECT bytes FROM journal WHERE calendar = $1 AND number > $2 ORDER BY number LIMIT $3),
           ARRAY (SELECT hour FROM reading WHERE calendar = $1 ORDER BY hour, key, part),
           ARRAY (SELECT key FROM reading WHERE calendar = $1 ORDER BY hour, key, part),
           ARRAY (SELECT part FROM reading WHERE calendar = $1 ORDER BY hour, key, part),
           ARRAY (SELECT ranges FROM reading WHERE calendar = $1 ORDER BY hour, key, part),
           ARRAY (SELECT publications FROM reading WHERE calendar = $1 ORDER BY hour, key, part)
    FROM (SELECT 1) AS one
    LEFT JOIN (SELECT number, hash, bytes FROM journal WHERE calendar = $1 ORDER BY number DESC LIMIT 1) AS newest
        ON true";

/// Closed rows after a number, the newest one, and the open ones.
pub(crate) async fn now(db: &mut PgConnection, calendar: CalendarId, since: u64, limit: u32) -> Outcome<JournalNow> {
    let query = sqlx::query(NOW).bind(calendar.0).bind(bigint(since)).bind(i64::from(limit));
    let row = query.fetch_one(db).await?;
    let newest = match get::<Option<i64>, _>(&row, 0)? {
        Some(_) => Some(head_of(&row, 0)?),
        None => None,
    };
    Ok(JournalNow { newest, rows: get(&row, 3)?, open: opens(&row)? })
}

/// The columns of the open rows, as lists.
fn opens(row: &PgRow) -> Outcome<Vec<OpenRow>> {
    let (hours, keys): (Vec<i64>, Vec<[u8; 32]>) = (get(row, 4)?, get(row, 5)?);
    let (parts, ranges): (Vec<i64>, Vec<[u8; Ranges::SIZE]>) = (get(row, 6)?, get(row, 7)?);
    let kinds: Vec<i64> = get(row, 8)?;
    let small = |number: i64| u32::try_from(number).map_err(|_| Stop::Damaged("a number"));
    let rows = hours.into_iter().zip(keys).zip(parts).zip(ranges).zip(kinds);
    let row = |((((hour, key), part), ranges), kinds): ((((i64, _), i64), _), i64)| {
        Ok(OpenRow {
            hour: small(hour)?,
            key: VerifyingKey(key),
            part: small(part)?,
            ranges: Ranges::decode(&ranges).ok_or(Stop::Damaged("the ranges of a read"))?,
            publications: Kinds::from_bits(small(kinds)?).ok_or(Stop::Damaged("the publications of a read"))?,
        })
    };
    rows.map(row).collect()
}
