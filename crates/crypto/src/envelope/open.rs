//! Opening an event with a desk, a clinical or a patient's key (`docs/spec/events.md` §1).
//!
//! Signatures are verified apart, before: [`super::verify`].

use souspli_protocol::event::Event;
use souspli_protocol::{Digest, Label, tlv};

use super::{body_key, commitment, wrap_info};
use crate::boxes::aead_open;
use crate::keys::CalendarKey;
use crate::{CannotOpen, PrivateKey, Secret, SecretBytes, open_hpke};

/// Why an event is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not sealed to this key, or changed.
    #[error(transparent)]
    CannotOpen(#[from] CannotOpen),
    /// A wrap holds another key than the header commits to: its author shows different readers different things.
    #[error("a body's key is not the one that the header commits to")]
    Commitment,
    /// Bytes hide in the padding.
    #[error("the padding of a body is not zero")]
    Padding,
}

impl OpenError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CannotOpen(error) => error.code(),
            Self::Commitment => "bad_commitment",
            Self::Padding => "bad_padding",
        }
    }
}

/// Both bodies, padding taken off.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    /// Who and when.
    pub d: SecretBytes,
    /// The reason.
    pub c: SecretBytes,
}

/// What the patient's key opens.
#[derive(Debug, PartialEq, Eq)]
pub struct OpenedByPatient {
    /// Who and when.
    pub d: SecretBytes,
    /// The reason.
    pub c: SecretBytes,
    /// Reads the hours from its window on.
    pub access: CalendarKey,
}

/// Opens body d with the epoch's desk key.
pub fn open_desk(event: &Event, key: &PrivateKey) -> Result<SecretBytes, OpenError> {
    let keys = unwrap(event, event.parts().wrap_desk, Label::WrapDesk, key)?;
    let k_d = Secret::from_slice(keys.expose_secret()).map_err(|_| CannotOpen)?;
    check(event, &k_d, Label::CommitD, &event.header().commit_d)?;
    body(event, &k_d, Label::BodyD, event.parts().body_d)
}

/// Opens both bodies with the clinical key that they are for.
pub fn open_clinical(event: &Event, key: &PrivateKey) -> Result<Opened, OpenError> {
    let keys = unwrap(event, event.parts().wrap_clinical, Label::WrapClinical, key)?;
    both(event, keys.expose_secret())
}

/// Opens both bodies with the patient's view key.
pub fn open_patient(event: &Event, key: &PrivateKey) -> Result<OpenedByPatient, OpenError> {
    let keys = unwrap(event, event.parts().wrap_patient, Label::WrapPatient, key)?;
    let (keys, access) = keys.expose_secret().split_at_checked(64).ok_or(CannotOpen)?;
    let Opened { d, c } = both(event, keys)?;
    Ok(OpenedByPatient { d, c, access: CalendarKey::from_access(access).map_err(|_| CannotOpen)? })
}

fn unwrap(event: &Event, wrap: &[u8], label: Label, key: &PrivateKey) -> Result<SecretBytes, CannotOpen> {
    open_hpke(key, &wrap_info(label, event.header(), key.public()), event.header_bytes(), wrap)
}

fn both(event: &Event, keys: &[u8]) -> Result<Opened, OpenError> {
    let (k_d, k_c) = keys.split_at_checked(32).ok_or(CannotOpen)?;
    let k_d = Secret::from_slice(k_d).map_err(|_| CannotOpen)?;
    let k_c = Secret::from_slice(k_c).map_err(|_| CannotOpen)?;
    check(event, &k_d, Label::CommitD, &event.header().commit_d)?;
    check(event, &k_c, Label::CommitC, &event.header().commit_c)?;
    Ok(Opened {
        d: body(event, &k_d, Label::BodyD, event.parts().body_d)?,
        c: body(event, &k_c, Label::BodyC, event.parts().body_c)?,
    })
}

fn check(event: &Event, k: &Secret<32>, label: Label, committed: &Digest) -> Result<(), OpenError> {
    if commitment(k, label, &event.header().context) == *committed { Ok(()) } else { Err(OpenError::Commitment) }
}

fn body(event: &Event, k: &Secret<32>, label: Label, sealed: &[u8]) -> Result<SecretBytes, OpenError> {
    let padded = aead_open(&body_key(k, label, event.header()), event.header_bytes(), sealed)?;
    let plain = tlv::unpad(padded.expose_secret()).map_err(|_| OpenError::Padding)?;
    Ok(SecretBytes::new(plain.to_vec()))
}
