//! What a member signs to have a record erased (`docs/spec/events.md` §8).

use crate::tlv::{FIELD_OVERHEAD, TlvError};
use crate::{Context, Digest, Label, RecordId, Signature, VerifyingKey};

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EraseStatement {
    /// Whose calendar.
    pub context: Context,
    /// Which record.
    pub record: RecordId,
    /// Revision of its newest event.
    pub revision: u32,
    /// Hash of its newest event.
    pub hash: Digest,
    /// The member's key.
    pub author: VerifyingKey,
    /// The last minute in which the host may take it.
    pub not_after: u32,
}

impl EraseStatement {
    /// Bytes of a statement.
    pub const SIZE: usize = Context::prefix_len(Label::Erase)
        + 5 * FIELD_OVERHEAD
        + RecordId::SIZE
        + 4
        + Digest::SIZE
        + VerifyingKey::SIZE
        + 4;

    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        self.context
            .write(Label::Erase)
            .bytes(4, self.record.as_bytes())
            .u32(5, self.revision)
            .bytes(6, self.hash.as_bytes())
            .bytes(7, self.author.as_bytes())
            .u32(8, self.not_after)
            .finish()
    }

    fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut reader) = Context::open(bytes, Label::Erase)?;
        let statement = Self {
            context,
            record: RecordId(reader.array(4)?),
            revision: reader.u32(5)?,
            hash: Digest(reader.array(6)?),
            author: VerifyingKey(reader.array(7)?),
            not_after: reader.u32(8)?,
        };
        reader.finish()?;
        Ok(statement)
    }
}

/// An erase: statement and signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erase {
    /// What is signed.
    pub statement: EraseStatement,
    /// By its author.
    pub signature: Signature,
}

impl Erase {
    /// Bytes of an erase.
    pub const SIZE: usize = EraseStatement::SIZE + Signature::SIZE;

    /// All bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.statement.encode();
        bytes.extend_from_slice(self.signature.as_bytes());
        bytes
    }

    /// Takes bytes apart; the signature is not checked here.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        if bytes.len() != Self::SIZE {
            return Err(TlvError::Truncated);
        }
        let (statement, signature) = bytes.split_at_checked(EraseStatement::SIZE).ok_or(TlvError::Truncated)?;
        let signature = Signature::try_from(signature).map_err(|_| TlvError::Truncated)?;
        Ok(Self { statement: EraseStatement::decode(statement)?, signature })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{CalendarId, Fingerprint};

    fn erase() -> Erase {
        let context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };
        let (record, author) = (RecordId([3; 16]), VerifyingKey([4; 32]));
        let statement = EraseStatement { context, record, revision: 5, hash: Digest([6; 32]), author, not_after: 7 };
        Erase { statement, signature: Signature([8; 64]) }
    }

    #[test]
    fn an_erase_has_one_form_and_one_size() {
        let bytes = erase().encode();
        assert_eq!((bytes.len(), Erase::decode(&bytes)), (262, Ok(erase())));
        assert!(Erase::decode(&bytes[1..]).is_err() && Erase::decode(&[&bytes[..], &[0]].concat()).is_err());
        let mut other = bytes;
        other[9] ^= 1;
        assert!(Erase::decode(&other).is_err(), "another label");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Erase::decode(&bytes);
        }
    }
}
