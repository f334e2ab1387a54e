//! Opening a vault (`docs/spec/keys.md` §6).

use souspli_attest::{sha256, verify};
use souspli_protocol::sizes::VAULT_SLOTS;
use souspli_protocol::tlv;
use souspli_protocol::vault::SealedVault;

use super::content::{seal_bound, vault_key};
use super::slot::{Slot, Unwrapped, open_key};
use super::{OpenVault, SlotSecret, VaultContent, VaultError};
use crate::{SecretBytes, open_box};

impl<C: VaultContent> OpenVault<C> {
    /// Opens a vault with one secret. `pinned` is the generation that this device has seen last, if any.
    ///
    /// Unknown kinds and profiles are refused before any work; whatever else fails before a wrap opens is
    /// `CannotUnlock`. From then on the vault is checked against what the wrap says, and failures are named.
    pub fn open(sealed: &SealedVault, secret: &SlotSecret<'_>, pinned: Option<u64>) -> Result<Self, VaultError> {
        let statement = sealed.statement();
        let (slots, keys) = read_slots(sealed)?;
        let (slot, sealed_key, unwrapped) = slots
            .iter()
            .zip(keys)
            .filter_map(|(slot, key)| slot.as_ref().map(|slot| (slot, key)))
            .filter(|(slot, _)| slot.kind == secret.kind())
            .find_map(|(slot, key)| slot.unwrap(&statement.vault, secret).map(|unwrapped| (slot, key, unwrapped)))
            .ok_or(VaultError::CannotUnlock)?;
        authenticate(sealed, slot, &unwrapped, pinned)?;
        let content_key =
            open_key(&unwrapped.key, &statement.vault, statement.generation, sealed_key).ok_or(VaultError::Damaged)?;
        let bound = seal_bound(&statement.vault, statement.generation);
        let padded = open_box(&content_key, &bound, sealed.sealed()).map_err(|_| VaultError::Damaged)?;
        let plain = tlv::unpad(padded.expose_secret()).map_err(|_| VaultError::Damaged)?;
        let content = C::decode(&SecretBytes::new(plain.to_vec()))?;
        if vault_key(&content).verifying_key() != statement.key {
            return Err(VaultError::WrongVaultKey);
        }
        Ok(Self { content, vault: statement.vault, generation: statement.generation, slots })
    }
}

type Slots<'a> = ([Option<Slot>; VAULT_SLOTS], [&'a [u8]; VAULT_SLOTS]);

/// Reads all slots before anything is tried, so that one of an unknown profile stops everything.
fn read_slots(sealed: &SealedVault) -> Result<Slots<'_>, VaultError> {
    let mut slots = [const { None }; VAULT_SLOTS];
    let mut keys: [&[u8]; VAULT_SLOTS] = [&[]; VAULT_SLOTS];
    for (((slot, key), bytes), place) in slots.iter_mut().zip(&mut keys).zip(sealed.slots()).zip(0..) {
        if let Some((read, sealed_key)) = Slot::read(bytes, place)? {
            *slot = Some(read);
            *key = sealed_key;
        }
    }
    Ok((slots, keys))
}

/// Checks the vault against what the wrap says: seal key, vault key, signature, age.
fn authenticate(
    sealed: &SealedVault,
    slot: &Slot,
    unwrapped: &Unwrapped,
    pinned: Option<u64>,
) -> Result<(), VaultError> {
    let statement = sealed.statement();
    if !slot.belongs_to(&unwrapped.key) {
        return Err(VaultError::WrongSealKey);
    }
    if unwrapped.vault_key != statement.key {
        return Err(VaultError::WrongVaultKey);
    }
    let signed = verify(&statement.key, &statement.encode(), &sealed.signature()).is_ok();
    if !signed || statement.payload_hash != sha256(sealed.payload()) {
        return Err(VaultError::Signature);
    }
    match pinned {
        Some(pinned) if statement.generation < pinned => {
            Err(VaultError::RolledBack { pinned, found: statement.generation })
        }
        _ => Ok(()),
    }
}
