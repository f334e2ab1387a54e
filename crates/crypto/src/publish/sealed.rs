//! The boxes of identity, catalogue, hours and rules (`docs/spec/publications.md` §1).

use rand_core::CryptoRng;
use souspli_attest::SigningKey;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::sizes::BOX_OVERHEAD;
use souspli_protocol::{Label, tlv};
use zeroize::Zeroizing;

use super::{Identity, Place, PublicationError, PublishError, box_bound, key_at, place_of, publish};
use crate::keys::{CalendarKey, RootKey, StaffKey};
use crate::{CannotOpen, Secret, SecretBytes, box_opening, open_box, open_box_with, seal_box};

/// Bytes of plaintext that fit a sealed kind: its payload without box overhead and length.
pub const fn plain_limit(kind: PublicationKind) -> usize {
    kind.payload_len().saturating_sub(BOX_OVERHEAD).saturating_sub(4)
}

/// Publishes the identity of an epoch, sealed under k_profile, signed by the root.
pub fn publish_identity(
    place: &Place,
    identity: &Identity,
    key: &CalendarKey,
    root: &RootKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    let key = key_at(place, key).ok_or(PublishError::WrongKey)?.k_profile(&place.context);
    let plain = identity.encode(&place.context);
    sealed(PublicationKind::Identity, place, key.expose(), &plain, root.signing(), rng)
}

/// Publishes a catalogue, sealed under k_profile, signed by an owner.
pub fn publish_catalogue(
    place: &Place,
    plain: &[u8],
    key: &CalendarKey,
    owner: &SigningKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    let key = key_at(place, key).ok_or(PublishError::WrongKey)?.k_profile(&place.context);
    sealed(PublicationKind::Catalogue, place, key.expose(), plain, owner, rng)
}

/// Publishes the hours of a window, sealed under its k_hours, signed by a member. Slot and key window are the window.
pub fn publish_hours(
    place: &Place,
    plain: &[u8],
    key: &CalendarKey,
    member: &SigningKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    if place.slot != place.key_window {
        return Err(PublishError::WrongKey);
    }
    let key = key_at(place, key).ok_or(PublishError::WrongKey)?.k_hours(&place.context);
    sealed(PublicationKind::Hours, place, key.expose(), plain, member, rng)
}

/// Publishes the private rules, sealed under k_staff, signed by a member.
pub fn publish_rules(
    place: &Place,
    plain: &[u8],
    key: &StaffKey,
    member: &SigningKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    sealed(PublicationKind::Rules, place, key.expose(), plain, member, rng)
}

/// Opens a verified identity: it must name its own epoch, FP and calendar.
pub fn open_identity(publication: &Publication, key: &CalendarKey) -> Result<Identity, PublicationError> {
    let statement = publication.statement();
    let plain = opened(publication, PublicationKind::Identity, key)?;
    Ok(Identity::decode(&statement.context, statement.slot, plain.expose_secret())?)
}

/// What opens this identity and nothing else, for a third party (`docs/spec/log.md` §9).
pub fn identity_opening(publication: &Publication, key: &CalendarKey) -> Result<Secret<32>, PublicationError> {
    let place = place_of(publication.statement());
    let key = key_at(&place, key).ok_or(PublicationError::WrongKey)?.k_profile(&place.context);
    Ok(box_opening(key.expose(), publication.payload())?)
}

/// Opens a verified identity with its opening: it must name its own epoch, FP and calendar.
pub fn open_identity_with(publication: &Publication, opening: &Secret<32>) -> Result<Identity, PublicationError> {
    let statement = publication.statement();
    let plain =
        opened_with(publication, PublicationKind::Identity, |bound, sealed| open_box_with(opening, bound, sealed))?;
    Ok(Identity::decode(&statement.context, statement.slot, plain.expose_secret())?)
}

/// Opens a verified catalogue: the plaintext of `souspli_booking`.
pub fn open_catalogue(publication: &Publication, key: &CalendarKey) -> Result<SecretBytes, PublicationError> {
    opened(publication, PublicationKind::Catalogue, key)
}

/// Opens verified hours: the plaintext of `souspli_booking`.
pub fn open_hours(publication: &Publication, key: &CalendarKey) -> Result<SecretBytes, PublicationError> {
    if publication.statement().slot != publication.statement().key_window {
        return Err(PublicationError::WrongKey);
    }
    opened(publication, PublicationKind::Hours, key)
}

/// Opens verified rules: the plaintext of `souspli_booking`.
pub fn open_rules(publication: &Publication, key: &StaffKey) -> Result<SecretBytes, PublicationError> {
    unsealed(publication, PublicationKind::Rules, key.expose())
}

fn opened(
    publication: &Publication,
    kind: PublicationKind,
    key: &CalendarKey,
) -> Result<SecretBytes, PublicationError> {
    let place = place_of(publication.statement());
    let key = key_at(&place, key).ok_or(PublicationError::WrongKey)?;
    match kind {
        PublicationKind::Hours => unsealed(publication, kind, key.k_hours(&place.context).expose()),
        _ => unsealed(publication, kind, key.k_profile(&place.context).expose()),
    }
}

fn sealed(
    kind: PublicationKind,
    place: &Place,
    key: &Secret<32>,
    plain: &[u8],
    signer: &SigningKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    let limit = plain_limit(kind);
    let size = limit.saturating_add(4);
    let padded =
        tlv::pad(plain, size).map(Zeroizing::new).ok_or(PublishError::TooLong { length: plain.len(), limit })?;
    let bound = box_bound(label(kind), place, &signer.verifying_key());
    publish(kind, place, &seal_box(key, &bound, &padded, rng)?, signer)
}

fn unsealed(
    publication: &Publication,
    kind: PublicationKind,
    key: &Secret<32>,
) -> Result<SecretBytes, PublicationError> {
    opened_with(publication, kind, |bound, sealed| open_box(key, bound, sealed))
}

fn opened_with(
    publication: &Publication,
    kind: PublicationKind,
    open: impl Fn(&[u8], &[u8]) -> Result<SecretBytes, CannotOpen>,
) -> Result<SecretBytes, PublicationError> {
    let statement = publication.statement();
    if statement.kind != kind {
        return Err(PublicationError::Kind);
    }
    let bound = box_bound(label(kind), &place_of(statement), &statement.signer);
    let padded = open(&bound, publication.payload())?;
    let plain = tlv::unpad(padded.expose_secret()).map_err(|_| PublicationError::Padding)?;
    Ok(SecretBytes::new(plain.to_vec()))
}

/// The label of a kind's box; the kinds that have none never get here.
const fn label(kind: PublicationKind) -> Label {
    match kind {
        PublicationKind::Identity => Label::SealIdentity,
        PublicationKind::Catalogue => Label::SealCatalogue,
        PublicationKind::Hours => Label::SealHours,
        _ => Label::SealRules,
    }
}
