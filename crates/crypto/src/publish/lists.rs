//! What is published in clear: registration, access list, countersignature (`docs/spec/publications.md` §1, §2).

use rand_core::CryptoRng;
use souspli_attest::SigningKey;
use souspli_protocol::VerifyingKey;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::restore::Accepted;
use souspli_protocol::sizes::ACL_KEYS;

use super::{Place, PublishError, publish};
use crate::Secret;
use crate::keys::RootKey;
use crate::random::shuffle;

/// Publishes the registration: what creates a calendar.
pub fn publish_registration(place: &Place, nonce: &[u8; 32], root: &RootKey) -> Result<Publication, PublishError> {
    if root.context(nonce) != place.context {
        return Err(PublishError::WrongSigner);
    }
    let payload = [nonce.as_slice(), root.verifying_key().as_bytes()].concat();
    publish(PublicationKind::Registration, place, &payload, root.signing())
}

/// Publishes the access list: the members' keys in random order among throw-away keys.
///
/// `fillers` are the throw-away keys of the list before; they are kept (in the root vault) and topped up or cut to the
/// number that is needed, because whoever compares two lists of fresh ones would see how many members there are.
pub fn publish_acl(
    place: &Place,
    members: &[VerifyingKey],
    fillers: &mut Vec<VerifyingKey>,
    root: &RootKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    if members.len() > ACL_KEYS {
        return Err(PublishError::TooMany { count: members.len(), limit: ACL_KEYS });
    }
    fillers.resize_with(ACL_KEYS.saturating_sub(members.len()), || nobodys_key(rng));
    let mut keys = [members, fillers].concat();
    shuffle(&mut keys, rng);
    let payload: Vec<u8> = keys.iter().flat_map(|key| key.0).collect();
    publish(PublicationKind::Acl, place, &payload, root.signing())
}

/// Publishes that the chain goes on after a restore: in clear, since the host has said the same.
pub fn publish_countersignature(
    place: &Place,
    accepted: &Accepted,
    member: &SigningKey,
) -> Result<Publication, PublishError> {
    publish(PublicationKind::Countersignature, place, &accepted.encode(), member)
}

/// A real Ed25519 key whose seed is forgotten: random bytes would be told from keys, since half are no point.
pub(super) fn nobodys_key(rng: &mut impl CryptoRng) -> VerifyingKey {
    SigningKey::from_seed(Secret::make(rng).expose_secret()).verifying_key()
}
