//! Vaults made from a seed, given by their hash and opened with each secret (`docs/spec/keys.md` §6).

use souspli_attest::{event_hash, sha256};
use souspli_protocol::vault::SealedVault;

use super::Practice;
use super::input::{Failure, Found, Input, Output, hex, named};
use super::rng::SeededRng;
use crate::Secret;
use crate::keys::{AccountKey, RecoveryCode, Role};
use crate::vault::{MemberVault, OpenVault, SlotSecret, VaultContent, VaultError, member_locator};

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "vault" => Some(made(input)),
        "vault-open" => Some(opened(input)),
        "vault-passphrase" => Some(passphrase(input)),
        _ => None,
    }
}

/// A member vault with a recovery slot, a member slot and, where a passphrase is given, a passphrase slot.
struct Stage {
    account: AccountKey,
    recovery: RecoveryCode,
    member: Secret<32>,
    vault: OpenVault<MemberVault>,
    rng: SeededRng,
}

impl Stage {
    fn new(input: &Input) -> Result<Self, Failure> {
        let practice = Practice::new(&input.hex("practice")?);
        let mut rng = SeededRng::new(&input.hex("rng")?);
        let (account, recovery) = (AccountKey::make(&mut rng), RecoveryCode::make(&mut rng));
        let member = Secret::make(&mut rng);
        let content = MemberVault {
            vault_seed: Secret::make(&mut rng),
            context: practice.context,
            member_seed: practice.owner_seed,
            role: Role::Owner,
            host_origin: "https://host.example".into(),
            root_slot_seed: Some(Secret::make(&mut rng)),
            pins: b"pins".to_vec(),
            settings: Vec::new(),
        };
        let mut vault = OpenVault::make(content, &mut rng);
        for secret in [SlotSecret::Recovery(&recovery), SlotSecret::Member(&member)] {
            vault.set_slot(&secret, &mut rng).map_err(|error| named(error.code()))?;
        }
        Ok(Self { account, recovery, member, vault, rng })
    }

    fn seal(&mut self, input: &Input) -> Result<SealedVault, Failure> {
        let sealed = self.vault.seal(&mut self.rng).map_err(|error| named(error.code()))?;
        let mut bytes = sealed.bytes().to_vec();
        input.change(&mut bytes)?;
        SealedVault::parse(bytes).map_err(|_| named("bad_shape"))
    }
}

fn made(input: &Input) -> Result<Output, Failure> {
    let mut stage = Stage::new(input)?;
    let sealed = stage.seal(input)?;
    Ok(vec![
        ("vault_sha256", hex(event_hash(sealed.bytes()).0)),
        ("account_key", hex(stage.account.expose_secret())),
        ("recovery_code", hex(stage.recovery.expose_secret())),
        ("member_seed", hex(stage.member.expose_secret())),
        ("account_locator", hex(stage.account.locator().0)),
        ("recovery_locator", hex(stage.recovery.locator().0)),
        ("member_locator", hex(member_locator(&stage.member).0)),
    ])
}

fn opened(input: &Input) -> Result<Output, Failure> {
    let mut stage = Stage::new(input)?;
    let sealed = stage.seal(input)?;
    let pinned = if input.has("pinned") { Some(input.u64("pinned")?) } else { None };
    let code;
    let seed;
    let secret = if input.has("recovery_code") {
        code = RecoveryCode::new(input.secret("recovery_code")?);
        SlotSecret::Recovery(&code)
    } else {
        seed = input.secret("member_seed")?;
        SlotSecret::Member(&seed)
    };
    content(OpenVault::open(&sealed, &secret, pinned))
}

fn content(opened: Result<OpenVault<MemberVault>, VaultError>) -> Result<Output, Failure> {
    let opened = opened.map_err(|error| named(error.code()))?;
    let content = opened.content.expose_encoded();
    Ok(vec![("generation", opened.generation().into()), ("content_sha256", hex(sha256(content.expose_secret()).0))])
}

/// Adds a passphrase slot under `passphrase` and opens it with `typed`.
#[cfg(feature = "argon2")]
fn passphrase(input: &Input) -> Result<Output, Failure> {
    use crate::vault::stretch;
    let mut stage = Stage::new(input)?;
    let right = stretch(input.text("passphrase")?, &stage.account).map_err(|error| named(error.code()))?;
    stage.vault.set_slot(&SlotSecret::Passphrase(&right), &mut stage.rng).map_err(|error| named(error.code()))?;
    let sealed = stage.seal(input)?;
    let typed = stretch(input.text("typed")?, &stage.account).map_err(|error| named(error.code()))?;
    let mut output = content(OpenVault::open(&sealed, &SlotSecret::Passphrase(&typed), None))?;
    output.push(("account_key", hex(stage.account.expose_secret())));
    output.push(("stretched", hex(typed.expose().expose_secret())));
    Ok(output)
}

#[cfg(not(feature = "argon2"))]
fn passphrase(_: &Input) -> Result<Output, Failure> {
    Err(Failure::Skipped)
}
