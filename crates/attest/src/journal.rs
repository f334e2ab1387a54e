//! The journal of reads: rows that follow one another, and what the host signs of them (`docs/spec/log.md` §7). Clients and
//! auditors check the same.

use souspli_protocol::journal::{HOURS_BACK, JournalStatement, ReadRow};
use souspli_protocol::tlv::TlvError;
use souspli_protocol::wire::split_signed;
use souspli_protocol::{Context, Digest, VerifyingKey};

use crate::{sha256, verify};

/// Why a journal is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// A row or a statement has another shape.
    #[error("a row or a statement has another shape: {0}")]
    Shape(#[from] TlvError),
    /// It is of another practice or calendar.
    #[error("it is of another practice or calendar")]
    Context,
    /// A row's number is not the next one.
    #[error("a row's number is not the next one")]
    Number,
    /// A row does not name the hash of the one before.
    #[error("a row does not follow the one before")]
    Previous,
    /// A row's hour lies further back than clocks differ.
    #[error("a row's hour lies further back than clocks differ")]
    Hour,
    /// An open row stands where only closed ones may, or the reverse.
    #[error("an open row stands among closed ones, or the reverse")]
    Open,
    /// A signature does not verify.
    #[error("the statement is not signed by this host")]
    Signature,
}

/// The hash of a row: what the next one names, and what its leaf in the log is of.
pub fn row_hash(row: &[u8]) -> Digest {
    sha256(row)
}

/// Where a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalEnd {
    /// Number of the last row; 0 before the first.
    pub number: u64,
    /// Its hash, or zero.
    pub hash: Digest,
    /// Its hour.
    pub hour: u32,
}

impl JournalEnd {
    /// Before the first row.
    pub const START: Self = Self { number: 0, hash: Digest::ZERO, hour: 0 };

    /// Takes the row that follows, and gives it with the journal's end after it.
    pub fn follow(&self, bytes: &[u8], context: &Context) -> Result<(ReadRow, Self), JournalError> {
        let row = closed(bytes, context)?;
        if self.number.checked_add(1) != Some(row.number) {
            return Err(JournalError::Number);
        }
        if row.previous != self.hash {
            return Err(JournalError::Previous);
        }
        if row.hour < self.hour.saturating_sub(HOURS_BACK) {
            return Err(JournalError::Hour);
        }
        let end = Self { number: row.number, hash: row_hash(bytes), hour: row.hour };
        Ok((row, end))
    }
}

fn read(bytes: &[u8], context: &Context) -> Result<ReadRow, JournalError> {
    let row = ReadRow::decode(bytes)?;
    if row.context == *context { Ok(row) } else { Err(JournalError::Context) }
}

fn closed(bytes: &[u8], context: &Context) -> Result<ReadRow, JournalError> {
    let row = read(bytes, context)?;
    if row.number == 0 { Err(JournalError::Open) } else { Ok(row) }
}

/// A row of an hour that lasts.
pub fn open_row(bytes: &[u8], context: &Context) -> Result<ReadRow, JournalError> {
    let row = read(bytes, context)?;
    if row.number == 0 { Ok(row) } else { Err(JournalError::Open) }
}

/// What a statement says of the open rows.
pub fn open_hash<'a>(rows: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    sha256(&rows.into_iter().flatten().copied().collect::<Vec<u8>>())
}

/// Reads a statement with the host's signature behind it.
pub fn verify_statement(
    bytes: &[u8],
    context: &Context,
    receipt_key: &VerifyingKey,
) -> Result<JournalStatement, JournalError> {
    let (statement, signature) = split_signed(bytes).ok_or(TlvError::Truncated)?;
    verify(receipt_key, statement, &signature).map_err(|_| JournalError::Signature)?;
    let statement = JournalStatement::decode(statement)?;
    if statement.context == *context { Ok(statement) } else { Err(JournalError::Context) }
}

#[cfg(test)]
mod tests {
    use souspli_protocol::journal::{Kinds, Ranges};
    use souspli_protocol::{CalendarId, Fingerprint};

    use super::*;
    use crate::SigningKey;

    const CONTEXT: Context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };

    fn row(number: u64, previous: Digest, hour: u32) -> ReadRow {
        let mut ranges = Ranges::default();
        assert!(ranges.add(number + 1, number + 9));
        let key = VerifyingKey([3; 32]);
        ReadRow { context: CONTEXT, number, previous, key, hour, ranges, publications: Kinds::NONE }
    }

    #[test]
    fn a_row_follows_the_one_before_or_is_refused() {
        let first = row(1, Digest::ZERO, 500).encode();
        let (_, end) = JournalEnd::START.follow(&first, &CONTEXT).expect("the first");
        assert_eq!(end, JournalEnd { number: 1, hash: sha256(&first), hour: 500 });
        let second = row(2, end.hash, 499).encode();
        let (_, after) = end.follow(&second, &CONTEXT).expect("the second");
        assert_eq!((after.number, after.hour), (2, 499), "a clock that went back a little");
        let refused = |row: ReadRow| end.follow(&row.encode(), &CONTEXT).expect_err("refused");
        assert_eq!(refused(row(3, end.hash, 500)), JournalError::Number);
        assert_eq!(refused(row(1, Digest::ZERO, 500)), JournalError::Number);
        assert_eq!(refused(row(2, Digest([9; 32]), 500)), JournalError::Previous);
        assert_eq!(refused(row(2, end.hash, 500 - HOURS_BACK - 1)), JournalError::Hour);
        assert!(end.follow(&row(2, end.hash, 500 - HOURS_BACK).encode(), &CONTEXT).is_ok());
        assert_eq!(refused(row(0, Digest::ZERO, 500)), JournalError::Open);
        let other = Context { calendar: CalendarId([7; 16]), ..CONTEXT };
        assert_eq!(refused(ReadRow { context: other, ..row(2, end.hash, 500) }), JournalError::Context);
        assert_eq!(open_row(&second, &CONTEXT), Err(JournalError::Open));
        assert!(open_row(&row(0, Digest::ZERO, 500).encode(), &CONTEXT).is_ok());
        let last = JournalEnd { number: u64::MAX, ..end };
        assert_eq!(last.follow(&second, &CONTEXT), Err(JournalError::Number));
    }

    #[test]
    fn every_bit_of_a_statement_is_signed() {
        let key = SigningKey::from_seed(&[8; 32]);
        let statement = JournalStatement {
            context: CONTEXT,
            number: 4,
            newest: Digest([5; 32]),
            open: open_hash([&b"one"[..], b"two"]),
            minute: 9,
        };
        let signed = |statement: &JournalStatement| {
            let bytes = statement.encode();
            [&bytes[..], key.sign(&bytes).as_bytes()].concat()
        };
        let good = signed(&statement);
        assert_eq!(verify_statement(&good, &CONTEXT, &key.verifying_key()), Ok(statement));
        assert_eq!(statement.open, sha256(b"onetwo"));
        for place in 0..good.len() {
            for bit in 0..8 {
                let mut changed = good.clone();
                changed[place] ^= 1 << bit;
                let refused = verify_statement(&changed, &CONTEXT, &key.verifying_key());
                assert_eq!(refused, Err(JournalError::Signature), "byte {place}");
            }
            assert!(verify_statement(&good[..place], &CONTEXT, &key.verifying_key()).is_err());
        }
        let other = Context { calendar: CalendarId([7; 16]), ..CONTEXT };
        assert_eq!(verify_statement(&good, &other, &key.verifying_key()), Err(JournalError::Context));
        let stranger = SigningKey::from_seed(&[9; 32]).verifying_key();
        assert_eq!(verify_statement(&good, &CONTEXT, &stranger), Err(JournalError::Signature));
    }
}
