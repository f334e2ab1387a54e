//! Members (`docs/spec/keys.md` §2).

use souspli_attest::SigningKey;
use souspli_protocol::{Context, Label, VerifyingKey};

use crate::kdf::derive;
use crate::{PrivateKey, Secret};

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Holds the root vault.
    Owner,
    /// Reads the reasons of own patients.
    Practitioner,
    /// Reads names and times, never a reason.
    Desk,
}

impl Role {
    /// Its number on the wire.
    pub const fn id(self) -> u8 {
        match self {
            Self::Owner => 1,
            Self::Practitioner => 2,
            Self::Desk => 3,
        }
    }

    /// The role with this number.
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::Owner),
            2 => Some(Self::Practitioner),
            3 => Some(Self::Desk),
            _ => None,
        }
    }

    /// Whether the role may be granted clinical seeds.
    pub const fn may_read_clinical(self) -> bool {
        !matches!(self, Self::Desk)
    }
}

/// A member's keys, derived from its 32-byte seed.
#[derive(Debug)]
pub struct MemberKeys {
    signing: SigningKey,
    sealing: PrivateKey,
}

impl MemberKeys {
    /// Derives the keys of a seed in a practice.
    pub fn derive(context: &Context, seed: &Secret<32>) -> Self {
        let sign = derive(seed, Label::KeyMemberSign, context, &[]);
        Self {
            signing: SigningKey::from_seed(sign.expose_secret()),
            sealing: PrivateKey::from_seed(&derive(seed, Label::KeyMemberSeal, context, &[])),
        }
    }

    /// Signs events, publications and requests.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Opens grants.
    pub fn sealing(&self) -> &PrivateKey {
        &self.sealing
    }

    /// The Ed25519 key that the acl and the roster name.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }
}
