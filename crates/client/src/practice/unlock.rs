//! Unlocking, recovering, changing the passphrase, locking (`docs/spec/keys.md` §6).

use std::collections::BTreeSet;

use souspli_crypto::keys::{AccountKey, CalendarKey, MemberKeys, RecoveryCode, Role, StaffKey};
use souspli_crypto::local::LocalKeys;
use souspli_crypto::publish::{Grant, open_grant, verify_publication};
use souspli_crypto::vault::{
    MemberVault, OpenVault, RootVault, SlotSecret, Stretched, VaultContent, VaultError, member_locator, stretch,
};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::epoch_of;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::wire::{Blob, Empty, PublicationAnswer, PublicationRead, VaultAnswer, VaultBody, VaultOpen};
use souspli_protocol::{Context, Digest, Locator, VaultId};

use super::ledger::Ledger;
use super::request::code_failure;
use super::setup::root_locators;
use super::staff::{EpochKeys, Openers};
use super::{Chain, Session, Unlocked};
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::trust::{Distrust, Pins, parse};

const PIN_PREFIX: &str = "vault/";

impl Session {
    /// Opens the member's vault with account key and passphrase.
    pub(super) async fn unlock(&mut self, io: &Io, account: &str, passphrase: &str, now: u32) -> Result<Role, Failure> {
        let account = AccountKey::parse(account).map_err(|error| code_failure(error, "accountKey"))?;
        io.progress(1, 4).await;
        let sealed = self.vault_at(io, account.locator()).await?;
        io.progress(2, 4).await;
        let stretched = stretch_typed(passphrase, &account)?;
        let member = self.open_vault(io, &sealed, &SlotSecret::Passphrase(&stretched)).await?;
        io.progress(3, 4).await;
        self.enter(io, member, now).await
    }

    /// Opens with the recovery code alone, sets a new passphrase, and gives the new account key.
    pub(super) async fn recover(
        &mut self,
        io: &Io,
        code: &str,
        passphrase: &str,
        now: u32,
    ) -> Result<(String, Role), Failure> {
        let code = RecoveryCode::parse(code).map_err(|error| code_failure(error, "recoveryCode"))?;
        let account = AccountKey::make(&mut self.rng);
        let stretched = stretch_typed(passphrase, &account)?;
        io.progress(1, 4).await;
        let sealed = self.vault_at(io, code.locator()).await?;
        let mut member: OpenVault<MemberVault> = self.open_vault(io, &sealed, &SlotSecret::Recovery(&code)).await?;
        io.progress(2, 4).await;
        member.set_slot(&SlotSecret::Passphrase(&stretched), &mut self.rng).map_err(|e| vault_failure(&e))?;
        member.content.settings = settings_of([account.locator(), code.locator()]);
        self.write_member(io, &mut member).await?;
        io.progress(3, 4).await;
        let role = self.enter(io, member, now).await?;
        Ok((account.expose_text().to_string(), role))
    }

    /// Sets a new passphrase; the account key stays. One write (ADR 0003).
    pub(super) async fn change_passphrase(
        &mut self,
        io: &Io,
        account: &str,
        old: &str,
        new: &str,
    ) -> Result<(), Failure> {
        let account = AccountKey::parse(account).map_err(|error| code_failure(error, "accountKey"))?;
        let sealed = self.vault_at(io, account.locator()).await?;
        let known = stretch_typed(old, &account)?;
        let mut member: OpenVault<MemberVault> = self.open_vault(io, &sealed, &SlotSecret::Passphrase(&known)).await?;
        let stretched = stretch_typed(new, &account)?;
        let secret = SlotSecret::Passphrase(&stretched);
        member.set_slot(&secret, &mut self.rng).map_err(|e| vault_failure(&e))?;
        match self.write_member(io, &mut member).await {
            Err(failure) if failure.is_final() => return Err(failure),
            Ok(()) => {}
            // The answer was lost: what the host holds now says whether it was written.
            Err(_) => {
                let unknown = |_| Failure::new("passphrase_unknown");
                let sealed = self.vault_at(io, account.locator()).await.map_err(unknown)?;
                let opened: Result<OpenVault<MemberVault>, Failure> = self.open_vault(io, &sealed, &secret).await;
                member = opened.map_err(|_| Failure::new("passphrase_kept"))?;
            }
        }
        self.open()?.member = member;
        Ok(())
    }

    /// Forgets every key; what is sealed on the device stays.
    pub(super) fn lock(&mut self) {
        (self.unlocked, self.making) = (None, None);
        self.helper = super::handover::Helper::default();
    }

    /// Goes on with an open member vault: the root vault of an owner, the keys, the local index, the profile.
    pub(super) async fn enter(&mut self, io: &Io, member: OpenVault<MemberVault>, now: u32) -> Result<Role, Failure> {
        let role = member.content.role;
        let root = match &member.content.root_slot_seed {
            Some(seed) => {
                let seed = seed.duplicate();
                let sealed = self.vault_at(io, member_locator(&seed)).await?;
                Some(self.open_vault::<RootVault>(io, &sealed, &SlotSecret::Member(&seed)).await?)
            }
            None => None,
        };
        self.take_vaults(io, member, root, now).await?;
        Ok(role)
    }

    /// Builds the session of open vaults.
    pub(super) async fn take_vaults(
        &mut self,
        io: &Io,
        member: OpenVault<MemberVault>,
        root: Option<OpenVault<RootVault>>,
        now: u32,
    ) -> Result<(), Failure> {
        let context = member.content.context;
        let keys = member.content.keys();
        let mut openers = Openers::default();
        let (access, staff) = match &root {
            Some(root) => {
                for seeds in &root.content.epochs {
                    openers.add(seeds.epoch, EpochKeys::from(seeds));
                }
                let generation = root.content.generation().ok_or_else(|| Failure::new("bad_vault_content"))?;
                (generation.access.duplicate(), generation.staff.duplicate())
            }
            None => self.granted(io, &member.content, &keys, &mut openers, now).await?,
        };
        let local = LocalKeys::derive(&context, &member.content.member_seed);
        self.unlocked = Some(Box::new(Unlocked {
            context,
            member,
            root,
            keys,
            local,
            access,
            staff,
            openers,
            pins: Pins::default(),
            kept_pins: Pins::default(),
            version: 0,
            practice: None,
            availability: None,
            seen: None,
            chain: Chain::START,
            heads: BTreeSet::new(),
            ledger: Ledger::default(),
            compared: Digest::ZERO,
            judged: None,
            later: Vec::new(),
            journal: None,
            watched: super::log::Watched::default(),
        }));
        self.load_pins(io).await;
        self.refresh(io, now).await?;
        self.load_index(io).await?;
        self.load_later(io).await
    }

    /// A member's seeds and calendar key: from the grants of this epoch, and of older ones as far as they were granted.
    async fn granted(
        &mut self,
        io: &Io,
        member: &MemberVault,
        keys: &MemberKeys,
        openers: &mut Openers,
        now: u32,
    ) -> Result<(CalendarKey, StaffKey), Failure> {
        let mut newest = None;
        let current = epoch_of(now);
        for epoch in (current.saturating_sub(6)..=current.saturating_add(1)).rev() {
            let Some(grant) = self.grant(io, &member.context, keys, epoch).await? else { continue };
            newest.get_or_insert_with(|| (grant.access.duplicate(), grant.staff.duplicate()));
            openers.add(epoch, EpochKeys::from(grant));
        }
        newest.ok_or_else(|| Failure::new("not_granted"))
    }

    /// Learns the keys of epochs that the vault did not have when it was opened: a session that stays open lives through
    /// several, and an owner may have signed ahead on another device.
    pub(super) async fn learn_epochs(&mut self, io: &Io, epochs: &[u32]) -> Result<(), Failure> {
        let open = self.open()?;
        let unknown: Vec<u32> = epochs.iter().copied().filter(|epoch| !open.openers.knows(*epoch)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        if open.root.is_some() {
            return self.fresh_root(io).await;
        }
        for epoch in unknown {
            let open = self.open()?;
            let (context, keys) = (open.context, open.member.content.keys());
            if let Some(grant) = self.grant(io, &context, &keys, epoch).await? {
                let open = self.open()?;
                (open.access, open.staff) = (grant.access.duplicate(), grant.staff.duplicate());
                open.openers.add(epoch, EpochKeys::from(grant));
            }
        }
        Ok(())
    }

    /// A member's grant of an epoch; `None` where nothing was granted.
    async fn grant(
        &mut self,
        io: &Io,
        context: &Context,
        keys: &MemberKeys,
        epoch: u32,
    ) -> Result<Option<Grant>, Failure> {
        let path = calendar_path(&context.calendar, "publications/read");
        let body = PublicationRead { kind: PublicationKind::Grants.id(), slot: epoch };
        let answer: Result<PublicationAnswer, Failure> =
            self.host.post_signed(io, context, keys.signing(), path, &body).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) if failure.is(Code::NoPublication) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let publication = parse(&answer.publication, Distrust::BadChain)?;
        verify_publication(&publication, PublicationKind::Grants, context)
            .map_err(|error| Failure::new(error.code()))?;
        Ok(open_grant(&publication, keys).ok())
    }

    pub(super) async fn vault_at(&mut self, io: &Io, locator: Locator) -> Result<SealedVault, Failure> {
        let answer: Result<VaultAnswer, Failure> =
            self.host.post(io, "/v1/vaults/open".to_owned(), &VaultOpen { locator }).await;
        match answer {
            Ok(answer) => SealedVault::parse(answer.vault.0).map_err(|_| Failure::new("cannot_unlock")),
            // The host cannot tell a mistyped key from one of another host, and neither can we.
            Err(failure) if failure.is(Code::NoVault) => Err(Failure::new("no_vault")),
            Err(failure) => Err(failure),
        }
    }

    /// Opens a vault, not below the generation that this device has seen.
    pub(super) async fn open_vault<C: VaultContent>(
        &mut self,
        io: &Io,
        sealed: &SealedVault,
        secret: &SlotSecret<'_>,
    ) -> Result<OpenVault<C>, Failure> {
        let name = pin_name(&sealed.statement().vault);
        let kept = io.load(&name).await;
        let pinned = kept.iter().find(|(key, _)| *key == name).and_then(|(_, bytes)| bytes.as_slice().try_into().ok());
        let open = OpenVault::open(sealed, secret, pinned.map(u64::from_be_bytes)).map_err(|e| vault_failure(&e))?;
        pin(io, &open).await;
        Ok(open)
    }

    /// Writes the member vault under the locators that it holds.
    pub(super) async fn write_member(&mut self, io: &Io, member: &mut OpenVault<MemberVault>) -> Result<(), Failure> {
        let locators = locators_of(&member.content.settings).ok_or_else(|| Failure::new("bad_vault_content"))?;
        self.write_vault(io, member, locators).await
    }

    /// Writes the root vault.
    pub(super) async fn write_root(&mut self, io: &Io) -> Result<(), Failure> {
        let open = self.open()?;
        let seed = open.member.content.root_slot_seed.as_ref().ok_or_else(|| Failure::new("owner_only"))?;
        let locators = root_locators(seed);
        let mut root = open.root.take().ok_or_else(|| Failure::new("owner_only"))?;
        let outcome = self.write_vault(io, &mut root, locators).await;
        self.open()?.root = Some(root);
        outcome
    }

    async fn write_vault<C: VaultContent>(
        &mut self,
        io: &Io,
        vault: &mut OpenVault<C>,
        locators: [Locator; 2],
    ) -> Result<(), Failure> {
        let sealed = vault.seal(&mut self.rng).map_err(|e| vault_failure(&e))?;
        let body = VaultBody { vault: Blob(sealed.bytes().to_vec()), locators };
        let _: Empty = self.host.post(io, "/v1/vaults/replace".to_owned(), &body).await?;
        pin(io, vault).await;
        Ok(())
    }
}

/// The two locators of a member's vault, kept in it so that a later write can name them again.
pub(super) fn settings_of(locators: [Locator; 2]) -> Vec<u8> {
    locators.iter().flat_map(|locator| locator.0).collect()
}

fn locators_of(settings: &[u8]) -> Option<[Locator; 2]> {
    let (first, second) = settings.split_at_checked(Locator::SIZE)?;
    Some([Locator::try_from(first).ok()?, Locator::try_from(second).ok()?])
}

fn stretch_typed(passphrase: &str, account: &AccountKey) -> Result<Stretched, Failure> {
    stretch(passphrase, account).map_err(|error| Failure::new(error.code()).in_field("passphrase"))
}

async fn pin<C>(io: &Io, vault: &OpenVault<C>) {
    // A device that keeps nothing loses the check against rollback, not the vault.
    let _ = io.keep(pin_name(&vault.vault()), vault.generation().to_be_bytes().to_vec()).await;
}

fn pin_name(vault: &VaultId) -> String {
    format!("{PIN_PREFIX}{vault}")
}

fn vault_failure(error: &VaultError) -> Failure {
    Failure::new(error.code())
}
