//! Sealing an event (`docs/spec/events.md` §1).

use rand_core::CryptoRng;
use souspli_attest::{SigningKey, record_id};
use souspli_protocol::event::{Event, Header, Operation, PLAIN_C, PLAIN_D, Parts};
use souspli_protocol::{Label, Signature, tlv};
use zeroize::Zeroizing;

use super::{body_key, commitment, verify, wrap_info};
use crate::boxes::aead_seal;
use crate::keys::CalendarKey;
use crate::{CannotSeal, PrivateKey, PublicKey, Secret, seal_hpke};

/// Everything that goes into an event.
pub struct Draft<'a> {
    /// The header; its two commitments are made here, whatever stands in them.
    pub header: Header,
    /// Plaintext of body d, encoded; at most 2,044 bytes.
    pub body_d: &'a [u8],
    /// Plaintext of body c, encoded; at most 1,755 bytes.
    pub body_c: &'a [u8],
    /// The epoch's desk key.
    pub desk: &'a PublicKey,
    /// The clinical key of the practitioner; none for an event without a clinical reader.
    pub clinical: Option<&'a PublicKey>,
    /// The patient; none for an event that is not for the patient.
    pub patient: Option<Patient<'a>>,
    /// Who signs.
    pub signers: Signers<'a>,
}

impl core::fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Draft").field("header", &self.header).finish_non_exhaustive()
    }
}

/// For whom an event is, besides the practice.
#[derive(Debug)]
pub struct Patient<'a> {
    /// The record's view X-Wing key.
    pub key: &'a PublicKey,
    /// What the patient needs to read hours later.
    pub access: &'a CalendarKey,
}

/// The keys that sign an event.
#[derive(Debug)]
pub struct Signers<'a> {
    /// The key that the header names as author.
    pub author: &'a SigningKey,
    /// The record's manage key: on a create, and only there.
    pub manage: Option<&'a SigningKey>,
}

/// Why an event is not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Body d does not fit; nothing is ever cut.
    #[error("body d has {length} bytes, {limit} fit")]
    BodyD {
        /// Bytes that were given.
        length: usize,
        /// Bytes that fit.
        limit: usize,
    },
    /// Body c does not fit; nothing is ever cut.
    #[error("body c has {length} bytes, {limit} fit")]
    BodyC {
        /// Bytes that were given.
        length: usize,
        /// Bytes that fit.
        limit: usize,
    },
    /// The header's fields contradict each other.
    #[error("the header contradicts itself")]
    Header,
    /// The header names other keys than those that sign, or a record that does not follow from its keys.
    #[error("the header names other keys")]
    Keys,
    /// A seal could not be made.
    #[error(transparent)]
    Seal(#[from] CannotSeal),
}

impl SealError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BodyD { .. } => "body_d_too_long",
            Self::BodyC { .. } => "body_c_too_long",
            Self::Header => "bad_header",
            Self::Keys => "wrong_keys",
            Self::Seal(_) => "cannot_seal",
        }
    }
}

/// Seals and signs an event under fresh keys. Where a reader is missing, its wrap holds zeros for a key that is
/// thrown away at once: from outside no event differs from another.
pub fn seal(draft: &Draft<'_>, rng: &mut impl CryptoRng) -> Result<Event, SealError> {
    check_keys(draft)?;
    let plain_d = padded(draft.body_d, PLAIN_D).map_err(|(length, limit)| SealError::BodyD { length, limit })?;
    let plain_c = padded(draft.body_c, PLAIN_C).map_err(|(length, limit)| SealError::BodyC { length, limit })?;
    let (k_d, k_c) = (Secret::make(rng), Secret::make(rng));
    let mut header = draft.header;
    header.commit_d = commitment(&k_d, Label::CommitD, &header.context);
    header.commit_c = commitment(&k_c, Label::CommitC, &header.context);
    let aad = header.encode();
    Header::decode(&aad).map_err(|_| SealError::Header)?;

    let clinical = concat::<64>(&[k_d.expose_secret(), k_c.expose_secret()]);
    let patient = draft.patient.as_ref().map(|patient| {
        let access = patient.access.expose_access();
        concat::<104>(&[k_d.expose_secret(), k_c.expose_secret(), access.expose_secret()])
    });
    let patient_key = draft.patient.as_ref().map(|patient| patient.key);
    let wrap_desk = wrap(Label::WrapDesk, &header, &aad, Some(draft.desk), Some(&k_d), rng)?;
    let wrap_clinical = wrap(Label::WrapClinical, &header, &aad, draft.clinical, Some(&clinical), rng)?;
    let wrap_patient = wrap(Label::WrapPatient, &header, &aad, patient_key, patient.as_ref(), rng)?;
    let body_d = aead_seal(&body_key(&k_d, Label::BodyD, &header), &aad, &plain_d)?;
    let body_c = aead_seal(&body_key(&k_c, Label::BodyC, &header), &aad, &plain_c)?;

    let parts = Parts {
        wrap_desk: &wrap_desk,
        wrap_clinical: &wrap_clinical,
        wrap_patient: &wrap_patient,
        body_d: &body_d,
        body_c: &body_c,
    };
    let unsigned = Event::unsigned(&header, &parts).ok_or(SealError::Header)?;
    let author = verify::sign(Label::SignEvent, &header.context, &unsigned, draft.signers.author);
    let manage = draft
        .signers
        .manage
        .map_or(Signature::ZERO, |manage| verify::sign(Label::SignEventManage, &header.context, &unsigned, manage));
    Event::assemble(unsigned, &author, &manage).map_err(|_| SealError::Header)
}

/// The header must name the keys that sign: a mistake here would be found only by the reader.
fn check_keys(draft: &Draft<'_>) -> Result<(), SealError> {
    let header = &draft.header;
    let create = header.operation == Operation::Create;
    let manage = draft.signers.manage.map(SigningKey::verifying_key);
    let right = header.author == draft.signers.author.verifying_key()
        && header.record == record_id(&header.manage, &header.view)
        && manage == create.then_some(header.manage);
    if right { Ok(()) } else { Err(SealError::Keys) }
}

fn padded(plain: &[u8], size: usize) -> Result<Zeroizing<Vec<u8>>, (usize, usize)> {
    tlv::pad(plain, size).map(Zeroizing::new).ok_or((plain.len(), size.saturating_sub(4)))
}

fn concat<const N: usize>(parts: &[&[u8]]) -> Secret<N> {
    Secret::fill(|place| {
        for (byte, value) in place.iter_mut().zip(parts.iter().copied().flatten()) {
            *byte = *value;
        }
    })
}

/// A wrap to a key, or one of zeros to a key that nobody holds.
fn wrap<const N: usize>(
    label: Label,
    header: &Header,
    aad: &[u8],
    to: Option<&PublicKey>,
    keys: Option<&Secret<N>>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, CannotSeal> {
    if let (Some(to), Some(keys)) = (to, keys) {
        return seal_hpke(to, &wrap_info(label, header, to), aad, keys.expose_secret(), rng);
    }
    let nobody = PrivateKey::from_seed(&Secret::make(rng));
    seal_hpke(nobody.public(), &wrap_info(label, header, nobody.public()), aad, &[0; N], rng)
}
