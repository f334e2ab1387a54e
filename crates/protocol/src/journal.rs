//! The journal of reads, as bytes to hash and sign (`docs/spec/log.md` §7).

use crate::publication::PublicationKind;
use crate::sizes::{CLOCK_SKEW_MINUTES, READ_RANGES};
use crate::tlv::{FIELD_OVERHEAD, TlvError};
use crate::{Context, Digest, Label, VerifyingKey};

/// Hours by which the clock of a host may go back.
pub const HOURS_BACK: u32 = CLOCK_SKEW_MINUTES / 60;

/// The hour that a minute lies in.
pub const fn hour_of(minute: u32) -> u32 {
    minute / 60
}

/// Sequences of a chain: at most eight ranges, rising, none touching the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Bytes of all eight.
    pub const SIZE: usize = READ_RANGES * 16;

    /// Adds sequences, both ends included. `false`, and nothing is changed, where they would be a ninth range, or none.
    pub fn add(&mut self, first: u64, last: u64) -> bool {
        if first == 0 || last < first {
            return false;
        }
        let (mut first, mut last) = (first, last);
        let mut merged = Vec::with_capacity(READ_RANGES);
        let mut after = Vec::new();
        for &(from, to) in &self.0 {
            if to.saturating_add(1) < first {
                merged.push((from, to));
            } else if from > last.saturating_add(1) {
                after.push((from, to));
            } else {
                (first, last) = (first.min(from), last.max(to));
            }
        }
        merged.push((first, last));
        merged.extend(after);
        let fits = merged.len() <= READ_RANGES;
        if fits {
            self.0 = merged;
        }
        fits
    }

    /// Whether all of these sequences are among them.
    pub fn cover(&self, first: u64, last: u64) -> bool {
        self.0.iter().any(|(from, to)| *from <= first && last <= *to)
    }

    /// First and last of each range, rising.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().copied()
    }

    /// The highest sequence; 0 where there is none.
    pub fn last(&self) -> u64 {
        self.0.last().map_or(0, |(_, last)| *last)
    }

    /// Eight pairs, zeros last.
    pub fn encode(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        for (pair, (first, last)) in bytes.as_chunks_mut::<16>().0.iter_mut().zip(&self.0) {
            pair.copy_from_slice(&(u128::from(*first) << 64 | u128::from(*last)).to_be_bytes());
        }
        bytes
    }

    /// Reads eight pairs, strictly: there is one form of each.
    pub fn decode(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let mut ranges = Self::default();
        let mut ended = false;
        for pair in bytes.as_chunks::<16>().0 {
            let pair = u128::from_be_bytes(*pair);
            let (first, last) = (u64::try_from(pair >> 64).ok()?, u64::try_from(pair & u128::from(u64::MAX)).ok()?);
            let is_next = first > 0 && first <= last && (ranges.0.is_empty() || ranges.last().checked_add(1)? < first);
            match (pair == 0, ended) {
                (true, _) => ended = true,
                (false, false) if is_next => ranges.0.push((first, last)),
                (false, _) => return None,
            }
        }
        Some(ranges)
    }
}

/// Kinds of publication, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u32);

impl Kinds {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// With one more.
    #[must_use]
    pub const fn with(self, kind: PublicationKind) -> Self {
        Self(self.0 | Self::bit(kind))
    }

    /// Whether all of these are among them.
    pub const fn cover(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Each of them, by number.
    pub fn iter(self) -> impl Iterator<Item = PublicationKind> {
        PublicationKind::ALL.into_iter().filter(move |kind| self.0 & Self::bit(*kind) != 0)
    }

    /// Bit k for kind k.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// `None` where a bit stands for no kind.
    pub fn from_bits(bits: u32) -> Option<Self> {
        let all = PublicationKind::ALL.into_iter().fold(Self::NONE, Self::with);
        all.cover(Self(bits)).then_some(Self(bits))
    }

    const fn bit(kind: PublicationKind) -> u32 {
        1 << kind.id()
    }
}

/// One row: what one key was given in one hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// Whose journal.
    pub context: Context,
    /// Place in the journal, from 1; 0 while the hour lasts.
    pub number: u64,
    /// Hash of the row before; zero for the first, and while the hour lasts.
    pub previous: Digest,
    /// Who asked.
    pub key: VerifyingKey,
    /// In which hour.
    pub hour: u32,
    /// What of the chain it was given.
    pub ranges: Ranges,
    /// What kinds of publication.
    pub publications: Kinds,
}

impl ReadRow {
    /// Bytes of a row.
    pub const SIZE: usize = Context::prefix_len(Label::Read) + 6 * FIELD_OVERHEAD + 8 + 2 * 32 + 4 + Ranges::SIZE + 4;

    /// The bytes that are hashed.
    pub fn encode(&self) -> Vec<u8> {
        self.context
            .write(Label::Read)
            .u64(4, self.number)
            .bytes(5, self.previous.as_bytes())
            .bytes(6, self.key.as_bytes())
            .u32(7, self.hour)
            .bytes(8, &self.ranges.encode())
            .u32(9, self.publications.bits())
            .finish()
    }

    /// Reads a row; whether it follows another is checked elsewhere.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut reader) = Context::open(bytes, Label::Read)?;
        let row = Self {
            context,
            number: reader.u64(4)?,
            previous: Digest(reader.array(5)?),
            key: VerifyingKey(reader.array(6)?),
            hour: reader.u32(7)?,
            ranges: Ranges::decode(&reader.array(8)?).ok_or(TlvError::Value { tag: 8 })?,
            publications: Kinds::from_bits(reader.u32(9)?).ok_or(TlvError::Value { tag: 9 })?,
        };
        reader.finish()?;
        if row.number <= 1 && !row.previous.is_zero() {
            return Err(TlvError::Value { tag: 5 });
        }
        Ok(row)
    }
}

/// What the host signs of a journal when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalStatement {
    /// Whose journal.
    pub context: Context,
    /// Number of the newest closed row; 0 before the first.
    pub number: u64,
    /// Its hash, or zero.
    pub newest: Digest,
    /// SHA-256 of the open rows, one after the other.
    pub open: Digest,
    /// When it was signed.
    pub minute: u32,
}

impl JournalStatement {
    /// Bytes of a statement.
    pub const SIZE: usize = Context::prefix_len(Label::Journal) + 4 * FIELD_OVERHEAD + 8 + 2 * 32 + 4;

    /// The bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        self.context
            .write(Label::Journal)
            .u64(4, self.number)
            .bytes(5, self.newest.as_bytes())
            .bytes(6, self.open.as_bytes())
            .u32(7, self.minute)
            .finish()
    }

    /// Reads a statement; its signature is checked elsewhere.
    pub fn decode(bytes: &[u8]) -> Result<Self, TlvError> {
        let (context, mut reader) = Context::open(bytes, Label::Journal)?;
        let statement = Self {
            context,
            number: reader.u64(4)?,
            newest: Digest(reader.array(5)?),
            open: Digest(reader.array(6)?),
            minute: reader.u32(7)?,
        };
        reader.finish()?;
        if (statement.number == 0) != statement.newest.is_zero() {
            return Err(TlvError::Value { tag: 5 });
        }
        Ok(statement)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn ranges(pairs: &[(u64, u64)]) -> Ranges {
        let mut ranges = Ranges::default();
        assert!(pairs.iter().all(|(first, last)| ranges.add(*first, *last)));
        ranges
    }

    #[test]
    fn what_touches_is_one_range_and_a_ninth_is_refused() {
        let mut some = ranges(&[(10, 20), (1, 4), (21, 30), (5, 5)]);
        assert_eq!(some.iter().collect::<Vec<_>>(), [(1, 5), (10, 30)]);
        assert!(some.cover(1, 5) && some.cover(12, 30) && !some.cover(5, 10) && !some.cover(30, 31));
        for place in 4..10 {
            assert!(some.add(place * 10, place * 10 + 1));
        }
        let full = some.clone();
        assert!(!some.add(200, 200));
        assert_eq!(some, full, "nothing is changed");
        assert!(some.add(33, 39), "what joins two makes room");
        assert!(some.add(1, u64::MAX));
        assert_eq!(some.iter().collect::<Vec<_>>(), [(1, u64::MAX)]);
        assert!(!Ranges::default().add(0, 4) && !Ranges::default().add(5, 4));
    }

    #[test]
    fn ranges_have_one_form() {
        let good = ranges(&[(1, 4), (6, 9), (u64::MAX, u64::MAX)]).encode();
        assert!(Ranges::decode(&good).is_some());
        let pair = |first: u64, last: u64| [first.to_be_bytes(), last.to_be_bytes()].concat();
        let of = |pairs: &[(u64, u64)]| {
            let mut bytes: Vec<u8> = pairs.iter().flat_map(|(first, last)| pair(*first, *last)).collect();
            bytes.resize(Ranges::SIZE, 0);
            Ranges::decode(&bytes.try_into().expect("eight pairs"))
        };
        assert_eq!(of(&[(1, 4), (6, 9)]), Some(ranges(&[(1, 4), (6, 9)])));
        for bad in [
            &[(0, 4)][..],
            &[(5, 4)],
            &[(1, 4), (4, 9)],
            &[(1, 4), (5, 9)],
            &[(6, 9), (1, 4)],
            &[(0, 0), (6, 9)],
            &[(1, 4), (0, 0), (6, 9)],
            &[(u64::MAX, u64::MAX), (1, 1)],
        ] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn kinds_are_bits_by_their_numbers() {
        let some = Kinds::NONE.with(PublicationKind::Grants).with(PublicationKind::Acl);
        assert_eq!(some.bits(), 0b1000_0100);
        assert_eq!(some.iter().collect::<Vec<_>>(), [PublicationKind::Acl, PublicationKind::Grants]);
        assert!(some.cover(Kinds::NONE.with(PublicationKind::Acl)) && !some.cover(some.with(PublicationKind::Rules)));
        assert_eq!(Kinds::from_bits(some.bits()), Some(some));
        for unknown in [1, 1 << 9, 1 << 10, u32::MAX] {
            assert_eq!(Kinds::from_bits(unknown), None);
        }
    }

    proptest! {
        #[test]
        fn ranges_are_the_sequences_that_were_added(
            pairs in prop::collection::vec((1_u64..300, 0_u64..40), 0..40),
        ) {
            let (mut ranges, mut known) = (Ranges::default(), BTreeSet::new());
            for (first, length) in pairs {
                let last = first + length;
                let was_covered = ranges.cover(first, last);
                prop_assert_eq!(was_covered, (first..=last).all(|sequence| known.contains(&sequence)));
                if ranges.add(first, last) {
                    known.extend(first..=last);
                } else {
                    prop_assert!(!was_covered && ranges.iter().count() == READ_RANGES);
                }
                let all: BTreeSet<u64> = ranges.iter().flat_map(|(first, last)| first..=last).collect();
                prop_assert_eq!(&all, &known);
                prop_assert_eq!(Ranges::decode(&ranges.encode()), Some(ranges.clone()));
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = ReadRow::decode(&bytes);
            let _ = JournalStatement::decode(&bytes);
        }
    }
}
