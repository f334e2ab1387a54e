//! Erasing records: at the practice's wish, and when their window is over for long enough (`docs/spec/events.md` §8).

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::{CalendarId, RecordId};
use souspli_store::{Appended, EraseError, EraseWrite, Linker, RecordState, StoreError, Tombstone, Why};

use crate::claim::{self, Owner};
use crate::stop::Stop;
use crate::unit::Unit;
use crate::{calendar, chain, record};

/// Erases what a member asks for.
pub(crate) struct Erase {
    pub(crate) write: EraseWrite,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
}

impl Unit for Erase {
    type Done = Appended;
    type Refusal = EraseError;

    fn perform(&self, db: &Connection) -> Result<Appended, Stop<EraseError>> {
        let statement = &self.write.erase.statement;
        let id = statement.context.calendar;
        let mut place = calendar::read(db, id)?.ok_or(Stop::Refused(EraseError::NoCalendar))?;
        if let Some(stone) = tombstone(db, id, statement.record)? {
            let stored = if stone.why == Why::Practice { stored(db, &self.write)? } else { None };
            return stored.ok_or(Stop::Refused(EraseError::Erased));
        }
        let state = record::read(db, id, statement.record)?;
        self.write.apply(state.as_ref()).map_err(Stop::Refused)?;
        if let Some(state) = &state {
            erase(db, id, statement.record, state, Why::Practice)?;
        }
        let before = place.sequence;
        let receipt = chain::link(db, &mut place, &self.write.hash, None, self.minute, self.linker.as_ref())?;
        calendar::advance(db, &place, before)?;
        let sql = "INSERT INTO erase (calendar, sequence, hash, bytes) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(sql)?.execute((id.0, place.sequence, self.write.hash.0, self.write.erase.encode()))?;
        Ok(Appended { receipt, new: true, sequence: place.sequence })
    }
}

/// The receipt that these very bytes got before. A practice erases little.
pub(crate) fn stored<E>(db: &Connection, write: &EraseWrite) -> Result<Option<Appended>, Stop<E>> {
    let sql = "SELECT chain.sequence, chain.receipt FROM erase
               JOIN chain ON chain.calendar = erase.calendar AND chain.sequence = erase.sequence
               WHERE erase.calendar = ?1 AND erase.hash = ?2";
    let place = (write.erase.statement.context.calendar.0, write.hash.0);
    let stored = db
        .prepare_cached(sql)?
        .query_row(place, |row| Ok(Appended { sequence: row.get(0)?, receipt: row.get(1)?, new: false }));
    Ok(stored.optional()?)
}

/// Erases records whose window is over for long enough.
pub(crate) struct PurgeRecords {
    pub(crate) through: u32,
    pub(crate) limit: u32,
}

impl Unit for PurgeRecords {
    type Done = u64;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Result<u64, Stop<StoreError>> {
        let due = {
            let sql = "SELECT calendar, record FROM record WHERE window_number <= ?1 LIMIT ?2";
            let mut select = db.prepare_cached(sql)?;
            let due = select
                .query_map((self.through, self.limit), |row| Ok((CalendarId(row.get(0)?), RecordId(row.get(1)?))))?;
            due.collect::<Result<Vec<_>, _>>()?
        };
        for (calendar, id) in &due {
            if let Some(state) = record::read(db, *calendar, *id)? {
                erase(db, *calendar, *id, &state, Why::Window)?;
            }
        }
        Ok(u64::try_from(due.len()).unwrap_or(u64::MAX))
    }
}

/// Deletes hours whose window is over for long enough.
pub(crate) struct PurgeHours {
    pub(crate) through: u32,
}

impl Unit for PurgeHours {
    type Done = u64;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Result<u64, Stop<StoreError>> {
        let sql = "DELETE FROM publication WHERE kind = ?1 AND slot <= ?2";
        let deleted = db.prepare_cached(sql)?.execute((PublicationKind::Hours.id(), self.through))?;
        Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
    }
}

/// What is left of a record that was erased.
pub(crate) fn tombstone<E>(db: &Connection, calendar: CalendarId, id: RecordId) -> Result<Option<Tombstone>, Stop<E>> {
    let sql = "SELECT window_number, events, why FROM tombstone WHERE calendar = ?1 AND record = ?2";
    let row = db
        .prepare_cached(sql)?
        .query_row((calendar.0, id.0), |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, u8>(2)?)))
        .optional()?;
    let Some((window, events, why)) = row else { return Ok(None) };
    let why = Why::of_id(why).ok_or(Stop::Damaged("the reason of an erasure"))?;
    Ok(Some(Tombstone { window, events, why }))
}

/// Takes a record out: its events become gaps, and it a tombstone.
fn erase(db: &Connection, calendar: CalendarId, id: RecordId, state: &RecordState, why: Why) -> rusqlite::Result<()> {
    let of = (calendar.0, id.0);
    let sql = "INSERT INTO gap (calendar, sequence, hash)
               SELECT calendar, sequence, hash FROM event WHERE calendar = ?1 AND record = ?2";
    let events = db.prepare_cached(sql)?.execute(of)?;
    let sql = "UPDATE chain SET record = NULL, revision = NULL WHERE calendar = ?1 AND sequence IN
               (SELECT sequence FROM event WHERE calendar = ?1 AND record = ?2)";
    db.prepare_cached(sql)?.execute(of)?;
    let sql = "DELETE FROM earlier WHERE calendar = ?1 AND sequence IN
               (SELECT sequence FROM event WHERE calendar = ?1 AND record = ?2)";
    db.prepare_cached(sql)?.execute(of)?;
    db.prepare_cached("DELETE FROM event WHERE calendar = ?1 AND record = ?2")?.execute(of)?;
    claim::give_back(db, calendar, Owner::Record(id), state.claims.iter().flat_map(ClaimIds::ids))?;
    db.prepare_cached("DELETE FROM record WHERE calendar = ?1 AND record = ?2")?.execute(of)?;
    let sql = "INSERT INTO tombstone (calendar, record, window_number, events, why) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute((calendar.0, id.0, state.window, events, why.id()))?;
    Ok(())
}
