//! Claim ids, holds and the host's statement of what is taken (`docs/spec/claims.md`).

use crate::sizes::CLAIMS;
use crate::tlv::{FIELD_OVERHEAD, TlvError};
use crate::{Context, Digest, Gid, Label, Signature, VerifyingKey, sorted};

/// The 24 claim ids of one event: sorted and distinct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimIds([Gid; CLAIMS]);

impl ClaimIds {
    /// Bytes of 24 ids.
    pub const SIZE: usize = CLAIMS * Gid::SIZE;

    /// Takes 24 ids in any order; `None` when two are equal.
    #[allow(clippy::large_types_passed_by_value)] // it is what callers have at hand
    pub fn new(ids: [Gid; CLAIMS]) -> Option<Self> {
        Self::sorted(sorted(ids.into()).try_into().ok()?)
    }

    /// Reads 384 bytes, which must already be sorted and distinct.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::SIZE {
            return None;
        }
        let mut ids = [Gid::ZERO; CLAIMS];
        for (id, chunk) in ids.iter_mut().zip(bytes.chunks_exact(Gid::SIZE)) {
            *id = Gid::try_from(chunk).ok()?;
        }
        Self::sorted(ids)
    }

    /// The 384 bytes.
    pub fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(|id| id.0).collect()
    }

    /// The ids, sorted.
    pub fn ids(&self) -> &[Gid; CLAIMS] {
        &self.0
    }

    /// What the claims digest is the hash of (§2).
    pub fn digest_input(&self, context: &Context, window: u32) -> Vec<u8> {
        context.write(Label::Claims).u32(4, window).bytes(5, &self.encode()).finish()
    }

    #[allow(clippy::large_types_passed_by_value)]
    fn sorted(ids: [Gid; CLAIMS]) -> Option<Self> {
        ids.iter().zip(ids.iter().skip(1)).all(|(a, b)| a < b).then_some(Self(ids))
    }
}

/// What link and session sign to hold a time (§4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldStatement {
    /// Whose calendar.
    pub context: Context,
    /// The link that is used.
    pub link: VerifyingKey,
    /// A key made for this one attempt.
    pub session: VerifyingKey,
    /// Window of the time.
    pub window: u32,
    /// The calendar's version that was seen.
    pub version: u64,
    /// Digest of the claim ids.
    pub claims: Digest,
}

impl HoldStatement {
    /// Bytes of a statement.
    pub const SIZE: usize = Context::prefix_len(Label::Hold) + 5 * FIELD_OVERHEAD + 3 * 32 + 4 + 8;

    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        self.context
            .write(Label::Hold)
            .bytes(4, self.link.as_bytes())
            .bytes(5, self.session.as_bytes())
            .u32(6, self.window)
            .u64(7, self.version)
            .bytes(8, self.claims.as_bytes())
            .finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut reader) = Context::open(bytes, Label::Hold)?;
        let statement = Self {
            context,
            link: VerifyingKey(reader.array(4)?),
            session: VerifyingKey(reader.array(5)?),
            window: reader.u32(6)?,
            version: reader.u64(7)?,
            claims: Digest(reader.array(8)?),
        };
        reader.finish()?;
        Ok(statement)
    }
}

/// A hold request: statement, ids and both signatures (§4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldRequest {
    /// What is signed.
    pub statement: HoldStatement,
    /// The ids to hold.
    pub claims: ClaimIds,
    /// By the link.
    pub link_signature: Signature,
    /// By the session.
    pub session_signature: Signature,
}

impl HoldRequest {
    /// Bytes of a hold request.
    pub const SIZE: usize = HoldStatement::SIZE + ClaimIds::SIZE + 2 * Signature::SIZE;

    /// All bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.statement.encode();
        bytes.extend(self.claims.encode());
        bytes.extend_from_slice(self.link_signature.as_bytes());
        bytes.extend_from_slice(self.session_signature.as_bytes());
        bytes
    }

    /// Takes bytes apart; signatures and digest are not checked here.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        if bytes.len() != Self::SIZE {
            return Err(TlvError::Truncated);
        }
        let (statement, rest) = bytes.split_at_checked(HoldStatement::SIZE).ok_or(TlvError::Truncated)?;
        let (claims, rest) = rest.split_at_checked(ClaimIds::SIZE).ok_or(TlvError::Truncated)?;
        let (link, session) = rest.split_at_checked(Signature::SIZE).ok_or(TlvError::Truncated)?;
        Ok(Self {
            statement: HoldStatement::decode(statement)?,
            claims: ClaimIds::decode(claims).ok_or(TlvError::Value { tag: 8 })?,
            link_signature: Signature::try_from(link).map_err(|_| TlvError::Truncated)?,
            session_signature: Signature::try_from(session).map_err(|_| TlvError::Truncated)?,
        })
    }
}

/// What the host signs about a claimed-id set (§6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimSetStatement {
    /// Whose calendar.
    pub context: Context,
    /// Generation of the chain.
    pub generation: u32,
    /// The chain's sequence that the set stands for.
    pub sequence: u64,
    /// The calendar's version.
    pub version: u64,
    /// First of the seven windows.
    pub first_window: u32,
    /// When it was signed.
    pub minute: u32,
    /// SHA-256 of seed, count and filter.
    pub filter_hash: Digest,
    /// SHA-256 of the held ids with their count.
    pub held_hash: Digest,
}

impl ClaimSetStatement {
    /// Bytes of a statement.
    pub const SIZE: usize = Context::prefix_len(Label::ClaimSet) + 7 * FIELD_OVERHEAD + 3 * 4 + 2 * 8 + 2 * 32;

    /// The bytes that are signed; their SHA-256 is the claim-set digest.
    pub fn encode(&self) -> Vec<u8> {
        self.context
            .write(Label::ClaimSet)
            .u32(4, self.generation)
            .u64(5, self.sequence)
            .u64(6, self.version)
            .u32(7, self.first_window)
            .u32(8, self.minute)
            .bytes(9, self.filter_hash.as_bytes())
            .bytes(10, self.held_hash.as_bytes())
            .finish()
    }

    /// Reads a statement; its signature is checked elsewhere.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut reader) = Context::open(bytes, Label::ClaimSet)?;
        let statement = Self {
            context,
            generation: reader.u32(4)?,
            sequence: reader.u64(5)?,
            version: reader.u64(6)?,
            first_window: reader.u32(7)?,
            minute: reader.u32(8)?,
            filter_hash: Digest(reader.array(9)?),
            held_hash: Digest(reader.array(10)?),
        };
        reader.finish()?;
        Ok(statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_must_be_sorted_and_distinct() {
        let mut ids = [Gid::ZERO; CLAIMS];
        for (n, id) in (0_u8..).zip(ids.iter_mut()) {
            id.0[0] = 100 - n;
        }
        let claims = ClaimIds::new(ids).expect("distinct");
        assert_eq!(ClaimIds::decode(&claims.encode()), Some(claims));
        let mut bytes = claims.encode();
        bytes.swap(0, 16);
        assert_eq!(ClaimIds::decode(&bytes), None, "unsorted");
        ids[3] = ids[4];
        assert_eq!(ClaimIds::new(ids), None, "twice the same");
        assert_eq!(ClaimIds::decode(&claims.encode()[1..]), None, "short");
    }
}
