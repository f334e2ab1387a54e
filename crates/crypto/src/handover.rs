//! Handing an unlocked session to a second worker of the same page (`docs/spec/keys.md` §7).
//!
//! The second worker makes a key with [`PrivateKey::from_seed`] of fresh randomness and uses it once.

use rand_core::CryptoRng;
use souspli_protocol::{Context, Label};

use crate::kdf::bound;
use crate::{CannotOpen, CannotSeal, PrivateKey, PublicKey, SecretBytes, open_hpke, seal_hpke};

/// Seals a session's bytes to another worker's ephemeral key.
pub fn seal_handover(to: &PublicKey, session: &SecretBytes, rng: &mut impl CryptoRng) -> Result<Vec<u8>, CannotSeal> {
    seal_hpke(to, &info(to), &[], session.expose_secret(), rng)
}

/// Opens a session that was sealed to this worker.
pub fn open_handover(key: &PrivateKey, sealed: &[u8]) -> Result<SecretBytes, CannotOpen> {
    open_hpke(key, &info(key.public()), &[], sealed)
}

fn info(to: &PublicKey) -> Vec<u8> {
    bound(Label::Handover, &Context::NONE, &[to.hash().as_bytes()])
}
