//! Bookings whose contents the auditor knows.

use jiff::Timestamp;
use souspli_protocol::RecordId;

use crate::scan::{CanaryPerson, CanarySet};

/// A booking that was made for the audit, with invented contents.
///
/// For order and length, 24 bookings with different times, names and lengths are enough; a column that gives equal values
/// to equal contents is found where 28 bookings share each telephone number with one other. They should be made in an
/// order that is not that of their times and names: what follows the order of arrival says nothing of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBooking {
    /// Its record.
    pub record: RecordId,
    /// Which of all bookings of this database it was, from 0.
    pub order: u64,
    /// What was typed.
    pub fields: Vec<KnownField>,
}

/// Something that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownField {
    /// Its name, such as `phone`; the same in all bookings.
    pub name: String,
    /// Its value.
    pub value: KnownValue,
}

/// A value that was typed or chosen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KnownValue {
    /// A text.
    Text(String),
    /// A time of visit, in minutes since 1970. Windows may follow it.
    Time(i64),
    /// A number: a duration, a code.
    Number(i64),
}

impl KnownBooking {
    /// The bookings of invented persons whose private link is known, in the order of the file.
    pub fn of(canaries: &CanarySet) -> Vec<Self> {
        (0..).zip(&canaries.persons).filter_map(|(order, person)| Self::of_person(order, person)).collect()
    }

    fn of_person(order: u64, person: &CanaryPerson) -> Option<Self> {
        let (record, _) = person.booking()?;
        let text = |name: &str, text: &str| {
            let value = KnownValue::Text(text.to_owned());
            KnownField { name: name.to_owned(), value }
        };
        let mut fields = vec![
            text("name", &person.name),
            text("phone", &person.phone),
            text("email", &person.email),
            text("reason", &person.reason),
        ];
        let time = person.time.as_deref().and_then(|time| time.trim().parse::<Timestamp>().ok());
        fields.extend(time.map(|time| {
            let value = KnownValue::Time(time.as_second().div_euclid(60));
            KnownField { name: "time".to_owned(), value }
        }));
        Some(Self { record, order, fields })
    }
}
