//! Keys that open slots (`docs/spec/keys.md` §6).

use souspli_protocol::{Context, Label, Locator, VaultId};

use super::SlotKind;
use crate::Secret;
use crate::kdf::{bound, derive, expand};
#[cfg(feature = "argon2")]
use crate::keys::AccountKey;
use crate::keys::RecoveryCode;

/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE: usize = 12;
/// The only profile of every kind of slot: for passphrases Argon2id with 64 MiB, t = 3, p = 1.
pub(super) const PROFILE: u8 = 1;

/// Why a passphrase is not stretched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Fewer than twelve characters.
    #[error("the passphrase has {0} characters, it must have 12")]
    TooShort(usize),
    /// The device does not give 64 MiB.
    #[error("there is not enough memory")]
    NoMemory,
}

impl PassphraseError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort(_) => "passphrase_too_short",
            Self::NoMemory => "no_memory",
        }
    }
}

/// `argon2id(passphrase) || account key`, 48 bytes: what a passphrase slot's key is derived from.
#[derive(Debug, PartialEq, Eq)]
pub struct Stretched(Secret<48>);

#[cfg(all(feature = "vectors", feature = "argon2"))]
impl Stretched {
    pub(crate) fn expose(&self) -> &Secret<48> {
        &self.0
    }
}

/// Stretches a passphrase (NFC, at least 12 characters) with Argon2id, profile 1 (RFC 9106). Takes 64 MiB and a good
/// part of a second: once for each time a person types it.
#[cfg(feature = "argon2")]
pub fn stretch(passphrase: &str, account: &AccountKey) -> Result<Stretched, PassphraseError> {
    let characters = passphrase.chars().count();
    if characters < MIN_PASSPHRASE {
        return Err(PassphraseError::TooShort(characters));
    }
    let salt = derive(account.bits(), Label::SlotSalt, &Context::NONE, &[]);
    let salt = salt.expose_secret().first_chunk::<16>().ok_or(PassphraseError::NoMemory)?;
    let mut result = Ok(());
    let stretched = Secret::fill(|place| {
        let (hash, key) = place.split_at_mut(32);
        result = argon2id(65_536, 3, 1, passphrase.as_bytes(), salt, hash);
        key.copy_from_slice(account.expose_secret());
    });
    result.map(|()| Stretched(stretched))
}

#[cfg(feature = "argon2")]
fn argon2id(
    kib: u32,
    passes: u32,
    lanes: u32,
    passphrase: &[u8],
    salt: &[u8],
    out: &mut [u8],
) -> Result<(), PassphraseError> {
    let params = argon2::Params::new(kib, passes, lanes, Some(out.len())).map_err(|_| PassphraseError::NoMemory)?;
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(passphrase, salt, out)
        .map_err(|_| PassphraseError::NoMemory)
}

/// What opens a slot.
#[derive(Debug, Clone, Copy)]
pub enum SlotSecret<'a> {
    /// A passphrase with its account key.
    Passphrase(&'a Stretched),
    /// The recovery code.
    Recovery(&'a RecoveryCode),
    /// The seed that an owner's member vault holds for the root vault.
    Member(&'a Secret<32>),
}

impl SlotSecret<'_> {
    /// The kind of slot that it opens.
    pub const fn kind(&self) -> SlotKind {
        match self {
            Self::Passphrase(_) => SlotKind::Passphrase,
            Self::Recovery(_) => SlotKind::Recovery,
            Self::Member(_) => SlotKind::Member,
        }
    }

    /// The key of one slot of one vault.
    pub(super) fn kek(&self, vault: &VaultId, slot: u16) -> Secret<32> {
        let slot = slot.to_be_bytes();
        let place: [&[u8]; 2] = [vault.as_bytes(), &slot];
        match self {
            Self::Passphrase(stretched) => {
                let info = bound(Label::SlotKekPassphrase, &Context::NONE, &[vault.as_bytes(), &slot, &[PROFILE]]);
                expand(&[], stretched.0.expose_secret(), &info)
            }
            Self::Recovery(code) => derive(code.bits(), Label::SlotKekRecovery, &Context::NONE, &place),
            Self::Member(seed) => derive(seed, Label::SlotKekMember, &Context::NONE, &place),
        }
    }
}

/// Where the root vault is found with the seed that an owner's member vault holds.
pub fn member_locator(root_slot_seed: &Secret<32>) -> Locator {
    Locator(*derive(root_slot_seed, Label::LocatorMember, &Context::NONE, &[]).expose_secret())
}
