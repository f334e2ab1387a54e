//! Vaults: sealed, found by a locator, replaced by compare-and-swap on the generation (`docs/spec/keys.md` §6).

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::vault::SealedVault;
use souspli_protocol::{Locator, VaultId, VerifyingKey};
use souspli_store::{StoreError, VaultError};

use crate::stop::Stop;
use crate::unit::Unit;

type Outcome<T> = Result<T, Stop<VaultError>>;

/// Stores a new vault.
pub(crate) struct CreateVault {
    pub(crate) vault: SealedVault,
    pub(crate) locators: [Locator; 2],
}

impl Unit for CreateVault {
    type Done = ();
    type Refusal = VaultError;

    fn perform(&self, db: &Connection) -> Outcome<()> {
        let statement = self.vault.statement();
        if let Some(stored) = read(db, statement.vault)? {
            let same = stored.bytes == self.vault.bytes() && leads(db, statement.vault, &self.locators)?;
            return if same { Ok(()) } else { Err(Stop::Refused(VaultError::Exists)) };
        }
        let sql = "INSERT INTO vault (vault, key, generation, bytes) VALUES (?1, ?2, ?3, ?4)";
        let generation = statement.generation.cast_signed();
        db.prepare_cached(sql)?.execute((statement.vault.0, statement.key.0, generation, self.vault.bytes()))?;
        place(db, statement.vault, &self.locators)
    }
}

/// Replaces a vault by its next generation.
pub(crate) struct ReplaceVault {
    pub(crate) vault: SealedVault,
    pub(crate) locators: [Locator; 2],
}

impl Unit for ReplaceVault {
    type Done = ();
    type Refusal = VaultError;

    fn perform(&self, db: &Connection) -> Outcome<()> {
        let statement = self.vault.statement();
        let stored = read(db, statement.vault)?.ok_or(Stop::Refused(VaultError::NoVault))?;
        if stored.bytes == self.vault.bytes() && leads(db, statement.vault, &self.locators)? {
            return Ok(());
        }
        if stored.key != statement.key || stored.generation.checked_add(1) != Some(statement.generation) {
            return Err(Stop::Refused(VaultError::Conflict));
        }
        let sql = "UPDATE vault SET generation = ?2, bytes = ?3 WHERE vault = ?1";
        let generation = statement.generation.cast_signed();
        db.prepare_cached(sql)?.execute((statement.vault.0, generation, self.vault.bytes()))?;
        db.prepare_cached("DELETE FROM vault_locator WHERE vault = ?1")?.execute([statement.vault.0])?;
        place(db, statement.vault, &self.locators)
    }
}

/// The vault under a locator.
pub(crate) fn at(db: &Connection, locator: Locator) -> Result<Option<SealedVault>, Stop<StoreError>> {
    let sql = "SELECT vault.bytes FROM vault_locator JOIN vault ON vault.vault = vault_locator.vault
               WHERE vault_locator.locator = ?1";
    let bytes = db.prepare_cached(sql)?.query_row([locator.0], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    bytes.map(|bytes| SealedVault::parse(bytes).map_err(|_| Stop::Damaged("a vault"))).transpose()
}

struct Stored {
    key: VerifyingKey,
    generation: u64,
    bytes: Vec<u8>,
}

fn read(db: &Connection, vault: VaultId) -> Outcome<Option<Stored>> {
    let sql = "SELECT key, generation, bytes FROM vault WHERE vault = ?1";
    let stored = db.prepare_cached(sql)?.query_row([vault.0], |row| {
        let generation = row.get::<_, i64>(1)?.cast_unsigned();
        Ok(Stored { key: VerifyingKey(row.get(0)?), generation, bytes: row.get(2)? })
    });
    Ok(stored.optional()?)
}

/// Whether the vault is found under these locators and no others.
fn leads(db: &Connection, vault: VaultId, locators: &[Locator; 2]) -> Outcome<bool> {
    let mut select = db.prepare_cached("SELECT locator FROM vault_locator WHERE vault = ?1")?;
    let mut found = select.query_map([vault.0], |row| row.get(0).map(Locator))?.collect::<Result<Vec<_>, _>>()?;
    let mut wanted = locators.to_vec();
    found.sort_unstable();
    wanted.sort_unstable();
    wanted.dedup();
    Ok(found == wanted)
}

/// Puts a vault under its locators; another vault's is left to it.
fn place(db: &Connection, vault: VaultId, locators: &[Locator; 2]) -> Outcome<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO vault_locator (locator, vault) VALUES (?1, ?2)
         ON CONFLICT (locator) DO UPDATE SET vault = excluded.vault WHERE vault_locator.vault = excluded.vault",
    )?;
    for locator in locators {
        if insert.execute((locator.0, vault.0))? != 1 {
            return Err(Stop::Refused(VaultError::Exists));
        }
    }
    Ok(())
}
