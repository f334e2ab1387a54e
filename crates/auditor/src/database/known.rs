//! Bookings whose contents the auditor knows.

use souspli_protocol::RecordId;

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
