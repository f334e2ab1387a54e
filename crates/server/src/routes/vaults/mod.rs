//! Vaults (`docs/spec/keys.md` §6): sealed, signed by a key of their own, found by locators that nobody can guess.

mod create;
mod open;
mod replace;

use souspli_attest::{sha256, verify};
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::VAULT;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::wire::Blob;
use souspli_store::VaultError;

use crate::rejection::Rejection;
use crate::routes::Route;
use crate::shape::code_of;

pub(crate) fn routes() -> Vec<Route> {
    vec![create::route(), open::route(), replace::route()]
}

/// What both writes can be refused with before the store is asked.
const REFUSALS: [Code; 4] = [Code::WrongSize, Code::BadShape, Code::UnknownSuite, Code::BadSignature];

/// Size, shape, payload hash and signature.
fn check(Blob(bytes): Blob) -> Result<SealedVault, Rejection> {
    if bytes.len() != VAULT {
        return Err(Code::WrongSize.into());
    }
    let vault = SealedVault::parse(bytes.clone()).map_err(|error| code_of(&bytes, error))?;
    let statement = vault.statement();
    if sha256(vault.payload()) != statement.payload_hash {
        return Err(Code::BadSignature.into());
    }
    verify(&statement.key, &statement.encode(), &vault.signature()).map_err(|_| Code::BadSignature)?;
    Ok(vault)
}

impl From<VaultError> for Rejection {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Exists => Code::VaultExists.into(),
            VaultError::Conflict => Code::VaultConflict.into(),
            VaultError::NoVault => Code::NoVault.into(),
            VaultError::Store(error) => error.into(),
        }
    }
}
