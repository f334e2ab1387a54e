//! Making, changing and writing a vault (`docs/spec/keys.md` §6).

use rand_core::CryptoRng;
use souspli_attest::sha256;
use souspli_protocol::sizes::{BOX_OVERHEAD, VAULT_SLOTS};
use souspli_protocol::vault::{SealedVault, VAULT_BOX, VaultStatement};
use souspli_protocol::{VaultId, tlv};
use zeroize::Zeroizing;

use super::content::{seal_bound, vault_key};
use super::slot::{Slot, empty};
use super::{OpenVault, SlotKind, SlotSecret, VaultContent, VaultError};
use crate::random::random;
use crate::{CannotSeal, Secret, seal_box};

/// Bytes of the padded content.
const PADDED: usize = VAULT_BOX - BOX_OVERHEAD;

/// Bytes of content that fit a vault.
pub const fn content_limit() -> usize {
    PADDED.saturating_sub(4)
}

impl<C: VaultContent> OpenVault<C> {
    /// Makes a vault with a random id, without slots, not written yet. The content holds its fresh vault seed.
    pub fn make(content: C, rng: &mut impl CryptoRng) -> Self {
        Self { content, vault: VaultId(random(rng)), generation: 0, slots: [const { None }; VAULT_SLOTS] }
    }

    /// Adds a slot, or replaces the one of its kind: there is one passphrase and one recovery slot, but a member slot
    /// for each owner. Gives the slot's id. It counts from the next write on.
    pub fn set_slot(&mut self, secret: &SlotSecret<'_>, rng: &mut impl CryptoRng) -> Result<u16, VaultError> {
        let kind = secret.kind();
        let same = self.slots().find(|(_, used)| *used == kind && kind != SlotKind::Member).map(|(id, _)| id);
        let free = self.slots.iter().zip(0..).find(|(slot, _)| slot.is_none()).map(|(_, id)| id);
        let id = same.or(free).ok_or(VaultError::SlotsFull)?;
        let vault_key = vault_key(&self.content).verifying_key();
        let made = Slot::make(&self.vault, id, secret, &vault_key, rng)?;
        if let Some(slot) = self.slots.get_mut(usize::from(id)) {
            *slot = Some(made);
        }
        Ok(id)
    }

    /// Empties a slot; from the next write on it opens nothing.
    pub fn remove_slot(&mut self, id: u16) {
        if let Some(slot) = self.slots.get_mut(usize::from(id)) {
            *slot = None;
        }
    }

    /// Writes the next generation under a fresh content key, sealed to every slot. No secret of another slot is
    /// needed. After a conflict at the host the caller opens the host's vault and makes the change again.
    pub fn seal(&mut self, rng: &mut impl CryptoRng) -> Result<SealedVault, VaultError> {
        if self.slots().next().is_none() {
            return Err(VaultError::NoSlot);
        }
        let generation = self.generation.checked_add(1).ok_or(VaultError::Content)?;
        let content = self.content.expose_encoded();
        C::decode(&content)?;
        let too_long = VaultError::TooLong { length: content.len(), limit: content_limit() };
        let padded = tlv::pad(content.expose_secret(), PADDED).map(Zeroizing::new).ok_or(too_long)?;
        let content_key = Secret::make(rng);
        let slots = self.write_slots(generation, &content_key, rng)?;
        let sealed = seal_box(&content_key, &seal_bound(&self.vault, generation), &padded, rng)?;
        let key = vault_key(&self.content);
        let statement = VaultStatement {
            vault: self.vault,
            generation,
            key: key.verifying_key(),
            payload_hash: sha256(&[&slots[..], &sealed].concat()),
        };
        let signature = key.sign(&statement.encode());
        let vault = SealedVault::assemble(statement, &slots, &sealed, &signature).ok_or(CannotSeal)?;
        self.generation = generation;
        Ok(vault)
    }

    pub(super) fn write_slots(
        &self,
        generation: u64,
        content_key: &Secret<32>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, CannotSeal> {
        let mut bytes = Vec::new();
        for (slot, place) in self.slots.iter().zip(0..) {
            bytes.extend(match slot {
                Some(slot) => slot.write(&self.vault, generation, content_key, rng)?,
                None => empty(place, rng),
            });
        }
        Ok(bytes)
    }
}
