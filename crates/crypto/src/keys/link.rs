//! Links (`docs/spec/keys.md` §5).

use souspli_attest::SigningKey;
use souspli_protocol::{Context, Label, VerifyingKey};

use super::LinkOpenKey;
use crate::Secret;
use crate::kdf::derive;

/// What a link secret of 32 bytes gives: the key that signs bookings, and the one that opens the link's row.
#[derive(Debug)]
pub struct LinkKeys {
    signing: SigningKey,
    open: LinkOpenKey,
}

impl LinkKeys {
    /// Derives the keys of a link secret.
    pub fn derive(context: &Context, secret: &Secret<32>) -> Self {
        let sign = derive(secret, Label::KeyLinkSign, context, &[]);
        Self {
            signing: SigningKey::from_seed(sign.expose_secret()),
            open: LinkOpenKey::new(derive(secret, Label::KeyLinkOpen, context, &[])),
        }
    }

    /// Signs holds and creates.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// k_link.
    pub fn k_link(&self) -> &LinkOpenKey {
        &self.open
    }

    /// The key that the link table names.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }
}
