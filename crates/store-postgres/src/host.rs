//! Whose host the data are.

use async_trait::async_trait;
use souspli_protocol::{CalendarId, VerifyingKey};
use souspli_store::StoreError;
use sqlx::PgConnection;

use crate::stop::Stop;
use crate::unit::Unit;

/// Writes the key down where there is none yet; answers whether the data are its.
pub(crate) struct BindHost {
    pub(crate) key: VerifyingKey,
}

#[async_trait]
impl Unit for BindHost {
    type Done = bool;
    type Refusal = StoreError;

    fn calendar(&self) -> Option<CalendarId> {
        None
    }

    async fn perform(&self, db: &mut PgConnection) -> Result<bool, Stop<StoreError>> {
        let sql = "INSERT INTO host (one, receipt_key) VALUES (true, $1) ON CONFLICT (one) DO NOTHING";
        sqlx::query(sql).bind(self.key.0).execute(&mut *db).await?;
        let sql = "SELECT receipt_key = $1 FROM host";
        Ok(sqlx::query_scalar(sql).bind(self.key.0).fetch_one(db).await?)
    }
}
