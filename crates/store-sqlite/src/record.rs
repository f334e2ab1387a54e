//! Where a record stands: its last event, its claims, whether they were given back.

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::{CalendarId, Digest, RecordId};
use souspli_store::RecordState;

use crate::stop::Stop;

/// Reads a record.
pub(crate) fn read<E>(db: &Connection, calendar: CalendarId, record: RecordId) -> Result<Option<RecordState>, Stop<E>> {
    let sql = "SELECT revision, hash, window_number, released, claims FROM record WHERE calendar = ?1 AND record = ?2";
    let row = db
        .prepare_cached(sql)?
        .query_row((calendar.0, record.0), |row| {
            let hash = Digest(row.get(1)?);
            let (revision, window, released) = (row.get(0)?, row.get(2)?, row.get(3)?);
            Ok((RecordState { revision, hash, window, released, claims: None }, row.get::<_, Vec<u8>>(4)?))
        })
        .optional()?;
    row.map(|(record, ids)| Ok(RecordState { claims: claims(&ids)?, ..record })).transpose()
}

/// Writes a record, new or moved on.
pub(crate) fn write(db: &Connection, calendar: CalendarId, id: RecordId, record: &RecordState) -> rusqlite::Result<()> {
    let sql = "INSERT INTO record (calendar, record, revision, hash, window_number, released, claims)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (calendar, record) DO UPDATE
               SET revision = excluded.revision, hash = excluded.hash, window_number = excluded.window_number,
                   released = excluded.released, claims = excluded.claims";
    let claims = record.claims.as_ref().map(ClaimIds::encode).unwrap_or_default();
    db.prepare_cached(sql)?.execute((
        calendar.0,
        id.0,
        record.revision,
        record.hash.0,
        record.window,
        record.released,
        claims,
    ))?;
    Ok(())
}

/// Claim ids as they are stored: 24, or none.
pub(crate) fn claims<E>(bytes: &[u8]) -> Result<Option<ClaimIds>, Stop<E>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    ClaimIds::decode(bytes).map(Some).ok_or(Stop::Damaged("claim ids"))
}
