//! Content of the root vault (`docs/spec/keys.md` §6).
//!
//! | tag | field | | tag | field |
//! |---|---|---|---|---|
//! | 4 | kind: 2 | | 9 | root seed (32) |
//! | 5 | vault seed (32) | | 10 | epochs: list of `epoch (u32) ‖ desk (32) ‖ 8 × clinical (32)` |
//! | 6 | FP (32) | | 11 | generations: list of `access (40) ‖ k_staff (32)` |
//! | 7 | calendar (16) | | 12 | links: list of `secret (32) ‖ flags (u8) ‖ expires (u32) ‖ name` |
//! | 8 | registration nonce (32) | | 13 | members: list of `Ed25519 (32) ‖ X-Wing (1,216) ‖ role (u8) ‖ clinical (u8) ‖ id (8) ‖ name` |
//! | | | | 14 | throw-away keys of the acl: n × 32 |
//!
//! The lists are of variable-sized items: each item has its length before it.

use souspli_protocol::sizes::{ACL_KEYS, CLINICAL, LINK_ROWS, XWING_PUBLIC};
use souspli_protocol::tlv::{Reader, TlvError};
use souspli_protocol::{CalendarId, Context, Fingerprint, ItemId, Label, VerifyingKey};
use zeroize::Zeroizing;

use super::member::secret;
use super::{VaultContent, VaultError, content_limit};
use crate::keys::{CalendarKey, EpochSeeds, Role, RootKey, StaffKey};
use crate::{PublicKey, Secret, SecretBytes};

/// Most bytes of a name in the vault.
pub const NAME_LIMIT: usize = 160;
const MAX_EPOCHS: usize = 256;
const MAX_GENERATIONS: usize = 256;

/// What the owners keep together.
#[derive(PartialEq, Eq)]
pub struct RootVault {
    /// Seed of the vault's own key.
    pub vault_seed: Secret<32>,
    /// The practice.
    pub context: Context,
    /// Nonce of the registration: the calendar id follows from it.
    pub nonce: [u8; 32],
    /// Seed of the root key.
    pub root_seed: Secret<32>,
    /// Seeds of the epochs, with rising numbers.
    pub epochs: Vec<EpochSeeds>,
    /// Generations of the calendar key.
    pub generations: Vec<Generation>,
    /// Links of the table, used or not.
    pub links: Vec<StoredLink>,
    /// Members of the practice.
    pub members: Vec<StoredMember>,
    /// Throw-away keys of the access list (see `publish::publish_acl`).
    pub acl_fillers: Vec<VerifyingKey>,
}

/// One generation of the calendar key.
#[derive(Debug, PartialEq, Eq)]
pub struct Generation {
    /// Its first key.
    pub access: CalendarKey,
    /// Its k_staff.
    pub staff: StaffKey,
}

/// A link of the table.
#[derive(PartialEq, Eq)]
pub struct StoredLink {
    /// Its secret.
    pub secret: Secret<32>,
    /// Whether it needs an invitation token.
    pub needs_token: bool,
    /// First minute in which it no longer works.
    pub expires: u32,
    /// What the practice calls it; at most 160 bytes; empty for one that is not given out.
    pub name: String,
}

/// A member of the practice.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredMember {
    /// The key that signs.
    pub key: VerifyingKey,
    /// The key that grants are sealed to.
    pub sealing: PublicKey,
    /// What the member may do.
    pub role: Role,
    /// Bit i: reads what is sealed to clinical key i.
    pub clinical: u8,
    /// The member.
    pub id: ItemId,
    /// What the practice calls the member; at most 160 bytes.
    pub name: String,
}

impl RootVault {
    /// The root key.
    pub fn root(&self) -> RootKey {
        RootKey::from_seed(self.root_seed.duplicate())
    }

    /// The seeds of an epoch.
    pub fn epoch(&self, epoch: u32) -> Option<&EpochSeeds> {
        self.epochs.iter().find(|seeds| seeds.epoch == epoch)
    }

    /// The newest generation.
    pub fn generation(&self) -> Option<&Generation> {
        self.generations.last()
    }
}

/// Names are not printed, no more than secrets are.
macro_rules! unprinted {
    ($($name:ident)*) => {$(
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

unprinted! { RootVault StoredLink StoredMember }

impl VaultContent for RootVault {
    const KIND: u8 = 2;

    fn expose_encoded(&self) -> SecretBytes {
        let fillers: Vec<u8> = self.acl_fillers.iter().flat_map(|key| key.0).collect();
        let writer = Context::NONE
            .write(Label::VaultContent)
            .with_room(content_limit())
            .u8(4, Self::KIND)
            .bytes(5, self.vault_seed.expose_secret())
            .bytes(6, self.context.fp.as_bytes())
            .bytes(7, self.context.calendar.as_bytes())
            .bytes(8, &self.nonce)
            .bytes(9, self.root_seed.expose_secret())
            .list(10, &items(&self.epochs, write_epoch))
            .list(11, &items(&self.generations, write_generation))
            .list(12, &items(&self.links, write_link))
            .list(13, &items(&self.members, write_member))
            .bytes(14, &fillers);
        SecretBytes::new(writer.finish())
    }

    fn decode(bytes: &SecretBytes) -> Result<Self, VaultError> {
        let content = read(bytes.expose_secret()).map_err(|_| VaultError::Content)?;
        let rising = content.epochs.iter().zip(content.epochs.iter().skip(1)).all(|(a, b)| a.epoch < b.epoch);
        let own = content.root().context(&content.nonce) == content.context;
        if rising && own { Ok(content) } else { Err(VaultError::Content) }
    }

    fn vault_seed(&self) -> &Secret<32> {
        &self.vault_seed
    }
}

fn read(bytes: &[u8]) -> Result<RootVault, TlvError> {
    let mut r = Context::NONE.read(bytes, Label::VaultContent)?;
    if r.u8(4)? != RootVault::KIND {
        return Err(TlvError::Value { tag: 4 });
    }
    let vault_seed = secret(r.bytes(5)?, 5)?;
    let context = Context { fp: Fingerprint(r.array(6)?), calendar: CalendarId(r.array(7)?) };
    let read = RootVault {
        vault_seed,
        context,
        nonce: r.array(8)?,
        root_seed: secret(r.bytes(9)?, 9)?,
        epochs: list(&mut r, 10, MAX_EPOCHS, read_epoch)?,
        generations: list(&mut r, 11, MAX_GENERATIONS, read_generation)?,
        links: list(&mut r, 12, LINK_ROWS, read_link)?,
        members: list(&mut r, 13, ACL_KEYS, read_member)?,
        acl_fillers: fillers(r.bytes(14)?).ok_or(TlvError::Length { tag: 14 })?,
    };
    r.finish()?;
    Ok(read)
}

type Item = Zeroizing<Vec<u8>>;

fn items<T>(values: &[T], write: fn(&T) -> Item) -> Vec<ItemBytes> {
    values.iter().map(|value| ItemBytes(write(value))).collect()
}

/// An encoded item, wiped when dropped.
struct ItemBytes(Item);

impl AsRef<[u8]> for ItemBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn list<T>(r: &mut Reader<'_>, tag: u8, limit: usize, read: fn(&[u8]) -> Option<T>) -> Result<Vec<T>, TlvError> {
    r.list(tag, limit)?.into_iter().map(read).collect::<Option<_>>().ok_or(TlvError::Value { tag })
}

fn join(parts: &[&[u8]]) -> Item {
    Zeroizing::new(parts.concat())
}

fn write_epoch(seeds: &EpochSeeds) -> Item {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 + 9 * 32));
    bytes.extend_from_slice(&seeds.epoch.to_be_bytes());
    for seed in core::iter::once(&seeds.desk).chain(&seeds.clinical) {
        bytes.extend_from_slice(seed.expose_secret());
    }
    bytes
}

fn read_epoch(bytes: &[u8]) -> Option<EpochSeeds> {
    let (epoch, seeds) = bytes.split_first_chunk::<4>()?;
    let (desk, clinical) = seeds.split_at_checked(32)?;
    let clinical: Vec<Secret<32>> =
        clinical.chunks(32).map(|seed| Secret::from_slice(seed).ok()).collect::<Option<_>>()?;
    let clinical: [Secret<32>; CLINICAL] = clinical.try_into().ok()?;
    Some(EpochSeeds { epoch: u32::from_be_bytes(*epoch), desk: Secret::from_slice(desk).ok()?, clinical })
}

fn write_generation(generation: &Generation) -> Item {
    let access = generation.access.expose_access();
    join(&[access.expose_secret(), generation.staff.expose().expose_secret()])
}

fn read_generation(bytes: &[u8]) -> Option<Generation> {
    let (access, staff) = bytes.split_at_checked(CalendarKey::ACCESS)?;
    let staff = StaffKey::new(Secret::from_slice(staff).ok()?);
    Some(Generation { access: CalendarKey::from_access(access).ok()?, staff })
}

fn write_link(link: &StoredLink) -> Item {
    let flags = [u8::from(link.needs_token)];
    join(&[link.secret.expose_secret(), &flags, &link.expires.to_be_bytes(), link.name.as_bytes()])
}

fn read_link(bytes: &[u8]) -> Option<StoredLink> {
    let (secret, rest) = bytes.split_at_checked(32)?;
    let (&[flags], rest) = rest.split_first_chunk::<1>()?;
    let (expires, name) = rest.split_first_chunk::<4>()?;
    let needs_token = match flags {
        0 => false,
        1 => true,
        _ => return None,
    };
    let secret = Secret::from_slice(secret).ok()?;
    Some(StoredLink { secret, needs_token, expires: u32::from_be_bytes(*expires), name: text(name)? })
}

fn write_member(member: &StoredMember) -> Item {
    join(&[
        member.key.as_bytes(),
        &member.sealing.to_bytes(),
        &[member.role.id(), member.clinical],
        member.id.as_bytes(),
        member.name.as_bytes(),
    ])
}

fn read_member(bytes: &[u8]) -> Option<StoredMember> {
    let (key, rest) = bytes.split_first_chunk::<32>()?;
    let (sealing, rest) = rest.split_at_checked(XWING_PUBLIC)?;
    let (&[role, clinical], rest) = rest.split_first_chunk::<2>()?;
    let (id, name) = rest.split_first_chunk::<8>()?;
    Some(StoredMember {
        key: VerifyingKey(*key),
        sealing: PublicKey::from_bytes(sealing).ok()?,
        role: Role::from_id(role)?,
        clinical,
        id: ItemId(*id),
        name: text(name)?,
    })
}

fn fillers(bytes: &[u8]) -> Option<Vec<VerifyingKey>> {
    let keys: Vec<_> = bytes.chunks(32).map(|key| VerifyingKey::try_from(key).ok()).collect::<Option<_>>()?;
    (keys.len() <= ACL_KEYS).then_some(keys)
}

fn text(bytes: &[u8]) -> Option<String> {
    (bytes.len() <= NAME_LIMIT).then(|| core::str::from_utf8(bytes).ok().map(str::to_owned)).flatten()
}
