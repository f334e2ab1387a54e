//! Erasing records: at the practice's wish, and when their window is over for long enough (`docs/spec/events.md` §8).

use std::sync::Arc;

use async_trait::async_trait;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::{CalendarId, Digest, RecordId};
use souspli_store::{Appended, EraseError, EraseWrite, Linker, RecordState, StoreError, Tombstone, Why};
use sqlx::PgConnection;

use crate::calendar;
use crate::heads::Heads;
use crate::row::{bigint, claims, get, number};
use crate::stop::Stop;
use crate::unit::Unit;

/// Takes records of a calendar out, whose row is locked: their events become gaps, and each a tombstone. `$2`: which, `$3`
/// why.
const ERASE: &str = "
    WITH gone AS (
        DELETE FROM event WHERE calendar = $1 AND record = ANY ($2) RETURNING record, sequence, hash
    ), marked AS (
        INSERT INTO gap (calendar, sequence, hash) SELECT $1, sequence, hash FROM gone
    ), unnamed AS (
        UPDATE chain SET record = NULL, revision = NULL FROM gone
        WHERE chain.calendar = $1 AND chain.sequence = gone.sequence
    ), forgotten AS (
        DELETE FROM earlier USING gone WHERE earlier.calendar = $1 AND earlier.sequence = gone.sequence
    ), dropped AS (
        DELETE FROM record WHERE calendar = $1 AND record = ANY ($2) RETURNING record, window_number, claims
    ), freed AS (
        DELETE FROM claim USING (SELECT record, unnest(claims) AS gid FROM dropped) AS held
        WHERE claim.calendar = $1 AND claim.gid = held.gid AND claim.owner = held.record
    )
    INSERT INTO tombstone (calendar, record, window_number, events, why)
    SELECT $1, record, window_number, (SELECT count(*) FROM gone WHERE gone.record = dropped.record), $3 FROM dropped";

async fn erase<E>(db: &mut PgConnection, calendar: CalendarId, records: &[[u8; 16]], why: Why) -> Result<u64, Stop<E>> {
    let query = sqlx::query(ERASE).bind(calendar.0).bind(records).bind(i64::from(why.id()));
    Ok(query.execute(db).await?.rows_affected())
}

/// Erases what a member asks for.
pub(crate) struct Erase {
    pub(crate) write: EraseWrite,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
    pub(crate) heads: Arc<Heads>,
}

const STORED: &str = "
    SELECT chain.sequence, chain.receipt FROM erase
    JOIN chain ON chain.calendar = erase.calendar AND chain.sequence = erase.sequence
    WHERE erase.calendar = $1 AND erase.hash = $2";

const WRITE: &str = "
    WITH linked AS (
        INSERT INTO chain (calendar, sequence, leaf, receipt) VALUES ($1, $2, $3, $4)
    ), waiting AS (
        INSERT INTO unmerged (calendar, stream, sequence, object, minute) VALUES ($1, 1, $2, $5, $6)
    )
    INSERT INTO erase (calendar, sequence, hash, bytes) VALUES ($1, $2, $5, $7)";

#[async_trait]
impl Unit for Erase {
    type Done = Appended;
    type Refusal = EraseError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.write.erase.statement.context.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<Appended, Stop<EraseError>> {
        let statement = &self.write.erase.statement;
        let id = statement.context.calendar;
        let mut place = calendar::lock(db, id).await?.ok_or(Stop::Refused(EraseError::NoCalendar))?;
        if let Some(stone) = tombstone(db, id, statement.record).await? {
            let stored = if stone.why == Why::Practice { stored(db, &self.write).await? } else { None };
            return stored.ok_or(Stop::Refused(EraseError::Erased));
        }
        let state = record(db, id, statement.record).await?;
        self.write.apply(state.as_ref()).map_err(Stop::Refused)?;
        erase(db, id, &[statement.record.0], Why::Practice).await?;
        let before = place.sequence;
        let linked = place.link(&self.write.hash, self.minute, self.linker.as_ref());
        sqlx::query(WRITE)
            .bind(id.0)
            .bind(bigint(place.sequence))
            .bind(linked.leaf.0)
            .bind(&linked.receipt[..])
            .bind(self.write.hash.0)
            .bind(i64::from(self.minute))
            .bind(self.write.erase.encode())
            .execute(&mut *db)
            .await?;
        calendar::advance(db, &place, before).await?;
        self.heads.learn(&place);
        Ok(Appended { receipt: linked.receipt, new: true, sequence: place.sequence })
    }
}

/// The receipt that these very bytes got before. A practice erases little.
pub(crate) async fn stored<E>(db: &mut PgConnection, write: &EraseWrite) -> Result<Option<Appended>, Stop<E>> {
    let query = sqlx::query(STORED).bind(write.erase.statement.context.calendar.0).bind(write.hash.0);
    let row = query.fetch_optional(db).await?;
    row.map(|row| Ok(Appended { sequence: number(&row, 0)?, receipt: get(&row, 1)?, new: false })).transpose()
}

const RECORD: &str = "
    SELECT revision, hash, window_number, released, claims FROM record WHERE calendar = $1 AND record = $2";

async fn record<E>(db: &mut PgConnection, calendar: CalendarId, id: RecordId) -> Result<Option<RecordState>, Stop<E>> {
    let row = sqlx::query(RECORD).bind(calendar.0).bind(id.0).fetch_optional(db).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(RecordState {
        revision: number(&row, 0)?,
        hash: Digest(get(&row, 1)?),
        window: number(&row, 2)?,
        released: get(&row, 3)?,
        claims: claims(&get::<Vec<[u8; 16]>, _>(&row, 4)?)?,
    }))
}

/// Calendars with records whose window is over for long enough.
pub(crate) async fn due(db: &mut PgConnection, through: u32) -> Result<Option<CalendarId>, Stop<StoreError>> {
    let sql = "SELECT calendar FROM record WHERE window_number <= $1 LIMIT 1";
    let calendar = sqlx::query_scalar(sql).bind(i64::from(through)).fetch_optional(db).await?;
    Ok(calendar.map(CalendarId))
}

/// Erases records of one calendar whose window is over for long enough.
pub(crate) struct PurgeRecords {
    pub(crate) calendar: CalendarId,
    pub(crate) through: u32,
    pub(crate) limit: u32,
}

#[async_trait]
impl Unit for PurgeRecords {
    type Done = u64;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<u64, Stop<StoreError>> {
        calendar::lock::<StoreError>(db, self.calendar).await?;
        let sql = "SELECT record FROM record WHERE calendar = $1 AND window_number <= $2 LIMIT $3";
        let query = sqlx::query_scalar(sql).bind(self.calendar.0).bind(i64::from(self.through));
        let due: Vec<[u8; 16]> = query.bind(i64::from(self.limit)).fetch_all(&mut *db).await?;
        erase(db, self.calendar, &due, Why::Window).await
    }
}

/// Deletes hours whose window is over for long enough.
pub(crate) struct PurgeHours {
    pub(crate) through: u32,
}

#[async_trait]
impl Unit for PurgeHours {
    type Done = u64;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        None
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<u64, Stop<StoreError>> {
        let query = sqlx::query("DELETE FROM publication WHERE kind = $1 AND slot <= $2");
        let query = query.bind(i64::from(PublicationKind::Hours.id())).bind(i64::from(self.through));
        Ok(query.execute(db).await?.rows_affected())
    }
}

/// What is left of a record that was erased.
pub(crate) async fn tombstone<E>(
    db: &mut PgConnection,
    calendar: CalendarId,
    id: RecordId,
) -> Result<Option<Tombstone>, Stop<E>> {
    let sql = "SELECT window_number, events, why FROM tombstone WHERE calendar = $1 AND record = $2";
    let row = sqlx::query(sql).bind(calendar.0).bind(id.0).fetch_optional(db).await?;
    let Some(row) = row else { return Ok(None) };
    let why = Why::of_id(number(&row, 2)?).ok_or(Stop::Damaged("the reason of an erasure"))?;
    Ok(Some(Tombstone { window: number(&row, 0)?, events: number(&row, 1)?, why }))
}
