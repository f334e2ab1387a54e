//! Vaults: where a member's and the root's secrets lie at the host (`docs/spec/keys.md` §6).
//!
//! A slot's key wraps the slot's X-Wing seed; the content key of each write is sealed to the slots' public keys, so
//! that the content is sealed anew without asking for any other secret.

mod content;
mod kek;
mod member;
mod open;
mod root;
mod slot;
#[cfg(test)]
mod tests;
mod write;

pub use content::VaultContent;
#[cfg(feature = "argon2")]
pub use kek::stretch;
pub use kek::{MIN_PASSPHRASE, PassphraseError, SlotSecret, Stretched, member_locator};
pub use member::{HOST_ORIGIN_LIMIT, MemberVault};
pub use root::{Generation, NAME_LIMIT, RootVault, StoredLink, StoredMember};
pub use slot::SlotKind;
pub use write::content_limit;

use souspli_protocol::VaultId;
use souspli_protocol::sizes::VAULT_SLOTS;

use crate::CannotSeal;
use slot::Slot;

/// Why a vault is not opened or not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// No slot opens with this secret: mistyped, or not this vault.
    #[error("the vault cannot be unlocked with this")]
    CannotUnlock,
    /// A slot of a kind or profile that this version does not know; nothing has been tried.
    #[error("the vault has a slot of an unknown kind or profile")]
    UnknownProfile,
    /// The slot's public key is not the one of its seed.
    #[error("a slot names another public key than its own")]
    WrongSealKey,
    /// The vault's key is not the one that the slot names, or not the one whose seed the content holds.
    #[error("the vault names another key than its own")]
    WrongVaultKey,
    /// The vault's signature or payload hash does not hold.
    #[error("the vault's signature does not verify")]
    Signature,
    /// An older vault than the one that was seen last.
    #[error("the vault is of generation {found}, {pinned} has been seen")]
    RolledBack {
        /// The generation that has been seen.
        pinned: u64,
        /// The generation that came.
        found: u64,
    },
    /// Content key or content do not open although the signature holds.
    #[error("the vault's content does not open")]
    Damaged,
    /// The content is not of this kind, or contradicts itself.
    #[error("the vault's content is malformed")]
    Content,
    /// The content does not fit; nothing is ever cut.
    #[error("the content has {length} bytes, {limit} fit")]
    TooLong {
        /// Bytes that there are.
        length: usize,
        /// Bytes that fit.
        limit: usize,
    },
    /// A vault without a slot could never be opened again.
    #[error("a vault needs a slot")]
    NoSlot,
    /// All eight slots are taken.
    #[error("all slots are taken")]
    SlotsFull,
    /// A seal could not be made.
    #[error(transparent)]
    Seal(#[from] CannotSeal),
}

impl VaultError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CannotUnlock => "cannot_unlock",
            Self::UnknownProfile => "unknown_profile",
            Self::WrongSealKey => "wrong_seal_key",
            Self::WrongVaultKey => "wrong_vault_key",
            Self::Signature => "bad_vault_signature",
            Self::RolledBack { .. } => "vault_rolled_back",
            Self::Damaged => "vault_damaged",
            Self::Content => "bad_vault_content",
            Self::TooLong { .. } => "vault_too_long",
            Self::NoSlot => "no_slot",
            Self::SlotsFull => "slots_full",
            Self::Seal(_) => "cannot_seal",
        }
    }
}

/// An unlocked vault: content, and the slots as far as their public halves go.
#[derive(Debug)]
pub struct OpenVault<C> {
    /// What it holds. Changed by the caller, then written with [`OpenVault::seal`].
    pub content: C,
    vault: VaultId,
    generation: u64,
    slots: [Option<Slot>; VAULT_SLOTS],
}

impl<C> OpenVault<C> {
    /// Which vault.
    pub fn vault(&self) -> VaultId {
        self.vault
    }

    /// The generation that was opened or written last; 0 before the first write.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The slots in use: id and kind.
    pub fn slots(&self) -> impl Iterator<Item = (u16, SlotKind)> + '_ {
        self.slots.iter().flatten().map(|slot| (slot.id, slot.kind))
    }
}
