//! What is only read: publications, records, the chain, what is claimed. One statement each, so one snapshot.

use souspli_protocol::event::Event;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::{CalendarId, Digest, Gid, RecordId};
use souspli_store::{ClaimsNow, Entry, Listed, Sealed, StoreError, StoredEvent, StoredPublication};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::calendar;
use crate::row::{bigint, get, number};
use crate::stop::Stop;

type Outcome<T> = Result<T, Stop<StoreError>>;

const PUBLICATIONS: &str = "
    SELECT publication.bytes, chain.receipt FROM publication
    JOIN version ON version.calendar = publication.calendar AND version.version = publication.version
    JOIN chain ON chain.calendar = version.calendar AND chain.sequence = version.sequence
    WHERE publication.calendar = $1 AND publication.kind = $2 AND publication.slot >= $3 AND publication.slot < $4
    ORDER BY publication.slot";

/// The newest publications of a kind with `from <= slot < to`, by slot.
pub(crate) async fn publications(
    db: &mut PgConnection,
    calendar: CalendarId,
    kind: PublicationKind,
    from: u64,
    to: u64,
) -> Outcome<Vec<StoredPublication>> {
    let query = sqlx::query(PUBLICATIONS).bind(calendar.0).bind(i64::from(kind.id())).bind(bigint(from));
    let rows = query.bind(bigint(to)).fetch_all(db).await?;
    rows.iter().map(stored_publication).collect()
}

fn stored_publication(row: &PgRow) -> Outcome<StoredPublication> {
    let publication = Publication::parse(get(row, 0)?).map_err(|_| Stop::Damaged("a publication"))?;
    Ok(StoredPublication { publication, receipt: get(row, 1)? })
}

const EVENTS: &str = "
    SELECT event.bytes, event.hash, chain.receipt, record.released, earlier.receipts FROM record
    JOIN event ON event.calendar = record.calendar AND event.record = record.record
    JOIN chain ON chain.calendar = event.calendar AND chain.sequence = event.sequence
    LEFT JOIN earlier ON earlier.calendar = event.calendar AND earlier.sequence = event.sequence
    WHERE record.calendar = $1 AND record.record = $2 AND ($3 OR event.revision = record.revision)
    ORDER BY event.revision";

/// All events of a record, or the last one only, by revision.
pub(crate) async fn events(
    db: &mut PgConnection,
    calendar: CalendarId,
    record: RecordId,
    all: bool,
) -> Outcome<Vec<StoredEvent>> {
    let rows = sqlx::query(EVENTS).bind(calendar.0).bind(record.0).bind(all).fetch_all(db).await?;
    let event = |row: &PgRow| {
        Ok(StoredEvent {
            event: stored_event(get(row, 0)?)?,
            hash: Digest(get(row, 1)?),
            receipt: get(row, 2)?,
            released: get(row, 3)?,
            earlier: earlier(row, 4)?,
        })
    };
    rows.iter().map(event).collect()
}

const CHAIN: &str = "
    SELECT chain.sequence, chain.receipt, event.bytes, erase.bytes, gap.sequence IS NOT NULL, earlier.receipts
    FROM chain
    LEFT JOIN event ON event.calendar = chain.calendar AND event.record = chain.record
                   AND event.revision = chain.revision
    LEFT JOIN erase ON erase.calendar = chain.calendar AND erase.sequence = chain.sequence
    LEFT JOIN gap ON gap.calendar = chain.calendar AND gap.sequence = chain.sequence
    LEFT JOIN earlier ON earlier.calendar = chain.calendar AND earlier.sequence = chain.sequence
    WHERE chain.calendar = $1 AND chain.sequence > $2
    ORDER BY chain.sequence LIMIT $3";

/// Entries of the chain after `since`.
pub(crate) async fn chain(db: &mut PgConnection, calendar: CalendarId, since: u64, limit: u32) -> Outcome<Vec<Listed>> {
    let query = sqlx::query(CHAIN).bind(calendar.0).bind(bigint(since)).bind(i64::from(limit));
    let listed = |row: &PgRow| {
        let entry = match (get::<Option<Vec<u8>>, _>(row, 2)?, get(row, 3)?, get(row, 4)?) {
            (Some(event), ..) => Entry::Event(stored_event(event)?),
            (None, Some(erase), _) => Entry::Erase(erase),
            (None, None, true) => Entry::Gap,
            (None, None, false) => Entry::Publication,
        };
        Ok(Listed { sequence: number(row, 0)?, entry, receipt: get(row, 1)?, earlier: earlier(row, 5)? })
    };
    query.fetch_all(db).await?.iter().map(listed).collect()
}

/// Receipts of lost places, or nothing.
fn earlier(row: &PgRow, column: usize) -> Outcome<Sealed> {
    Ok(get::<Option<Sealed>, _>(row, column)?.unwrap_or_default())
}

const CLAIMS: &str = "
    SELECT fp, root, version, generation, sequence, head,
           ARRAY (SELECT gid FROM claim
                  WHERE claim.calendar = calendar.calendar AND window_number >= $2 AND window_number < $3
                    AND until = 0 ORDER BY gid),
           ARRAY (SELECT gid FROM claim
                  WHERE claim.calendar = calendar.calendar AND window_number >= $2 AND window_number < $3
                    AND until > $4 ORDER BY gid)
    FROM calendar WHERE calendar = $1";

/// What is claimed and held in some windows, with the calendar of the same snapshot.
pub(crate) async fn claims(
    db: &mut PgConnection,
    calendar: CalendarId,
    from: u32,
    to: u32,
    now: u32,
) -> Outcome<ClaimsNow> {
    let query = sqlx::query(CLAIMS).bind(calendar.0).bind(i64::from(from)).bind(i64::from(to)).bind(i64::from(now));
    let row = query.fetch_optional(db).await?.ok_or_else(unknown)?;
    Ok(ClaimsNow { calendar: calendar::of_row(calendar, &row)?, claimed: gids(&row, 6)?, held: gids(&row, 7)? })
}

fn gids(row: &PgRow, column: usize) -> Outcome<Vec<Gid>> {
    Ok(get::<Vec<[u8; 16]>, _>(row, column)?.into_iter().map(Gid).collect())
}

/// Callers read the calendar first; calendars are never deleted.
fn unknown() -> Stop<StoreError> {
    Stop::Refused(StoreError::Failed("the calendar is unknown".to_owned()))
}

fn stored_event(bytes: Vec<u8>) -> Outcome<Event> {
    Event::parse(bytes).map_err(|_| Stop::Damaged("an event"))
}
