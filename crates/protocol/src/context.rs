//! Bound messages: label, suite, FP, calendar, in this order (`docs/spec/encoding.md` §2).

use crate::tlv::{Reader, TlvError, Writer};
use crate::{CalendarId, Fingerprint, Label};

/// The only suite of version 1; there is no negotiation.
pub const SUITE: u8 = 1;

/// Which practice a message belongs to: every signature, wrap, derivation and AAD begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Context {
    /// Fingerprint of the practice's root key.
    pub fp: Fingerprint,
    /// Its calendar.
    pub calendar: CalendarId,
}

impl Context {
    /// The context of what is opened before any practice is known: vaults, slots, hand-overs.
    pub const NONE: Self = Self { fp: Fingerprint::ZERO, calendar: CalendarId::ZERO };

    /// Starts a bound message; the caller goes on with tag 4.
    pub fn write(&self, label: Label) -> Writer {
        Writer::new(label).u8(1, SUITE).bytes(2, self.fp.as_bytes()).bytes(3, self.calendar.as_bytes())
    }

    /// Opens a bound message that must carry this label and this context.
    pub fn read<'a>(&self, bytes: &'a [u8], label: Label) -> Result<Reader<'a>, TlvError> {
        let (context, reader) = Self::open(bytes, label)?;
        if context.fp != self.fp {
            return Err(TlvError::Value { tag: 2 });
        }
        if context.calendar != self.calendar {
            return Err(TlvError::Value { tag: 3 });
        }
        Ok(reader)
    }

    /// Opens a bound message of any practice and says which.
    pub fn open(bytes: &[u8], label: Label) -> Result<(Self, Reader<'_>), TlvError> {
        let mut reader = Reader::new(bytes, label)?;
        if reader.u8(1)? != SUITE {
            return Err(TlvError::Value { tag: 1 });
        }
        let fp = Fingerprint(reader.array(2)?);
        let calendar = CalendarId(reader.array(3)?);
        Ok((Self { fp, calendar }, reader))
    }

    /// How long a bound message's beginning is, up to tag 3.
    #[expect(clippy::arithmetic_side_effects, reason = "small numbers that are known here")]
    pub const fn prefix_len(label: Label) -> usize {
        4 * crate::tlv::FIELD_OVERHEAD + label.as_str().len() + 1 + Fingerprint::SIZE + CalendarId::SIZE
    }
}
