//! The bytes of a catalogue.
//!
//! `tlv("souspli/v1/catalogue", 1: suite, 2: name, 3: address lines, 4: phone, 5: website, 6: languages, 7: zone,
//! 8: vtimezone, 9: introduction, 10: response time (u32), 11: confirm (u8), 12: minimum notice (u32), 13: cancel
//! deadline (u32), 14: horizon days (u32), 15: practitioners, 16: rooms, 17: visit types)`; items as in
//! `packed.rs`, their values in the order of the structs' fields.

use souspli_protocol::{
    Label,
    tlv::{Reader, TlvError, Writer},
};

use super::{Catalogue, Colour, Confirm, Practitioner, Question, QuestionKind, Room, VisitType, limits};
use crate::{
    SUITE,
    packed::{self, Packer, Unpacker},
    problem::Invalid,
    read_suite,
};

/// Bytes that a catalogue is padded to before it is sealed (`docs/spec/publications.md` §1).
pub const CATALOGUE_BYTES: usize = 32_688;

/// Why a catalogue cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The bytes are not those of a catalogue.
    #[error("not a catalogue: {0}")]
    Tlv(#[from] TlvError),
    /// Fields do not hold what they must.
    #[error("the catalogue has {} invalid fields", .0.len())]
    Invalid(Vec<Invalid>),
    /// The texts together are too long to be published.
    #[error("the catalogue is {by} bytes too large")]
    TooLarge {
        /// Bytes that must be taken away.
        by: usize,
    },
}

const PRACTITIONERS: u8 = 15;
const ROOMS: u8 = 16;
const VISIT_TYPES: u8 = 17;

impl Catalogue {
    /// Its bytes, valid and small enough to be padded to [`CATALOGUE_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, CatalogueError> {
        self.validate().map_err(CatalogueError::Invalid)?;
        let bytes = self.write();
        match (bytes.len() + 4).checked_sub(CATALOGUE_BYTES) {
            None | Some(0) => Ok(bytes),
            Some(by) => Err(CatalogueError::TooLarge { by }),
        }
    }

    fn write(&self) -> Vec<u8> {
        Writer::new(Label::Catalogue)
            .u8(1, SUITE)
            .text(2, &self.name)
            .list(3, &self.address)
            .text(4, &self.phone)
            .text(5, &self.website)
            .list(6, &self.languages)
            .text(7, &self.zone)
            .text(8, &self.vtimezone)
            .text(9, &self.introduction)
            .u32(10, self.response_time)
            .u8(11, self.confirm as u8)
            .u32(12, self.minimum_notice)
            .u32(13, self.cancel_deadline)
            .u32(14, self.horizon_days.into())
            .list(PRACTITIONERS, &self.practitioners.iter().map(Practitioner::pack).collect::<Vec<_>>())
            .list(ROOMS, &self.rooms.iter().map(Room::pack).collect::<Vec<_>>())
            .list(VISIT_TYPES, &self.visit_types.iter().map(VisitType::pack).collect::<Vec<_>>())
            .finish()
    }

    /// Reads and validates what [`Catalogue::encode`] wrote, without padding.
    pub fn decode(bytes: &[u8]) -> Result<Self, CatalogueError> {
        let catalogue = Self::read(bytes)?;
        catalogue.validate().map_err(CatalogueError::Invalid)?;
        Ok(catalogue)
    }

    fn read(bytes: &[u8]) -> Result<Self, TlvError> {
        let mut reader = Reader::new(bytes, Label::Catalogue)?;
        read_suite(&mut reader)?;
        let catalogue = Self {
            name: reader.text(2, limits::NAME)?.to_owned(),
            address: texts(&mut reader, 3, limits::ADDRESS_LINES, limits::ADDRESS_LINE)?,
            phone: reader.text(4, limits::PHONE)?.to_owned(),
            website: reader.text(5, limits::WEBSITE)?.to_owned(),
            languages: texts(&mut reader, 6, limits::LANGUAGES, limits::LANGUAGE)?,
            zone: reader.text(7, crate::zone::ZONE_NAME)?.to_owned(),
            vtimezone: reader.text(8, limits::VTIMEZONE)?.to_owned(),
            introduction: reader.text(9, limits::INTRODUCTION)?.to_owned(),
            response_time: reader.u32(10)?,
            confirm: match reader.u8(11)? {
                0 => Confirm::Manual,
                1 => Confirm::Automatic,
                _ => return Err(TlvError::Value { tag: 11 }),
            },
            minimum_notice: reader.u32(12)?,
            cancel_deadline: reader.u32(13)?,
            horizon_days: u16::try_from(reader.u32(14)?).map_err(|_| TlvError::Value { tag: 14 })?,
            practitioners: packed::items(&mut reader, PRACTITIONERS, limits::PRACTITIONERS, Practitioner::unpack)?,
            rooms: packed::items(&mut reader, ROOMS, limits::ROOMS, Room::unpack)?,
            visit_types: packed::items(&mut reader, VISIT_TYPES, limits::VISIT_TYPES, VisitType::unpack)?,
        };
        reader.finish()?;
        Ok(catalogue)
    }
}

impl Practitioner {
    fn pack(&self) -> Vec<u8> {
        Packer::default()
            .id(self.id)
            .text(&self.name)
            .text(&self.title)
            .text(&self.specialty)
            .list(&self.languages, |packer, language| packer.text(language))
            .u32(self.colour.rgb())
            .u8(self.clinical)
            .finish()
    }

    fn unpack(item: &mut Unpacker<'_>) -> Result<Self, TlvError> {
        Ok(Self {
            id: item.id()?,
            name: item.text(limits::ITEM_NAME)?,
            title: item.text(limits::TITLE)?,
            specialty: item.text(limits::SPECIALTY)?,
            languages: item.list(limits::LANGUAGES, |item| item.text(limits::LANGUAGE))?,
            colour: colour(item)?,
            clinical: item.u8()?,
        })
    }
}

impl Room {
    fn pack(&self) -> Vec<u8> {
        Packer::default().id(self.id).text(&self.name).finish()
    }

    fn unpack(item: &mut Unpacker<'_>) -> Result<Self, TlvError> {
        Ok(Self { id: item.id()?, name: item.text(limits::ITEM_NAME)? })
    }
}

impl VisitType {
    fn pack(&self) -> Vec<u8> {
        Packer::default()
            .id(self.id)
            .text(&self.name)
            .u16(self.duration)
            .u16(self.buffer)
            .u16(self.step.unwrap_or(0))
            .text(&self.instructions)
            .u32(self.colour.rgb())
            .list(&self.practitioners, |packer, id| packer.id(*id))
            .list(&self.rooms, |packer, id| packer.id(*id))
            .list(&self.questions, Question::pack)
            .flag(self.public)
            .finish()
    }

    fn unpack(item: &mut Unpacker<'_>) -> Result<Self, TlvError> {
        Ok(Self {
            id: item.id()?,
            name: item.text(limits::ITEM_NAME)?,
            duration: item.u16()?,
            buffer: item.u16()?,
            step: Some(item.u16()?).filter(|&step| step > 0),
            instructions: item.text(limits::INSTRUCTIONS)?,
            colour: colour(item)?,
            practitioners: item.list(limits::PRACTITIONERS, Unpacker::id)?,
            rooms: item.list(limits::ROOMS, Unpacker::id)?,
            questions: item.list(limits::QUESTIONS, Question::unpack)?,
            public: item.flag()?,
        })
    }
}

impl Question {
    fn pack(packer: Packer, question: &Self) -> Packer {
        packer
            .id(question.id)
            .text(&question.text)
            .u8(question.kind as u8)
            .list(&question.options, |packer, option| packer.text(option))
            .flag(question.required)
    }

    fn unpack(item: &mut Unpacker<'_>) -> Result<Self, TlvError> {
        Ok(Self {
            id: item.id()?,
            text: item.text(limits::QUESTION)?,
            kind: match item.u8()? {
                0 => QuestionKind::Free,
                1 => QuestionKind::YesNo,
                2 => QuestionKind::Choice,
                _ => return Err(item.refused()),
            },
            options: item.list(limits::OPTIONS, |item| item.text(limits::OPTION))?,
            required: item.flag()?,
        })
    }
}

fn colour(item: &mut Unpacker<'_>) -> Result<Colour, TlvError> {
    Colour::new(item.u32()?).ok_or_else(|| item.refused())
}

fn texts(reader: &mut Reader<'_>, tag: u8, count: usize, limit: usize) -> Result<Vec<String>, TlvError> {
    let text = |bytes: &[u8]| {
        if bytes.len() > limit {
            return Err(TlvError::Length { tag });
        }
        core::str::from_utf8(bytes).map(str::to_owned).map_err(|_| TlvError::Value { tag })
    };
    reader.list(tag, count)?.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use souspli_protocol::tlv::pad;

    use super::*;
    use crate::catalogue::tests::practice;

    #[test]
    fn it_comes_back() {
        let practice = practice();
        let bytes = practice.encode().expect("valid");
        assert_eq!(Catalogue::decode(&bytes), Ok(practice));
        assert!(
            bytes.starts_with(b"\0\0\0\0\x14souspli/v1/catalogue\x01\0\0\0\x01\x01\x02\0\0\0\x15Practice by the river")
        );
    }

    #[test]
    fn the_room_byte_by_byte() {
        let room = Room { id: souspli_protocol::ItemId([6; 8]), name: "Green".into() };
        assert_eq!(room.pack(), b"\x06\x06\x06\x06\x06\x06\x06\x06\0\x05Green");
    }

    #[test]
    fn too_large_says_by_how_much() {
        let mut practice = practice();
        let spare = CATALOGUE_BYTES - 4 - practice.encode().expect("valid").len();
        let types = practice.visit_types.clone();
        for place in 0..18_u8 {
            let mut more = types[0].clone();
            more.id = souspli_protocol::ItemId([0x40 + place; 8]);
            practice.visit_types.push(more);
        }
        let per_type = types[0].pack().len() + 4;
        let mut left = spare - 18 * per_type;
        for visit_type in &mut practice.visit_types {
            let length = left.min(limits::INSTRUCTIONS - visit_type.instructions.len());
            visit_type.instructions += &"x".repeat(length);
            left -= length;
        }
        assert_eq!(left, 0);
        let bytes = practice.encode().expect("just fits");
        assert_eq!(bytes.len() + 4, CATALOGUE_BYTES);
        assert!(pad(&bytes, CATALOGUE_BYTES).is_some());
        practice.introduction += "123";
        assert_eq!(practice.encode(), Err(CatalogueError::TooLarge { by: 3 }));
    }

    #[test]
    fn what_is_read_is_validated() {
        let mut practice = practice();
        practice.visit_types[0].duration = 12;
        let error = Catalogue::decode(&practice.write()).expect_err("invalid");
        assert!(matches!(error, CatalogueError::Invalid(found) if found[0].field == "visitTypes[0].duration"));
        practice.visit_types[0].duration = 15;
        practice.name = "x".repeat(limits::NAME + 1);
        assert_eq!(Catalogue::decode(&practice.write()), Err(CatalogueError::Tlv(TlvError::Length { tag: 2 })));
    }

    #[test]
    fn other_suites_are_refused() {
        let mut bytes = practice().encode().expect("valid");
        bytes[30] = 2;
        assert_eq!(Catalogue::decode(&bytes), Err(CatalogueError::Tlv(TlvError::Value { tag: 1 })));
    }

    proptest! {
        #[test]
        fn one_encoding_of_one_catalogue(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = practice().encode().expect("valid");
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if let Ok(read) = Catalogue::decode(&bytes) {
                prop_assert_eq!(read.encode().expect("valid"), bytes);
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
            let good = practice().encode().expect("valid");
            let cut = cut.index(good.len());
            prop_assert!(Catalogue::decode(&good[..cut]).is_err());
            let _ = Catalogue::decode(&[&good[..cut], &bytes].concat());
        }
    }
}
