//! The plaintext of an identity: roster and keys of one epoch (`docs/spec/publications.md` §4).

use souspli_protocol::sizes::{CLINICAL, XWING_PUBLIC};
use souspli_protocol::tlv::TlvError;
use souspli_protocol::{Context, ItemId, Label, VerifyingKey, sorted};

use crate::PublicKey;
use crate::keys::{EpochPublic, Role};

/// Most rows of a roster.
pub const ROSTER_LIMIT: usize = 32;
/// Most bytes of a log's origin line.
pub const LOG_ORIGIN_LIMIT: usize = 256;
/// Most bytes of a witness policy.
pub const WITNESS_POLICY_LIMIT: usize = 2_048;
/// Bytes of a roster row.
const ROW: usize = 42;

/// The plaintext is not the identity that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an identity of the epoch")]
pub struct BadIdentity;

impl BadIdentity {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        "bad_identity"
    }
}

impl From<TlvError> for BadIdentity {
    fn from(_: TlvError) -> Self {
        Self
    }
}

/// One member in the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RosterRow {
    /// The key that signs.
    pub key: VerifyingKey,
    /// What the member may do.
    pub role: Role,
    /// Bit i: the member reads what is sealed to clinical key i.
    pub clinical: u8,
    /// The member.
    pub id: ItemId,
}

/// Who belongs to the practice in one epoch, and the keys to seal to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Which epoch.
    pub epoch: u32,
    /// Its public keys.
    pub keys: EpochPublic,
    /// At most 32 members, each key once.
    pub roster: Vec<RosterRow>,
    /// No version below it is believed.
    pub min_version: u64,
    /// The key with which the host signs receipts and claim sets.
    pub receipt_key: VerifyingKey,
    /// The key with which the host signs checkpoints.
    pub log_key: VerifyingKey,
    /// Origin line of the host's log; at most 256 bytes.
    pub log_origin: String,
    /// Which witnesses must have cosigned; at most 2,048 bytes.
    pub witness_policy: String,
}

impl Identity {
    /// The member with this key.
    pub fn member(&self, key: &VerifyingKey) -> Option<&RosterRow> {
        self.roster.iter().find(|row| row.key == *key)
    }

    /// Its bytes; a roster or text over its limit gives bytes that no reader takes.
    pub fn encode(&self, context: &Context) -> Vec<u8> {
        let clinical: Vec<u8> = self.keys.clinical.iter().flat_map(PublicKey::to_bytes).collect();
        let count = u16::try_from(self.roster.len()).unwrap_or(u16::MAX);
        let mut roster = count.to_be_bytes().to_vec();
        for row in &self.roster {
            roster.extend_from_slice(row.key.as_bytes());
            roster.extend_from_slice(&[row.role.id(), row.clinical]);
            roster.extend_from_slice(row.id.as_bytes());
        }
        context
            .write(Label::Identity)
            .u32(4, self.epoch)
            .bytes(5, &self.keys.desk.to_bytes())
            .bytes(6, &clinical)
            .bytes(7, &roster)
            .u64(8, self.min_version)
            .bytes(9, self.receipt_key.as_bytes())
            .bytes(10, self.log_key.as_bytes())
            .text(11, &self.log_origin)
            .text(12, &self.witness_policy)
            .finish()
    }

    /// Reads bytes that must name this practice and epoch.
    pub fn decode(context: &Context, epoch: u32, bytes: &[u8]) -> Result<Self, BadIdentity> {
        let mut r = context.read(bytes, Label::Identity)?;
        if r.u32(4)? != epoch {
            return Err(BadIdentity);
        }
        let identity = Self {
            epoch,
            keys: EpochPublic { desk: public(r.bytes(5)?)?, clinical: clinical(r.bytes(6)?)? },
            roster: roster(r.bytes(7)?)?,
            min_version: r.u64(8)?,
            receipt_key: VerifyingKey(r.array(9)?),
            log_key: VerifyingKey(r.array(10)?),
            log_origin: r.text(11, LOG_ORIGIN_LIMIT)?.to_owned(),
            witness_policy: r.text(12, WITNESS_POLICY_LIMIT)?.to_owned(),
        };
        r.finish()?;
        Ok(identity)
    }
}

fn public(bytes: &[u8]) -> Result<PublicKey, BadIdentity> {
    PublicKey::from_bytes(bytes).map_err(|_| BadIdentity)
}

fn clinical(bytes: &[u8]) -> Result<[PublicKey; CLINICAL], BadIdentity> {
    let keys: Vec<PublicKey> = bytes.chunks(XWING_PUBLIC).map(public).collect::<Result<_, _>>()?;
    keys.try_into().map_err(|_| BadIdentity)
}

fn roster(bytes: &[u8]) -> Result<Vec<RosterRow>, BadIdentity> {
    let (count, rows) = bytes.split_first_chunk::<2>().ok_or(BadIdentity)?;
    let rows: Vec<RosterRow> = rows.chunks(ROW).map(row).collect::<Option<_>>().ok_or(BadIdentity)?;
    let keys = sorted(rows.iter().map(|row| row.key).collect());
    let right = rows.len() == usize::from(u16::from_be_bytes(*count))
        && rows.len() <= ROSTER_LIMIT
        && keys.windows(2).all(|pair| pair.first() != pair.last());
    if right { Ok(rows) } else { Err(BadIdentity) }
}

/// A row of 42 bytes. A desk member with a clinical key contradicts itself.
fn row(bytes: &[u8]) -> Option<RosterRow> {
    let (key, rest) = bytes.split_first_chunk::<32>()?;
    let (&[role, clinical], id) = rest.split_first_chunk::<2>()?;
    let role = Role::from_id(role)?;
    if clinical != 0 && !role.may_read_clinical() {
        return None;
    }
    Some(RosterRow { key: VerifyingKey(*key), role, clinical, id: ItemId::try_from(id).ok()? })
}
