//! Holds: ids that belong to a session for some minutes (`docs/spec/claims.md` §4). No leaf, no chain.
//!
//! Each begins by locking the calendar: so holds, bookings and the sweep of one calendar never wait for each other in a
//! circle. What keeps ids apart is the primary key of `claim`, not the lock.

use async_trait::async_trait;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::{CalendarId, VerifyingKey};
use souspli_store::{HoldError, StoreError};
use sqlx::PgConnection;

use crate::calendar;
use crate::row::{get, ids, number};
use crate::stop::Stop;
use crate::unit::Unit;

/// Whether a session holds a time.
pub(crate) async fn holds(
    db: &mut PgConnection,
    calendar: CalendarId,
    session: VerifyingKey,
    now: u32,
) -> Result<bool, Stop<StoreError>> {
    let sql = "SELECT EXISTS (SELECT 1 FROM hold WHERE calendar = $1 AND session = $2 AND until > $3)";
    let query = sqlx::query_scalar(sql).bind(calendar.0).bind(session.0).bind(i64::from(now));
    Ok(query.fetch_one(db).await?)
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

/// Answers how many of the ids are the session's now.
const HOLD: &str = "
    WITH before AS (
        SELECT claims FROM hold WHERE calendar = $1 AND session = $2
    ), freed AS (
        DELETE FROM claim USING (SELECT unnest(claims) AS gid FROM before) AS old
        WHERE claim.calendar = $1 AND claim.gid = old.gid AND claim.owner = $2 AND claim.gid <> ALL ($4)
    ), taken AS (
        INSERT INTO claim (calendar, gid, owner, window_number, until)
        SELECT $1, gid, $2, $3, $5 FROM unnest($4::bytea[]) AS gid
        ON CONFLICT (calendar, gid) DO UPDATE
        SET owner = excluded.owner, window_number = excluded.window_number, until = excluded.until
        WHERE claim.owner = excluded.owner OR claim.until <> 0 AND claim.until <= $6
        RETURNING 1
    ), held AS (
        INSERT INTO hold (calendar, session, until, extended, claims) VALUES ($1, $2, $5, false, $4)
        ON CONFLICT (calendar, session) DO UPDATE
        SET until = excluded.until, extended = excluded.extended, claims = excluded.claims
    )
    SELECT count(*) FROM taken";

#[async_trait]
impl Unit for Hold {
    type Done = ();
    type Refusal = HoldError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<(), Stop<HoldError>> {
        known(db, self.calendar).await?;
        let wanted = ids(self.claims.ids());
        let taken = sqlx::query_scalar::<_, i64>(HOLD)
            .bind(self.calendar.0)
            .bind(self.session.0)
            .bind(i64::from(self.window))
            .bind(&wanted)
            .bind(i64::from(self.until))
            .bind(i64::from(self.now))
            .fetch_one(db)
            .await?;
        let all = usize::try_from(taken) == Ok(wanted.len());
        if all { Ok(()) } else { Err(Stop::Refused(HoldError::Taken)) }
    }
}

/// Extends a live hold, once.
pub(crate) struct ExtendHold {
    pub(crate) calendar: CalendarId,
    pub(crate) session: VerifyingKey,
    pub(crate) now: u32,
    pub(crate) minutes: u32,
}

const EXTEND: &str = "
    WITH held AS (
        UPDATE hold SET until = $3, extended = true WHERE calendar = $1 AND session = $2 RETURNING claims
    )
    UPDATE claim SET until = $3 FROM (SELECT unnest(claims) AS gid FROM held) AS own
    WHERE claim.calendar = $1 AND claim.gid = own.gid AND claim.owner = $2";

#[async_trait]
impl Unit for ExtendHold {
    type Done = u32;
    type Refusal = HoldError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<u32, Stop<HoldError>> {
        known(db, self.calendar).await?;
        let sql = "SELECT until, extended FROM hold WHERE calendar = $1 AND session = $2";
        let query = sqlx::query(sql).bind(self.calendar.0).bind(self.session.0);
        let row = query.fetch_optional(&mut *db).await?.ok_or(Stop::Refused(HoldError::NoHold))?;
        let until = number::<u32, _>(&row, 0)?;
        if until <= self.now {
            return Err(Stop::Refused(HoldError::Expired));
        }
        if get(&row, 1)? {
            return Err(Stop::Refused(HoldError::Extended));
        }
        let until = until.saturating_add(self.minutes);
        let query = sqlx::query(EXTEND).bind(self.calendar.0).bind(self.session.0).bind(i64::from(until));
        query.execute(db).await?;
        Ok(until)
    }
}

/// Gives a hold back.
pub(crate) struct ReleaseHold {
    pub(crate) calendar: CalendarId,
    pub(crate) session: VerifyingKey,
}

const RELEASE: &str = "
    WITH ended AS (
        DELETE FROM hold WHERE calendar = $1 AND session = $2 RETURNING claims
    )
    DELETE FROM claim USING (SELECT unnest(claims) AS gid FROM ended) AS own
    WHERE claim.calendar = $1 AND claim.gid = own.gid AND claim.owner = $2";

#[async_trait]
impl Unit for ReleaseHold {
    type Done = ();
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<(), Stop<StoreError>> {
        calendar::lock(db, self.calendar).await?;
        sqlx::query(RELEASE).bind(self.calendar.0).bind(self.session.0).execute(db).await?;
        Ok(())
    }
}

/// Calendars in which a hold has expired.
pub(crate) async fn with_expired(db: &mut PgConnection, now: u32) -> Result<Vec<CalendarId>, Stop<StoreError>> {
    let sql = "SELECT DISTINCT calendar FROM hold WHERE until <= $1";
    let calendars = sqlx::query_scalar(sql).bind(i64::from(now)).fetch_all(db).await?;
    Ok(calendars.into_iter().map(CalendarId).collect())
}

/// Deletes one calendar's expired holds; answers how many.
pub(crate) struct SweepHolds {
    pub(crate) calendar: CalendarId,
    pub(crate) now: u32,
}

const SWEEP: &str = "
    WITH ended AS (
        DELETE FROM hold WHERE calendar = $1 AND until <= $2 RETURNING session, claims
    ), freed AS (
        DELETE FROM claim USING (SELECT session, unnest(claims) AS gid FROM ended) AS own
        WHERE claim.calendar = $1 AND claim.gid = own.gid AND claim.owner = own.session
    )
    SELECT count(*) FROM ended";

#[async_trait]
impl Unit for SweepHolds {
    type Done = u64;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<u64, Stop<StoreError>> {
        calendar::lock(db, self.calendar).await?;
        let query = sqlx::query(SWEEP).bind(self.calendar.0).bind(i64::from(self.now));
        number(&query.fetch_one(db).await?, 0)
    }
}

async fn known(db: &mut PgConnection, calendar: CalendarId) -> Result<(), Stop<HoldError>> {
    calendar::lock(db, calendar).await?.map(drop).ok_or(Stop::Refused(HoldError::NoCalendar))
}
