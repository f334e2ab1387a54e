//! After a restore (`docs/spec/restore.md` §3): the notices, and the next generation of every chain.

use std::sync::Arc;

use async_trait::async_trait;
use souspli_protocol::restore::Notice;
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, VerifyingKey};
use souspli_store::{Calendar, Linker, Sealed, Standing, StoreError, Stream, TreeHead};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::row::{bigint, get, number};
use crate::stop::Stop;
use crate::unit::Unit;

type Outcome<T> = Result<T, Stop<StoreError>>;

/// Who merges while nobody does.
const NOBODY: [u8; 16] = [0; 16];

/// Opens the host's next generation.
pub(crate) struct Restore {
    pub(crate) generation: u32,
    pub(crate) fence: u64,
    pub(crate) head: TreeHead,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
}

const CALENDARS: &str = "
    SELECT calendar, fp, root, version, generation, sequence, head FROM calendar ORDER BY calendar
    FOR NO KEY UPDATE";

const MERGES_NEXT: &str = "
    INSERT INTO sequencer AS held (one, holder, fence, until, size, root) VALUES (true, $1, $2, 0, $3, $4)
    ON CONFLICT (one) DO UPDATE
    SET holder = excluded.holder, fence = greatest(held.fence, excluded.fence), until = 0, size = excluded.size,
        root = excluded.root";

#[async_trait]
impl Unit for Restore {
    type Done = u64;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        None
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<u64> {
        let rows = sqlx::query(CALENDARS).fetch_all(&mut *db).await?;
        for row in &rows {
            let notice = calendar(row)?.notice(self.generation, self.minute);
            write(db, &notice, self.linker.as_ref()).await?;
        }
        let generation = i64::from(self.generation);
        sqlx::query("UPDATE calendar SET generation = $1").bind(generation).execute(&mut *db).await?;
        let host = sqlx::query("UPDATE host SET generation = $1").bind(generation).execute(&mut *db).await?;
        if host.rows_affected() != 1 {
            return Err(Stop::Damaged("the row of the host"));
        }
        let merges = sqlx::query(MERGES_NEXT).bind(NOBODY).bind(bigint(self.fence)).bind(bigint(self.head.size));
        merges.bind(self.head.root.0).execute(db).await?;
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }
}

fn calendar(row: &PgRow) -> Outcome<Calendar> {
    Ok(Calendar {
        context: Context { calendar: CalendarId(get(row, 0)?), fp: Fingerprint(get(row, 1)?) },
        root: VerifyingKey(get(row, 2)?),
        version: number(row, 3)?,
        generation: number(row, 4)?,
        sequence: number(row, 5)?,
        head: Digest(get(row, 6)?),
    })
}

const NOTICE: &str = "
    WITH waiting AS (
        INSERT INTO unmerged (calendar, stream, sequence, object, minute) VALUES ($1, $4, $2, $5, $6)
    )
    INSERT INTO notice (calendar, generation, hash, bytes) VALUES ($1, $2, $5, $3)";

/// Signs a notice and writes it down; it waits for the log.
pub(crate) async fn write(db: &mut PgConnection, notice: &Notice, linker: &dyn Linker) -> Result<(), sqlx::Error> {
    let signed = linker.notice(notice);
    sqlx::query(NOTICE)
        .bind(notice.context.calendar.0)
        .bind(i64::from(notice.generation))
        .bind(&signed)
        .bind(i64::from(Stream::Notices.id()))
        .bind(linker.hash(&signed).0)
        .bind(i64::from(notice.minute))
        .execute(db)
        .await
        .map(drop)
}

/// The notices of a calendar.
pub(crate) async fn notices(db: &mut PgConnection, calendar: CalendarId) -> Outcome<Vec<Sealed>> {
    let sql = "SELECT bytes FROM notice WHERE calendar = $1 ORDER BY generation";
    Ok(sqlx::query_scalar(sql).bind(calendar.0).fetch_all(db).await?)
}

/// The host's generation; 0 where the data are nobody's yet.
pub(crate) async fn generation<E>(db: &mut PgConnection) -> Result<u32, Stop<E>> {
    let found = sqlx::query("SELECT generation FROM host").fetch_optional(db).await?;
    found.map_or(Ok(0), |row| number(&row, 0))
}

const STANDING: &str = "
    SELECT coalesce((SELECT generation FROM host), 0), sequencer.size, sequencer.root, sequencer.until
    FROM (SELECT true AS one) AS always LEFT JOIN sequencer ON sequencer.one";

/// Where the data stand against the log.
pub(crate) async fn standing(db: &mut PgConnection) -> Outcome<Standing> {
    let row = sqlx::query(STANDING).fetch_one(db).await?;
    let generation = number(&row, 0)?;
    let size = get::<Option<i64>, _>(&row, 1)?;
    if size.is_none() {
        return Ok(Standing { generation, head: TreeHead { size: 0, root: Digest::ZERO }, until: 0 });
    }
    let head = TreeHead { size: number(&row, 1)?, root: Digest(get(&row, 2)?) };
    Ok(Standing { generation, head, until: number(&row, 3)? })
}
