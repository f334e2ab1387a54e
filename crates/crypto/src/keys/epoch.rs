//! The seeds of one epoch (`docs/spec/keys.md` §3).

use rand_core::CryptoRng;
use souspli_protocol::sizes::CLINICAL;

use crate::{PrivateKey, PublicKey, Secret};

/// The nine random X-Wing seeds of an epoch: desk, and one for each of eight practitioners.
#[derive(Debug, PartialEq, Eq)]
pub struct EpochSeeds {
    /// Which epoch.
    pub epoch: u32,
    /// Opens who and when.
    pub desk: Secret<32>,
    /// Each opens the reasons told to one practitioner.
    pub clinical: [Secret<32>; CLINICAL],
}

impl EpochSeeds {
    /// Makes the seeds of an epoch.
    pub fn make(epoch: u32, rng: &mut impl CryptoRng) -> Self {
        let desk = Secret::make(rng);
        Self { epoch, desk, clinical: core::array::from_fn(|_| Secret::make(rng)) }
    }

    /// The public keys that the identity of this epoch names.
    pub fn public(&self) -> EpochPublic {
        let public = |seed: &Secret<32>| PrivateKey::from_seed(seed).public().clone();
        EpochPublic { desk: public(&self.desk), clinical: self.clinical.each_ref().map(public) }
    }
}

/// The public keys of an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochPublic {
    /// Who and when are sealed to it.
    pub desk: PublicKey,
    /// Reasons are sealed to one of these.
    pub clinical: [PublicKey; CLINICAL],
}
