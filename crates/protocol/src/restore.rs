//! What a host says of a restore, and what a practice answers (`docs/spec/restore.md` §2, §6).

use crate::tlv::{FIELD_OVERHEAD, TlvError};
use crate::{Context, Digest, Label, Signature};

/// Earlier receipts that an event may have: restores that it has outlived.
pub const EARLIER: usize = 16;

/// Where the chain of a generation ends, and which one goes on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Whose chain.
    pub context: Context,
    /// The generation that begins.
    pub generation: u32,
    /// The one that ends.
    pub from: u32,
    /// The last sequence that is left of it.
    pub sequence: u64,
    /// The head there.
    pub head: Digest,
    /// When.
    pub minute: u32,
}

impl Notice {
    /// Bytes of the statement.
    pub const SIZE: usize = Context::prefix_len(Label::Notice) + 5 * FIELD_OVERHEAD + 3 * 4 + 8 + 32;
    /// Bytes with the host's signature.
    pub const SIGNED: usize = Self::SIZE + Signature::SIZE;

    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        self.context
            .write(Label::Notice)
            .u32(4, self.generation)
            .u32(5, self.from)
            .u64(6, self.sequence)
            .bytes(7, self.head.as_bytes())
            .u32(8, self.minute)
            .finish()
    }

    /// Reads a statement; its signature is checked elsewhere.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut reader) = Context::open(bytes, Label::Notice)?;
        let notice = Self {
            context,
            generation: reader.u32(4)?,
            from: reader.u32(5)?,
            sequence: reader.u64(6)?,
            head: Digest(reader.array(7)?),
            minute: reader.u32(8)?,
        };
        reader.finish()?;
        if notice.generation <= notice.from {
            return Err(TlvError::Value { tag: 4 });
        }
        if (notice.sequence == 0) != notice.head.is_zero() {
            return Err(TlvError::Value { tag: 7 });
        }
        Ok(notice)
    }
}

/// What a member signs when it accepts that the chain goes on from a place: the payload of a countersignature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The generation that is accepted.
    pub generation: u32,
    /// How far the member has followed the chain.
    pub sequence: u64,
    /// The head there.
    pub head: Digest,
}

impl Accepted {
    /// Its bytes: generation, sequence, head.
    pub const SIZE: usize = 4 + 8 + Digest::SIZE;

    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        [&self.generation.to_be_bytes()[..], &self.sequence.to_be_bytes(), self.head.as_bytes()].concat()
    }

    /// Reads a payload; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (generation, rest) = bytes.split_first_chunk::<4>()?;
        let (sequence, head) = rest.split_first_chunk::<8>()?;
        let (generation, sequence) = (u32::from_be_bytes(*generation), u64::from_be_bytes(*sequence));
        Some(Self { generation, sequence, head: Digest(head.try_into().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{CalendarId, Fingerprint};

    const NOTICE: Notice = Notice {
        context: Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) },
        generation: 3,
        from: 1,
        sequence: 7,
        head: Digest([4; 32]),
        minute: 9,
    };

    #[test]
    fn a_notice_goes_forward_or_is_none() {
        assert_eq!(NOTICE.encode().len(), Notice::SIZE);
        assert_eq!(Notice::decode(&NOTICE.encode()), Ok(NOTICE));
        let begins = Notice { from: 0, sequence: 0, head: Digest::ZERO, ..NOTICE };
        assert_eq!(Notice::decode(&begins.encode()), Ok(begins));
        for (bad, tag) in [
            (Notice { from: 3, ..NOTICE }, 4),
            (Notice { from: 4, ..NOTICE }, 4),
            (Notice { sequence: 0, ..NOTICE }, 7),
            (Notice { head: Digest::ZERO, ..NOTICE }, 7),
        ] {
            assert_eq!(Notice::decode(&bad.encode()), Err(TlvError::Value { tag }), "{bad:?}");
        }
    }

    #[test]
    fn what_is_accepted_has_one_form() {
        let accepted = Accepted { generation: 3, sequence: 7, head: Digest([4; 32]) };
        assert_eq!(Accepted::decode(&accepted.encode()), Some(accepted));
        assert_eq!(Accepted::decode(&accepted.encode()[1..]), None);
        assert_eq!(Accepted::decode(&[&accepted.encode()[..], &[0]].concat()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Notice::decode(&bytes);
            let _ = Accepted::decode(&bytes);
        }
    }
}
