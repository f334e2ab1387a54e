//! The journal of reads: rows of hours that last, and closed ones (`docs/spec/log.md` §7).

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row};
use souspli_protocol::journal::{Kinds, Ranges, hour_of};
use souspli_protocol::{CalendarId, Context, Digest, VerifyingKey};
use souspli_store::{
    ClosedRow, JournalHead, JournalNow, LeafId, Linker, Noted, OpenRow, Read, Sealed, StoreError, Stream, close_rows,
};

use crate::stop::Stop;
use crate::unit::Unit;
use crate::{calendar, log};

type Outcome<T> = Result<T, Stop<StoreError>>;

/// Writes a read down.
pub(crate) struct NoteRead {
    pub(crate) read: Read,
    pub(crate) linker: Arc<dyn Linker>,
}

impl Unit for NoteRead {
    type Done = ();
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Outcome<()> {
        let context = &self.read.context;
        let open = open_rows(db, context.calendar)?;
        close(db, context, &open, self.read.minute, self.linker.as_ref())?;
        let hour = self.read.hour(head(db, context.calendar)?.as_ref());
        match self.read.note(hour, &open) {
            Noted::Said => Ok(()),
            Noted::Changed(row) | Noted::New(row) => write(db, context.calendar, &row),
        }
    }
}

/// Closes a calendar's rows of hours that are over.
pub(crate) struct CloseReads {
    pub(crate) calendar: CalendarId,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
}

impl Unit for CloseReads {
    type Done = u64;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Outcome<u64> {
        let Some(calendar) = calendar::read(db, self.calendar)? else { return Ok(0) };
        let open = open_rows(db, self.calendar)?;
        close(db, &calendar.context, &open, self.minute, self.linker.as_ref())
    }
}

/// Calendars with rows of hours that are over.
pub(crate) fn to_close(db: &Connection, minute: u32) -> Outcome<Vec<CalendarId>> {
    let mut select = db.prepare_cached("SELECT DISTINCT calendar FROM reading WHERE hour < ?1")?;
    let calendars = select.query_map([hour_of(minute)], |row| Ok(CalendarId(row.get(0)?)))?;
    Ok(calendars.collect::<Result<_, _>>()?)
}

/// Closed rows after a number, the newest one, and the open ones.
pub(crate) fn now(db: &Connection, calendar: CalendarId, since: u64, limit: u32) -> Outcome<JournalNow> {
    let snapshot = db.unchecked_transaction()?;
    let sql = "SELECT bytes FROM journal WHERE calendar = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
    let rows = {
        let mut select = snapshot.prepare_cached(sql)?;
        let since = i64::try_from(since).unwrap_or(i64::MAX);
        let rows = select.query_map((calendar.0, since, limit), |row| row.get(0))?;
        rows.collect::<Result<Vec<Sealed>, _>>()?
    };
    let (newest, open) = (head(&snapshot, calendar)?, open_rows(&snapshot, calendar)?);
    snapshot.commit()?;
    Ok(JournalNow { newest, rows, open })
}

fn open_rows(db: &Connection, calendar: CalendarId) -> Outcome<Vec<OpenRow>> {
    let sql = "SELECT hour, key, part, ranges, publications FROM reading WHERE calendar = ?1 ORDER BY hour, key, part";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([calendar.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(open_row(row)?);
    }
    Ok(found)
}

fn open_row(row: &Row<'_>) -> Outcome<OpenRow> {
    Ok(OpenRow {
        hour: row.get(0)?,
        key: VerifyingKey(row.get(1)?),
        part: row.get(2)?,
        ranges: Ranges::decode(&row.get(3)?).ok_or(Stop::Damaged("the ranges of a read"))?,
        publications: Kinds::from_bits(row.get(4)?).ok_or(Stop::Damaged("the publications of a read"))?,
    })
}

fn head(db: &Connection, calendar: CalendarId) -> Outcome<Option<JournalHead>> {
    let sql = "SELECT number, hash, bytes FROM journal WHERE calendar = ?1 ORDER BY number DESC LIMIT 1";
    let newest = db.prepare_cached(sql)?.query_row([calendar.0], |row| {
        Ok(JournalHead::of(row.get(0)?, Digest(row.get(1)?), &row.get::<_, Sealed>(2)?))
    });
    newest.optional()?.map(|head| head.ok_or(Stop::Damaged("a row of the journal"))).transpose()
}

fn write(db: &Connection, calendar: CalendarId, row: &OpenRow) -> Outcome<()> {
    let sql = "INSERT INTO reading (calendar, hour, key, part, ranges, publications) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (calendar, hour, key, part) DO UPDATE
               SET ranges = excluded.ranges, publications = excluded.publications";
    let bits = row.publications.bits();
    db.prepare_cached(sql)?.execute((calendar.0, row.hour, row.key.0, row.part, row.ranges.encode(), bits))?;
    Ok(())
}

/// Closes what of the open rows is over. Returns how many those are.
fn close(db: &Connection, context: &Context, open: &[OpenRow], minute: u32, linker: &dyn Linker) -> Outcome<u64> {
    // In the order of their hours.
    let over = open.iter().take_while(|row| row.hour < hour_of(minute)).count();
    let Some(over) = open.get(..over).filter(|over| !over.is_empty()) else { return Ok(0) };
    let calendar = context.calendar;
    for ClosedRow { number, hash, bytes } in close_rows(context, head(db, calendar)?.as_ref(), over, linker) {
        let sql = "INSERT INTO journal (calendar, number, hash, bytes) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(sql)?.execute((calendar.0, number, hash.0, bytes))?;
        log::wait(db, LeafId { calendar, stream: Stream::Journal, sequence: number }, &hash, minute)?;
    }
    let sql = "DELETE FROM reading WHERE calendar = ?1 AND hour < ?2";
    let deleted = db.prepare_cached(sql)?.execute((calendar.0, hour_of(minute)))?;
    if deleted == over.len() {
        Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
    } else {
        Err(rusqlite::Error::StatementChangedRows(deleted).into())
    }
}
