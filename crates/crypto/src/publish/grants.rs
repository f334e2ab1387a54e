//! Grants: an epoch's seeds, sealed to the members who may have them (`docs/spec/publications.md` §7).

use rand_core::CryptoRng;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::sizes::{CLINICAL, GRANT_ROW, GRANT_ROWS};
use souspli_protocol::{Context, Label, VerifyingKey};

use super::{Place, PublishError, publish};
use crate::kdf::bound;
use crate::keys::{CalendarKey, EpochSeeds, MemberKeys, RootKey, StaffKey};
use crate::random::shuffle;
use crate::{CannotSeal, PrivateKey, PublicKey, Secret, open_hpke, seal_hpke};

/// Bytes of a grant before it is sealed.
const PLAIN: usize = 400;

/// Whom a grant is for.
#[derive(Debug)]
pub struct GrantTo<'a> {
    /// The member's Ed25519 key.
    pub member: VerifyingKey,
    /// The member's X-Wing key.
    pub to: &'a PublicKey,
    /// Bit i: clinical seed i is granted.
    pub clinical: u8,
}

/// What a member is granted for one epoch.
#[derive(Debug, PartialEq, Eq)]
pub struct Grant {
    /// Opens who and when.
    pub desk: Secret<32>,
    /// Opens the reasons told to a practitioner, where granted.
    pub clinical: [Option<Secret<32>>; CLINICAL],
    /// The calendar key.
    pub access: CalendarKey,
    /// k_staff.
    pub staff: StaffKey,
}

/// Why there is no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// This is no grants publication.
    #[error("this is another kind of publication")]
    Kind,
    /// No row is for this member.
    #[error("nothing is granted to this member")]
    NotGranted,
    /// The row opens but its mask contradicts its seeds, or a reserved byte is set.
    #[error("the grant contradicts itself")]
    BadGrant,
}

impl GrantError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kind => "wrong_kind",
            Self::NotGranted => "not_granted",
            Self::BadGrant => "bad_grant",
        }
    }
}

/// Publishes the grants of an epoch (the place's slot) in random order; an unused row is sealed to a key that is
/// thrown away, because random bytes could be told from an encapsulation.
pub fn publish_grants(
    place: &Place,
    grants: &[GrantTo<'_>],
    seeds: &EpochSeeds,
    access: &CalendarKey,
    staff: &StaffKey,
    root: &RootKey,
    rng: &mut impl CryptoRng,
) -> Result<Publication, PublishError> {
    if grants.len() > GRANT_ROWS {
        return Err(PublishError::TooMany { count: grants.len(), limit: GRANT_ROWS });
    }
    if access.generation() != place.key_generation || seeds.epoch != place.slot {
        return Err(PublishError::WrongKey);
    }
    let mut rows = Vec::with_capacity(GRANT_ROWS);
    for grant in grants {
        let plain = plain(grant.clinical, seeds, access, staff);
        rows.push(seal_row(&place.context, seeds.epoch, &grant.member, grant.to, &plain, rng)?);
    }
    while rows.len() < GRANT_ROWS {
        let nobody = PrivateKey::from_seed(&Secret::make(rng));
        let zeros = Secret::new([0; PLAIN]);
        rows.push(seal_row(&place.context, seeds.epoch, &VerifyingKey::ZERO, nobody.public(), &zeros, rng)?);
    }
    shuffle(&mut rows, rng);
    publish(PublicationKind::Grants, place, &rows.concat(), root.signing())
}

/// Finds and opens a member's row in a verified publication.
pub fn open_grant(publication: &Publication, member: &MemberKeys) -> Result<Grant, GrantError> {
    let statement = publication.statement();
    if statement.kind != PublicationKind::Grants {
        return Err(GrantError::Kind);
    }
    let info = info(&statement.context, statement.slot, &member.verifying_key());
    let plain = publication
        .payload()
        .chunks_exact(GRANT_ROW)
        .find_map(|row| open_hpke(member.sealing(), &info, &[], row).ok())
        .ok_or(GrantError::NotGranted)?;
    read(plain.expose_secret()).ok_or(GrantError::BadGrant)
}

fn seal_row(
    context: &Context,
    epoch: u32,
    member: &VerifyingKey,
    to: &PublicKey,
    plain: &Secret<PLAIN>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, CannotSeal> {
    seal_hpke(to, &info(context, epoch, member), &[], plain.expose_secret(), rng)
}

fn info(context: &Context, epoch: u32, member: &VerifyingKey) -> Vec<u8> {
    bound(Label::SealGrant, context, &[&epoch.to_be_bytes(), member.as_bytes()])
}

/// `desk (32) || 8 × clinical (32, zero when not granted) || mask (1) || zeros (7) || access (40) || k_staff (32) ||
/// zeros (32)`.
fn plain(mask: u8, seeds: &EpochSeeds, access: &CalendarKey, staff: &StaffKey) -> Secret<PLAIN> {
    let zero = Secret::new([0; 32]);
    let access = access.expose_access();
    let clinical = seeds.clinical.iter().zip(0..).map(|(seed, bit)| if granted(mask, bit) { seed } else { &zero });
    let head = core::iter::once(&seeds.desk).chain(clinical).flat_map(Secret::expose_secret);
    let middle = core::iter::once(&mask).chain(&[0; 7]).chain(access.expose_secret());
    Secret::fill(|place| {
        for (byte, value) in place.iter_mut().zip(head.chain(middle).chain(staff.expose().expose_secret())) {
            *byte = *value;
        }
    })
}

fn read(bytes: &[u8]) -> Option<Grant> {
    let (seeds, rest) = bytes.split_at_checked(9 * 32)?;
    let (&[mask, zeros @ ..], rest) = rest.split_first_chunk::<8>()?;
    let (access, rest) = rest.split_at_checked(CalendarKey::ACCESS)?;
    let (staff, reserved) = rest.split_at_checked(32)?;
    let (desk, clinical) = seeds.split_at_checked(32)?;
    let seeds = || clinical.chunks_exact(32).zip(0..);
    let fits = seeds().all(|(seed, bit)| seed.iter().any(|byte| *byte != 0) == granted(mask, bit));
    if !fits || reserved.len() != 32 || zeros.iter().chain(reserved).any(|byte| *byte != 0) {
        return None;
    }
    let clinical: Vec<Option<Secret<32>>> =
        seeds().map(|(seed, bit)| Secret::from_slice(seed).ok().filter(|_| granted(mask, bit))).collect();
    Some(Grant {
        desk: Secret::from_slice(desk).ok()?,
        clinical: clinical.try_into().ok()?,
        access: CalendarKey::from_access(access).ok()?,
        staff: StaffKey::new(Secret::from_slice(staff).ok()?),
    })
}

const fn granted(mask: u8, bit: u32) -> bool {
    mask.unbounded_shr(bit) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Practice;

    #[test]
    fn a_grant_that_contradicts_itself_is_refused() {
        let practice = Practice::new(b"grant");
        let good = plain(0b101, &practice.epoch, &practice.calendar, &practice.staff);
        assert!(read(good.expose_secret()).is_some());
        let changed = |at: usize, value: u8| {
            let mut bytes = good.expose_secret().to_vec();
            bytes[at] = value;
            read(&bytes)
        };
        assert_eq!(changed(288, 0b100), None, "a seed that the mask does not name");
        assert_eq!(changed(288, 0b111), None, "a mask that names no seed");
        assert_eq!(changed(289, 1), None, "a reserved byte");
        assert_eq!(changed(399, 1), None, "the last reserved byte");
        assert_eq!(read(&good.expose_secret()[..399]), None);
        assert_eq!(read(&[good.expose_secret(), &[0][..]].concat()), None);
    }
}
