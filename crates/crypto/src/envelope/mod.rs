//! The envelope of an event (`docs/spec/events.md` §1, §3): sealed to three keys, signed by its author.

mod open;
mod seal;
#[cfg(test)]
mod tests;
mod verify;

pub use open::{OpenError, Opened, OpenedByPatient, open_clinical, open_desk, open_patient};
pub use seal::{Draft, Patient, SealError, Signers, seal};
pub use verify::{VerifyError, sign_session, verify};

use souspli_attest::sha256;
use souspli_protocol::event::Header;
use souspli_protocol::{Context, Digest, Label};

use crate::kdf::{bound, derive};
use crate::{PublicKey, Secret};

/// HPKE info of a wrap: which record and revision, and the key that it is for.
fn wrap_info(label: Label, header: &Header, to: &PublicKey) -> Vec<u8> {
    let key_hash = to.hash();
    bound(label, &header.context, &[header.record.as_bytes(), &header.revision.to_be_bytes(), key_hash.as_bytes()])
}

/// The AEAD key of a body.
fn body_key(k: &Secret<32>, label: Label, header: &Header) -> Secret<32> {
    derive(k, label, &header.context, &[header.record.as_bytes(), &header.revision.to_be_bytes()])
}

/// What the header says of a body's key, so that a body opens under one key alone.
fn commitment(k: &Secret<32>, label: Label, context: &Context) -> Digest {
    sha256(&zeroize::Zeroizing::new(bound(label, context, &[k.expose_secret()])))
}
