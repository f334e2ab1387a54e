//! What a practice publishes, as bytes (`docs/spec/publications.md`).

use crate::restore::Accepted;
use crate::sizes::{ACL_KEYS, GRANT_ROW, GRANT_ROWS, LINK_ROW, LINK_ROWS};
use crate::tlv::{FIELD_OVERHEAD, Reader, TlvError};
use crate::{Context, Digest, Label, Signature, VerifyingKey};

/// The kinds of publication; 9 (tokens) and 10 (release) are reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PublicationKind {
    /// Creates a calendar; signed by the root.
    Registration,
    /// The host's only access list; signed by the root.
    Acl,
    /// The link table; signed by the root.
    Links,
    /// Roster and keys of one epoch; signed by the root.
    Identity,
    /// Names, visit types, texts; signed by an owner.
    Catalogue,
    /// Open ranges of one window; signed by a member.
    Hours,
    /// Epoch seeds sealed to members; signed by the root.
    Grants,
    /// The private weekly rules; signed by a member.
    Rules,
    /// That the chain goes on after a restore (`docs/spec/restore.md` §6); signed by a member.
    Countersignature,
}

impl PublicationKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Registration,
        Self::Acl,
        Self::Links,
        Self::Identity,
        Self::Catalogue,
        Self::Hours,
        Self::Grants,
        Self::Rules,
        Self::Countersignature,
    ];

    /// Its number on the wire.
    pub const fn id(self) -> u8 {
        match self {
            Self::Registration => 1,
            Self::Acl => 2,
            Self::Links => 3,
            Self::Identity => 4,
            Self::Catalogue => 5,
            Self::Hours => 6,
            Self::Grants => 7,
            Self::Rules => 8,
            Self::Countersignature => 11,
        }
    }

    /// The kind with this number; `None` for reserved and unknown ones.
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The label of its statement.
    pub const fn label(self) -> Label {
        match self {
            Self::Registration => Label::PublicationRegistration,
            Self::Acl => Label::PublicationAcl,
            Self::Links => Label::PublicationLinks,
            Self::Identity => Label::PublicationIdentity,
            Self::Catalogue => Label::PublicationCatalogue,
            Self::Hours => Label::PublicationHours,
            Self::Grants => Label::PublicationGrants,
            Self::Rules => Label::PublicationRules,
            Self::Countersignature => Label::PublicationCountersignature,
        }
    }

    /// Whether only the root may sign it; the others are signed by a key of the access list.
    pub const fn signed_by_root(self) -> bool {
        matches!(self, Self::Registration | Self::Acl | Self::Links | Self::Identity | Self::Grants)
    }

    /// Bytes of its payload.
    pub const fn payload_len(self) -> usize {
        match self {
            Self::Registration => 64,
            Self::Acl => ACL_KEYS * VerifyingKey::SIZE,
            Self::Links => LINK_ROWS * LINK_ROW,
            Self::Identity => 16_384,
            Self::Catalogue | Self::Rules => 32_768,
            Self::Hours => 4_096,
            Self::Grants => GRANT_ROWS * GRANT_ROW,
            Self::Countersignature => Accepted::SIZE,
        }
    }

    /// Bytes of its statement.
    #[expect(clippy::arithmetic_side_effects, reason = "small numbers that are known here")]
    pub const fn statement_len(self) -> usize {
        Context::prefix_len(self.label()) + 8 * FIELD_OVERHEAD + 8 + 5 * 4 + 2 * 32
    }

    /// Bytes of the whole publication.
    #[expect(clippy::arithmetic_side_effects, reason = "small numbers that are known here")]
    pub const fn size(self) -> usize {
        self.statement_len() + self.payload_len() + Signature::SIZE
    }
}

/// The signed statement of a publication (§1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicationStatement {
    /// Which kind.
    pub kind: PublicationKind,
    /// Whose.
    pub context: Context,
    /// The calendar's version that this publication makes.
    pub version: u64,
    /// Epoch, window, or 0.
    pub slot: u32,
    /// First minute of its validity.
    pub not_before: u32,
    /// First minute after its validity.
    pub not_after: u32,
    /// Who signs.
    pub signer: VerifyingKey,
    /// Generation of the calendar key that its box is under.
    pub key_generation: u32,
    /// Window of the calendar key that its box is under.
    pub key_window: u32,
    /// SHA-256 of the payload.
    pub payload_hash: Digest,
}

impl PublicationStatement {
    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        self.context
            .write(self.kind.label())
            .u64(4, self.version)
            .u32(5, self.slot)
            .u32(6, self.not_before)
            .u32(7, self.not_after)
            .bytes(8, self.signer.as_bytes())
            .u32(9, self.key_generation)
            .u32(10, self.key_window)
            .bytes(11, self.payload_hash.as_bytes())
            .finish()
    }

    fn decode(bytes: &[u8], kind: PublicationKind) -> Result<Self, TlvError> {
        let (context, mut reader): (Context, Reader<'_>) = Context::open(bytes, kind.label())?;
        let statement = Self {
            kind,
            context,
            version: reader.u64(4)?,
            slot: reader.u32(5)?,
            not_before: reader.u32(6)?,
            not_after: reader.u32(7)?,
            signer: VerifyingKey(reader.array(8)?),
            key_generation: reader.u32(9)?,
            key_window: reader.u32(10)?,
            payload_hash: Digest(reader.array(11)?),
        };
        reader.finish()?;
        Ok(statement)
    }
}

/// A publication taken apart; its bytes are kept as they came.
#[derive(Clone, PartialEq, Eq)]
pub struct Publication {
    statement: PublicationStatement,
    bytes: Vec<u8>,
}

impl Publication {
    /// Puts a statement, its payload and its signature together. `None` when the payload has the wrong size.
    pub fn assemble(statement: PublicationStatement, payload: &[u8], signature: &Signature) -> Option<Self> {
        if payload.len() != statement.kind.payload_len() {
            return None;
        }
        let bytes = [&statement.encode()[..], payload, signature.as_bytes()].concat();
        Some(Self { statement, bytes })
    }

    /// Takes bytes apart; the kind is told by its label. No signature or hash is checked here.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, TlvError> {
        let kind = PublicationKind::ALL
            .into_iter()
            .find(|kind| Reader::new(&bytes, kind.label()).is_ok())
            .ok_or(TlvError::Label)?;
        if bytes.len() != kind.size() {
            return Err(TlvError::Trailing);
        }
        let statement = bytes.get(..kind.statement_len()).ok_or(TlvError::Truncated)?;
        let statement = PublicationStatement::decode(statement, kind)?;
        Ok(Self { statement, bytes })
    }

    /// What is signed.
    pub fn statement(&self) -> &PublicationStatement {
        &self.statement
    }

    /// The bytes of the statement.
    pub fn statement_bytes(&self) -> &[u8] {
        self.bytes.get(..self.statement.kind.statement_len()).unwrap_or_default()
    }

    /// The payload: sealed, or public keys.
    pub fn payload(&self) -> &[u8] {
        let start = self.statement.kind.statement_len();
        self.bytes.get(start..start.saturating_add(self.statement.kind.payload_len())).unwrap_or_default()
    }

    /// The signature over the statement.
    pub fn signature(&self) -> Signature {
        let start = self.bytes.len().saturating_sub(Signature::SIZE);
        self.bytes.get(start..).and_then(|bytes| Signature::try_from(bytes).ok()).unwrap_or(Signature::ZERO)
    }

    /// All bytes, as published.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl core::fmt::Debug for Publication {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Publication").field("statement", &self.statement).finish_non_exhaustive()
    }
}

/// One row of a link table (§3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRow {
    /// The link's Ed25519 key.
    pub link: VerifyingKey,
    /// Bit 0: needs an invitation token.
    pub flags: u8,
    /// First minute in which the link no longer works.
    pub expires: u32,
    /// Box under k_link that holds an access.
    pub sealed: [u8; 120],
}

impl LinkRow {
    /// Its 160 bytes.
    pub fn encode(&self) -> [u8; LINK_ROW] {
        let mut row = [0; LINK_ROW];
        let (key, rest) = row.split_at_mut(32);
        key.copy_from_slice(self.link.as_bytes());
        let (flags, rest) = rest.split_at_mut(4);
        flags.copy_from_slice(&[self.flags, 0, 0, 0]);
        let (expires, sealed) = rest.split_at_mut(4);
        expires.copy_from_slice(&self.expires.to_be_bytes());
        sealed.copy_from_slice(&self.sealed);
        row
    }

    /// Reads a row; `None` when a reserved byte is set or the length is wrong.
    pub fn decode(row: &[u8]) -> Option<Self> {
        let (link, rest) = row.split_first_chunk::<32>()?;
        let (&[flags, 0, 0, 0], rest) = rest.split_first_chunk::<4>()? else { return None };
        let (expires, rest) = rest.split_first_chunk::<4>()?;
        let sealed = rest.try_into().ok()?;
        Some(Self { link: VerifyingKey(*link), flags, expires: u32::from_be_bytes(*expires), sealed })
    }

    /// All rows of a links payload; `None` when one is malformed.
    pub fn decode_table(payload: &[u8]) -> Option<Vec<Self>> {
        payload.chunks(LINK_ROW).map(Self::decode).collect()
    }
}

/// The keys of an acl payload.
pub fn acl_keys(payload: &[u8]) -> impl Iterator<Item = VerifyingKey> + '_ {
    payload.chunks_exact(VerifyingKey::SIZE).filter_map(|key| VerifyingKey::try_from(key).ok())
}
