//! Members besides the first owner (`docs/spec/keys.md` §2, §3).

use serde::Serialize;
use serde_json::{Value, json};
use souspli_crypto::Secret;
use souspli_crypto::keys::{AccountKey, EpochSeeds, MemberKeys, RecoveryCode, Role};
use souspli_crypto::publish::{open_identity, publish_acl};
use souspli_crypto::vault::{MemberVault, OpenVault, SlotSecret, StoredMember, stretch};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::{EPOCHS_AHEAD, epoch_of};
use souspli_protocol::wire::{Blob, Empty, VaultBody};
use souspli_protocol::{ItemId, VerifyingKey};

use super::Session;
use super::call::role_name;
use super::setup::{HostKeys, Places, grants_publication, identity_publication};
use super::unlock::settings_of;
use crate::body::fits;
use crate::failure::Failure;
use crate::flow::Io;

/// Somebody who has keys of the practice.
#[derive(Debug, Serialize)]
pub(super) struct MemberView {
    id: ItemId,
    /// Empty for the owner who made the practice.
    name: String,
    role: &'static str,
}

impl Session {
    /// Who has keys, as the root vault knows them: an owner's view.
    pub(super) async fn members(&mut self, io: &Io) -> Result<Vec<MemberView>, Failure> {
        self.fresh_root(io).await?;
        let members = self.open()?.root()?.content.members.iter();
        let view = |member: &StoredMember| MemberView {
            id: member.id,
            name: member.name.clone(),
            role: role_name(member.role),
        };
        Ok(members.map(view).collect())
    }

    /// Adds a desk member: reads names and times, never a reason. Its vault is made here and handed over on paper.
    pub(super) async fn add_desk(&mut self, io: &Io, name: &str, passphrase: &str, now: u32) -> Result<Value, Failure> {
        fits("name", name, souspli_crypto::vault::NAME_LIMIT)?;
        let (account, recovery) = (AccountKey::make(&mut self.rng), RecoveryCode::make(&mut self.rng));
        let stretched =
            stretch(passphrase, &account).map_err(|error| Failure::new(error.code()).in_field("passphrase"))?;
        self.fresh_root(io).await?;
        self.refresh(io, now).await?;
        let rng = &mut self.rng;
        let open = self.unlocked.as_deref_mut().ok_or_else(|| Failure::new("locked"))?;
        let context = open.context;
        let member_seed = Secret::make(rng);
        let keys = MemberKeys::derive(&context, &member_seed);
        let content = MemberVault {
            vault_seed: Secret::make(rng),
            context,
            member_seed,
            role: Role::Desk,
            host_origin: open.member.content.host_origin.clone(),
            root_slot_seed: None,
            pins: Vec::new(),
            settings: settings_of([account.locator(), recovery.locator()]),
        };
        let mut vault = OpenVault::make(content, rng);
        let failed = |error: souspli_crypto::vault::VaultError| Failure::new(error.code());
        vault.set_slot(&SlotSecret::Passphrase(&stretched), rng).map_err(failed)?;
        vault.set_slot(&SlotSecret::Recovery(&recovery), rng).map_err(failed)?;
        let sealed = vault.seal(rng).map_err(failed)?;
        let root = &mut open.root.as_mut().ok_or_else(|| Failure::new("owner_only"))?.content;
        root.members.push(StoredMember {
            key: keys.verifying_key(),
            sealing: keys.sealing().public().clone(),
            role: Role::Desk,
            clinical: 0,
            id: ItemId(*Secret::<8>::make(rng).expose_secret()),
            name: name.to_owned(),
        });
        let locators = [account.locator(), recovery.locator()];
        let body = VaultBody { vault: Blob(sealed.bytes().to_vec()), locators };
        let _: Empty = self.host.post(io, "/v1/vaults".to_owned(), &body).await?;
        self.publish_members(io, now).await?;
        let (account, recovery) = (account.expose_text().to_string(), recovery.expose_text().to_string());
        Ok(json!({ "accountKey": account, "recoveryCode": recovery }))
    }

    /// Publishes access list, identities and grants after the members have changed.
    async fn publish_members(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        let current = epoch_of(now);
        let known = self.published(io, PublicationKind::Identity, current).await?;
        let known = known.ok_or_else(|| Failure::new("epoch_expired"))?;
        let identity = open_identity(&known, &self.open()?.access).map_err(|error| Failure::new(error.code()))?;
        let host = HostKeys::from(&identity);
        let rng = &mut self.rng;
        let open = self.unlocked.as_deref_mut().ok_or_else(|| Failure::new("locked"))?;
        let version = open.version;
        let root = &mut open.root.as_mut().ok_or_else(|| Failure::new("owner_only"))?.content;
        for epoch in current..=current.saturating_add(EPOCHS_AHEAD) {
            if root.epoch(epoch).is_none() {
                root.epochs.push(EpochSeeds::make(epoch, rng));
            }
        }
        root.epochs.sort_by_key(|seeds| seeds.epoch);
        let members: Vec<VerifyingKey> = root.members.iter().map(|member| member.key).collect();
        let key = root.root();
        let mut places = Places::new(root, version, now);
        let acl = publish_acl(&places.next(0), &members, &mut root.acl_fillers, &key, rng);
        let mut batch = vec![acl.map_err(|error| Failure::new(error.code()))?];
        for epoch in current..=current.saturating_add(EPOCHS_AHEAD) {
            batch.push(identity_publication(root, &places.next_epoch(epoch), host.clone(), rng)?);
        }
        for epoch in [current, current.saturating_add(1)] {
            batch.push(grants_publication(root, &places.next_epoch(epoch), rng)?);
        }
        self.write_root(io).await?;
        self.publish_batch(io, &batch).await?;
        self.refresh(io, now).await
    }
}
