//! What a practice offers: the plaintext of the catalogue (`docs/spec/publications.md` §5).

mod validate;
mod wire;

pub use wire::{CATALOGUE_BYTES, CatalogueError};

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use souspli_protocol::ItemId;
use souspli_protocol::json::{ToJson, Writer};

/// Limits of counts and, in bytes of UTF-8, of texts.
pub mod limits {
    /// Visit types; each is one bit of a mask in published hours.
    pub const VISIT_TYPES: usize = 32;
    /// Practitioners.
    pub const PRACTITIONERS: usize = 32;
    /// Rooms.
    pub const ROOMS: usize = 16;
    /// Clinical keys of an epoch, counted from 0.
    pub const CLINICAL: u8 = 8;
    /// Name of the practice.
    pub const NAME: usize = 200;
    /// Lines of the address.
    pub const ADDRESS_LINES: usize = 6;
    /// One line of the address.
    pub const ADDRESS_LINE: usize = 120;
    /// Phone number.
    pub const PHONE: usize = 40;
    /// Web address.
    pub const WEBSITE: usize = 200;
    /// Languages of the practice or of a practitioner.
    pub const LANGUAGES: usize = 16;
    /// One language tag.
    pub const LANGUAGE: usize = 35;
    /// The VTIMEZONE component.
    pub const VTIMEZONE: usize = 4_000;
    /// Introduction of the practice.
    pub const INTRODUCTION: usize = 4_000;
    /// Name of a practitioner, a visit type or a room.
    pub const ITEM_NAME: usize = 120;
    /// Title of a practitioner.
    pub const TITLE: usize = 60;
    /// Specialty of a practitioner.
    pub const SPECIALTY: usize = 120;
    /// Instructions of a visit type.
    pub const INSTRUCTIONS: usize = 2_000;
    /// Questions of a visit type.
    pub const QUESTIONS: usize = 12;
    /// Text of a question.
    pub const QUESTION: usize = 400;
    /// Answers to choose from.
    pub const OPTIONS: usize = 16;
    /// One answer to choose from.
    pub const OPTION: usize = 120;
    /// Days that may be booked ahead: seven windows.
    pub const HORIZON_DAYS: u16 = 196;
    /// Minutes of response time, notice and cancellation deadline: 28 days.
    pub const NOTICE: u32 = 40_320;
    /// Minutes of a visit; what fits a booking's claims is less when a room is needed.
    pub const DURATION: u16 = 120;
}

/// How a booking is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Confirm {
    /// By hand; 0 on the wire.
    Manual,
    /// By the agent or an open agenda; 1 on the wire.
    Automatic,
}

/// A colour as red, green and blue; `#rrggbb` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(u32);

/// Text or a number that is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a colour")]
pub struct BadColour;

impl Colour {
    /// From `0xrrggbb`; `None` above `0xffffff`.
    pub const fn new(rgb: u32) -> Option<Self> {
        if rgb <= 0xff_ffff { Some(Self(rgb)) } else { None }
    }

    /// `0xrrggbb`.
    pub const fn rgb(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06x}", self.0)
    }
}

impl FromStr for Colour {
    type Err = BadColour;

    fn from_str(text: &str) -> Result<Self, BadColour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(BadColour)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadColour);
        }
        u32::from_str_radix(digits, 16).map(Self).map_err(|_| BadColour)
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl ToJson for Colour {
    fn write(&self, writer: &mut Writer) {
        writer.string(&self.to_string());
    }
}

impl ToJson for Confirm {
    fn write(&self, writer: &mut Writer) {
        writer.string(match self {
            Self::Manual => "manual",
            Self::Automatic => "automatic",
        });
    }
}

/// A practice and all that may be booked there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Catalogue {
    /// Name of the practice.
    pub name: String,
    /// Lines of its address.
    pub address: Vec<String>,
    /// Phone number, or empty.
    pub phone: String,
    /// Web address, or empty.
    pub website: String,
    /// Languages spoken (BCP 47).
    pub languages: Vec<String>,
    /// Name of its IANA zone.
    pub zone: String,
    /// That zone as a VTIMEZONE component, for calendar files.
    pub vtimezone: String,
    /// Introduction; lines parted by `\n`.
    pub introduction: String,
    /// Minutes within which a booking is confirmed; after them the page says "call the practice".
    pub response_time: u32,
    /// How bookings are confirmed.
    pub confirm: Confirm,
    /// Minutes between a booking and its visit, at least.
    pub minimum_notice: u32,
    /// Minutes before a visit until which its patient may move or cancel it.
    pub cancel_deadline: u32,
    /// Days ahead that patients may book.
    pub horizon_days: u16,
    /// Practitioners; their order is that of the indexes in published hours.
    pub practitioners: Vec<Practitioner>,
    /// Rooms.
    pub rooms: Vec<Room>,
    /// Visit types; their order is that of the bits in the masks of published hours.
    pub visit_types: Vec<VisitType>,
}

/// Somebody who may be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Practitioner {
    /// Opaque id: a resource of claims.
    pub id: ItemId,
    /// Name.
    pub name: String,
    /// Title, or empty.
    pub title: String,
    /// Specialty, or empty.
    pub specialty: String,
    /// Languages spoken (BCP 47).
    pub languages: Vec<String>,
    /// Colour in the agenda.
    pub colour: Colour,
    /// Which clinical key of an epoch is theirs, from 0.
    pub clinical: u8,
}

/// A room that a visit may need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Room {
    /// Opaque id: a resource of claims.
    pub id: ItemId,
    /// Name.
    pub name: String,
}

/// A kind of visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VisitType {
    /// Opaque id.
    pub id: ItemId,
    /// Name.
    pub name: String,
    /// Minutes that the patient is there, a multiple of five.
    pub duration: u16,
    /// Minutes kept free after it, a multiple of five.
    pub buffer: u16,
    /// Minutes between two offered starts, a multiple of five; absent: one after the other, buffer included.
    pub step: Option<u16>,
    /// What the patient should know or bring; lines parted by `\n`.
    pub instructions: String,
    /// Colour in the agenda.
    pub colour: Colour,
    /// Who offers it.
    pub practitioners: Vec<ItemId>,
    /// Rooms it may take place in, the preferred one first; none: it needs no room.
    pub rooms: Vec<ItemId>,
    /// What patients are asked when they book.
    pub questions: Vec<Question>,
    /// Whether patients may book it; the practice may always.
    pub public: bool,
}

/// What kind of answer a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum QuestionKind {
    /// Text; 0 on the wire.
    Free,
    /// Yes or no; 1 on the wire.
    YesNo,
    /// One of the options; 2 on the wire.
    Choice,
}

/// What patients are asked when they book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// Opaque id.
    pub id: ItemId,
    /// The question.
    pub text: String,
    /// The kind of answer.
    pub kind: QuestionKind,
    /// What to choose from; empty unless it is a choice.
    pub options: Vec<String>,
    /// Whether an answer must be given.
    pub required: bool,
}

souspli_protocol::to_json!(Question { id, text, kind, options, required });

impl ToJson for QuestionKind {
    fn write(&self, writer: &mut Writer) {
        writer.string(match self {
            Self::Free => "free",
            Self::YesNo => "yesNo",
            Self::Choice => "choice",
        });
    }
}

impl VisitType {
    /// Granules that it occupies, buffer included.
    pub const fn granules(&self) -> u32 {
        (self.duration as u32 + self.buffer as u32) / crate::window::GRANULE_MINUTES
    }

    /// Granules between two offered starts, at least one.
    pub fn step_granules(&self) -> u32 {
        let step = self.step.map_or(self.granules(), |step| u32::from(step) / crate::window::GRANULE_MINUTES);
        step.max(1)
    }

    /// How many resources it occupies: its practitioner, and a room if it needs one.
    pub const fn resources(&self) -> u32 {
        if self.rooms.is_empty() { 1 } else { 2 }
    }
}

impl Catalogue {
    /// The visit type of this id, with its place.
    pub fn visit_type(&self, id: ItemId) -> Option<(usize, &VisitType)> {
        self.visit_types.iter().enumerate().find(|(_, visit_type)| visit_type.id == id)
    }

    /// The practitioner of this id, with its place.
    pub fn practitioner(&self, id: ItemId) -> Option<(usize, &Practitioner)> {
        self.practitioners.iter().enumerate().find(|(_, practitioner)| practitioner.id == id)
    }

    /// The room of this id.
    pub fn room(&self, id: ItemId) -> Option<&Room> {
        self.rooms.iter().find(|room| room.id == id)
    }

    /// The visit types that patients may book.
    pub fn public_visit_types(&self) -> impl Iterator<Item = &VisitType> {
        self.visit_types.iter().filter(|visit_type| visit_type.public)
    }

    /// The mask of all visit types that a practitioner offers.
    pub fn offered_by(&self, practitioner: ItemId) -> u32 {
        let offers = self.visit_types.iter().map(|visit_type| visit_type.practitioners.contains(&practitioner));
        offers.take(limits::VISIT_TYPES).enumerate().fold(0, |mask, (place, offers)| mask | u32::from(offers) << place)
    }

    /// Minutes of notice that a patient's booking needs: where nobody confirms automatically, no time is offered
    /// sooner than the practice responds.
    pub fn notice(&self) -> u32 {
        match self.confirm {
            Confirm::Automatic => self.minimum_notice,
            Confirm::Manual => self.minimum_notice.max(self.response_time),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const ALICE: ItemId = ItemId([0xa1; 8]);
    pub(crate) const BOB: ItemId = ItemId([0xb0; 8]);
    pub(crate) const BLUE: ItemId = ItemId([0x0b; 8]);
    pub(crate) const GREEN: ItemId = ItemId([0x06; 8]);
    pub(crate) const SHORT: ItemId = ItemId([1; 8]);
    pub(crate) const LONG: ItemId = ItemId([2; 8]);
    pub(crate) const INNER: ItemId = ItemId([3; 8]);

    pub(crate) const VTIMEZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n\
        BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\n\
        TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n\
        BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\n\
        TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n\
        END:VTIMEZONE\r\n";

    fn practitioner(id: ItemId, name: &str, clinical: u8) -> Practitioner {
        Practitioner {
            id,
            name: name.into(),
            title: "Dr".into(),
            specialty: "Paediatrics".into(),
            languages: vec!["fr".into()],
            colour: Colour(0x33_66_99),
            clinical,
        }
    }

    fn visit_type(id: ItemId, name: &str, duration: u16, buffer: u16) -> VisitType {
        VisitType {
            id,
            name: name.into(),
            duration,
            buffer,
            step: None,
            instructions: String::new(),
            colour: Colour(0),
            practitioners: vec![ALICE, BOB],
            rooms: Vec::new(),
            questions: Vec::new(),
            public: true,
        }
    }

    /// Two practitioners and two rooms; a visit of 15 + 5 minutes without a room, one of 30 minutes with one, and one
    /// of 20 minutes that is Alice's and not public.
    pub(crate) fn practice() -> Catalogue {
        let long = VisitType {
            rooms: vec![GREEN, BLUE],
            step: Some(15),
            questions: vec![Question {
                id: ItemId([7; 8]),
                text: "First visit?".into(),
                kind: QuestionKind::Choice,
                options: vec!["yes".into(), "no".into()],
                required: true,
            }],
            ..visit_type(LONG, "Long visit", 30, 0)
        };
        let inner = VisitType { practitioners: vec![ALICE], public: false, ..visit_type(INNER, "Procedure", 20, 0) };
        Catalogue {
            name: "Practice by the river".into(),
            address: vec!["1 Quay".into(), "75000 Paris".into()],
            phone: "+33 1 00 00 00 00".into(),
            website: "https://river.example".into(),
            languages: vec!["fr".into(), "en".into()],
            zone: "Europe/Paris".into(),
            vtimezone: VTIMEZONE.into(),
            introduction: "Second floor.\nRing twice.".into(),
            response_time: 1_440,
            confirm: Confirm::Automatic,
            minimum_notice: 120,
            cancel_deadline: 1_440,
            horizon_days: 196,
            practitioners: vec![practitioner(ALICE, "A. Martin", 0), practitioner(BOB, "B. Durand", 1)],
            rooms: vec![Room { id: BLUE, name: "Blue room".into() }, Room { id: GREEN, name: "Green room".into() }],
            visit_types: vec![visit_type(SHORT, "Short visit", 15, 5), long, inner],
        }
    }

    #[test]
    fn granules_and_masks() {
        let practice = practice();
        let (place, short) = practice.visit_type(SHORT).expect("short");
        assert_eq!((place, short.granules(), short.step_granules(), short.resources()), (0, 4, 4, 1));
        let (place, long) = practice.visit_type(LONG).expect("long");
        assert_eq!((place, long.granules(), long.step_granules(), long.resources()), (1, 6, 3, 2));
        assert_eq!(
            (practice.offered_by(ALICE), practice.offered_by(BOB), practice.offered_by(BLUE)),
            (0b111, 0b011, 0)
        );
        assert_eq!(practice.public_visit_types().map(|visit_type| visit_type.id).collect::<Vec<_>>(), [SHORT, LONG]);
        assert_eq!(practice.notice(), 120);
        assert_eq!(Catalogue { confirm: Confirm::Manual, ..practice }.notice(), 1_440);
    }

    #[test]
    fn json_is_camel_case_and_strict() {
        let practice = practice();
        let json = serde_json::to_value(&practice).expect("json");
        assert_eq!(json["visitTypes"][1]["questions"][0]["kind"], "choice");
        assert_eq!(json["visitTypes"][1]["step"], 15);
        assert_eq!(json["visitTypes"][0]["step"], serde_json::Value::Null);
        assert_eq!(json["practitioners"][0]["colour"], "#336699");
        assert_eq!(json["confirm"], "automatic");
        assert_eq!(json["minimumNotice"], 120);
        assert_eq!(serde_json::from_value::<Catalogue>(json.clone()).expect("back"), practice);
        for place in ["", "/practitioners/0", "/rooms/0", "/visitTypes/0", "/visitTypes/1/questions/0"] {
            let mut more = json.clone();
            let object = more.pointer_mut(place).and_then(serde_json::Value::as_object_mut).expect("object");
            object.insert("more".into(), 1.into());
            assert!(serde_json::from_value::<Catalogue>(more).is_err(), "{place}");
        }
    }

    #[test]
    fn colours() {
        assert_eq!("#0a1B2c".parse(), Ok(Colour(0x0a_1b_2c)));
        assert_eq!(Colour(0x0a_1b_2c).to_string(), "#0a1b2c");
        for bad in ["", "#fff", "0a1b2c", "#0a1b2g", "#+a1b2c", "#0a1b2c0"] {
            assert_eq!(bad.parse::<Colour>(), Err(BadColour), "{bad}");
        }
        assert_eq!((Colour::new(0xff_ffff), Colour::new(0x100_0000)), (Some(Colour(0xff_ffff)), None));
    }
}
