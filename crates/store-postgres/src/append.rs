//! Events: compare-and-swap on version, revision and previous hash; claims all or none; leaf and head with them
//! (`docs/spec/events.md` §4, `docs/spec/claims.md` §5).
//!
//! A booking is first tried together with others (`group`). Everything else, and a booking that was left out there, has a
//! transaction of its own with two statements: one locks the calendar and reads, one writes everything. The record is
//! read with the snapshot that the first began with, so it may be older than the lock; the second then meets the
//! primary key of `event` and the whole is attempted again, or finds that the record was erased meanwhile.

use std::sync::Arc;

use async_trait::async_trait;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{Header, Operation};
use souspli_protocol::{CalendarId, Digest};
use souspli_store::{AppendError, Appended, Calendar, Change, EventWrite, Linked, Linker, RecordState};
use sqlx::PgConnection;

use crate::book::Booking;
use crate::group::Came;
use crate::heads::Heads;
use crate::row::{bigint, claims, get, ids, number};
use crate::stop::Stop;
use crate::unit::{Unit, attempt_all, to_its_end};
use crate::{PostgresStore, calendar};

type Outcome<T> = Result<T, Stop<AppendError>>;

const LOCK: &str = "
    SELECT calendar.fp, calendar.root, calendar.version, calendar.generation, calendar.sequence, calendar.head,
           record.revision, record.hash, record.window_number, record.released, record.claims,
           EXISTS (SELECT FROM tombstone WHERE tombstone.calendar = $1 AND tombstone.record = $2)
    FROM calendar LEFT JOIN record ON record.calendar = calendar.calendar AND record.record = $2
    WHERE calendar.calendar = $1
    FOR NO KEY UPDATE OF calendar";

const STORED: &str = "
    SELECT chain.sequence, chain.receipt FROM event
    JOIN chain ON chain.calendar = event.calendar AND chain.sequence = event.sequence
    WHERE event.calendar = $1 AND event.record = $2 AND event.revision = $3 AND event.hash = $4";

/// Answers how many of the claimed ids are the record's now, and whether the record stands: one that was erased meanwhile
/// does not. Ids are inserted in the order of the array, sorted. An expired hold gives way, and so does what the record
/// or the quoted session ($5) has already.
const WRITE: &str = "
    WITH taken AS (
        INSERT INTO claim (calendar, gid, owner, window_number, until)
        SELECT $1, gid, $2, $3, 0 FROM unnest($4::bytea[]) AS gid
        ON CONFLICT (calendar, gid) DO UPDATE
        SET owner = excluded.owner, window_number = excluded.window_number, until = excluded.until
        WHERE claim.owner = excluded.owner OR claim.owner = $5 OR claim.until <> 0 AND claim.until <= $6
        RETURNING 1
    ), ended AS (
        DELETE FROM hold WHERE calendar = $1 AND session = $5 RETURNING claims
    ), unheld AS (
        DELETE FROM claim USING (SELECT unnest(claims) AS gid FROM ended) AS held
        WHERE claim.calendar = $1 AND claim.gid = held.gid AND claim.owner = $5 AND claim.gid <> ALL ($4)
    ), freed AS (
        DELETE FROM claim WHERE calendar = $1 AND gid = ANY ($7) AND owner = $2
    ), linked AS (
        INSERT INTO chain (calendar, sequence, leaf, receipt, record, revision) VALUES ($1, $8, $9, $10, $2, $11)
    ), waiting AS (
        INSERT INTO unmerged (calendar, stream, sequence, object, minute) VALUES ($1, 1, $8, $12, $6)
    ), brought_back AS (
        INSERT INTO earlier (calendar, sequence, receipts) SELECT $1, $8, $18 WHERE length($18) > 0
    ), stored AS (
        INSERT INTO event (calendar, record, revision, sequence, hash, bytes) VALUES ($1, $2, $11, $8, $12, $13)
    ), standing AS (
        INSERT INTO record (calendar, record, revision, hash, window_number, released, claims)
        SELECT $1, $2, $11, $12, $14, $15, $16
        WHERE NOT EXISTS (SELECT FROM tombstone WHERE tombstone.calendar = $1 AND tombstone.record = $2)
        ON CONFLICT (calendar, record) DO UPDATE
        SET revision = excluded.revision, hash = excluded.hash, window_number = excluded.window_number,
            released = excluded.released, claims = excluded.claims
        RETURNING 1
    ), moved AS (
        UPDATE calendar SET sequence = $8, head = $17 WHERE calendar = $1
    )
    SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM standing)";

/// Appends one event.
pub(crate) struct Append {
    pub(crate) write: Arc<EventWrite>,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
    pub(crate) heads: Arc<Heads>,
}

/// Appends an event to its end, in its calendar's turn.
pub(crate) async fn append(store: &PostgresStore, unit: Append) -> Result<Appended, AppendError> {
    let (pool, gates, groups) = (store.pool.clone(), store.gates.clone(), store.groups.clone());
    to_its_end(async move {
        let calendar = unit.header().context.calendar;
        if unit.known().is_none() {
            let _turn = gates.enter(calendar).await;
            return attempt_all(&pool, &unit).await;
        }
        let mut turn = gates.enter_alone(calendar).await;
        // Asked again, now that nobody else in this process moves the calendar.
        if let Some(booking) = unit.booking() {
            let (after, receipt) = (booking.after, booking.linked.receipt.clone());
            match groups.write(&pool, booking).await {
                Came::Kept => {
                    unit.heads.learn(&after);
                    return Ok(Appended { receipt, new: true, sequence: after.sequence });
                }
                Came::LeftOut => unit.heads.forget(calendar),
                Came::Unknown(error) => return Err(error.into()),
            }
        }
        turn.share();
        attempt_all(&pool, &unit).await
    })
    .await
}

#[async_trait]
impl Unit for Append {
    type Done = Appended;
    type Refusal = AppendError;

    fn calendar(&self) -> Option<CalendarId> {
        Some(self.header().context.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<Appended> {
        let (mut calendar, record) = self.lock(db).await?;
        if record.is_some()
            && let Some(stored) = self.stored(db).await?
        {
            return Ok(stored);
        }
        let change = self.write.apply(&calendar, record.as_ref()).map_err(Stop::Refused)?;
        let linked = calendar.link(&self.write.hash, self.minute, self.linker.as_ref());
        self.store(db, &calendar, &change, &linked).await?;
        self.heads.learn(&calendar);
        Ok(Appended { receipt: linked.receipt, new: true, sequence: calendar.sequence })
    }
}

impl Append {
    fn header(&self) -> &Header {
        self.write.event.header()
    }

    /// The calendar as it stood last and what is claimed, if this is a booking that fits there.
    fn known(&self) -> Option<(Calendar, ClaimIds)> {
        let calendar = self.heads.of(self.header().context.calendar)?;
        let new = self.header().operation == Operation::Create && self.write.earlier.is_empty();
        let claims = self.write.claims.filter(|_| new)?;
        self.write.apply(&calendar, None).ok().map(|_| (calendar, claims))
    }

    /// The booking that this is then, with its place in the chain.
    fn booking(&self) -> Option<Booking> {
        let (before, claims) = self.known()?;
        let mut after = before;
        let linked = after.link(&self.write.hash, self.minute, self.linker.as_ref());
        Some(Booking { write: self.write.clone(), claims, minute: self.minute, before, after, linked })
    }

    async fn lock(&self, db: &mut PgConnection) -> Outcome<(Calendar, Option<RecordState>)> {
        let header = self.header();
        let query = sqlx::query(LOCK).bind(header.context.calendar.0).bind(header.record.0);
        let row = query.fetch_optional(db).await?.ok_or(Stop::Refused(AppendError::NoCalendar))?;
        let calendar = calendar::of_row(header.context.calendar, &row)?;
        self.heads.learn(&calendar);
        if get(&row, 11)? {
            return Err(Stop::Refused(AppendError::Erased));
        }
        if get::<Option<i64>, _>(&row, 6)?.is_none() {
            return Ok((calendar, None));
        }
        let record = RecordState {
            revision: number(&row, 6)?,
            hash: Digest(get(&row, 7)?),
            window: number(&row, 8)?,
            released: get(&row, 9)?,
            claims: claims(&get::<Vec<[u8; 16]>, _>(&row, 10)?)?,
        };
        Ok((calendar, Some(record)))
    }

    /// The receipt that these very bytes got before.
    async fn stored(&self, db: &mut PgConnection) -> Outcome<Option<Appended>> {
        let header = self.header();
        let row = sqlx::query(STORED)
            .bind(header.context.calendar.0)
            .bind(header.record.0)
            .bind(i64::from(header.revision))
            .bind(self.write.hash.0)
            .fetch_optional(db)
            .await?;
        row.map(|row| Ok(Appended { sequence: number(&row, 0)?, receipt: get(&row, 1)?, new: false })).transpose()
    }

    async fn store(&self, db: &mut PgConnection, calendar: &Calendar, change: &Change, linked: &Linked) -> Outcome<()> {
        let header = self.header();
        let claimed = ids(self.write.claims.iter().flat_map(ClaimIds::ids));
        let session = self.write.hold.filter(|_| self.write.claims.is_some()).map(|hold| hold.session.0);
        let written = sqlx::query(WRITE)
            .bind(header.context.calendar.0)
            .bind(header.record.0)
            .bind(i64::from(header.window))
            .bind(&claimed)
            .bind(session)
            .bind(i64::from(self.minute))
            .bind(ids(&change.freed))
            .bind(bigint(calendar.sequence))
            .bind(linked.leaf.0)
            .bind(&linked.receipt[..])
            .bind(i64::from(header.revision))
            .bind(self.write.hash.0)
            .bind(self.write.event.bytes())
            .bind(i64::from(change.record.window))
            .bind(change.record.released)
            .bind(ids(change.record.claims.iter().flat_map(ClaimIds::ids)))
            .bind(calendar.head.0)
            .bind(&self.write.earlier[..])
            .fetch_one(db)
            .await?;
        match (number::<usize, _>(&written, 0)? == claimed.len(), number::<u64, _>(&written, 1)?) {
            (_, 0) => Err(Stop::Refused(AppendError::Erased)),
            (false, _) => Err(Stop::Refused(AppendError::Taken)),
            (true, _) => Ok(()),
        }
    }
}
