//! Creating a practice: every key is made on the device, and nothing is sent before the recovery code was typed back.

use souspli_crypto::Secret;
use souspli_crypto::keys::{
    AccountKey, CalendarKey, EpochSeeds, LinkKeys, MemberKeys, RecoveryCode, Role, RootKey, StaffKey,
};
use souspli_crypto::publish::{
    GrantTo, Identity, LinkEntry, Place, RosterRow, publish_acl, publish_grants, publish_identity, publish_links,
    publish_registration,
};
use souspli_crypto::vault::{
    Generation, MemberVault, OpenVault, RootVault, SlotSecret, StoredLink, StoredMember, member_locator, stretch,
};
use souspli_protocol::publication::Publication;
use souspli_protocol::sizes::{EPOCH_MINUTES, EPOCHS_AHEAD, LINK_ROWS, epoch_of};
use souspli_protocol::wire::{Blob, HostInfo, Publish, Published, VaultBody};
use souspli_protocol::{Context, ItemId, Locator, VerifyingKey};

use super::Session;
use super::request::code_failure;
use super::unlock::settings_of;
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::seal::Rng;

/// A link is good for ten years unless it is revoked.
pub(super) const LINK_MINUTES: u32 = 10 * 365 * 1_440;
/// All clinical keys.
pub(super) const ALL_CLINICAL: u8 = 0xff;

/// A practice that is made and not registered yet. Its sealed bytes are made once, so that a second try sends the same.
pub(super) struct Making {
    recovery: RecoveryCode,
    account: AccountKey,
    member: OpenVault<MemberVault>,
    root: OpenVault<RootVault>,
    bodies: Option<Bodies>,
}

struct Bodies {
    vaults: [VaultBody; 2],
    batch: Publish,
}

impl Session {
    /// Makes all keys. Gives account key and recovery code, to be printed.
    pub(super) fn create(&mut self, passphrase: &str, origin: &str, now: u32) -> Result<(String, String), Failure> {
        let (account, recovery) = (AccountKey::make(&mut self.rng), RecoveryCode::make(&mut self.rng));
        let stretched =
            stretch(passphrase, &account).map_err(|error| Failure::new(error.code()).in_field("passphrase"))?;
        let rng = &mut self.rng;
        let root = make_root(now, rng);
        let context = root.context;
        let member_seed = Secret::make(rng);
        let keys = MemberKeys::derive(&context, &member_seed);
        let mut root = root;
        root.members.push(StoredMember {
            key: keys.verifying_key(),
            sealing: keys.sealing().public().clone(),
            role: Role::Owner,
            clinical: ALL_CLINICAL,
            id: ItemId(*Secret::<8>::make(rng).expose_secret()),
            name: String::new(),
        });
        let root_slot_seed = Secret::make(rng);
        let mut root = OpenVault::make(root, rng);
        let mut member = OpenVault::make(
            MemberVault {
                vault_seed: Secret::make(rng),
                context,
                member_seed,
                role: Role::Owner,
                host_origin: origin.to_owned(),
                root_slot_seed: Some(root_slot_seed.duplicate()),
                pins: Vec::new(),
                settings: settings_of([account.locator(), recovery.locator()]),
            },
            rng,
        );
        let vault = |error: souspli_crypto::vault::VaultError| Failure::new(error.code());
        root.set_slot(&SlotSecret::Member(&root_slot_seed), rng).map_err(vault)?;
        root.set_slot(&SlotSecret::Recovery(&recovery), rng).map_err(vault)?;
        member.set_slot(&SlotSecret::Passphrase(&stretched), rng).map_err(vault)?;
        member.set_slot(&SlotSecret::Recovery(&recovery), rng).map_err(vault)?;
        let texts = (account.expose_text().to_string(), recovery.expose_text().to_string());
        self.making = Some(Box::new(Making { recovery, account, member, root, bodies: None }));
        Ok(texts)
    }

    /// Registers, once the recovery code has been typed back.
    pub(super) async fn finish_create(&mut self, io: &Io, typed: &str, now: u32) -> Result<(), Failure> {
        let making = self.making.as_ref().ok_or_else(|| Failure::new("nothing_to_finish"))?;
        let typed = RecoveryCode::parse(typed).map_err(|error| code_failure(error, "recoveryCode"))?;
        if typed != making.recovery {
            return Err(Failure::new("recovery_code_differs").in_field("recoveryCode"));
        }
        if making.bodies.is_none() {
            let info: HostInfo = self.host.get(io, "/v1/host".to_owned()).await?;
            let making = self.making.as_mut().ok_or_else(|| Failure::new("nothing_to_finish"))?;
            making.bodies = Some(make_bodies(making, &info, now, &mut self.rng)?);
        }
        let making = self.making.as_ref().ok_or_else(|| Failure::new("nothing_to_finish"))?;
        let bodies = making.bodies.as_ref().ok_or_else(|| Failure::new("internal"))?;
        let context = making.member.content.context;
        for (done, vault) in (1..).zip(&bodies.vaults) {
            io.progress(done, 3).await;
            let _: souspli_protocol::wire::Empty = self.host.post(io, "/v1/vaults".to_owned(), vault).await?;
        }
        io.progress(3, 3).await;
        let path = calendar_path(&context.calendar, "publications");
        let _: Published = self.host.post(io, path, &bodies.batch).await?;
        let making = self.making.take().ok_or_else(|| Failure::new("internal"))?;
        drop(making.account);
        self.take_vaults(io, making.member, Some(making.root), now).await
    }
}

fn make_root(now: u32, rng: &mut Rng) -> RootVault {
    let root = RootKey::make(rng);
    let nonce = *Secret::<32>::make(rng).expose_secret();
    let epoch = epoch_of(now);
    // One window early: the practice's zone is not known yet and may be behind UTC.
    let window = utc_window(now).saturating_sub(1);
    RootVault {
        vault_seed: Secret::make(rng),
        context: root.context(&nonce),
        nonce,
        root_seed: root.seed().duplicate(),
        epochs: (epoch..=epoch.saturating_add(EPOCHS_AHEAD)).map(|epoch| EpochSeeds::make(epoch, rng)).collect(),
        generations: vec![Generation { access: CalendarKey::make(1, window, rng), staff: StaffKey::make(rng) }],
        // Sixteen from the start, so that their number is never seen.
        links: (0..LINK_ROWS).map(|_| fresh_link(now, rng)).collect(),
        members: Vec::new(),
        acl_fillers: Vec::new(),
    }
}

/// A link that is not given out yet.
pub(super) fn fresh_link(now: u32, rng: &mut Rng) -> StoredLink {
    let expires = now.saturating_add(LINK_MINUTES);
    StoredLink { secret: Secret::make(rng), needs_token: false, expires, name: String::new() }
}

/// The window by the UTC date (ADR 0009).
pub(super) fn utc_window(now: u32) -> u32 {
    souspli_booking::zone::Offsets::UTC.window_of(now)
}

fn make_bodies(making: &mut Making, info: &HostInfo, now: u32, rng: &mut Rng) -> Result<Bodies, Failure> {
    let vault = |error: souspli_crypto::vault::VaultError| Failure::new(error.code());
    let locators = [making.account.locator(), making.recovery.locator()];
    let root_seed = making.member.content.root_slot_seed.as_ref().ok_or_else(|| Failure::new("internal"))?;
    let root_locators = root_locators(root_seed);
    let publications = first_batch(&mut making.root.content, info, now, rng)?;
    let root = making.root.seal(rng).map_err(vault)?;
    let member = making.member.seal(rng).map_err(vault)?;
    Ok(Bodies {
        vaults: [
            VaultBody { vault: Blob(root.bytes().to_vec()), locators: root_locators },
            VaultBody { vault: Blob(member.bytes().to_vec()), locators },
        ],
        batch: Publish { publications: publications.iter().map(|each| Blob(each.bytes().to_vec())).collect() },
    })
}

/// The root vault is found by one locator; the second, which the shape asks for, follows from it and opens nothing.
pub(super) fn root_locators(root_slot_seed: &Secret<32>) -> [Locator; 2] {
    let first = member_locator(root_slot_seed);
    [first, Locator(souspli_attest::sha256(first.as_bytes()).0)]
}

/// Registration, access list, link table, identities of this epoch and six more, grants of this one and the next.
fn first_batch(root: &mut RootVault, info: &HostInfo, now: u32, rng: &mut Rng) -> Result<Vec<Publication>, Failure> {
    let made = |error: souspli_crypto::publish::PublishError| Failure::new(error.code());
    let key = root.root();
    let mut places = Places::new(root, 0, now);
    let members: Vec<VerifyingKey> = root.members.iter().map(|member| member.key).collect();
    let mut batch = vec![publish_registration(&places.next(0), &root.nonce, &key).map_err(made)?];
    batch.push(publish_acl(&places.next(0), &members, &mut root.acl_fillers, &key, rng).map_err(made)?);
    batch.push(links_publication(root, &places.next(0), rng)?);
    let epoch = epoch_of(now);
    for epoch in epoch..=epoch.saturating_add(EPOCHS_AHEAD) {
        batch.push(identity_publication(root, &places.next_epoch(epoch), HostKeys::from(info), rng)?);
    }
    for epoch in [epoch, epoch.saturating_add(1)] {
        batch.push(grants_publication(root, &places.next_epoch(epoch), rng)?);
    }
    Ok(batch)
}

/// Which host a practice trusts with its receipts, and which witnesses with its log: pinned in each identity. What a host
/// says of itself counts at the founding alone; later identities repeat the one before.
#[derive(Debug, Clone)]
pub(super) struct HostKeys {
    receipt: VerifyingKey,
    log: VerifyingKey,
    origin: String,
    witnesses: String,
}

impl From<&HostInfo> for HostKeys {
    fn from(info: &HostInfo) -> Self {
        let (origin, witnesses) = (info.log_origin.clone(), info.witness_policy.clone());
        Self { receipt: info.receipt_key, log: info.log_key, origin, witnesses }
    }
}

impl From<&Identity> for HostKeys {
    fn from(identity: &Identity) -> Self {
        let (origin, witnesses) = (identity.log_origin.clone(), identity.witness_policy.clone());
        Self { receipt: identity.receipt_key, log: identity.log_key, origin, witnesses }
    }
}

/// Gives publications their places: versions in order.
pub(super) struct Places {
    context: Context,
    version: u64,
    generation: u32,
    window: u32,
    now: u32,
}

impl Places {
    /// The next publication makes `version + 1`; boxes are under the key of the window of now.
    pub(super) fn new(root: &RootVault, version: u64, now: u32) -> Self {
        let first = root.generation().map(|generation| (generation.access.generation(), generation.access.window()));
        let (generation, window) = first.unwrap_or_default();
        Self { context: root.context, version, generation, window, now }
    }

    /// The same, for a member without the root vault.
    pub(super) fn of_access(context: Context, access: &CalendarKey, version: u64, now: u32) -> Self {
        Self { context, version, generation: access.generation(), window: access.window(), now }
    }

    /// The place of a publication without epoch; its key is that of the generation's first window, which every link
    /// and record of the generation reads.
    pub(super) fn next(&mut self, slot: u32) -> Place {
        self.version += 1;
        Place {
            context: self.context,
            version: self.version,
            slot,
            not_before: self.now,
            not_after: self.now.saturating_add(LINK_MINUTES),
            key_generation: self.generation,
            key_window: self.window,
        }
    }

    /// The place of an epoch's publication: valid for just that epoch.
    pub(super) fn next_epoch(&mut self, epoch: u32) -> Place {
        let not_before = epoch.saturating_mul(EPOCH_MINUTES);
        Place { not_before, not_after: not_before.saturating_add(EPOCH_MINUTES), ..self.next(epoch) }
    }

    /// The place of a window's hours, under that window's key.
    pub(super) fn next_window(&mut self, window: u32) -> Place {
        Place { key_window: window, ..self.next(window) }
    }
}

/// The link table with all sixteen links.
pub(super) fn links_publication(root: &RootVault, place: &Place, rng: &mut Rng) -> Result<Publication, Failure> {
    let keys: Vec<LinkKeys> = root.links.iter().map(|link| LinkKeys::derive(&root.context, &link.secret)).collect();
    let entries: Vec<LinkEntry<'_>> = keys
        .iter()
        .zip(&root.links)
        .map(|(keys, link)| LinkEntry { keys, needs_token: link.needs_token, expires: link.expires })
        .collect();
    let generation = root.generation().ok_or_else(|| Failure::new("internal"))?;
    publish_links(place, &entries, &generation.access, &root.root(), rng).map_err(|error| Failure::new(error.code()))
}

/// The identity of an epoch whose seeds are in the vault.
pub(super) fn identity_publication(
    root: &RootVault,
    place: &Place,
    host: HostKeys,
    rng: &mut Rng,
) -> Result<Publication, Failure> {
    let seeds = root.epoch(place.slot).ok_or_else(|| Failure::new("internal"))?;
    let generation = root.generation().ok_or_else(|| Failure::new("internal"))?;
    let roster = root.members.iter().map(|member| RosterRow {
        key: member.key,
        role: member.role,
        clinical: member.clinical,
        id: member.id,
    });
    let identity = Identity {
        epoch: place.slot,
        keys: seeds.public(),
        roster: roster.collect(),
        min_version: 1,
        receipt_key: host.receipt,
        log_key: host.log,
        log_origin: host.origin,
        witness_policy: host.witnesses,
    };
    publish_identity(place, &identity, &generation.access, &root.root(), rng)
        .map_err(|error| Failure::new(error.code()))
}

/// The grants of an epoch to all members.
pub(super) fn grants_publication(root: &RootVault, place: &Place, rng: &mut Rng) -> Result<Publication, Failure> {
    let seeds = root.epoch(place.slot).ok_or_else(|| Failure::new("internal"))?;
    let generation = root.generation().ok_or_else(|| Failure::new("internal"))?;
    let grants: Vec<GrantTo<'_>> = root
        .members
        .iter()
        .map(|member| GrantTo { member: member.key, to: &member.sealing, clinical: member.clinical })
        .collect();
    publish_grants(place, &grants, seeds, &generation.access, &generation.staff, &root.root(), rng)
        .map_err(|error| Failure::new(error.code()))
}
