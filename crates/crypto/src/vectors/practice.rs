//! One practice, made from a seed: the stage of vectors and tests.

use rand_core::CryptoRng;
use souspli_attest::{SigningKey, event_hash};
use souspli_protocol::event::{AuthorKind, Event, Header, Operation};
use souspli_protocol::{Context, Digest, ItemId};

use super::rng::SeededRng;
use crate::Secret;
use crate::envelope::{Draft, Patient, SealError, Signers, seal};
use crate::keys::{CalendarKey, EpochSeeds, LinkKeys, MemberKeys, RecordKeys, Role, RootKey, StaffKey};
use crate::publish::{Identity, Place, RosterRow};

/// A practice with one owner and one link, in epoch 1,470 and window 735.
///
/// Its secrets are drawn from [`SeededRng`] in the order of the fields; what is sealed draws on.
#[derive(Debug)]
pub struct Practice {
    /// The root.
    pub root: RootKey,
    /// Nonce of the registration.
    pub nonce: [u8; 32],
    /// Seed of the owner.
    pub owner_seed: Secret<32>,
    /// Secret of the link.
    pub link_secret: Secret<32>,
    /// Seeds of the epoch.
    pub epoch: EpochSeeds,
    /// The calendar key, of generation 1.
    pub calendar: CalendarKey,
    /// k_staff.
    pub staff: StaffKey,
    /// FP and calendar.
    pub context: Context,
    /// The owner's keys.
    pub owner: MemberKeys,
    /// The link's keys.
    pub link: LinkKeys,
    /// Where further randomness comes from.
    pub rng: SeededRng,
}

impl Practice {
    /// The epoch that everything happens in.
    pub const EPOCH: u32 = 1_470;
    /// The window that everything happens in.
    pub const WINDOW: u32 = 735;
    /// First minute of the epoch.
    pub const MINUTE: u32 = 29_635_200;

    /// Makes the practice of a seed.
    pub fn new(seed: &[u8]) -> Self {
        let mut rng = SeededRng::new(seed);
        let root = RootKey::make(&mut rng);
        let nonce = array(&mut rng);
        let context = root.context(&nonce);
        let (owner_seed, link_secret) = (Secret::make(&mut rng), Secret::make(&mut rng));
        Self {
            epoch: EpochSeeds::make(Self::EPOCH, &mut rng),
            calendar: CalendarKey::make(1, Self::WINDOW, &mut rng),
            staff: StaffKey::make(&mut rng),
            owner: MemberKeys::derive(&context, &owner_seed),
            link: LinkKeys::derive(&context, &link_secret),
            root,
            nonce,
            context,
            owner_seed,
            link_secret,
            rng,
        }
    }

    /// Where a publication of this version and slot stands.
    pub fn place(&self, version: u64, slot: u32) -> Place {
        Place {
            context: self.context,
            version,
            slot,
            not_before: Self::MINUTE,
            not_after: Self::MINUTE.saturating_add(20_160),
            key_generation: 1,
            key_window: Self::WINDOW,
        }
    }

    /// The identity of the epoch, with the owner in the roster.
    pub fn identity(&self) -> Identity {
        Identity {
            epoch: Self::EPOCH,
            keys: self.epoch.public(),
            roster: vec![RosterRow {
                key: self.owner.verifying_key(),
                role: Role::Owner,
                clinical: 1,
                id: ItemId([1; 8]),
            }],
            min_version: 1,
            receipt_key: SigningKey::from_seed(&[8; 32]).verifying_key(),
            log_key: SigningKey::from_seed(&[9; 32]).verifying_key(),
            log_origin: "log.example/souspli".into(),
            witness_policy: String::new(),
        }
    }

    /// The keys of the record of a cap_seed that is one byte 32 times.
    pub fn record(&self, byte: u8) -> RecordKeys {
        RecordKeys::derive(&self.context, &Secret::new([byte; 32]))
    }

    /// The header of a booking by the link.
    pub fn create_header(&self, record: &RecordKeys) -> Header {
        Header {
            context: self.context,
            record: record.record(),
            revision: 0,
            previous: Digest::ZERO,
            operation: Operation::Create,
            author_kind: AuthorKind::Link,
            author: self.link.verifying_key(),
            manage: record.manage().verifying_key(),
            view: record.view().verifying_key(),
            window: Self::WINDOW,
            claims: Digest([1; 32]),
            release: false,
            version: 7,
            identity: Digest([2; 32]),
            catalogue: Digest([3; 32]),
            hours: Digest([4; 32]),
            claim_set: Digest([5; 32]),
            epoch: Self::EPOCH,
            not_after: Self::MINUTE.saturating_add(1_440),
            head: Digest::ZERO,
            commit_d: Digest::ZERO,
            commit_c: Digest::ZERO,
        }
    }

    /// A booking by the link, for clinical key 0 and the patient.
    pub fn booked(&mut self, record: &RecordKeys, d: &[u8], c: &[u8]) -> Result<Event, SealError> {
        let keys = self.epoch.public();
        let draft = Draft {
            header: self.create_header(record),
            body_d: d,
            body_c: c,
            desk: &keys.desk,
            clinical: keys.clinical.first(),
            patient: Some(Patient { key: record.view().sealing().public(), access: &self.calendar }),
            signers: Signers { author: self.link.signing(), manage: Some(record.manage()) },
        };
        seal(&draft, &mut self.rng)
    }

    /// A note by the owner behind an event: for the desk alone.
    pub fn note(&mut self, record: &RecordKeys, after: &Event, d: &[u8]) -> Result<Event, SealError> {
        let keys = self.epoch.public();
        let header = Header {
            revision: after.header().revision.saturating_add(1),
            previous: event_hash(after.bytes()),
            operation: Operation::Append,
            author_kind: AuthorKind::Member,
            author: self.owner.verifying_key(),
            claims: Digest::ZERO,
            ..self.create_header(record)
        };
        let draft = Draft {
            header,
            body_d: d,
            body_c: &[],
            desk: &keys.desk,
            clinical: None,
            patient: None,
            signers: Signers { author: self.owner.signing(), manage: None },
        };
        seal(&draft, &mut self.rng)
    }
}

fn array<const N: usize>(rng: &mut impl CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}
