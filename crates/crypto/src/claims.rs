//! Claim ids: what the host knows of a time (`docs/spec/claims.md` §2).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::sizes::CLAIMS;
use souspli_protocol::{Context, Gid, ItemId, Label, sorted};

use crate::kdf::bound;
use crate::keys::GidKey;

/// Why a visit has no claim ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// More than 24 pairs of resource and granule.
    #[error("a visit takes {0} granules, 24 are possible")]
    VisitTooLong(usize),
    /// The same resource and granule twice, or ids that collide.
    #[error("a visit names the same resource and granule twice")]
    Repeated,
    /// No resource and granule at all: decoys alone would be the same for everyone.
    #[error("a visit takes no time")]
    Empty,
}

impl ClaimsError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::VisitTooLong(_) => "visit_too_long",
            Self::Repeated => "repeated_claim",
            Self::Empty => "empty_claim",
        }
    }
}

/// The 24 claim ids of a visit: the real ones of each (resource, absolute granule), filled up with decoys that are a
/// function of the real ones, sorted.
pub fn claim_ids(k_gid: &GidKey, context: &Context, real: &[(ItemId, u32)]) -> Result<ClaimIds, ClaimsError> {
    with_decoys(k_gid, context, gids(k_gid, context, real))
}

/// The claim id of each (resource, absolute granule), in this order.
pub fn gids(k_gid: &GidKey, context: &Context, real: &[(ItemId, u32)]) -> Vec<Gid> {
    let keyed = keyed(k_gid);
    real.iter().map(|(resource, granule)| mac(&keyed, &gid_message(context, *resource, *granule))).collect()
}

/// The claim id of one granule of one resource.
pub fn gid(k_gid: &GidKey, context: &Context, resource: &ItemId, granule: u32) -> Gid {
    mac(&keyed(k_gid), &gid_message(context, *resource, granule))
}

/// The 24 claim ids of the visit whose real ids these are, in any order.
pub fn with_decoys(k_gid: &GidKey, context: &Context, real: Vec<Gid>) -> Result<ClaimIds, ClaimsError> {
    if real.is_empty() {
        return Err(ClaimsError::Empty);
    }
    if real.len() > CLAIMS {
        return Err(ClaimsError::VisitTooLong(real.len()));
    }
    let keyed = keyed(k_gid);
    let mut ids: Vec<Gid> = sorted(real);
    if ids.iter().zip(ids.iter().skip(1)).any(|(a, b)| a == b) {
        return Err(ClaimsError::Repeated);
    }
    let sorted: Vec<u8> = ids.iter().flat_map(|id| id.0).collect();
    // An index whose decoy collides is passed over; that has never happened and costs one comparison.
    for index in 0..=u8::MAX {
        if ids.len() == CLAIMS {
            break;
        }
        let decoy = mac(&keyed, &bound(Label::Decoy, context, &[&sorted, &[index]]));
        if !ids.contains(&decoy) {
            ids.push(decoy);
        }
    }
    let ids: [Gid; CLAIMS] = ids.try_into().map_err(|_| ClaimsError::Repeated)?;
    ClaimIds::new(ids).ok_or(ClaimsError::Repeated)
}

fn gid_message(context: &Context, resource: ItemId, granule: u32) -> Vec<u8> {
    bound(Label::Gid, context, &[resource.as_bytes(), &granule.to_be_bytes()])
}

/// HMAC-SHA256 under a key (RFC 2104: one shorter than a block is filled with zeros), for any number of messages.
fn keyed(key: &GidKey) -> Hmac<Sha256> {
    let mut block = zeroize::Zeroizing::new([0; 64]);
    for (place, byte) in block.iter_mut().zip(key.expose().expose_secret()) {
        *place = *byte;
    }
    Hmac::<Sha256>::new(&(*block).into())
}

/// The first 16 bytes of a message's code.
fn mac(keyed: &Hmac<Sha256>, message: &[u8]) -> Gid {
    let tag = keyed.clone().chain_update(message).finalize().into_bytes();
    let mut id = [0; Gid::SIZE];
    for (place, byte) in id.iter_mut().zip(tag) {
        *place = byte;
    }
    Gid(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use proptest::prelude::*;

    fn key(byte: u8) -> GidKey {
        GidKey::new(Secret::new([byte; 32]))
    }

    #[test]
    fn two_attempts_at_the_same_visit_are_the_same_set() {
        let (a, b) = (ItemId([1; 8]), ItemId([2; 8]));
        let one = claim_ids(&key(1), &Context::NONE, &[(a, 5), (a, 6), (b, 5), (b, 6)]).expect("ids");
        let two = claim_ids(&key(1), &Context::NONE, &[(b, 6), (a, 6), (b, 5), (a, 5)]).expect("ids");
        assert_eq!(one, two);
        let other = claim_ids(&key(1), &Context::NONE, &[(a, 6), (a, 7), (b, 6), (b, 7)]).expect("ids");
        let shared = one.ids().iter().filter(|id| other.ids().contains(id)).count();
        assert_eq!(shared, 2, "only what really overlaps");
        assert_ne!(one, claim_ids(&key(2), &Context::NONE, &[(a, 5), (a, 6), (b, 5), (b, 6)]).expect("ids"));
    }

    #[test]
    fn what_is_no_visit_is_refused() {
        let a = ItemId([1; 8]);
        assert_eq!(claim_ids(&key(1), &Context::NONE, &[]), Err(ClaimsError::Empty));
        assert_eq!(claim_ids(&key(1), &Context::NONE, &[(a, 1), (a, 1)]), Err(ClaimsError::Repeated));
        let long: Vec<_> = (0..25).map(|granule| (a, granule)).collect();
        assert_eq!(claim_ids(&key(1), &Context::NONE, &long), Err(ClaimsError::VisitTooLong(25)));
        assert!(claim_ids(&key(1), &Context::NONE, &long[..24]).is_ok());
    }

    proptest! {
        #[test]
        fn always_24_sorted_distinct_with_every_real_one(granules in proptest::collection::btree_set(any::<u32>(), 1..=24)) {
            let real: Vec<_> = granules.iter().map(|granule| (ItemId([3; 8]), *granule)).collect();
            let ids = claim_ids(&key(1), &Context::NONE, &real).expect("ids");
            prop_assert!(ids.ids().is_sorted());
            for (resource, granule) in &real {
                prop_assert!(ids.ids().contains(&gid(&key(1), &Context::NONE, resource, *granule)));
            }
        }
    }
}
