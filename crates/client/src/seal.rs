//! Making events: one way for patient and practice (`docs/spec/events.md`).

use rand_core::CryptoRng;
use souspli_attest::{SigningKey, claims_digest, record_id};
use souspli_crypto::envelope::{self, Draft, Signers};
use souspli_crypto::keys::RecordKeys;
use souspli_crypto::{PublicKey, Secret};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{AuthorKind, Event, Header, Operation};
use souspli_protocol::sizes::EVENT_LIFE_MINUTES;
use souspli_protocol::{Digest, VerifyingKey};

use crate::body::{BodyC, BodyD, limits};
use crate::failure::Failure;
use crate::record::{Entry, Said};
use crate::trust::{Availability, Practice};

/// Source of randomness of a session.
pub type Rng = Box<dyn CryptoRng>;

/// What an event is founded on: what its author had verified when it was made.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The practice.
    pub practice: &'a Practice,
    /// Hours and claims; absent where they play no part.
    pub availability: Option<&'a Availability>,
    /// Head of the chain that was seen, or zero.
    pub head: Digest,
    /// Now.
    pub now: u32,
}

/// Ids to claim and the window that they lie in.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The 24 ids.
    pub ids: &'a ClaimIds,
    /// Their window.
    pub window: u32,
}

/// Makes the create of a record; the patient wrap is sealed to the record's own view key where the event is for a
/// patient.
pub fn create(
    basis: &Basis<'_>,
    claim: &Claim<'_>,
    keys: &RecordKeys,
    author: (AuthorKind, &SigningKey),
    said: &Said,
    rng: &mut Rng,
) -> Result<Event, Failure> {
    let (manage, view) = (keys.manage().verifying_key(), keys.view().verifying_key());
    let mut header = header(basis, Some(claim), claim.window, manage, view);
    (header.author_kind, header.author) = (author.0, author.1.verifying_key());
    let patient = said.d.content.kind().for_patient().then(|| keys.view().sealing().public());
    let signers = Signers { author: author.1, manage: Some(keys.manage()) };
    seal(basis, &header, said, patient, signers, rng)
}

/// Makes the next event of a record.
pub fn append(
    basis: &Basis<'_>,
    last: &Entry,
    claim: Option<&Claim<'_>>,
    author: (AuthorKind, &SigningKey),
    said: &Said,
    patient: Option<&PublicKey>,
    rng: &mut Rng,
) -> Result<Event, Failure> {
    use crate::body::Kind;
    let before = last.header();
    let window = claim.map_or(before.window, |claim| claim.window);
    let mut header = header(basis, claim, window, before.manage, before.view);
    header.operation = Operation::Append;
    header.revision = before.revision.checked_add(1).ok_or_else(|| Failure::new("internal"))?;
    header.previous = last.hash;
    header.release = matches!(said.d.content.kind(), Kind::Cancelled | Kind::Declined);
    (header.author_kind, header.author) = (author.0, author.1.verifying_key());
    let patient = patient.filter(|_| said.d.content.kind().for_patient());
    seal(basis, &header, said, patient, Signers { author: author.1, manage: None }, rng)
}

fn header(
    basis: &Basis<'_>,
    claim: Option<&Claim<'_>>,
    window: u32,
    manage: VerifyingKey,
    view: VerifyingKey,
) -> Header {
    let practice = basis.practice;
    Header {
        context: practice.context,
        record: record_id(&manage, &view),
        revision: 0,
        previous: Digest::ZERO,
        operation: Operation::Create,
        author_kind: AuthorKind::Member,
        author: VerifyingKey::ZERO,
        manage,
        view,
        window,
        claims: claim.map_or(Digest::ZERO, |claim| claims_digest(&practice.context, claim.window, claim.ids)),
        release: false,
        version: practice.version,
        identity: practice.identity_hash,
        catalogue: practice.catalogue_hash,
        hours: basis.availability.and_then(|all| all.hours_hash(window)).unwrap_or(Digest::ZERO),
        claim_set: basis.availability.map_or(Digest::ZERO, |all| all.claim_set),
        epoch: practice.identity.epoch,
        not_after: basis.now.saturating_add(EVENT_LIFE_MINUTES),
        head: basis.head,
        commit_d: Digest::ZERO,
        commit_c: Digest::ZERO,
    }
}

fn seal(
    basis: &Basis<'_>,
    header: &Header,
    said: &Said,
    patient: Option<&PublicKey>,
    signers: Signers<'_>,
    rng: &mut Rng,
) -> Result<Event, Failure> {
    let practice = basis.practice;
    let kind = said.d.content.kind();
    let c = said.c.clone().unwrap_or_default();
    check_texts(&said.d, &c)?;
    let keys = &practice.identity.keys;
    let clinical = said.d.clinical.and_then(|index| keys.clinical.get(usize::from(index)));
    let draft = Draft {
        header: *header,
        body_d: &said.d.encode(&practice.context),
        body_c: &c.encode(&practice.context, kind),
        desk: &keys.desk,
        clinical,
        patient: patient.map(|key| envelope::Patient { key, access: &practice.access }),
        signers,
    };
    envelope::seal(&draft, rng).map_err(|error| Failure::new(error.code()))
}

/// Nothing is cut: what is too long is refused with its length and its limit.
fn check_texts(d: &BodyD, c: &BodyC) -> Result<(), Failure> {
    use crate::body::{Desk, fits};
    match &d.content {
        Desk::Booked { contact, .. } => {
            fits("name", &contact.name, limits::NAME)?;
            fits("email", &contact.email, limits::EMAIL)?;
            fits("phone", &contact.phone, limits::PHONE)?;
            fits("language", &contact.language, limits::LANGUAGE)?;
            fits("reason", &c.text, limits::REASON)?;
        }
        Desk::Note => fits("note", &c.text, limits::NOTE)?,
        Desk::Confirmed { text, .. }
        | Desk::Declined { text, .. }
        | Desk::Moved { text, .. }
        | Desk::Cancelled { text }
        | Desk::Blocked { text, .. } => fits("text", text, limits::TEXT)?,
        Desk::Access | Desk::NoShow => {}
    }
    let answers: usize = c.answers.iter().map(|(_, text)| text.len()).sum();
    if answers > limits::ANSWERS || c.answers.len() > limits::ANSWER_COUNT {
        return Err(Failure::too_long("answers", answers, limits::ANSWERS));
    }
    Ok(())
}

/// A patient's view key as it stands in a `Booked`.
pub fn view_key(keys: &RecordKeys) -> Option<Box<[u8; souspli_protocol::sizes::XWING_PUBLIC]>> {
    keys.view().sealing().public().to_bytes().try_into().ok().map(Box::new)
}

/// A fresh cap_seed.
pub fn make_cap_seed(rng: &mut Rng) -> Secret<32> {
    Secret::make(rng)
}
