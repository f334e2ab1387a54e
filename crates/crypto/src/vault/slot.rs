//! One slot of a vault (`docs/spec/keys.md` §6).

use rand_core::CryptoRng;
use souspli_protocol::sizes::{VAULT_SLOT, XWING_PUBLIC};
use souspli_protocol::{Context, Label, VaultId, VerifyingKey};

use super::VaultError;
use super::kek::{PROFILE, SlotSecret};
use crate::kdf::bound;
use crate::random::random_vec;
use crate::{CannotSeal, PrivateKey, PublicKey, Secret, box_len, open_box, open_hpke, seal_box, seal_hpke, sealed_len};

/// Bytes of the wrap: a box of seed and vault key.
const WRAP: usize = box_len(64);
/// Bytes of the sealed content key.
const KEY: usize = sealed_len(32);
/// Bytes of a slot in use, before the filling.
const USED: usize = 4 + XWING_PUBLIC + WRAP + KEY;

/// What opens a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// Passphrase and account key.
    Passphrase,
    /// Recovery code.
    Recovery,
    /// An owner's member vault.
    Member,
}

impl SlotKind {
    /// Its number in the vault.
    pub const fn id(self) -> u8 {
        match self {
            Self::Passphrase => 1,
            Self::Recovery => 2,
            Self::Member => 3,
        }
    }

    const fn from_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::Passphrase),
            2 => Some(Self::Recovery),
            3 => Some(Self::Member),
            _ => None,
        }
    }
}

/// A slot without its sealed content key, which each write makes anew.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) id: u16,
    pub(super) kind: SlotKind,
    public: Vec<u8>,
    wrap: Vec<u8>,
}

/// What a wrap holds.
pub(super) struct Unwrapped {
    pub(super) key: PrivateKey,
    pub(super) vault_key: VerifyingKey,
}

impl Slot {
    /// Makes a slot with a fresh seed, wrapped for a secret.
    pub(super) fn make(
        vault: &VaultId,
        id: u16,
        secret: &SlotSecret<'_>,
        vault_key: &VerifyingKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CannotSeal> {
        let seed = Secret::make(rng);
        let public = PrivateKey::from_seed(&seed).public().to_bytes();
        Self { id, kind: secret.kind(), public, wrap: Vec::new() }.wrapped(vault, secret, &seed, vault_key, rng)
    }

    fn wrapped(
        mut self,
        vault: &VaultId,
        secret: &SlotSecret<'_>,
        seed: &Secret<32>,
        vault_key: &VerifyingKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CannotSeal> {
        let plain: Secret<64> = Secret::fill(|place| {
            let (first, last) = place.split_at_mut(32);
            first.copy_from_slice(seed.expose_secret());
            last.copy_from_slice(vault_key.as_bytes());
        });
        self.wrap = seal_box(&secret.kek(vault, self.id), &self.bound(vault), plain.expose_secret(), rng)?;
        Ok(self)
    }

    /// Slot 0 with the public key of another seed than it wraps.
    #[cfg(test)]
    pub(super) fn make_naming_another(
        vault: &VaultId,
        secret: &SlotSecret<'_>,
        vault_key: &VerifyingKey,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let public = PrivateKey::from_seed(&Secret::make(rng)).public().to_bytes();
        let slot = Self { id: 0, kind: secret.kind(), public, wrap: Vec::new() };
        slot.wrapped(vault, secret, &Secret::make(rng), vault_key, rng).expect("sealed")
    }

    /// Reads a slot: `None` when it is empty. Its id must be its place.
    pub(super) fn read(bytes: &[u8], place: u16) -> Result<Option<(Self, &[u8])>, VaultError> {
        let (&[kind, profile, high, low], rest) = bytes.split_first_chunk::<4>().ok_or(VaultError::CannotUnlock)?;
        if kind == 0 {
            return Ok(None);
        }
        let kind = SlotKind::from_id(kind).ok_or(VaultError::UnknownProfile)?;
        if profile != PROFILE {
            return Err(VaultError::UnknownProfile);
        }
        if u16::from_be_bytes([high, low]) != place {
            return Err(VaultError::CannotUnlock);
        }
        let (public, rest) = rest.split_at_checked(XWING_PUBLIC).ok_or(VaultError::CannotUnlock)?;
        let (wrap, rest) = rest.split_at_checked(WRAP).ok_or(VaultError::CannotUnlock)?;
        let key = rest.get(..KEY).ok_or(VaultError::CannotUnlock)?;
        Ok(Some((Self { id: place, kind, public: public.to_vec(), wrap: wrap.to_vec() }, key)))
    }

    /// Opens the wrap; `None` when the secret is not this slot's.
    pub(super) fn unwrap(&self, vault: &VaultId, secret: &SlotSecret<'_>) -> Option<Unwrapped> {
        let plain = open_box(&secret.kek(vault, self.id), &self.bound(vault), &self.wrap).ok()?;
        let (seed, vault_key) = plain.expose_secret().split_at_checked(32)?;
        let key = PrivateKey::from_seed(&Secret::from_slice(seed).ok()?);
        Some(Unwrapped { key, vault_key: VerifyingKey::try_from(vault_key).ok()? })
    }

    /// Whether the slot's public key is that of its seed.
    pub(super) fn belongs_to(&self, key: &PrivateKey) -> bool {
        key.public().to_bytes() == self.public
    }

    /// Its 4,096 bytes, with a content key sealed to it.
    pub(super) fn write(
        &self,
        vault: &VaultId,
        generation: u64,
        content_key: &Secret<32>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, CannotSeal> {
        let public = PublicKey::from_bytes(&self.public).map_err(|_| CannotSeal)?;
        let mut bytes = vec![self.kind.id(), PROFILE];
        bytes.extend_from_slice(&self.id.to_be_bytes());
        bytes.extend_from_slice(&self.public);
        bytes.extend_from_slice(&self.wrap);
        bytes.extend(seal_hpke(&public, &key_info(vault, generation), &[], content_key.expose_secret(), rng)?);
        bytes.extend(random_vec(VAULT_SLOT.saturating_sub(USED), rng));
        Ok(bytes)
    }

    fn bound(&self, vault: &VaultId) -> Vec<u8> {
        bound(
            Label::SlotWrap,
            &Context::NONE,
            &[vault.as_bytes(), &self.id.to_be_bytes(), &[self.kind.id()], &[PROFILE], &self.public],
        )
    }
}

/// 4,096 bytes of an empty slot: zeros up to its id, then random.
pub(super) fn empty(place: u16, rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend_from_slice(&place.to_be_bytes());
    bytes.extend(random_vec(VAULT_SLOT.saturating_sub(4), rng));
    bytes
}

/// Opens the content key that a write sealed to a slot.
pub(super) fn open_key(key: &PrivateKey, vault: &VaultId, generation: u64, sealed: &[u8]) -> Option<Secret<32>> {
    let opened = open_hpke(key, &key_info(vault, generation), &[], sealed).ok()?;
    Secret::from_slice(opened.expose_secret()).ok()
}

fn key_info(vault: &VaultId, generation: u64) -> Vec<u8> {
    bound(Label::VaultKey, &Context::NONE, &[vault.as_bytes(), &generation.to_be_bytes()])
}
