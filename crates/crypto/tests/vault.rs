//! Vaults: what opens them, and that nothing changed, old or foreign is opened (`docs/spec/keys.md` §6).
#![allow(missing_docs)]

mod support;

use souspli_attest::{SigningKey, sha256};
use souspli_crypto::keys::{AccountKey, CalendarKey, EpochSeeds, LinkKeys, MemberKeys, RecoveryCode, Role, StaffKey};
use souspli_crypto::vault::{
    Generation, MemberVault, OpenVault, PassphraseError, RootVault, SlotKind, SlotSecret, StoredLink, StoredMember,
    Stretched, VaultContent, VaultError, content_limit, member_locator, stretch,
};
use souspli_crypto::vectors::SeededRng;
use souspli_crypto::{Secret, SecretBytes};
use souspli_protocol::ItemId;
use souspli_protocol::sizes::{VAULT, VAULT_SLOT};
use souspli_protocol::vault::{SealedVault, VaultStatement};
use support::{EPOCH, Practice, WINDOW};

const PASSPHRASE: &str = "correct horse battery";

struct Person {
    account: AccountKey,
    recovery: RecoveryCode,
    stretched: Stretched,
    rng: SeededRng,
    vault: OpenVault<MemberVault>,
}

impl Person {
    fn new() -> Self {
        let practice = Practice::new(b"vault");
        let mut rng = SeededRng::new(b"person");
        let account = AccountKey::make(&mut rng);
        let recovery = RecoveryCode::make(&mut rng);
        let stretched = stretch(PASSPHRASE, &account).expect("stretched");
        let content = MemberVault {
            vault_seed: Secret::make(&mut rng),
            context: practice.context,
            member_seed: practice.owner_seed.duplicate(),
            role: Role::Owner,
            host_origin: "https://host.example".into(),
            root_slot_seed: Some(Secret::make(&mut rng)),
            pins: b"pins".to_vec(),
            settings: b"settings".to_vec(),
        };
        let mut vault = OpenVault::make(content, &mut rng);
        vault.set_slot(&SlotSecret::Passphrase(&stretched), &mut rng).expect("slot");
        vault.set_slot(&SlotSecret::Recovery(&recovery), &mut rng).expect("slot");
        Self { account, recovery, stretched, rng, vault }
    }

    fn seal(&mut self) -> SealedVault {
        self.vault.seal(&mut self.rng).expect("sealed")
    }

    fn open(&self, sealed: &SealedVault) -> Result<OpenVault<MemberVault>, VaultError> {
        OpenVault::open(sealed, &SlotSecret::Passphrase(&self.stretched), None)
    }
}

fn changed(sealed: &SealedVault, place: usize) -> Option<SealedVault> {
    let mut bytes = sealed.bytes().to_vec();
    bytes[place] ^= 1;
    SealedVault::parse(bytes).ok()
}

#[test]
fn passphrase_and_recovery_code_open_the_same_content() {
    let mut person = Person::new();
    let sealed = person.seal();
    assert_eq!(sealed.bytes().len(), VAULT);
    let parsed = SealedVault::parse(sealed.bytes().to_vec()).expect("parses");
    let by_passphrase = person.open(&parsed).expect("passphrase");
    let by_code: OpenVault<MemberVault> =
        OpenVault::open(&parsed, &SlotSecret::Recovery(&person.recovery), Some(1)).expect("code");
    assert_eq!(by_passphrase.content, person.vault.content);
    assert_eq!(by_code.content, person.vault.content);
    assert_eq!(by_code.generation(), 1);
    assert_eq!(by_code.slots().collect::<Vec<_>>(), [(0, SlotKind::Passphrase), (1, SlotKind::Recovery)]);
    let keys = MemberKeys::derive(&by_code.content.context, &by_code.content.member_seed);
    assert_eq!(by_code.content.keys().verifying_key(), keys.verifying_key());
}

#[test]
fn nothing_else_opens_it_and_the_error_is_one() {
    let mut person = Person::new();
    let sealed = person.seal();
    let other = AccountKey::new(Secret::new([9; 16]));
    let wrong = [
        stretch("correct horse batterz", &person.account).expect("wrong passphrase"),
        stretch(PASSPHRASE, &other).expect("wrong account key"),
    ];
    for secret in wrong.iter().map(SlotSecret::Passphrase) {
        let opened = OpenVault::<MemberVault>::open(&sealed, &secret, None);
        assert_eq!(opened.err(), Some(VaultError::CannotUnlock));
    }
    let code = RecoveryCode::new(Secret::new(*person.account.expose_secret()));
    let opened = OpenVault::<MemberVault>::open(&sealed, &SlotSecret::Recovery(&code), None);
    assert_eq!(opened.err(), Some(VaultError::CannotUnlock), "the account key is no recovery code");
    let seed = Secret::new([1; 32]);
    let opened = OpenVault::<MemberVault>::open(&sealed, &SlotSecret::Member(&seed), None);
    assert_eq!(opened.err(), Some(VaultError::CannotUnlock), "no such slot");
    let root = OpenVault::<RootVault>::open(&sealed, &SlotSecret::Passphrase(&person.stretched), None);
    assert_eq!(root.err(), Some(VaultError::Content), "another kind of vault");
    assert_eq!(stretch("too short", &person.account), Err(PassphraseError::TooShort(9)));
}

#[test]
fn no_changed_byte_is_opened() {
    let mut person = Person::new();
    let sealed = person.seal();
    let slots_at = VaultStatement::SIZE;
    let box_at = slots_at + 8 * VAULT_SLOT;
    let places = (0..slots_at + 4 + 1_216 + 144)
        .chain((slots_at + 1_364..box_at).step_by(53))
        .chain((box_at..box_at + 96).chain((box_at + 96..VAULT - 64).step_by(4_001)))
        .chain(VAULT - 64..VAULT);
    for place in places {
        let Some(vault) = changed(&sealed, place) else { continue };
        let error = person.open(&vault).err();
        let in_slot = place.checked_sub(slots_at).filter(|place| *place < VAULT_SLOT);
        let expected = match in_slot {
            // Kind, profile, id, seal key and wrap of the slot that is opened: nothing is told.
            Some(0 | 1) => [VaultError::UnknownProfile, VaultError::CannotUnlock],
            Some(place) if place < 4 + 1_216 + 144 => [VaultError::CannotUnlock, VaultError::CannotUnlock],
            _ if place < slots_at => [VaultError::CannotUnlock, VaultError::Signature],
            _ => [VaultError::Signature, VaultError::UnknownProfile],
        };
        let vault_key = error == Some(VaultError::WrongVaultKey) && place < slots_at;
        assert!(vault_key || error.is_some_and(|error| expected.contains(&error)), "byte {place}: {error:?}");
    }
}

#[test]
fn a_vault_that_somebody_else_sealed_is_not_opened() {
    let mut person = Person::new();
    let honest = person.seal();
    // The host takes the honest slots and id and puts content of its own behind them, signed by a key of its own.
    let key = SigningKey::from_seed(&[0x66; 32]);
    let statement = VaultStatement { key: key.verifying_key(), ..*honest.statement() };
    let payload = honest.payload();
    let (slots, sealed) = payload.split_at(8 * VAULT_SLOT);
    let forged = SealedVault::assemble(statement, slots, sealed, &key.sign(&statement.encode())).expect("sizes");
    assert_eq!(person.open(&forged).err(), Some(VaultError::WrongVaultKey));
    // Or it keeps the vault's key, and the signature does not hold.
    let mut changed = sealed.to_vec();
    changed[40] ^= 1;
    let statement = VaultStatement { payload_hash: sha256(&[slots, &changed].concat()), ..*honest.statement() };
    let forged = SealedVault::assemble(statement, slots, &changed, &key.sign(&statement.encode())).expect("sizes");
    assert_eq!(person.open(&forged).err(), Some(VaultError::Signature));
    // Or it serves the vault of another person.
    let mut rng = SeededRng::new(b"somebody else");
    let stretched = stretch(PASSPHRASE, &AccountKey::make(&mut rng)).expect("stretched");
    let content = MemberVault::decode(&person.vault.content.expose_encoded()).expect("content");
    let mut other = OpenVault::make(content, &mut rng);
    other.set_slot(&SlotSecret::Passphrase(&stretched), &mut rng).expect("slot");
    let theirs = other.seal(&mut rng).expect("sealed");
    assert_eq!(person.open(&theirs).err(), Some(VaultError::CannotUnlock));
}

#[test]
fn unknown_profiles_stop_before_any_work() {
    let mut person = Person::new();
    let sealed = person.seal();
    for slot in 0..8 {
        for (kind, profile) in [(1, 0), (1, 2), (1, 255), (2, 0), (4, 1), (5, 1), (255, 1)] {
            let mut bytes = sealed.bytes().to_vec();
            bytes[VaultStatement::SIZE + slot * VAULT_SLOT] = kind;
            bytes[VaultStatement::SIZE + slot * VAULT_SLOT + 1] = profile;
            let vault = SealedVault::parse(bytes).expect("shape");
            assert_eq!(person.open(&vault).err(), Some(VaultError::UnknownProfile), "slot {slot}: {kind} {profile}");
        }
    }
}

#[test]
fn older_generations_are_refused_and_old_slots_do_not_come_back() {
    let mut person = Person::new();
    let old = person.seal();
    let new_words = stretch("another phrase of words", &person.account).expect("stretched");
    person.vault.set_slot(&SlotSecret::Passphrase(&new_words), &mut person.rng).expect("slot");
    let new = person.seal();
    assert_eq!(person.open(&new).err(), Some(VaultError::CannotUnlock), "the old passphrase");
    let opened: OpenVault<MemberVault> =
        OpenVault::open(&new, &SlotSecret::Passphrase(&new_words), Some(1)).expect("the new one");
    assert_eq!((opened.generation(), opened.slots().count()), (2, 2));
    let old_again = OpenVault::<MemberVault>::open(&old, &SlotSecret::Recovery(&person.recovery), Some(2));
    assert_eq!(old_again.err(), Some(VaultError::RolledBack { pinned: 2, found: 1 }));
    // A stale slot under the new statement opens its wrap, and is then seen.
    let mut bytes = new.bytes().to_vec();
    let slot = VaultStatement::SIZE..VaultStatement::SIZE + VAULT_SLOT;
    bytes[slot.clone()].copy_from_slice(&old.bytes()[slot]);
    let mixed = SealedVault::parse(bytes).expect("shape");
    assert_eq!(person.open(&mixed).err(), Some(VaultError::Signature));
}

#[test]
fn content_is_sealed_anew_without_any_other_secret() {
    let mut person = Person::new();
    let first = person.seal();
    let mut opened: OpenVault<MemberVault> =
        OpenVault::open(&first, &SlotSecret::Recovery(&person.recovery), None).expect("opens");
    opened.content.pins = b"newer pins".to_vec();
    let second = opened.seal(&mut person.rng).expect("written by the one who knows the code alone");
    let by_passphrase = person.open(&second).expect("the passphrase still opens it");
    assert_eq!(by_passphrase.content.pins, b"newer pins");
    let shared = first.sealed().chunks(16).zip(second.sealed().chunks(16)).filter(|(a, b)| a == b).count();
    assert_eq!(shared, 0, "a fresh content key each time");
    opened.remove_slot(0);
    let third = opened.seal(&mut person.rng).expect("sealed");
    assert_eq!(person.open(&third).err(), Some(VaultError::CannotUnlock));
    opened.remove_slot(1);
    assert_eq!(opened.seal(&mut person.rng).err(), Some(VaultError::NoSlot));
}

fn root_vault() -> RootVault {
    let practice = Practice::new(b"root vault");
    let mut rng = SeededRng::new(b"root vault content");
    let member = MemberKeys::derive(&practice.context, &practice.owner_seed);
    RootVault {
        vault_seed: Secret::make(&mut rng),
        context: practice.context,
        nonce: practice.nonce,
        root_seed: practice.root.seed().duplicate(),
        epochs: (EPOCH..EPOCH + 7).map(|epoch| EpochSeeds::make(epoch, &mut rng)).collect(),
        generations: vec![Generation {
            access: CalendarKey::make(1, WINDOW, &mut rng),
            staff: StaffKey::make(&mut rng),
        }],
        links: vec![StoredLink {
            secret: practice.link_secret.duplicate(),
            needs_token: true,
            expires: 77,
            name: "Praxisschild".into(),
        }],
        members: vec![StoredMember {
            key: member.verifying_key(),
            sealing: member.sealing().public().clone(),
            role: Role::Owner,
            clinical: 3,
            id: ItemId([4; 8]),
            name: "first".into(),
        }],
        acl_fillers: vec![support::stranger()],
    }
}

#[test]
fn owners_open_the_root_vault_with_what_their_own_vaults_hold() {
    let mut rng = SeededRng::new(b"owners");
    let (one, two) = (Secret::<32>::make(&mut rng), Secret::<32>::make(&mut rng));
    let code = RecoveryCode::make(&mut rng);
    let mut vault = OpenVault::make(root_vault(), &mut rng);
    for secret in [SlotSecret::Member(&one), SlotSecret::Member(&two), SlotSecret::Recovery(&code)] {
        vault.set_slot(&secret, &mut rng).expect("slot");
    }
    let sealed = vault.seal(&mut rng).expect("sealed");
    for secret in [SlotSecret::Member(&one), SlotSecret::Member(&two), SlotSecret::Recovery(&code)] {
        let opened: OpenVault<RootVault> = OpenVault::open(&sealed, &secret, Some(1)).expect("opens");
        assert_eq!(opened.content, vault.content);
        assert_eq!(opened.content.root().fingerprint(), opened.content.context.fp);
        assert_eq!(opened.content.epoch(EPOCH + 2).map(|seeds| seeds.epoch), Some(EPOCH + 2));
    }
    assert_ne!(member_locator(&one), member_locator(&two));
    vault.remove_slot(0);
    let sealed = vault.seal(&mut rng).expect("sealed");
    let gone = OpenVault::<RootVault>::open(&sealed, &SlotSecret::Member(&one), None);
    assert_eq!(gone.err(), Some(VaultError::CannotUnlock), "a removed owner");
    for _ in 0..6 {
        vault.set_slot(&SlotSecret::Member(&Secret::make(&mut rng)), &mut rng).expect("slot");
    }
    let full = vault.set_slot(&SlotSecret::Member(&one), &mut rng);
    assert_eq!(full, Err(VaultError::SlotsFull));
}

#[test]
fn content_is_read_strictly() {
    let root = root_vault();
    let bytes = root.expose_encoded();
    assert_eq!(RootVault::decode(&bytes), Ok(root));
    let read = |bytes: &[u8]| RootVault::decode(&SecretBytes::new(bytes.to_vec()));
    for cut in (0..bytes.len()).step_by(7) {
        assert_eq!(read(&bytes.expose_secret()[..cut]), Err(VaultError::Content), "cut at {cut}");
    }
    assert_eq!(read(&[bytes.expose_secret(), &[0]].concat()), Err(VaultError::Content));
    let mut root = root_vault();
    root.root_seed = Secret::new([3; 32]);
    assert_eq!(RootVault::decode(&root.expose_encoded()), Err(VaultError::Content), "another root");
    let mut root = root_vault();
    root.epochs.reverse();
    assert_eq!(RootVault::decode(&root.expose_encoded()), Err(VaultError::Content), "unordered epochs");

    let mut person = Person::new();
    person.vault.content.role = Role::Desk;
    assert_eq!(person.vault.seal(&mut person.rng).err(), Some(VaultError::Content), "a desk member holds no root");
    let mut person = Person::new();
    person.vault.content.settings = vec![0; content_limit()];
    assert!(matches!(person.vault.seal(&mut person.rng), Err(VaultError::TooLong { .. })));
    person.vault.content.settings = Vec::new();
    let rest = content_limit() - person.vault.content.expose_encoded().len();
    person.vault.content.settings = vec![0; rest];
    let full = person.seal();
    assert_eq!(person.open(&full).expect("full to the last byte").content.settings.len(), rest);
}

#[test]
fn secrets_are_not_printed() {
    let mut person = Person::new();
    person.vault.content.member_seed = Secret::new([0xab; 32]);
    let root = root_vault();
    let link = LinkKeys::derive(&root.context, &root.links[0].secret);
    let text = format!("{:?} {:?} {:?} {link:?} {:?}", person.vault, root, person.stretched, person.account);
    for needle in ["171, 171", "abab", "ABAB", "q6ur", "Praxisschild", "first", "112, 105, 110, 115"] {
        assert!(!text.contains(needle), "{needle}");
    }
    for secret in [&root.root_seed, &root.vault_seed, &root.links[0].secret] {
        let decimal = format!("{:?}", secret.expose_secret());
        assert!(!text.contains(&decimal[1..12]));
    }
}
