//! The envelope of an event, as bytes (`docs/spec/events.md` §1, §2). Nothing here can open one.

use crate::sizes::{EVENT, TAG, XWING_ENC};
use crate::tlv::TlvError;
use crate::{Context, Digest, Label, RecordId, Signature, VerifyingKey};

/// Bytes of a header.
pub const HEADER: usize = 617;
/// Bytes of the wrap to the desk key.
pub const WRAP_DESK: usize = XWING_ENC + 32 + TAG;
/// Bytes of the wrap to a clinical key.
pub const WRAP_CLINICAL: usize = XWING_ENC + 64 + TAG;
/// Bytes of the wrap to the patient's view key.
pub const WRAP_PATIENT: usize = XWING_ENC + 64 + 40 + TAG;
/// Bytes of body d before it is sealed, padding included.
pub const PLAIN_D: usize = 2_048;
/// Bytes of body c before it is sealed, padding included.
pub const PLAIN_C: usize = EVENT - HEADER - WRAP_DESK - WRAP_CLINICAL - WRAP_PATIENT - PLAIN_D - 2 * TAG - 2 * 64;

const BODY_D_AT: usize = HEADER + WRAP_DESK + WRAP_CLINICAL + WRAP_PATIENT;
const BODY_C_AT: usize = BODY_D_AT + PLAIN_D + TAG;
const SIGNED: usize = EVENT - 2 * Signature::SIZE;

/// Whether an event begins a record or goes on with it: all that the host sees of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Revision 0.
    Create,
    /// A later revision.
    Append,
}

/// Who signs an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorKind {
    /// The key of a booking link (create only).
    Link,
    /// The record's manage key (append only).
    Manage,
    /// A key of the access list.
    Member,
}

/// The header: what the host checks and everything else is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Whose.
    pub context: Context,
    /// The record.
    pub record: RecordId,
    /// 0 for a create.
    pub revision: u32,
    /// Hash of the event before, or zero.
    pub previous: Digest,
    /// Create or append.
    pub operation: Operation,
    /// Kind of author.
    pub author_kind: AuthorKind,
    /// The author's key.
    pub author: VerifyingKey,
    /// The record's manage key.
    pub manage: VerifyingKey,
    /// The record's view key.
    pub view: VerifyingKey,
    /// Window of the appointment.
    pub window: u32,
    /// Digest of the claim ids, or zero.
    pub claims: Digest,
    /// Whether the record's claims are given back.
    pub release: bool,
    /// The calendar's version that the author saw.
    pub version: u64,
    /// Publication hash of the identity that was used.
    pub identity: Digest,
    /// Publication hash of the catalogue that was used.
    pub catalogue: Digest,
    /// Publication hash of the window's hours, or zero.
    pub hours: Digest,
    /// Digest of the claimed-id set that was seen, or zero.
    pub claim_set: Digest,
    /// Epoch of the keys.
    pub epoch: u32,
    /// The host takes the event until this minute.
    pub not_after: u32,
    /// Chain head that the author saw, or zero.
    pub head: Digest,
    /// Commitment of k_d.
    pub commit_d: Digest,
    /// Commitment of k_c.
    pub commit_c: Digest,
}

impl Header {
    /// Its 617 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let operation = match self.operation {
            Operation::Create => 1,
            Operation::Append => 2,
        };
        let author_kind = match self.author_kind {
            AuthorKind::Link => 1,
            AuthorKind::Manage => 2,
            AuthorKind::Member => 3,
        };
        self.context
            .write(Label::Event)
            .bytes(4, self.record.as_bytes())
            .u32(5, self.revision)
            .bytes(6, self.previous.as_bytes())
            .u8(7, operation)
            .u8(8, author_kind)
            .bytes(9, self.author.as_bytes())
            .bytes(10, self.manage.as_bytes())
            .bytes(11, self.view.as_bytes())
            .u32(12, self.window)
            .bytes(13, self.claims.as_bytes())
            .u8(14, u8::from(self.release))
            .u64(15, self.version)
            .bytes(16, self.identity.as_bytes())
            .bytes(17, self.catalogue.as_bytes())
            .bytes(18, self.hours.as_bytes())
            .bytes(19, self.claim_set.as_bytes())
            .u32(20, self.epoch)
            .u32(21, self.not_after)
            .bytes(22, self.head.as_bytes())
            .bytes(23, self.commit_d.as_bytes())
            .bytes(24, self.commit_c.as_bytes())
            .finish()
    }

    /// Reads a header and checks what follows from its own fields: a create has revision 0, no previous event and is
    /// not signed by the manage key alone; an append has both and is not signed by a link.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut r) = Context::open(bytes, Label::Event)?;
        let header = Self {
            context,
            record: RecordId(r.array(4)?),
            revision: r.u32(5)?,
            previous: Digest(r.array(6)?),
            operation: match r.u8(7)? {
                1 => Operation::Create,
                2 => Operation::Append,
                _ => return Err(TlvError::Value { tag: 7 }),
            },
            author_kind: match r.u8(8)? {
                1 => AuthorKind::Link,
                2 => AuthorKind::Manage,
                3 => AuthorKind::Member,
                _ => return Err(TlvError::Value { tag: 8 }),
            },
            author: VerifyingKey(r.array(9)?),
            manage: VerifyingKey(r.array(10)?),
            view: VerifyingKey(r.array(11)?),
            window: r.u32(12)?,
            claims: Digest(r.array(13)?),
            release: match r.u8(14)? {
                0 => false,
                1 => true,
                _ => return Err(TlvError::Value { tag: 14 }),
            },
            version: r.u64(15)?,
            identity: Digest(r.array(16)?),
            catalogue: Digest(r.array(17)?),
            hours: Digest(r.array(18)?),
            claim_set: Digest(r.array(19)?),
            epoch: r.u32(20)?,
            not_after: r.u32(21)?,
            head: Digest(r.array(22)?),
            commit_d: Digest(r.array(23)?),
            commit_c: Digest(r.array(24)?),
        };
        r.finish()?;
        header.consistent()?;
        Ok(header)
    }

    fn consistent(&self) -> Result<(), TlvError> {
        let first = self.operation == Operation::Create;
        if first != (self.revision == 0) {
            return Err(TlvError::Value { tag: 5 });
        }
        if first != self.previous.is_zero() {
            return Err(TlvError::Value { tag: 6 });
        }
        let wrong_author = match self.author_kind {
            AuthorKind::Link => !first,
            AuthorKind::Manage => first || self.author != self.manage,
            AuthorKind::Member => false,
        };
        if wrong_author {
            return Err(TlvError::Value { tag: 8 });
        }
        if self.release && (first || !self.claims.is_zero()) {
            return Err(TlvError::Value { tag: 14 });
        }
        Ok(())
    }
}

/// The sealed parts of an event, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// HPKE of k_d to the desk key.
    pub wrap_desk: &'a [u8],
    /// HPKE of k_d and k_c to a clinical key.
    pub wrap_clinical: &'a [u8],
    /// HPKE of k_d, k_c and an access to the patient's view key.
    pub wrap_patient: &'a [u8],
    /// Body d.
    pub body_d: &'a [u8],
    /// Body c.
    pub body_c: &'a [u8],
}

/// An event whose shape is right: 8,192 bytes with a header that reads. Signatures are not checked here.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    header: Header,
    bytes: Vec<u8>,
}

impl Event {
    /// Everything that the signatures cover. `None` when a part has the wrong size.
    pub fn unsigned(header: &Header, parts: &Parts<'_>) -> Option<Vec<u8>> {
        let right = parts.wrap_desk.len() == WRAP_DESK
            && parts.wrap_clinical.len() == WRAP_CLINICAL
            && parts.wrap_patient.len() == WRAP_PATIENT
            && parts.body_d.len() == PLAIN_D + TAG
            && parts.body_c.len() == PLAIN_C + TAG;
        right.then(|| {
            [&header.encode()[..], parts.wrap_desk, parts.wrap_clinical, parts.wrap_patient, parts.body_d, parts.body_c]
                .concat()
        })
    }

    /// Adds the two signatures to what they cover.
    pub fn assemble(mut unsigned: Vec<u8>, author: &Signature, manage: &Signature) -> Result<Self, TlvError> {
        unsigned.extend_from_slice(author.as_bytes());
        unsigned.extend_from_slice(manage.as_bytes());
        Self::parse(unsigned)
    }

    /// Takes bytes apart.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, TlvError> {
        if bytes.len() != EVENT {
            return Err(if bytes.len() < EVENT { TlvError::Truncated } else { TlvError::Trailing });
        }
        let header = Header::decode(bytes.get(..HEADER).ok_or(TlvError::Truncated)?)?;
        let event = Self { header, bytes };
        if header.operation == Operation::Append && !event.manage_signature().is_zero() {
            return Err(TlvError::Trailing);
        }
        Ok(event)
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The header's bytes: the AAD of everything sealed in this event.
    pub fn header_bytes(&self) -> &[u8] {
        self.part(0, HEADER)
    }

    /// The sealed parts.
    pub fn parts(&self) -> Parts<'_> {
        Parts {
            wrap_desk: self.part(HEADER, WRAP_DESK),
            wrap_clinical: self.part(HEADER + WRAP_DESK, WRAP_CLINICAL),
            wrap_patient: self.part(HEADER + WRAP_DESK + WRAP_CLINICAL, WRAP_PATIENT),
            body_d: self.part(BODY_D_AT, PLAIN_D + TAG),
            body_c: self.part(BODY_C_AT, PLAIN_C + TAG),
        }
    }

    /// What the signatures cover.
    pub fn signed_bytes(&self) -> &[u8] {
        self.part(0, SIGNED)
    }

    /// The author's signature.
    pub fn author_signature(&self) -> Signature {
        Signature::try_from(self.part(SIGNED, Signature::SIZE)).unwrap_or(Signature::ZERO)
    }

    /// The manage key's signature; zero on an append.
    pub fn manage_signature(&self) -> Signature {
        Signature::try_from(self.part(SIGNED + Signature::SIZE, Signature::SIZE)).unwrap_or(Signature::ZERO)
    }

    /// All 8,192 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All 8,192 bytes, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn part(&self, start: usize, len: usize) -> &[u8] {
        self.bytes.get(start..start.saturating_add(len)).unwrap_or_default()
    }
}

impl core::fmt::Debug for Event {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Event").field("header", &self.header).finish_non_exhaustive()
    }
}
