//! Records (`docs/spec/keys.md` §5).

use souspli_attest::{SigningKey, record_id};
use souspli_protocol::{Context, Label, RecordId, VerifyingKey};

use crate::kdf::derive;
use crate::{PrivateKey, Secret};

/// What a cap_seed gives: manage, and with it all that a view_seed gives.
#[derive(Debug)]
pub struct RecordKeys {
    manage: SigningKey,
    view: ViewKeys,
}

impl RecordKeys {
    /// Derives the keys of a cap_seed.
    pub fn derive(context: &Context, cap_seed: &Secret<32>) -> Self {
        let manage = derive(cap_seed, Label::KeyManage, context, &[]);
        let view_seed = derive(cap_seed, Label::KeyView, context, &[]);
        Self { manage: SigningKey::from_seed(manage.expose_secret()), view: ViewKeys::derive(context, view_seed) }
    }

    /// Signs moves and cancellations.
    pub fn manage(&self) -> &SigningKey {
        &self.manage
    }

    /// Reads.
    pub fn view(&self) -> &ViewKeys {
        &self.view
    }

    /// The record that these keys name.
    pub fn record(&self) -> RecordId {
        record_id(&self.manage.verifying_key(), &self.view.verifying_key())
    }
}

/// What a view_seed gives: reading one record, nothing else.
#[derive(Debug)]
pub struct ViewKeys {
    seed: Secret<32>,
    signing: SigningKey,
    sealing: PrivateKey,
}

impl ViewKeys {
    /// Derives the keys of a view_seed.
    pub fn derive(context: &Context, view_seed: Secret<32>) -> Self {
        let sign = derive(&view_seed, Label::KeyViewSign, context, &[]);
        let sealing = PrivateKey::from_seed(&derive(&view_seed, Label::KeyViewSeal, context, &[]));
        Self { signing: SigningKey::from_seed(sign.expose_secret()), sealing, seed: view_seed }
    }

    /// Signs the request to read the record.
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Opens the patient wraps.
    pub fn sealing(&self) -> &PrivateKey {
        &self.sealing
    }

    /// view_pk.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    /// The seed, for a link that shows the record.
    pub fn seed(&self) -> &Secret<32> {
        &self.seed
    }
}
