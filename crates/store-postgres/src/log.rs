//! The log's side of the database: who merges, what waits, what lies where (`docs/spec/log.md` §5).

use async_trait::async_trait;
use souspli_protocol::{CalendarId, Digest};
use souspli_store::{LeafId, Lease, Merged, StoreError, StoredLeaf, Stream, TreeHead, Unmerged};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use crate::row::{bigint, get, number};
use crate::stop::Stop;
use crate::unit::Unit;

type Outcome<T> = Result<T, Stop<StoreError>>;

/// Takes or keeps the sequencer's row.
pub(crate) struct TakeLease {
    pub(crate) holder: [u8; 16],
    pub(crate) now: u32,
    pub(crate) until: u32,
    pub(crate) fence: u64,
}

#[async_trait]
impl Unit for TakeLease {
    type Done = Option<Lease>;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        None
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<Option<Lease>> {
        let sql = "INSERT INTO sequencer AS held (one, holder, fence, until, size, root)
                   VALUES (true, $1, $4 + 1, $3, 0, decode(repeat('00', 32), 'hex'))
                   ON CONFLICT (one) DO UPDATE
                   SET fence = greatest(held.fence, $4) + (held.holder <> excluded.holder OR held.fence < $4)::int, holder = excluded.holder,
                       until = excluded.until
                   WHERE held.holder = excluded.holder OR held.until <= $2
                   RETURNING fence, size, root";
        let query = sqlx::query(sql)
            .bind(self.holder)
            .bind(i64::from(self.now))
            .bind(i64::from(self.until))
            .bind(bigint(self.fence));
        query.fetch_optional(db).await?.map(|row| lease(&row)).transpose()
    }
}

fn lease(row: &PgRow) -> Outcome<Lease> {
    let head = TreeHead { size: number(row, 1)?, root: Digest(get(row, 2)?) };
    Ok(Lease { fence: number(row, 0)?, head })
}

/// Writes down where leaves lie.
pub(crate) struct Merge {
    pub(crate) fence: u64,
    pub(crate) head: TreeHead,
    pub(crate) merged: Vec<Merged>,
}

/// The fence's row is locked: who takes it away meanwhile waits for the end of this.
const HEAD: &str = "UPDATE sequencer SET size = $2, root = $3 WHERE fence = $1";

const MERGE: &str = "
    WITH leaf AS (
        SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[])
                      AS leaf (calendar, stream, sequence, place)
    ), waits_no_longer AS (
        DELETE FROM unmerged USING leaf
        WHERE unmerged.calendar = leaf.calendar AND unmerged.stream = leaf.stream
          AND unmerged.sequence = leaf.sequence
    )
    INSERT INTO merged (calendar, stream, sequence, place)
    SELECT calendar, stream, sequence, place FROM leaf
    ON CONFLICT (calendar, stream, sequence) DO NOTHING";

#[async_trait]
impl Unit for Merge {
    type Done = bool;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        None
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<bool> {
        let head = sqlx::query(HEAD).bind(bigint(self.fence)).bind(bigint(self.head.size)).bind(self.head.root.0);
        if head.execute(&mut *db).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let column = |value: fn(&Merged) -> i64| self.merged.iter().map(value).collect::<Vec<_>>();
        sqlx::query(MERGE)
            .bind(self.merged.iter().map(|merged| merged.id.calendar.0).collect::<Vec<_>>())
            .bind(column(|merged| i64::from(merged.id.stream.id())))
            .bind(column(|merged| bigint(merged.id.sequence)))
            .bind(column(|merged| bigint(merged.place)))
            .execute(db)
            .await?;
        Ok(true)
    }
}

/// The oldest leaves that wait.
pub(crate) async fn unmerged(db: &mut PgConnection, limit: u32) -> Outcome<Vec<Unmerged>> {
    let sql = "SELECT stream, calendar, sequence, object, minute FROM unmerged ORDER BY minute LIMIT $1";
    let rows = sqlx::query(sql).bind(i64::from(limit)).fetch_all(db).await?;
    rows.iter().map(waiting).collect()
}

fn waiting(row: &PgRow) -> Outcome<Unmerged> {
    let stream = Stream::of_id(number(row, 0)?).ok_or(Stop::Damaged("a leaf that waits"))?;
    let id = LeafId { stream, calendar: CalendarId(get(row, 1)?), sequence: number(row, 2)? };
    Ok(Unmerged { id, object: Digest(get(row, 3)?), minute: number(row, 4)? })
}

/// The minute of the oldest leaf that waits.
pub(crate) async fn oldest_unmerged(db: &mut PgConnection) -> Outcome<Option<u32>> {
    let oldest: Option<i64> = sqlx::query_scalar("SELECT min(minute) FROM unmerged").fetch_one(db).await?;
    oldest.map(u32::try_from).transpose().map_err(|_| Stop::Damaged("the minute of a leaf"))
}

/// Where a leaf lies.
pub(crate) async fn place(db: &mut PgConnection, leaf: LeafId) -> Outcome<Option<u64>> {
    let sql = "SELECT place FROM merged WHERE calendar = $1 AND stream = $2 AND sequence = $3";
    let query = sqlx::query(sql).bind(leaf.calendar.0).bind(i64::from(leaf.stream.id())).bind(bigint(leaf.sequence));
    query.fetch_optional(db).await?.map(|row| number(&row, 0)).transpose()
}

/// The leaf and the receipt at a place of the chain.
pub(crate) async fn leaf(db: &mut PgConnection, calendar: CalendarId, sequence: u64) -> Outcome<Option<StoredLeaf>> {
    let sql = "SELECT leaf, receipt FROM chain WHERE calendar = $1 AND sequence = $2";
    let row = sqlx::query(sql).bind(calendar.0).bind(bigint(sequence)).fetch_optional(db).await?;
    row.map(|row| Ok(StoredLeaf { leaf: Digest(get(&row, 0)?), receipt: row.try_get(1)? })).transpose()
}
