//! Whose host the data are.

use rusqlite::Connection;
use souspli_protocol::VerifyingKey;
use souspli_store::StoreError;

use crate::stop::Stop;
use crate::unit::Unit;

/// Writes the key down where there is none yet; answers whether the data are its.
pub(crate) struct BindHost {
    pub(crate) key: VerifyingKey,
}

impl Unit for BindHost {
    type Done = bool;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Result<bool, Stop<StoreError>> {
        let sql = "INSERT INTO host (one, receipt_key) VALUES (1, ?1) ON CONFLICT (one) DO NOTHING";
        db.prepare_cached(sql)?.execute([self.key.0])?;
        let sql = "SELECT receipt_key = ?1 FROM host";
        Ok(db.prepare_cached(sql)?.query_row([self.key.0], |row| row.get(0))?)
    }
}
