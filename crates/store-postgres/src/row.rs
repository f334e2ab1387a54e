//! Stored numbers and ids as the types of the protocol; what does not fit is damage.

use souspli_protocol::Gid;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::sizes::CLAIMS;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, postgres::Postgres};

use crate::stop::Stop;

/// A column.
pub(crate) fn get<'r, T, E>(row: &'r PgRow, column: usize) -> Result<T, Stop<E>>
where
    T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    row.try_get(column).map_err(Stop::Database)
}

/// A column that holds a number which is never negative.
pub(crate) fn number<T: TryFrom<i64>, E>(row: &PgRow, column: usize) -> Result<T, Stop<E>> {
    T::try_from(get::<i64, E>(row, column)?).map_err(|_| Stop::Damaged("a number"))
}

/// Claim ids as they are stored: 24, or none.
pub(crate) fn claims<E>(stored: &[[u8; 16]]) -> Result<Option<ClaimIds>, Stop<E>> {
    if stored.is_empty() {
        return Ok(None);
    }
    let ids = <[[u8; 16]; CLAIMS]>::try_from(stored).map_err(|_| Stop::Damaged("claim ids"))?;
    ClaimIds::new(ids.map(Gid)).map(Some).ok_or(Stop::Damaged("claim ids"))
}

/// Claim ids to be stored.
pub(crate) fn ids<'a>(claims: impl IntoIterator<Item = &'a Gid>) -> Vec<[u8; 16]> {
    claims.into_iter().map(|gid| gid.0).collect()
}

/// A sequence or version to be stored or compared; none that is stored is beyond an `i64`.
pub(crate) fn bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
