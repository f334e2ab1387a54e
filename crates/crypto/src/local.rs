//! What a device keeps for itself: the local index and the outbox, one box an entry (`docs/spec/keys.md` §9).

use rand_core::CryptoRng;
use souspli_protocol::{Context, Label};

use crate::kdf::{bound, derive};
use crate::{CannotOpen, CannotSeal, Secret, SecretBytes, open_box, seal_box};

/// The keys of what lies on one device, derived from a 32-byte device secret or a member's seed.
#[derive(Debug)]
pub struct LocalKeys {
    context: Context,
    index: Secret<32>,
    outbox: Secret<32>,
}

impl LocalKeys {
    /// Derives the keys; the context is that of the practice, or none for what spans several.
    pub fn derive(context: &Context, secret: &Secret<32>) -> Self {
        Self {
            context: *context,
            index: derive(secret, Label::KeyLocalIndex, context, &[]),
            outbox: derive(secret, Label::KeyOutbox, context, &[]),
        }
    }

    /// Seals an entry of the index under its name.
    pub fn seal_index(&self, name: &[u8], plain: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, CannotSeal> {
        seal_box(&self.index, &self.bound(Label::SealLocalIndex, name), plain, rng)
    }

    /// Opens an entry of the index.
    pub fn open_index(&self, name: &[u8], sealed: &[u8]) -> Result<SecretBytes, CannotOpen> {
        open_box(&self.index, &self.bound(Label::SealLocalIndex, name), sealed)
    }

    /// Seals an entry of the outbox under its name.
    pub fn seal_outbox(&self, name: &[u8], plain: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, CannotSeal> {
        seal_box(&self.outbox, &self.bound(Label::SealOutbox, name), plain, rng)
    }

    /// Opens an entry of the outbox.
    pub fn open_outbox(&self, name: &[u8], sealed: &[u8]) -> Result<SecretBytes, CannotOpen> {
        open_box(&self.outbox, &self.bound(Label::SealOutbox, name), sealed)
    }

    fn bound(&self, label: Label, name: &[u8]) -> Vec<u8> {
        bound(label, &self.context, &[name])
    }
}
