//! What the two kinds of vault content have in common (`docs/spec/keys.md` §6).

use souspli_attest::SigningKey;
use souspli_protocol::{Context, Label, VaultId};

use super::{MemberVault, RootVault, VaultError};
use crate::kdf::bound;
use crate::{Secret, SecretBytes};

/// A member's or the root's content.
pub trait VaultContent: Sized + sealed::Sealed {
    /// Its number in field 4.
    const KIND: u8;

    /// The encoded content.
    fn expose_encoded(&self) -> SecretBytes;

    /// Reads content, strictly, and recomputes what follows from its seeds.
    fn decode(bytes: &SecretBytes) -> Result<Self, VaultError>;

    /// The seed of the vault's own key.
    fn vault_seed(&self) -> &Secret<32>;
}

mod sealed {
    /// Keeps the two kinds of content the only ones.
    pub trait Sealed {}
    impl Sealed for super::MemberVault {}
    impl Sealed for super::RootVault {}
}

/// The key that signs the vault.
pub(super) fn vault_key(content: &impl VaultContent) -> SigningKey {
    SigningKey::from_seed(content.vault_seed().expose_secret())
}

/// Info and AAD of the content's box.
pub(super) fn seal_bound(vault: &VaultId, generation: u64) -> Vec<u8> {
    bound(Label::VaultSeal, &Context::NONE, &[vault.as_bytes(), &generation.to_be_bytes()])
}
