//! Content of a member vault (`docs/spec/keys.md` §6).
//!
//! | tag | field | | tag | field |
//! |---|---|---|---|---|
//! | 4 | kind: 1 | | 9 | role (u8) |
//! | 5 | vault seed (32) | | 10 | host origin (text) |
//! | 6 | FP (32) | | 11 | root_slot_seed (32) or empty |
//! | 7 | calendar (16) | | 12 | pins |
//! | 8 | member seed (32) | | 13 | settings |

use souspli_protocol::tlv::TlvError;
use souspli_protocol::{CalendarId, Context, Fingerprint, Label};

use super::{VaultContent, VaultError, content_limit};
use crate::keys::{MemberKeys, Role};
use crate::{Secret, SecretBytes};

/// Most bytes of a host's origin.
pub const HOST_ORIGIN_LIMIT: usize = 256;

/// What a member keeps.
#[derive(PartialEq, Eq)]
pub struct MemberVault {
    /// Seed of the vault's own key.
    pub vault_seed: Secret<32>,
    /// The practice.
    pub context: Context,
    /// Seed of the member's keys.
    pub member_seed: Secret<32>,
    /// What the member may do.
    pub role: Role,
    /// Where the practice's host is; at most 256 bytes.
    pub host_origin: String,
    /// Opens the root vault; an owner's alone.
    pub root_slot_seed: Option<Secret<32>>,
    /// What the client has seen and never goes back behind.
    pub pins: Vec<u8>,
    /// The client's own settings.
    pub settings: Vec<u8>,
}

impl MemberVault {
    /// The member's keys.
    pub fn keys(&self) -> MemberKeys {
        MemberKeys::derive(&self.context, &self.member_seed)
    }
}

impl core::fmt::Debug for MemberVault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MemberVault").field("role", &self.role).finish_non_exhaustive()
    }
}

impl VaultContent for MemberVault {
    const KIND: u8 = 1;

    fn expose_encoded(&self) -> SecretBytes {
        let root_slot_seed = self.root_slot_seed.as_ref().map_or(&[][..], |seed| seed.expose_secret());
        let writer = Context::NONE
            .write(Label::VaultContent)
            .with_room(content_limit())
            .u8(4, Self::KIND)
            .bytes(5, self.vault_seed.expose_secret())
            .bytes(6, self.context.fp.as_bytes())
            .bytes(7, self.context.calendar.as_bytes())
            .bytes(8, self.member_seed.expose_secret())
            .u8(9, self.role.id())
            .text(10, &self.host_origin)
            .bytes(11, root_slot_seed)
            .bytes(12, &self.pins)
            .bytes(13, &self.settings);
        SecretBytes::new(writer.finish())
    }

    fn decode(bytes: &SecretBytes) -> Result<Self, VaultError> {
        let content = read(bytes.expose_secret()).map_err(|_| VaultError::Content)?;
        let owner = content.role == Role::Owner;
        if content.root_slot_seed.is_some() && !owner { Err(VaultError::Content) } else { Ok(content) }
    }

    fn vault_seed(&self) -> &Secret<32> {
        &self.vault_seed
    }
}

fn read(bytes: &[u8]) -> Result<MemberVault, TlvError> {
    let mut r = Context::NONE.read(bytes, Label::VaultContent)?;
    if r.u8(4)? != MemberVault::KIND {
        return Err(TlvError::Value { tag: 4 });
    }
    let vault_seed = secret(r.bytes(5)?, 5)?;
    let context = Context { fp: Fingerprint(r.array(6)?), calendar: CalendarId(r.array(7)?) };
    let read = MemberVault {
        vault_seed,
        context,
        member_seed: secret(r.bytes(8)?, 8)?,
        role: Role::from_id(r.u8(9)?).ok_or(TlvError::Value { tag: 9 })?,
        host_origin: r.text(10, HOST_ORIGIN_LIMIT)?.to_owned(),
        root_slot_seed: match r.bytes(11)? {
            [] => None,
            seed => Some(secret(seed, 11)?),
        },
        pins: r.bytes(12)?.to_vec(),
        settings: r.bytes(13)?.to_vec(),
    };
    r.finish()?;
    Ok(read)
}

/// A field that is a secret of 32 bytes.
pub(super) fn secret(bytes: &[u8], tag: u8) -> Result<Secret<32>, TlvError> {
    Secret::from_slice(bytes).map_err(|_| TlvError::Length { tag })
}
