//! Vaults: sealed, found by a locator, replaced by compare-and-swap on the generation (`docs/spec/keys.md` §6).

use async_trait::async_trait;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::{CalendarId, Locator, VaultId, VerifyingKey};
use souspli_store::{StoreError, VaultError};
use sqlx::PgConnection;

use crate::row::get;
use crate::stop::Stop;
use crate::unit::Unit;

type Outcome<T> = Result<T, Stop<VaultError>>;

/// Stores a new vault.
pub(crate) struct CreateVault {
    pub(crate) vault: SealedVault,
    pub(crate) locators: [Locator; 2],
}

#[async_trait]
impl Unit for CreateVault {
    type Done = ();
    type Refusal = VaultError;

    fn calendar(&self) -> Option<CalendarId> {
        None
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<()> {
        let statement = self.vault.statement();
        if let Some(stored) = lock(db, statement.vault).await? {
            let same = stored.bytes == self.vault.bytes() && leads(db, statement.vault, &self.locators).await?;
            return if same { Ok(()) } else { Err(Stop::Refused(VaultError::Exists)) };
        }
        let sql = "INSERT INTO vault (vault, key, generation, bytes) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql)
            .bind(statement.vault.0)
            .bind(statement.key.0)
            .bind(statement.generation.cast_signed())
            .bind(self.vault.bytes())
            .execute(&mut *db)
            .await?;
        place(db, statement.vault, &self.locators).await
    }
}

/// Replaces a vault by its next generation.
pub(crate) struct ReplaceVault {
    pub(crate) vault: SealedVault,
    pub(crate) locators: [Locator; 2],
}

#[async_trait]
impl Unit for ReplaceVault {
    type Done = ();
    type Refusal = VaultError;

    fn calendar(&self) -> Option<CalendarId> {
        None
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<()> {
        let statement = self.vault.statement();
        let stored = lock(db, statement.vault).await?.ok_or(Stop::Refused(VaultError::NoVault))?;
        if stored.bytes == self.vault.bytes() && leads(db, statement.vault, &self.locators).await? {
            return Ok(());
        }
        if stored.key != statement.key || stored.generation.checked_add(1) != Some(statement.generation) {
            return Err(Stop::Refused(VaultError::Conflict));
        }
        let sql = "UPDATE vault SET generation = $2, bytes = $3 WHERE vault = $1";
        sqlx::query(sql)
            .bind(statement.vault.0)
            .bind(statement.generation.cast_signed())
            .bind(self.vault.bytes())
            .execute(&mut *db)
            .await?;
        let sql = "DELETE FROM vault_locator WHERE vault = $1";
        sqlx::query(sql).bind(statement.vault.0).execute(&mut *db).await?;
        place(db, statement.vault, &self.locators).await
    }
}

/// The vault under a locator.
pub(crate) async fn at(db: &mut PgConnection, locator: Locator) -> Result<Option<SealedVault>, Stop<StoreError>> {
    let sql = "SELECT vault.bytes FROM vault_locator JOIN vault ON vault.vault = vault_locator.vault
               WHERE vault_locator.locator = $1";
    let bytes = sqlx::query_scalar::<_, Vec<u8>>(sql).bind(locator.0).fetch_optional(db).await?;
    bytes.map(|bytes| SealedVault::parse(bytes).map_err(|_| Stop::Damaged("a vault"))).transpose()
}

struct Stored {
    key: VerifyingKey,
    generation: u64,
    bytes: Vec<u8>,
}

async fn lock(db: &mut PgConnection, vault: VaultId) -> Outcome<Option<Stored>> {
    let sql = "SELECT key, generation, bytes FROM vault WHERE vault = $1 FOR NO KEY UPDATE";
    let Some(row) = sqlx::query(sql).bind(vault.0).fetch_optional(db).await? else { return Ok(None) };
    let generation = get::<i64, _>(&row, 1)?.cast_unsigned();
    Ok(Some(Stored { key: VerifyingKey(get(&row, 0)?), generation, bytes: get(&row, 2)? }))
}

/// Whether the vault is found under these locators and no others.
async fn leads(db: &mut PgConnection, vault: VaultId, locators: &[Locator; 2]) -> Outcome<bool> {
    let sql = "SELECT locator FROM vault_locator WHERE vault = $1";
    let mut found: Vec<[u8; 32]> = sqlx::query_scalar(sql).bind(vault.0).fetch_all(db).await?;
    let mut wanted = locators.map(|locator| locator.0).to_vec();
    found.sort_unstable();
    wanted.sort_unstable();
    wanted.dedup();
    Ok(found == wanted)
}

/// Puts a vault under its locators; another vault's is left to it.
async fn place(db: &mut PgConnection, vault: VaultId, locators: &[Locator; 2]) -> Outcome<()> {
    let sql = "INSERT INTO vault_locator (locator, vault) VALUES ($1, $2)
               ON CONFLICT (locator) DO UPDATE SET vault = excluded.vault
               WHERE vault_locator.vault = excluded.vault";
    for locator in locators {
        let placed = sqlx::query(sql).bind(locator.0).bind(vault.0).execute(&mut *db).await?;
        if placed.rows_affected() != 1 {
            return Err(Stop::Refused(VaultError::Exists));
        }
    }
    Ok(())
}
