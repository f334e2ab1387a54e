//! One practice, made from a seed, for the tests of this folder.
#![allow(dead_code, missing_docs, unreachable_pub)]

use souspli_attest::SigningKey;
use souspli_crypto::keys::{CalendarKey, EpochSeeds, LinkKeys, MemberKeys, RecordKeys, Role, RootKey, StaffKey};
use souspli_crypto::publish::{Identity, Place, RosterRow};
use souspli_crypto::vectors::SeededRng;
use souspli_crypto::{Secret, envelope};
use souspli_protocol::event::{AuthorKind, Event, Header, Operation};
use souspli_protocol::{Context, Digest, ItemId, VerifyingKey};

pub const EPOCH: u32 = 1_470;
pub const WINDOW: u32 = 735;

pub struct Practice {
    pub root: RootKey,
    pub nonce: [u8; 32],
    pub context: Context,
    pub owner_seed: Secret<32>,
    pub owner: MemberKeys,
    pub epoch: EpochSeeds,
    pub calendar: CalendarKey,
    pub staff: StaffKey,
    pub link_secret: Secret<32>,
    pub link: LinkKeys,
    pub rng: SeededRng,
}

impl Practice {
    pub fn new(seed: &[u8]) -> Self {
        let mut rng = SeededRng::new(seed);
        let root = RootKey::make(&mut rng);
        let nonce = *Secret::<32>::make(&mut rng).expose_secret();
        let context = root.context(&nonce);
        let owner_seed = Secret::make(&mut rng);
        let link_secret = Secret::make(&mut rng);
        Self {
            owner: MemberKeys::derive(&context, &owner_seed),
            link: LinkKeys::derive(&context, &link_secret),
            epoch: EpochSeeds::make(EPOCH, &mut rng),
            calendar: CalendarKey::make(1, WINDOW, &mut rng),
            staff: StaffKey::make(&mut rng),
            root,
            nonce,
            context,
            owner_seed,
            link_secret,
            rng,
        }
    }

    pub fn place(&self, version: u64, slot: u32) -> Place {
        Place {
            context: self.context,
            version,
            slot,
            not_before: EPOCH * 20_160,
            not_after: (EPOCH + 1) * 20_160,
            key_generation: 1,
            key_window: WINDOW,
        }
    }

    pub fn identity(&self) -> Identity {
        Identity {
            epoch: EPOCH,
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
            window: WINDOW,
            claims: Digest([1; 32]),
            release: false,
            version: 7,
            identity: Digest([2; 32]),
            catalogue: Digest([3; 32]),
            hours: Digest([4; 32]),
            claim_set: Digest([5; 32]),
            epoch: EPOCH,
            not_after: EPOCH * 20_160 + 1_440,
            head: Digest::ZERO,
            commit_d: Digest::ZERO,
            commit_c: Digest::ZERO,
        }
    }

    pub fn record(&self, byte: u8) -> RecordKeys {
        RecordKeys::derive(&self.context, &Secret::new([byte; 32]))
    }

    /// A booking by the link, for clinical key 0 and the patient.
    pub fn booked(&mut self, record: &RecordKeys, d: &[u8], c: &[u8]) -> Event {
        let keys = self.epoch.public();
        let draft = envelope::Draft {
            header: self.create_header(record),
            body_d: d,
            body_c: c,
            desk: &keys.desk,
            clinical: Some(&keys.clinical[0]),
            patient: Some(envelope::Patient { key: record.view().sealing().public(), access: &self.calendar }),
            signers: envelope::Signers { author: self.link.signing(), manage: Some(record.manage()) },
        };
        envelope::seal(&draft, &mut self.rng).expect("sealed")
    }
}

/// A key that no practice of these tests has.
pub fn stranger() -> VerifyingKey {
    SigningKey::from_seed(&[0x77; 32]).verifying_key()
}
