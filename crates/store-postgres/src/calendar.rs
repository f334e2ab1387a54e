//! A calendar's row: version, place and head of its chain. Who writes to a calendar locks it first.

use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, VerifyingKey};
use souspli_store::Calendar;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::row::{bigint, get, number};
use crate::stop::Stop;

/// Reads a calendar.
pub(crate) async fn read<E>(db: &mut PgConnection, calendar: CalendarId) -> Result<Option<Calendar>, Stop<E>> {
    let sql = "SELECT fp, root, version, generation, sequence, head FROM calendar WHERE calendar = $1";
    let row = sqlx::query(sql).bind(calendar.0).fetch_optional(db).await?;
    row.map(|row| of_row(calendar, &row)).transpose()
}

/// Reads a calendar and keeps other writers out of it until the transaction ends.
pub(crate) async fn lock<E>(db: &mut PgConnection, calendar: CalendarId) -> Result<Option<Calendar>, Stop<E>> {
    let sql = "SELECT fp, root, version, generation, sequence, head FROM calendar WHERE calendar = $1
               FOR NO KEY UPDATE";
    let row = sqlx::query(sql).bind(calendar.0).fetch_optional(db).await?;
    row.map(|row| of_row(calendar, &row)).transpose()
}

/// The first six columns of a row, in the order of [`read`].
pub(crate) fn of_row<E>(calendar: CalendarId, row: &PgRow) -> Result<Calendar, Stop<E>> {
    Ok(Calendar {
        context: Context { fp: Fingerprint(get(row, 0)?), calendar },
        root: VerifyingKey(get(row, 1)?),
        version: number(row, 2)?,
        generation: number(row, 3)?,
        sequence: number(row, 4)?,
        head: Digest(get(row, 5)?),
    })
}

/// Writes a calendar that is being registered; that another registers it meanwhile is a conflict of its key.
pub(crate) async fn create(db: &mut PgConnection, calendar: &Calendar) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO calendar (calendar, fp, root, version, generation, sequence, head)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(calendar.context.calendar.0)
        .bind(calendar.context.fp.0)
        .bind(calendar.root.0)
        .bind(bigint(calendar.version))
        .bind(i64::from(calendar.generation))
        .bind(bigint(calendar.sequence))
        .bind(calendar.head.0)
        .execute(db)
        .await
        .map(drop)
}

/// Writes where version and chain stand now; `before` is the sequence that was read under the lock.
pub(crate) async fn advance(db: &mut PgConnection, calendar: &Calendar, before: u64) -> Result<(), sqlx::Error> {
    let sql = "UPDATE calendar SET version = $3, sequence = $4, head = $5 WHERE calendar = $1 AND sequence = $2";
    let changed = sqlx::query(sql)
        .bind(calendar.context.calendar.0)
        .bind(bigint(before))
        .bind(bigint(calendar.version))
        .bind(bigint(calendar.sequence))
        .bind(calendar.head.0)
        .execute(db)
        .await?;
    if changed.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
