//! The practice's root (`docs/spec/keys.md` §1).

use rand_core::CryptoRng;
use souspli_attest::{SigningKey, calendar_id, fingerprint};
use souspli_protocol::{Context, Fingerprint, VerifyingKey};

use crate::Secret;

/// The root key: what FP is the hash of. Lives in the root vault alone.
#[derive(Debug)]
pub struct RootKey {
    seed: Secret<32>,
    signing: SigningKey,
}

impl RootKey {
    /// Makes a new root.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self::from_seed(Secret::make(rng))
    }

    /// The root of a stored 32-byte seed.
    pub fn from_seed(seed: Secret<32>) -> Self {
        let signing = SigningKey::from_seed(seed.expose_secret());
        Self { seed, signing }
    }

    /// Signs what only the root may sign.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Its public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    /// FP.
    pub fn fingerprint(&self) -> Fingerprint {
        fingerprint(&self.verifying_key())
    }

    /// FP and calendar for a registration nonce of 32 bytes.
    pub fn context(&self, nonce: &[u8; 32]) -> Context {
        let fp = self.fingerprint();
        Context { fp, calendar: calendar_id(&fp, nonce) }
    }

    /// The seed, for the root vault.
    pub fn seed(&self) -> &Secret<32> {
        &self.seed
    }
}
