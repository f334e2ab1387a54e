//! A calendar's row: version, place and head of its chain.

use rusqlite::{Connection, OptionalExtension as _, Row};
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, VerifyingKey};
use souspli_store::Calendar;

/// Reads a calendar.
pub(crate) fn read(db: &Connection, calendar: CalendarId) -> rusqlite::Result<Option<Calendar>> {
    let sql = "SELECT fp, root, version, generation, sequence, head FROM calendar WHERE calendar = ?1";
    db.prepare_cached(sql)?.query_row([calendar.0], |row| of_row(calendar, row)).optional()
}

fn of_row(calendar: CalendarId, row: &Row<'_>) -> rusqlite::Result<Calendar> {
    Ok(Calendar {
        context: Context { fp: Fingerprint(row.get(0)?), calendar },
        root: VerifyingKey(row.get(1)?),
        version: row.get(2)?,
        generation: row.get(3)?,
        sequence: row.get(4)?,
        head: Digest(row.get(5)?),
    })
}

/// Writes a calendar that has just been registered.
pub(crate) fn create(db: &Connection, calendar: &Calendar) -> rusqlite::Result<()> {
    let sql = "INSERT INTO calendar (calendar, fp, root, version, generation, sequence, head)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    db.prepare_cached(sql)?.execute((
        calendar.context.calendar.0,
        calendar.context.fp.0,
        calendar.root.0,
        calendar.version,
        calendar.generation,
        calendar.sequence,
        calendar.head.0,
    ))?;
    Ok(())
}

/// Writes where version and chain stand now; `before` is the sequence that was read.
pub(crate) fn advance(db: &Connection, calendar: &Calendar, before: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE calendar SET version = ?3, sequence = ?4, head = ?5 WHERE calendar = ?1 AND sequence = ?2";
    let changed = db.prepare_cached(sql)?.execute((
        calendar.context.calendar.0,
        before,
        calendar.version,
        calendar.sequence,
        calendar.head.0,
    ))?;
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
}
