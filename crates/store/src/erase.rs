//! Erasing records: what may be, and what is left (`docs/spec/events.md` §8).

use souspli_protocol::Digest;
use souspli_protocol::erase::Erase;

use crate::{EraseError, RecordState};

/// An erase, checked as far as it can be without the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EraseWrite {
    /// What a member signed.
    pub erase: Erase,
    /// SHA-256 of its bytes.
    pub hash: Digest,
    /// The first window in which somebody may claim time now: of an earlier one nothing is freed that matters.
    pub claimable: u32,
}

impl EraseWrite {
    /// Whether the record may be erased. That these bytes are not stored already, and that the record was not erased before,
    /// is for the backend to find out.
    pub fn apply(&self, record: Option<&RecordState>) -> Result<(), EraseError> {
        let record = record.ok_or(EraseError::NoRecord)?;
        let seen = &self.erase.statement;
        if (seen.revision, seen.hash) != (record.revision, record.hash) {
            return Err(EraseError::RevisionConflict);
        }
        if record.claims.is_some() && record.window >= self.claimable {
            return Err(EraseError::Live);
        }
        Ok(())
    }
}

/// Why a record was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Why {
    /// Its window was over for long enough.
    Window = 1,
    /// The practice asked for it.
    Practice = 2,
}

impl Why {
    /// Its number in a database.
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The reason of a number.
    pub const fn of_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::Window),
            2 => Some(Self::Practice),
            _ => None,
        }
    }
}

/// What is left of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// Its window.
    pub window: u32,
    /// How many events it had.
    pub events: u64,
    /// Why it was erased.
    pub why: Why,
}

#[cfg(test)]
mod tests {
    use souspli_protocol::claims::ClaimIds;
    use souspli_protocol::erase::EraseStatement;
    use souspli_protocol::{CalendarId, Context, Fingerprint, Gid, RecordId, Signature, VerifyingKey};

    use super::*;

    #[test]
    fn what_takes_time_that_others_want_is_not_erased() {
        let context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };
        let (record, author, hash) = (RecordId([3; 16]), VerifyingKey([4; 32]), Digest([5; 32]));
        let statement = EraseStatement { context, record, revision: 2, hash, author, not_after: 7 };
        let erase = Erase { statement, signature: Signature([8; 64]) };
        let write = EraseWrite { erase, hash: Digest([9; 32]), claimable: 100 };
        let claims = ClaimIds::new(std::array::from_fn(|n| Gid([u8::try_from(n).expect("24"); 16])));
        let live = RecordState { revision: 2, hash, window: 100, released: false, claims };
        let code = |record: Option<RecordState>| write.apply(record.as_ref()).err().map(|error| error.to_string());
        assert_eq!(code(None).as_deref(), Some("the record is unknown"));
        assert_eq!(code(Some(live)).as_deref(), Some("the record takes time"));
        assert_eq!(code(Some(RecordState { revision: 3, ..live })).as_deref(), Some("the record has changed"));
        assert_eq!(
            code(Some(RecordState { hash: Digest([6; 32]), ..live })).as_deref(),
            Some("the record has changed")
        );
        assert_eq!(code(Some(RecordState { window: 99, ..live })), None, "nobody may claim there any more");
        assert_eq!(code(Some(RecordState { released: true, claims: None, ..live })), None);
    }
}
