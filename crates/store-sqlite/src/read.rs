//! What is only read: publications, records, the chain, what is claimed.

use rusqlite::{Connection, OptionalExtension as _, Row};
use souspli_protocol::event::Event;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::{CalendarId, Digest, Gid, RecordId};
use souspli_store::{ClaimsNow, Entry, Listed, Sealed, StoreError, StoredEvent, StoredPublication};

use crate::calendar;
use crate::stop::Stop;

type Outcome<T> = Result<T, Stop<StoreError>>;

/// The newest publications of a kind, by slot.
pub(crate) fn publications(
    db: &Connection,
    calendar: CalendarId,
    kind: PublicationKind,
    from: u32,
    to: u32,
) -> Outcome<Vec<StoredPublication>> {
    let sql = "SELECT publication.bytes, chain.receipt FROM publication
               JOIN version ON version.calendar = publication.calendar AND version.version = publication.version
               JOIN chain ON chain.calendar = version.calendar AND chain.sequence = version.sequence
               WHERE publication.calendar = ?1 AND publication.kind = ?2
                 AND publication.slot >= ?3 AND publication.slot < ?4
               ORDER BY publication.slot";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query((calendar.0, kind.id(), from, to))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(stored_publication(row)?);
    }
    Ok(found)
}

/// The newest publication of a kind and slot.
pub(crate) fn publication(
    db: &Connection,
    calendar: CalendarId,
    kind: PublicationKind,
    slot: u32,
) -> Outcome<Option<StoredPublication>> {
    let sql = "SELECT publication.bytes, chain.receipt FROM publication
               JOIN version ON version.calendar = publication.calendar AND version.version = publication.version
               JOIN chain ON chain.calendar = version.calendar AND chain.sequence = version.sequence
               WHERE publication.calendar = ?1 AND publication.kind = ?2 AND publication.slot = ?3";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query((calendar.0, kind.id(), slot))?;
    rows.next()?.map(stored_publication).transpose()
}

fn stored_publication(row: &Row<'_>) -> Outcome<StoredPublication> {
    let publication = Publication::parse(row.get(0)?).map_err(|_| Stop::Damaged("a publication"))?;
    Ok(StoredPublication { publication, receipt: row.get(1)? })
}

/// Events of a record from a revision on, in order.
pub(crate) fn events(db: &Connection, calendar: CalendarId, record: RecordId, from: u32) -> Outcome<Vec<StoredEvent>> {
    let sql = "SELECT event.bytes, event.hash, chain.receipt, record.released, earlier.receipts FROM event
               JOIN chain ON chain.calendar = event.calendar AND chain.sequence = event.sequence
               JOIN record ON record.calendar = event.calendar AND record.record = event.record
               LEFT JOIN earlier ON earlier.calendar = event.calendar AND earlier.sequence = event.sequence
               WHERE event.calendar = ?1 AND event.record = ?2 AND event.revision >= ?3
               ORDER BY event.revision";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query((calendar.0, record.0, from))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let event = stored_event(row.get(0)?)?;
        let (hash, receipt, released) = (Digest(row.get(1)?), row.get(2)?, row.get(3)?);
        found.push(StoredEvent { event, hash, receipt, earlier: earlier(row, 4)?, released });
    }
    Ok(found)
}

/// The last event of a record.
pub(crate) fn last_event(db: &Connection, calendar: CalendarId, record: RecordId) -> Outcome<Option<StoredEvent>> {
    let sql = "SELECT revision FROM record WHERE calendar = ?1 AND record = ?2";
    let last = db.prepare_cached(sql)?.query_row((calendar.0, record.0), |row| row.get(0)).optional()?;
    let Some(last) = last else { return Ok(None) };
    Ok(events(db, calendar, record, last)?.pop())
}

/// Entries of the chain after `since`.
pub(crate) fn chain(db: &Connection, calendar: CalendarId, since: u64, limit: u32) -> Outcome<Vec<Listed>> {
    let sql = "SELECT chain.sequence, chain.receipt, event.bytes, erase.bytes,
                      gap.sequence IS NOT NULL, earlier.receipts
               FROM chain
               LEFT JOIN event ON event.calendar = chain.calendar AND event.record = chain.record
                              AND event.revision = chain.revision
               LEFT JOIN erase ON erase.calendar = chain.calendar AND erase.sequence = chain.sequence
               LEFT JOIN gap ON gap.calendar = chain.calendar AND gap.sequence = chain.sequence
               LEFT JOIN earlier ON earlier.calendar = chain.calendar AND earlier.sequence = chain.sequence
               WHERE chain.calendar = ?1 AND chain.sequence > ?2
               ORDER BY chain.sequence LIMIT ?3";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query((calendar.0, i64::try_from(since).unwrap_or(i64::MAX), limit))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = match (row.get::<_, Option<Vec<u8>>>(2)?, row.get(3)?, row.get(4)?) {
            (Some(event), ..) => Entry::Event(stored_event(event)?),
            (None, Some(erase), _) => Entry::Erase(erase),
            (None, None, true) => Entry::Gap,
            (None, None, false) => Entry::Publication,
        };
        found.push(Listed { sequence: row.get(0)?, entry, receipt: row.get(1)?, earlier: earlier(row, 5)? });
    }
    Ok(found)
}

/// Receipts of lost places, or nothing.
fn earlier(row: &Row<'_>, column: usize) -> rusqlite::Result<Sealed> {
    Ok(row.get::<_, Option<Sealed>>(column)?.unwrap_or_default())
}

/// What is claimed and held in some windows, with the calendar of the same snapshot.
pub(crate) fn claims(db: &Connection, calendar: CalendarId, from: u32, to: u32, now: u32) -> Outcome<ClaimsNow> {
    let snapshot = db.unchecked_transaction()?;
    let Some(place) = calendar::read(&snapshot, calendar)? else { return Err(unknown()) };
    let sql = "SELECT gid, until FROM claim
               WHERE calendar = ?1 AND window_number >= ?2 AND window_number < ?3 AND (until = 0 OR until > ?4)
               ORDER BY gid";
    let (mut claimed, mut held) = (Vec::new(), Vec::new());
    {
        let mut select = snapshot.prepare_cached(sql)?;
        let mut rows = select.query((calendar.0, from, to, now))?;
        while let Some(row) = rows.next()? {
            let list = if row.get::<_, u32>(1)? == 0 { &mut claimed } else { &mut held };
            list.push(Gid(row.get(0)?));
        }
    }
    snapshot.commit()?;
    Ok(ClaimsNow { calendar: place, claimed, held })
}

/// Callers read the calendar first; calendars are never deleted.
fn unknown() -> Stop<StoreError> {
    Stop::Refused(StoreError::Failed("the calendar is unknown".to_owned()))
}

fn stored_event(bytes: Vec<u8>) -> Outcome<Event> {
    Event::parse(bytes).map_err(|_| Stop::Damaged("an event"))
}
