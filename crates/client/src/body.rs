//! The plaintexts inside an event (`docs/spec/events.md` §3): what only patient and practice read.

use souspli_booking::appointment::Appointment;
use souspli_protocol::sizes::XWING_PUBLIC;
use souspli_protocol::tlv::{Reader, TlvError, Writer};
use souspli_protocol::{Context, Digest, ItemId, Label};

use crate::failure::Failure;

/// Limits in bytes of UTF-8 (§3).
pub mod limits {
    /// A patient's name.
    pub const NAME: usize = 160;
    /// An e-mail address.
    pub const EMAIL: usize = 200;
    /// A phone number.
    pub const PHONE: usize = 40;
    /// A language tag.
    pub const LANGUAGE: usize = 35;
    /// The words that go with a confirmation, a decline, a move, a cancellation or a block.
    pub const TEXT: usize = 300;
    /// The reason of a visit.
    pub const REASON: usize = 600;
    /// All answers together.
    pub const ANSWERS: usize = 1_000;
    /// Number of answers.
    pub const ANSWER_COUNT: usize = 12;
    /// An internal note.
    pub const NOTE: usize = 1_500;
}

/// What an event is; the host sees only create or append.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A patient, or the practice for a patient, takes a time.
    Booked,
    /// The practice confirms.
    Confirmed,
    /// The practice declines.
    Declined,
    /// Another time.
    Moved,
    /// Given up.
    Cancelled,
    /// What is needed to read later hours, in the patient wrap.
    Access,
    /// The patient did not come.
    NoShow,
    /// An internal note.
    Note,
    /// Time that nobody can book.
    Blocked,
}

impl Kind {
    const ALL: [(Self, u8); 9] = [
        (Self::Booked, 1),
        (Self::Confirmed, 2),
        (Self::Declined, 3),
        (Self::Moved, 4),
        (Self::Cancelled, 5),
        (Self::Access, 6),
        (Self::NoShow, 12),
        (Self::Note, 13),
        (Self::Blocked, 15),
    ];

    fn id(self) -> u8 {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or(0, |(_, id)| *id)
    }

    fn from_id(id: u8) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == id).map(|(kind, _)| *kind)
    }

    /// Whether the patient may read such an event; the others are sealed to a key that nobody holds.
    pub fn for_patient(self) -> bool {
        !matches!(self, Self::NoShow | Self::Note | Self::Blocked)
    }
}

/// Whom a booking is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// E-mail address, or empty.
    pub email: String,
    /// Phone number, or empty.
    pub phone: String,
    /// Language (BCP 47).
    pub language: String,
    /// Reminders by e-mail are wanted.
    pub by_email: bool,
    /// Reminders by SMS are wanted.
    pub by_sms: bool,
}

/// The event that a decision answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    /// Hash of the event.
    pub event: Digest,
    /// Head of the chain that the author saw.
    pub head: Digest,
}

/// Content of body d: everybody at the practice reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desk {
    /// Who and when; the key that later events are sealed to.
    Booked {
        /// When, what, with whom.
        appointment: Appointment,
        /// Who.
        contact: Contact,
    },
    /// Yes.
    Confirmed {
        /// What is confirmed.
        answers: Answers,
        /// A few words.
        text: String,
    },
    /// No.
    Declined {
        /// What is declined.
        answers: Answers,
        /// Why.
        text: String,
    },
    /// Another time.
    Moved {
        /// The new one.
        appointment: Appointment,
        /// A few words.
        text: String,
    },
    /// Given up.
    Cancelled {
        /// A few words.
        text: String,
    },
    /// Only the patient wrap matters.
    Access,
    /// The patient did not come.
    NoShow,
    /// See body c.
    Note,
    /// Time that nobody can book.
    Blocked {
        /// Which.
        appointment: Appointment,
        /// Why.
        text: String,
    },
}

/// Body d with what surrounds its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyD {
    /// Which clinical key the event is also sealed to.
    pub clinical: Option<u8>,
    /// The patient's X-Wing key; in a `Booked` only.
    pub view_key: Option<Box<[u8; XWING_PUBLIC]>>,
    /// What it says.
    pub content: Desk,
}

/// Content of body c: for the practitioner and the patient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BodyC {
    /// Reason of a booking, or the text of a note.
    pub text: String,
    /// Answers to the visit type's questions.
    pub answers: Vec<(ItemId, String)>,
}

const NO_CLINICAL: u8 = 255;

impl Desk {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Booked { .. } => Kind::Booked,
            Self::Confirmed { .. } => Kind::Confirmed,
            Self::Declined { .. } => Kind::Declined,
            Self::Moved { .. } => Kind::Moved,
            Self::Cancelled { .. } => Kind::Cancelled,
            Self::Access => Kind::Access,
            Self::NoShow => Kind::NoShow,
            Self::Note => Kind::Note,
            Self::Blocked { .. } => Kind::Blocked,
        }
    }

    fn write(&self, writer: Writer) -> Writer {
        match self {
            Self::Booked { appointment, contact } => writer
                .bytes(7, &appointment.encode())
                .text(8, &contact.name)
                .text(9, &contact.email)
                .text(10, &contact.phone)
                .text(11, &contact.language)
                .u8(12, u8::from(contact.by_email) | u8::from(contact.by_sms) << 1),
            Self::Confirmed { answers, text } | Self::Declined { answers, text } => {
                writer.bytes(7, answers.event.as_bytes()).bytes(8, answers.head.as_bytes()).text(9, text)
            }
            Self::Moved { appointment, text } | Self::Blocked { appointment, text } => {
                writer.bytes(7, &appointment.encode()).text(8, text)
            }
            Self::Cancelled { text } => writer.text(7, text),
            Self::Access | Self::NoShow | Self::Note => writer,
        }
    }

    fn read(kind: Kind, r: &mut Reader<'_>) -> Result<Self, TlvError> {
        Ok(match kind {
            Kind::Booked => Self::Booked { appointment: appointment(r)?, contact: contact(r)? },
            Kind::Confirmed => Self::Confirmed { answers: answers(r)?, text: text(r, 9)? },
            Kind::Declined => Self::Declined { answers: answers(r)?, text: text(r, 9)? },
            Kind::Moved => Self::Moved { appointment: appointment(r)?, text: text(r, 8)? },
            Kind::Blocked => Self::Blocked { appointment: appointment(r)?, text: text(r, 8)? },
            Kind::Cancelled => Self::Cancelled { text: text(r, 7)? },
            Kind::Access => Self::Access,
            Kind::NoShow => Self::NoShow,
            Kind::Note => Self::Note,
        })
    }
}

impl BodyD {
    /// Its bytes, before padding.
    pub fn encode(&self, context: &Context) -> Vec<u8> {
        let view_key = self.view_key.as_ref().map_or(&[][..], |key| &key[..]);
        let writer = context
            .write(Label::PlainD)
            .u8(4, self.content.kind().id())
            .u8(5, self.clinical.unwrap_or(NO_CLINICAL))
            .bytes(6, view_key);
        self.content.write(writer).finish()
    }

    /// Reads it, strictly; a create brings the view key, an append does not.
    pub fn decode(bytes: &[u8], context: &Context) -> Result<Self, TlvError> {
        let mut r = context.read(bytes, Label::PlainD)?;
        let kind = Kind::from_id(r.u8(4)?).ok_or(TlvError::Value { tag: 4 })?;
        let clinical = match r.u8(5)? {
            NO_CLINICAL => None,
            index if usize::from(index) < souspli_protocol::sizes::CLINICAL => Some(index),
            _ => return Err(TlvError::Value { tag: 5 }),
        };
        let view_key = match r.bytes(6)? {
            [] => None,
            key => Some(Box::new(key.try_into().map_err(|_| TlvError::Length { tag: 6 })?)),
        };
        if view_key.is_some() != (kind == Kind::Booked) {
            return Err(TlvError::Value { tag: 6 });
        }
        let content = Desk::read(kind, &mut r)?;
        r.finish()?;
        Ok(Self { clinical, view_key, content })
    }
}

impl BodyC {
    /// Its bytes, before padding.
    pub fn encode(&self, context: &Context, kind: Kind) -> Vec<u8> {
        let answers: Vec<Vec<u8>> =
            self.answers.iter().map(|(question, text)| [&question.0[..], text.as_bytes()].concat()).collect();
        context.write(Label::PlainC).u8(4, kind.id()).text(5, &self.text).list(6, &answers).finish()
    }

    /// Reads it, strictly; its kind is that of body d.
    pub fn decode(bytes: &[u8], context: &Context, kind: Kind) -> Result<Self, TlvError> {
        let mut r = context.read(bytes, Label::PlainC)?;
        if r.u8(4)? != kind.id() {
            return Err(TlvError::Value { tag: 4 });
        }
        let text = r.text(5, limits::NOTE)?.to_owned();
        let mut answers = Vec::new();
        for item in r.list(6, limits::ANSWER_COUNT)? {
            let (question, text) = item.split_first_chunk::<8>().ok_or(TlvError::Length { tag: 6 })?;
            let text = std::str::from_utf8(text).map_err(|_| TlvError::Value { tag: 6 })?;
            answers.push((ItemId(*question), text.to_owned()));
        }
        r.finish()?;
        Ok(Self { text, answers })
    }
}

/// Checks a text against its limit; nothing is ever cut.
pub fn fits(field: &str, text: &str, limit: usize) -> Result<(), Failure> {
    if text.len() > limit { Err(Failure::too_long(field, text.len(), limit)) } else { Ok(()) }
}

fn appointment(r: &mut Reader<'_>) -> Result<Appointment, TlvError> {
    Appointment::decode(r.bytes(7)?).map_err(|_| TlvError::Value { tag: 7 })
}

fn contact(r: &mut Reader<'_>) -> Result<Contact, TlvError> {
    let name = r.text(8, limits::NAME)?.to_owned();
    let email = r.text(9, limits::EMAIL)?.to_owned();
    let phone = r.text(10, limits::PHONE)?.to_owned();
    let language = r.text(11, limits::LANGUAGE)?.to_owned();
    let consents = r.u8(12)?;
    if consents > 3 {
        return Err(TlvError::Value { tag: 12 });
    }
    Ok(Contact { name, email, phone, language, by_email: consents & 1 == 1, by_sms: consents & 2 == 2 })
}

fn answers(r: &mut Reader<'_>) -> Result<Answers, TlvError> {
    Ok(Answers { event: Digest(r.array(7)?), head: Digest(r.array(8)?) })
}

fn text(r: &mut Reader<'_>, tag: u8) -> Result<String, TlvError> {
    r.text(tag, limits::TEXT).map(str::to_owned)
}
