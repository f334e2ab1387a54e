//! The outer shape of a vault (`docs/spec/keys.md` §6): what the host checks.

use crate::sizes::{VAULT, VAULT_SLOT, VAULT_SLOTS};
use crate::tlv::{FIELD_OVERHEAD, TlvError};
use crate::{Context, Digest, Label, Signature, VaultId, VerifyingKey};

/// The signed statement of a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultStatement {
    /// Which vault.
    pub vault: VaultId,
    /// Rises by one with each write.
    pub generation: u64,
    /// The vault's own key, the same for its whole life.
    pub key: VerifyingKey,
    /// SHA-256 of slots and box.
    pub payload_hash: Digest,
}

impl VaultStatement {
    /// Bytes of a statement.
    pub const SIZE: usize = Context::prefix_len(Label::Vault) + 4 * FIELD_OVERHEAD + 16 + 8 + 32 + 32;

    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        Context::NONE
            .write(Label::Vault)
            .bytes(4, self.vault.as_bytes())
            .u64(5, self.generation)
            .bytes(6, self.key.as_bytes())
            .bytes(7, self.payload_hash.as_bytes())
            .finish()
    }
}

/// Bytes of all slots.
pub const SLOTS: usize = VAULT_SLOTS * VAULT_SLOT;
/// Bytes of the box that holds the content.
pub const VAULT_BOX: usize = VAULT - VaultStatement::SIZE - SLOTS - Signature::SIZE;

/// A vault taken apart; its bytes are kept as they came.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedVault {
    statement: VaultStatement,
    bytes: Vec<u8>,
}

impl SealedVault {
    /// Puts the parts together; `None` when a size is wrong.
    pub fn assemble(statement: VaultStatement, slots: &[u8], sealed: &[u8], signature: &Signature) -> Option<Self> {
        let right = slots.len() == SLOTS && sealed.len() == VAULT_BOX;
        right
            .then(|| Self { statement, bytes: [&statement.encode()[..], slots, sealed, signature.as_bytes()].concat() })
    }

    /// Takes 262,144 bytes apart; neither signature nor hash is checked here.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, TlvError> {
        if bytes.len() != VAULT {
            return Err(if bytes.len() < VAULT { TlvError::Truncated } else { TlvError::Trailing });
        }
        let head = bytes.get(..VaultStatement::SIZE).ok_or(TlvError::Truncated)?;
        let mut reader = Context::NONE.read(head, Label::Vault)?;
        let statement = VaultStatement {
            vault: VaultId(reader.array(4)?),
            generation: reader.u64(5)?,
            key: VerifyingKey(reader.array(6)?),
            payload_hash: Digest(reader.array(7)?),
        };
        reader.finish()?;
        Ok(Self { statement, bytes })
    }

    /// What is signed.
    pub fn statement(&self) -> &VaultStatement {
        &self.statement
    }

    /// Slots and box: what the payload hash covers.
    pub fn payload(&self) -> &[u8] {
        self.bytes.get(VaultStatement::SIZE..VAULT - Signature::SIZE).unwrap_or_default()
    }

    /// The eight slots.
    pub fn slots(&self) -> impl Iterator<Item = &[u8]> {
        self.payload().get(..SLOTS).unwrap_or_default().chunks_exact(VAULT_SLOT)
    }

    /// The box that holds the content.
    pub fn sealed(&self) -> &[u8] {
        self.payload().get(SLOTS..).unwrap_or_default()
    }

    /// By the vault's key over the statement.
    pub fn signature(&self) -> Signature {
        self.bytes
            .get(VAULT - Signature::SIZE..)
            .and_then(|bytes| Signature::try_from(bytes).ok())
            .unwrap_or(Signature::ZERO)
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl core::fmt::Debug for SealedVault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SealedVault").field("statement", &self.statement).finish_non_exhaustive()
    }
}
