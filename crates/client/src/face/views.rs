//! The values of the contract between sealed side and page.

use serde::{Deserialize, Serialize};
use souspli_booking::appointment::Appointment;
use souspli_booking::catalogue::{Catalogue, Colour, Confirm, Question};
use souspli_booking::free::FreeTime;
use souspli_booking::window::minute;
use souspli_booking::zone::Offsets;
use souspli_protocol::ItemId;
use souspli_protocol::wire::Blob;

use crate::body::{Contact, limits};
use crate::record::Story;

/// A practitioner, as patients see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PractitionerView {
    /// Opaque id.
    pub id: ItemId,
    /// Name.
    pub name: String,
    /// Title, or empty.
    pub title: String,
    /// Specialty, or empty.
    pub specialty: String,
    /// Languages (BCP 47).
    pub languages: Vec<String>,
    /// Colour.
    pub colour: Colour,
}

/// A visit type, as patients see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitTypeView {
    /// Opaque id.
    pub id: ItemId,
    /// Name.
    pub name: String,
    /// Minutes.
    pub duration: u16,
    /// What to know before.
    pub instructions: String,
    /// Colour.
    pub colour: Colour,
    /// Who offers it.
    pub practitioners: Vec<ItemId>,
    /// Intake questions.
    pub questions: Vec<Question>,
}

/// A practice, as patients see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PracticeView {
    /// Name.
    pub name: String,
    /// Lines of the address.
    pub address: Vec<String>,
    /// Phone number, or empty.
    pub phone: String,
    /// Web address, or empty.
    pub website: String,
    /// Introduction.
    pub introduction: String,
    /// Languages (BCP 47).
    pub languages: Vec<String>,
    /// IANA zone.
    pub zone: String,
    /// Minutes within which it confirms.
    pub response_time: u32,
    /// How it confirms.
    pub confirms: Confirm,
    /// Who can be booked.
    pub practitioners: Vec<PractitionerView>,
    /// What can be booked.
    pub visit_types: Vec<VisitTypeView>,
}

impl From<&Catalogue> for PracticeView {
    fn from(catalogue: &Catalogue) -> Self {
        let practitioners = catalogue.practitioners.iter().map(|who| PractitionerView {
            id: who.id,
            name: who.name.clone(),
            title: who.title.clone(),
            specialty: who.specialty.clone(),
            languages: who.languages.clone(),
            colour: who.colour,
        });
        let visit_types = catalogue.public_visit_types().map(|visit| VisitTypeView {
            id: visit.id,
            name: visit.name.clone(),
            duration: visit.duration,
            instructions: visit.instructions.clone(),
            colour: visit.colour,
            practitioners: visit.practitioners.clone(),
            questions: visit.questions.clone(),
        });
        Self {
            name: catalogue.name.clone(),
            address: catalogue.address.clone(),
            phone: catalogue.phone.clone(),
            website: catalogue.website.clone(),
            introduction: catalogue.introduction.clone(),
            languages: catalogue.languages.clone(),
            zone: catalogue.zone.clone(),
            response_time: catalogue.response_time,
            confirms: catalogue.confirm,
            practitioners: practitioners.collect(),
            visit_types: visit_types.collect(),
        }
    }
}

/// A free time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FreeTimeView {
    /// The granule that it begins with.
    pub start: u32,
    /// Local date.
    pub date: String,
    /// Local time.
    pub time: String,
    /// UTC minute.
    pub minute: u32,
    /// Who is free.
    pub practitioners: Vec<ItemId>,
}

impl FreeTimeView {
    /// A free time with its local date and time.
    pub fn new(free: &FreeTime, offsets: &Offsets) -> Self {
        let at = minute(free.start);
        Self {
            start: free.start,
            date: local_date(offsets, at),
            time: local_time(offsets, at),
            minute: at,
            practitioners: free.practitioners.clone(),
        }
    }
}

/// A day and its free times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FreeDayView {
    /// Local date.
    pub date: String,
    /// Free times, rising; empty when there are none.
    pub times: Vec<FreeTimeView>,
}

/// The free times of a visit type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FreeDaysView {
    /// IANA zone.
    pub zone: String,
    /// Local date of now.
    pub today: String,
    /// From today to the end of what is published.
    pub days: Vec<FreeDayView>,
}

/// Opt-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentsView {
    /// Reminders by e-mail.
    pub email: bool,
    /// Reminders by SMS.
    pub sms: bool,
}

/// An answer to an intake question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerView {
    /// Which question.
    pub question: ItemId,
    /// The answer.
    pub text: String,
}

/// What a patient types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormView {
    /// Name.
    pub name: String,
    /// E-mail address, or empty.
    pub email: String,
    /// Phone number, or empty.
    pub phone: String,
    /// Language (BCP 47).
    pub language: String,
    /// Reason of the visit.
    pub reason: String,
    /// Answers to the visit type's questions.
    pub answers: Vec<AnswerView>,
    /// Opt-ins.
    pub consents: ConsentsView,
}

impl FormView {
    /// Who it is about.
    pub fn contact(&self) -> Contact {
        Contact {
            name: self.name.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            language: self.language.clone(),
            by_email: self.consents.email,
            by_sms: self.consents.sms,
        }
    }

    /// The form as a record's events tell it; the reason is empty where the reader may not read it.
    pub fn of(story: &Story) -> Self {
        let contact = &story.contact;
        let answers =
            story.answers.iter().map(|(question, text)| AnswerView { question: *question, text: text.clone() });
        Self {
            name: contact.name.clone(),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            language: contact.language.clone(),
            reason: story.reason.clone().unwrap_or_default(),
            answers: answers.collect(),
            consents: ConsentsView { email: contact.by_email, sms: contact.by_sms },
        }
    }
}

/// Limits of texts, bytes of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LimitsView {
    pub(super) name: usize,
    pub(super) email: usize,
    pub(super) phone: usize,
    pub(super) reason: usize,
    pub(super) answers: usize,
    pub(super) text: usize,
    pub(super) note: usize,
}

impl LimitsView {
    /// The limits of version 1.
    pub const VERSION_1: Self = Self {
        name: limits::NAME,
        email: limits::EMAIL,
        phone: limits::PHONE,
        reason: limits::REASON,
        answers: limits::ANSWERS,
        text: limits::TEXT,
        note: limits::NOTE,
    };
}

/// An appointment in words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentView {
    /// The granule that it begins with.
    pub start: u32,
    /// UTC minute.
    pub minute: u32,
    /// Local date.
    pub date: String,
    /// Local time.
    pub time: String,
    /// Local time of its end.
    pub end_time: String,
    /// Minutes.
    pub duration: u16,
    /// The visit type.
    pub visit_type: ItemId,
    /// Its name; empty for one that is no longer in the catalogue.
    pub visit_type_name: String,
    /// With whom.
    pub practitioner: ItemId,
    /// Name of the practitioner.
    pub practitioner_name: String,
    /// Name of the room, or empty.
    pub room_name: String,
}

impl AppointmentView {
    /// An appointment with its names and its local times.
    pub fn new(appointment: &Appointment, catalogue: &Catalogue, offsets: &Offsets) -> Self {
        let (start, end) = (appointment.start_minute(), appointment.end_minute());
        let practitioner = catalogue.practitioner(appointment.practitioner).map(|(_, who)| who);
        let titled = |title: &str, name: &str| format!("{title} {name}").trim().to_owned();
        Self {
            start: appointment.start,
            minute: start,
            date: local_date(offsets, start),
            time: local_time(offsets, start),
            end_time: local_time(offsets, end),
            duration: appointment.duration,
            visit_type: appointment.visit_type,
            visit_type_name: catalogue
                .visit_type(appointment.visit_type)
                .map_or_else(String::new, |v| v.1.name.clone()),
            practitioner: appointment.practitioner,
            practitioner_name: practitioner.map_or_else(String::new, |who| titled(&who.title, &who.name)),
            room_name: appointment
                .room
                .and_then(|room| catalogue.room(room))
                .map_or_else(String::new, |room| room.name.clone()),
        }
    }
}

/// A file to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileView {
    /// Its name.
    pub name: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its text.
    pub text: String,
}

/// A booking, as its patient sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BookingView {
    /// Opaque id.
    pub record: souspli_protocol::RecordId,
    /// `reserved`, `confirmed`, `declined`, `cancelled`, `no-show`.
    pub state: &'static str,
    /// When, what, with whom.
    pub appointment: AppointmentView,
    /// UTC minute until which the practice answers.
    pub answer_by: u32,
    /// What was typed.
    pub form: FormView,
    /// The practice's last words.
    pub text: String,
    /// How often it was moved.
    pub moves: u32,
    /// Whether the patient may still move it.
    pub may_move: bool,
    /// Whether the patient may still cancel it.
    pub may_cancel: bool,
    /// Fragment of the private link; `None` where only viewing is allowed.
    pub manage_link: Option<String>,
    /// For a calendar program; no secret in it.
    pub calendar_file: FileView,
    /// What the host has promised, in the order of the record.
    pub receipts: Vec<ReceiptView>,
    /// What a third party believes them by (`docs/spec/log.md` §9); no secret in it.
    pub voucher: Blob,
    /// The minute of the newest claim set that the host has signed.
    pub told: u32,
}

/// A receipt of the host's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptView {
    /// What it is for: `booking`, `change` by the patient, or `answer` of the practice.
    pub what: &'static str,
    /// UTC minute of acceptance.
    pub minute: u32,
    /// Its bytes.
    pub receipt: Blob,
}

/// `2026-12-01`.
pub fn local_date(offsets: &Offsets, minute: u32) -> String {
    offsets.date(minute).to_string()
}

/// `09:30`.
pub fn local_time(offsets: &Offsets, minute: u32) -> String {
    let wall = offsets.wall_time(minute);
    format!("{:02}:{:02}", wall.minute / 60, wall.minute % 60)
}
