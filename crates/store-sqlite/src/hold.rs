//! Holds: ids that belong to a session for some minutes (`docs/spec/claims.md` §4). No leaf, no chain.

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::{CalendarId, VerifyingKey};
use souspli_store::{HoldError, StoreError};

use crate::calendar;
use crate::claim::{self, Owner, Taking};
use crate::record::claims;
use crate::stop::Stop;
use crate::unit::Unit;

/// A session's row.
struct Held {
    until: u32,
    extended: bool,
    claims: ClaimIds,
}

fn read<E>(db: &Connection, calendar: CalendarId, session: VerifyingKey) -> Result<Option<Held>, Stop<E>> {
    let sql = "SELECT until, extended, claims FROM hold WHERE calendar = ?1 AND session = ?2";
    let row = db
        .prepare_cached(sql)?
        .query_row((calendar.0, session.0), |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))
        .optional()?;
    let Some((until, extended, ids)) = row else { return Ok(None) };
    let claims = claims(&ids)?.ok_or(Stop::Damaged("claim ids of a hold"))?;
    Ok(Some(Held { until, extended, claims }))
}

/// Ends a session's hold, if it has one: what is left of its ids is free again.
pub(crate) fn end<E>(db: &Connection, calendar: CalendarId, session: VerifyingKey) -> Result<(), Stop<E>> {
    if let Some(held) = read(db, calendar, session)? {
        claim::give_back(db, calendar, Owner::Session(session), held.claims.ids())?;
        db.prepare_cached("DELETE FROM hold WHERE calendar = ?1 AND session = ?2")?.execute((calendar.0, session.0))?;
    }
    Ok(())
}

/// Whether a session holds a time.
pub(crate) fn holds(db: &Connection, calendar: CalendarId, session: VerifyingKey, now: u32) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM hold WHERE calendar = ?1 AND session = ?2 AND until > ?3";
    db.prepare_cached(sql)?.exists((calendar.0, session.0, now))
}

/// Holds 24 ids, instead of those that the session held before.
pub(crate) struct Hold {
    pub(crate) calendar: CalendarId,
    pub(crate) session: VerifyingKey,
    pub(crate) window: u32,
    pub(crate) claims: ClaimIds,
    pub(crate) now: u32,
    pub(crate) until: u32,
}

impl Unit for Hold {
    type Done = ();
    type Refusal = HoldError;

    fn perform(&self, db: &Connection) -> Result<(), Stop<HoldError>> {
        known(db, self.calendar)?;
        end(db, self.calendar, self.session)?;
        let taking = Taking {
            calendar: self.calendar,
            ids: &self.claims,
            owner: Owner::Session(self.session),
            session: None,
            window: self.window,
            until: self.until,
            now: self.now,
        };
        if !claim::take(db, &taking)? {
            return Err(Stop::Refused(HoldError::Taken));
        }
        let sql = "INSERT INTO hold (calendar, session, until, extended, claims) VALUES (?1, ?2, ?3, 0, ?4)";
        db.prepare_cached(sql)?.execute((self.calendar.0, self.session.0, self.until, self.claims.encode()))?;
        Ok(())
    }
}

/// Extends a live hold, once.
pub(crate) struct ExtendHold {
    pub(crate) calendar: CalendarId,
    pub(crate) session: VerifyingKey,
    pub(crate) now: u32,
    pub(crate) minutes: u32,
}

impl Unit for ExtendHold {
    type Done = u32;
    type Refusal = HoldError;

    fn perform(&self, db: &Connection) -> Result<u32, Stop<HoldError>> {
        known(db, self.calendar)?;
        let held = read(db, self.calendar, self.session)?.ok_or(Stop::Refused(HoldError::NoHold))?;
        if held.until <= self.now {
            return Err(Stop::Refused(HoldError::Expired));
        }
        if held.extended {
            return Err(Stop::Refused(HoldError::Extended));
        }
        let until = held.until.saturating_add(self.minutes);
        let sql = "UPDATE hold SET until = ?3, extended = 1 WHERE calendar = ?1 AND session = ?2";
        db.prepare_cached(sql)?.execute((self.calendar.0, self.session.0, until))?;
        let sql = "UPDATE claim SET until = ?4 WHERE calendar = ?1 AND gid = ?2 AND owner = ?3";
        let mut update = db.prepare_cached(sql)?;
        for gid in held.claims.ids() {
            update.execute((self.calendar.0, gid.0, self.session.0, until))?;
        }
        Ok(until)
    }
}

/// Gives a hold back.
pub(crate) struct ReleaseHold {
    pub(crate) calendar: CalendarId,
    pub(crate) session: VerifyingKey,
}

impl Unit for ReleaseHold {
    type Done = ();
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Result<(), Stop<StoreError>> {
        end(db, self.calendar, self.session)
    }
}

/// Deletes expired holds.
pub(crate) struct SweepHolds {
    pub(crate) now: u32,
}

impl Unit for SweepHolds {
    type Done = u64;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Result<u64, Stop<StoreError>> {
        let mut expired = db.prepare_cached("SELECT calendar, session FROM hold WHERE until <= ?1")?;
        let expired = expired
            .query_map([self.now], |row| Ok((CalendarId(row.get(0)?), VerifyingKey(row.get(1)?))))?
            .collect::<Result<Vec<_>, _>>()?;
        for (calendar, session) in &expired {
            end(db, *calendar, *session)?;
        }
        Ok(u64::try_from(expired.len()).unwrap_or(u64::MAX))
    }
}

fn known(db: &Connection, calendar: CalendarId) -> Result<(), Stop<HoldError>> {
    calendar::read(db, calendar)?.map(drop).ok_or(Stop::Refused(HoldError::NoCalendar))
}
