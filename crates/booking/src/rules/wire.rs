//! The bytes of rules.
//!
//! `tlv("souspli/v1/rules", 1: suite, 2: weekly rules, 3: exceptions)`; items as in `packed.rs`: a weekly rule is
//! `practitioner || weekday (u8, 1 Monday) || stretch || first (u32 days since 1970-01-01) || last`, an exception
//! `practitioner (zero: all) || first || last || stretches || note`, a stretch `start (u16) || end (u16) || visit
//! types`. An absent date is `ff ff ff ff`.

use souspli_protocol::{
    ItemId, Label,
    tlv::{Reader, TlvError, Writer},
};

use super::{Exception, Rules, Stretch, WeeklyRule, limits};
use crate::{
    SUITE,
    catalogue::limits::VISIT_TYPES,
    date::{Date, Weekday},
    packed::{self, Packer, Unpacker},
    problem::Invalid,
    read_suite,
};

/// Bytes that rules are padded to before they are sealed (`docs/spec/publications.md` §1).
pub const RULES_BYTES: usize = 32_688;

/// Stands where a date is absent.
const NO_DATE: u32 = u32::MAX;

const WEEKLY: u8 = 2;
const EXCEPTIONS: u8 = 3;

/// Why rules cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// The bytes are not those of rules.
    #[error("not rules: {0}")]
    Tlv(#[from] TlvError),
    /// Fields do not hold what they must.
    #[error("the rules have {} invalid fields", .0.len())]
    Invalid(Vec<Invalid>),
    /// There are too many rules and exceptions together.
    #[error("the rules are {by} bytes too large")]
    TooLarge {
        /// Bytes that must be taken away.
        by: usize,
    },
}

impl Rules {
    /// Their bytes, valid and small enough to be padded to [`RULES_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, RulesError> {
        self.validate().map_err(RulesError::Invalid)?;
        let bytes = self.write();
        match (bytes.len() + 4).checked_sub(RULES_BYTES) {
            None | Some(0) => Ok(bytes),
            Some(by) => Err(RulesError::TooLarge { by }),
        }
    }

    fn write(&self) -> Vec<u8> {
        Writer::new(Label::Rules)
            .u8(1, SUITE)
            .list(WEEKLY, &self.weekly.iter().map(WeeklyRule::pack).collect::<Vec<_>>())
            .list(EXCEPTIONS, &self.exceptions.iter().map(Exception::pack).collect::<Vec<_>>())
            .finish()
    }

    /// Reads and validates what [`Rules::encode`] wrote, without padding.
    pub fn decode(bytes: &[u8]) -> Result<Self, RulesError> {
        let mut reader = Reader::new(bytes, Label::Rules)?;
        read_suite(&mut reader)?;
        let rules = Self {
            weekly: packed::items(&mut reader, WEEKLY, limits::WEEKLY, WeeklyRule::unpack)?,
            exceptions: packed::items(&mut reader, EXCEPTIONS, limits::EXCEPTIONS, Exception::unpack)?,
        };
        reader.finish()?;
        rules.validate().map_err(RulesError::Invalid)?;
        Ok(rules)
    }
}

impl WeeklyRule {
    fn pack(&self) -> Vec<u8> {
        let packer = Packer::default().id(self.practitioner).u8(self.weekday.iso());
        Stretch::pack(packer, &self.hours).u32(days(self.first)).u32(days(self.last)).finish()
    }

    fn unpack(item: &mut Unpacker<'_>) -> Result<Self, TlvError> {
        Ok(Self {
            practitioner: item.id()?,
            weekday: Weekday::from_iso(item.u8()?).ok_or_else(|| item.refused())?,
            hours: Stretch::unpack(item)?,
            first: date(item)?,
            last: date(item)?,
        })
    }
}

impl Exception {
    fn pack(&self) -> Vec<u8> {
        Packer::default()
            .id(self.practitioner.unwrap_or(ItemId::ZERO))
            .u32(self.first.days())
            .u32(self.last.days())
            .list(&self.open, Stretch::pack)
            .text(&self.note)
            .finish()
    }

    fn unpack(item: &mut Unpacker<'_>) -> Result<Self, TlvError> {
        Ok(Self {
            practitioner: Some(item.id()?).filter(|id| !id.is_zero()),
            first: date(item)?.ok_or_else(|| item.refused())?,
            last: date(item)?.ok_or_else(|| item.refused())?,
            open: item.list(limits::STRETCHES, Stretch::unpack)?,
            note: item.text(limits::NOTE)?,
        })
    }
}

impl Stretch {
    fn pack(packer: Packer, stretch: &Self) -> Packer {
        let packer = packer.u16(stretch.start).u16(stretch.end);
        packer.list(&stretch.visit_types, |packer, id| packer.id(*id))
    }

    fn unpack(item: &mut Unpacker<'_>) -> Result<Self, TlvError> {
        Ok(Self { start: item.u16()?, end: item.u16()?, visit_types: item.list(VISIT_TYPES, Unpacker::id)? })
    }
}

fn days(date: Option<Date>) -> u32 {
    date.map_or(NO_DATE, Date::days)
}

fn date(item: &mut Unpacker<'_>) -> Result<Option<Date>, TlvError> {
    match item.u32()? {
        NO_DATE => Ok(None),
        days => Date::from_days(days).map(Some).ok_or_else(|| item.refused()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use souspli_protocol::tlv::pad;

    use super::*;
    use crate::{
        catalogue::tests::{ALICE, SHORT},
        rules::tests::{exception, rules, stretch, weekly},
    };

    #[test]
    fn byte_by_byte() {
        let mut rule = weekly(ALICE, Weekday::Tuesday, 540, 720);
        rule.hours.visit_types = vec![SHORT];
        rule.last = Date::from_days(20_759);
        let closed = exception(None, "2026-11-02", vec![]);
        let bytes = Rules { weekly: vec![rule], exceptions: vec![closed] }.encode().expect("valid");
        let expected = [
            b"\0\0\0\0\x10souspli/v1/rules".as_slice(),
            &[1, 0, 0, 0, 1, 1],                  // suite
            &[2, 0, 0, 0, 36, 0, 1, 0, 0, 0, 30], // one weekly rule
            &[0xa1; 8],                           // practitioner
            &[2, 0x02, 0x1c, 0x02, 0xd0],         // Tuesday, 9:00, 12:00
            &[1, 1, 1, 1, 1, 1, 1, 1, 1],         // one visit type
            &[0xff, 0xff, 0xff, 0xff, 0, 0, 0x51, 0x17],
            &[3, 0, 0, 0, 25, 0, 1, 0, 0, 0, 19],  // one exception
            &[0; 8],                               // of the practice
            &[0, 0, 0x51, 0x17, 0, 0, 0x51, 0x17], // from, to
            &[0, 0, 0],                            // closed, no note
        ]
        .concat();
        assert_eq!(bytes, expected);
    }

    #[test]
    fn they_come_back() {
        assert_eq!(Rules::decode(&rules().encode().expect("valid")), Ok(rules()));
        let none = Rules::default();
        assert_eq!(Rules::decode(&none.encode().expect("valid")), Ok(none));
    }

    #[test]
    fn what_is_read_is_validated() {
        let mut bad = rules();
        bad.weekly[0].hours.end = 725;
        assert!(Rules::decode(&bad.write()).is_ok());
        bad.weekly[0].hours.end = 724;
        assert!(matches!(Rules::decode(&bad.write()), Err(RulesError::Invalid(found)) if found.len() == 1));
        let mut bytes = rules().encode().expect("valid");
        bytes[21 + 6 + 7 + 4 + 8] = 8;
        assert_eq!(Rules::decode(&bytes), Err(RulesError::Tlv(TlvError::Value { tag: 2 })), "no eighth weekday");
    }

    #[test]
    fn too_large_says_by_how_much() {
        let open = |note: usize| {
            let note_of =
                |length| Exception { note: "x".repeat(length), ..exception(None, "2026-11-02", vec![stretch(0, 5)]) };
            let mut exceptions = vec![note_of(53); 402];
            exceptions[1].note = "x".repeat(100);
            exceptions[0].note = "x".repeat(note);
            Rules { weekly: Vec::new(), exceptions }
        };
        let fixed = open(0).encode().expect("fits").len();
        let spare = RULES_BYTES - 4 - fixed;
        assert!(spare < limits::NOTE, "{spare}");
        let bytes = open(spare).encode().expect("just fits");
        assert!(pad(&bytes, RULES_BYTES).is_some());
        assert_eq!(open(spare + 1).encode(), Err(RulesError::TooLarge { by: 1 }));
    }

    proptest! {
        #[test]
        fn one_encoding_of_one_set_of_rules(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = rules().encode().expect("valid");
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if let Ok(read) = Rules::decode(&bytes) {
                prop_assert_eq!(read.encode().expect("valid"), bytes);
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
            let good = rules().encode().expect("valid");
            let cut = cut.index(good.len());
            prop_assert!(Rules::decode(&good[..cut]).is_err());
            let _ = Rules::decode(&[&good[..cut], &bytes].concat());
        }
    }
}
