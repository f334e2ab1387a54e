//! Vaults.

use souspli_attest::{SigningKey, sha256};
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::VAULT;
use souspli_protocol::vault::{SLOTS, SealedVault, VAULT_BOX, VaultStatement};
use souspli_protocol::wire::{Blob, Empty, VaultAnswer, VaultBody, VaultOpen};
use souspli_protocol::{Locator, VaultId};

use crate::support::client::Client;
use crate::support::{TestHost, random, random_bytes};

struct Vault {
    id: VaultId,
    key: SigningKey,
    locators: [Locator; 2],
}

impl Vault {
    fn new() -> Self {
        let locators = [Locator(random()), Locator(random())];
        Self { id: VaultId(random()), key: SigningKey::from_seed(&random()), locators }
    }

    fn body(&self, generation: u64) -> VaultBody {
        let (slots, sealed) = (random_bytes(SLOTS), random_bytes(VAULT_BOX));
        let payload_hash = sha256(&[&slots[..], &sealed].concat());
        let statement = VaultStatement { vault: self.id, generation, key: self.key.verifying_key(), payload_hash };
        let signature = self.key.sign(&statement.encode());
        let vault = SealedVault::assemble(statement, &slots, &sealed, &signature).expect("sizes");
        VaultBody { vault: Blob(vault.bytes().to_vec()), locators: self.locators }
    }
}

async fn open(client: &mut Client, locator: Locator) -> Blob {
    client.post("/v1/vaults/open", &VaultOpen { locator }).await.json::<VaultAnswer>(200).vault
}

#[tokio::test]
async fn a_vault_is_stored_found_and_replaced() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let mut vault = Vault::new();
    let nowhere = VaultOpen { locator: vault.locators[0] };
    assert_eq!(client.post("/v1/vaults/open", &nowhere).await.problem(), Code::NoVault);
    let first = vault.body(1);
    client.post("/v1/vaults", &first).await.json::<Empty>(201);
    client.post("/v1/vaults", &first).await.json::<Empty>(201);
    assert_eq!(client.post("/v1/vaults", &vault.body(1)).await.problem(), Code::VaultExists);
    for locator in vault.locators {
        assert_eq!(open(&mut client, locator).await, first.vault);
    }

    let old = vault.locators[0];
    vault.locators[0] = Locator(random());
    let second = vault.body(2);
    client.post("/v1/vaults/replace", &second).await.json::<Empty>(200);
    assert_eq!(open(&mut client, vault.locators[0]).await, second.vault);
    assert_eq!(client.post("/v1/vaults/open", &VaultOpen { locator: old }).await.problem(), Code::NoVault);
    assert_eq!(client.post("/v1/vaults/replace", &vault.body(2)).await.problem(), Code::VaultConflict);
    assert_eq!(client.post("/v1/vaults/replace", &vault.body(4)).await.problem(), Code::VaultConflict);
    assert_eq!(client.post("/v1/vaults/replace", &Vault::new().body(1)).await.problem(), Code::NoVault);
    let thief = Vault { key: SigningKey::from_seed(&random()), ..Vault { id: vault.id, ..Vault::new() } };
    assert_eq!(client.post("/v1/vaults/replace", &thief.body(3)).await.problem(), Code::VaultConflict);
    let squatter = Vault { locators: vault.locators, ..Vault::new() };
    assert_eq!(client.post("/v1/vaults", &squatter.body(1)).await.problem(), Code::VaultExists);
}

#[tokio::test]
async fn each_fault_has_its_code() {
    let host = TestHost::start().await;
    let mut client = host.client();
    let good = Vault::new().body(1);
    let mut send = async |change: fn(&mut Vec<u8>)| {
        let mut body = good.clone();
        change(&mut body.vault.0);
        client.post("/v1/vaults", &body).await.problem()
    };
    assert_eq!(send(|b| b.truncate(VAULT - 1)).await, Code::WrongSize);
    assert_eq!(send(|b| b.push(0)).await, Code::WrongSize);
    assert_eq!(send(Vec::clear).await, Code::WrongSize);
    assert_eq!(send(|b| b.fill(0)).await, Code::BadShape);
    assert_eq!(send(|b| b[5 + 16 + 5] = 2).await, Code::UnknownSuite);
    assert_eq!(send(|b| b[VAULT / 2] ^= 1).await, Code::BadSignature, "payload");
    assert_eq!(send(|b| b[VAULT - 1] ^= 1).await, Code::BadSignature, "signature");
    assert_eq!(send(|b| b[VaultStatement::SIZE - 37] ^= 1).await, Code::BadShape, "a length in the statement");
    assert_eq!(send(|b| b[VaultStatement::SIZE - 50] ^= 1).await, Code::BadSignature, "the key in the statement");
}

/// What an address may send and fetch is counted by its size: a vault is as dear as twenty small requests.
#[tokio::test]
async fn large_bodies_and_answers_cost_more() {
    let host = TestHost::start_with(|config| {
        config.limits.address_burst = 60;
        config.limits.address_per_second = 1;
    })
    .await;
    let mut client = host.client();
    let vault = Vault::new();
    client.post("/v1/vaults", &vault.body(1)).await.json::<Empty>(201);
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(client.post("/v1/vaults", &Vault::new().body(1)).await);
    }
    assert_eq!(answers[0].status, 201);
    assert!(answers.iter().any(|answer| answer.status == 429), "five vaults are more than 60 tokens");

    let mut taken = 0;
    loop {
        let answer = client.post("/v1/vaults/open", &VaultOpen { locator: vault.locators[0] }).await;
        if answer.status == 429 {
            assert_eq!(answer.problem(), Code::SlowDown);
            break;
        }
        answer.json::<VaultAnswer>(200);
        taken += 1;
        assert!(taken < 10, "what is left of 60 tokens is not ten vaults");
    }
}
