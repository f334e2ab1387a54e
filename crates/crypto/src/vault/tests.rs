//! Vaults that somebody with the vault's own key has made wrong on purpose.

use souspli_attest::{SigningKey, sha256};
use souspli_protocol::sizes::{BOX_OVERHEAD, VAULT_SLOT};
use souspli_protocol::tlv;
use souspli_protocol::vault::{SealedVault, VAULT_BOX, VaultStatement};

use super::content::seal_bound;
use super::slot::Slot;
use super::{MemberVault, OpenVault, SlotSecret, VaultContent, VaultError};
use crate::keys::Role;
use crate::vectors::{Practice, SeededRng};
use crate::{Secret, seal_box};

fn content(vault_seed: u8) -> MemberVault {
    MemberVault {
        vault_seed: Secret::new([vault_seed; 32]),
        context: Practice::new(b"vault").context,
        member_seed: Secret::new([2; 32]),
        role: Role::Practitioner,
        host_origin: String::new(),
        root_slot_seed: None,
        pins: Vec::new(),
        settings: Vec::new(),
    }
}

struct Forge {
    vault: OpenVault<MemberVault>,
    secret: Secret<32>,
    rng: SeededRng,
}

impl Forge {
    fn new() -> Self {
        let mut rng = SeededRng::new(b"forge");
        let mut vault = OpenVault::make(content(1), &mut rng);
        let secret = Secret::new([7; 32]);
        vault.set_slot(&SlotSecret::Member(&secret), &mut rng).expect("slot");
        Self { vault, secret, rng }
    }

    /// Signs slots and box with the vault's own key.
    fn sign(&self, slots: &[u8], sealed: &[u8]) -> SealedVault {
        let key = SigningKey::from_seed(&[1; 32]);
        let statement = VaultStatement {
            vault: self.vault.vault(),
            generation: 1,
            key: key.verifying_key(),
            payload_hash: sha256(&[slots, sealed].concat()),
        };
        SealedVault::assemble(statement, slots, sealed, &key.sign(&statement.encode())).expect("sizes")
    }

    fn slots(&mut self, content_key: &Secret<32>) -> Vec<u8> {
        self.vault.write_slots(1, content_key, &mut self.rng).expect("slots")
    }

    fn sealed(&mut self, content_key: &Secret<32>, plain: &[u8]) -> Vec<u8> {
        let padded = tlv::pad(plain, VAULT_BOX - BOX_OVERHEAD).expect("fits");
        seal_box(content_key, &seal_bound(&self.vault.vault(), 1), &padded, &mut self.rng).expect("sealed")
    }

    fn open(&self, vault: &SealedVault) -> Option<VaultError> {
        OpenVault::<MemberVault>::open(vault, &SlotSecret::Member(&self.secret), None).err()
    }
}

#[test]
fn content_of_another_vault_key_is_refused() {
    let (mut forge, key) = (Forge::new(), Secret::new([5; 32]));
    let slots = forge.slots(&key);
    let honest = forge.sealed(&key, content(1).expose_encoded().expose_secret());
    assert_eq!(forge.open(&forge.sign(&slots, &honest)), None);
    let other = forge.sealed(&key, content(9).expose_encoded().expose_secret());
    assert_eq!(forge.open(&forge.sign(&slots, &other)), Some(VaultError::WrongVaultKey));
    let nonsense = forge.sealed(&key, b"nonsense");
    assert_eq!(forge.open(&forge.sign(&slots, &nonsense)), Some(VaultError::Content));
}

#[test]
fn a_box_under_another_content_key_is_damage() {
    let mut forge = Forge::new();
    let slots = forge.slots(&Secret::new([5; 32]));
    let sealed = forge.sealed(&Secret::new([6; 32]), content(1).expose_encoded().expose_secret());
    assert_eq!(forge.open(&forge.sign(&slots, &sealed)), Some(VaultError::Damaged));
    let key = Secret::new([5; 32]);
    let mut bytes = forge.sealed(&key, b"");
    bytes[100] ^= 1;
    assert_eq!(forge.open(&forge.sign(&slots, &bytes)), Some(VaultError::Damaged));
}

#[test]
fn a_slot_that_names_another_seal_key_than_its_own_is_refused() {
    let (mut forge, key) = (Forge::new(), Secret::new([5; 32]));
    let vault = forge.vault.vault();
    let vault_key = SigningKey::from_seed(&[1; 32]).verifying_key();
    let secret = forge.secret.duplicate();
    let slot = Slot::make_naming_another(&vault, &SlotSecret::Member(&secret), &vault_key, &mut forge.rng);
    let mut slots = forge.slots(&key);
    let forged = slot.write(&vault, 1, &key, &mut forge.rng).expect("slot");
    slots[..VAULT_SLOT].copy_from_slice(&forged);
    let sealed = forge.sealed(&key, content(1).expose_encoded().expose_secret());
    assert_eq!(forge.open(&forge.sign(&slots, &sealed)), Some(VaultError::WrongSealKey));
}
