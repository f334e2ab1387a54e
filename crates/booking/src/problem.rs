//! What is wrong with what a person typed: a field and a problem with a stable code, for the page to put into words.

use core::fmt;

use serde::Serialize;

/// One field that cannot be published as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invalid {
    /// Path of the field in the JSON form, such as `visitTypes[2].duration`.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Problem {
    /// Something must stand here.
    #[error("nothing stands here")]
    Empty,
    /// A text of more bytes than may be.
    #[error("{bytes} bytes, at most {limit} may stand here")]
    TooLong {
        /// Its bytes of UTF-8.
        bytes: usize,
        /// How many may be.
        limit: usize,
    },
    /// More items than may be.
    #[error("{count} items, at most {limit} may stand here")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many may be.
        limit: usize,
    },
    /// A number outside its range.
    #[error("{value} is not between {min} and {max}")]
    OutOfRange {
        /// The number.
        value: u32,
        /// The least that may be.
        min: u32,
        /// The most that may be.
        max: u32,
    },
    /// A time or a duration that is no multiple of five minutes.
    #[error("not a multiple of five minutes")]
    NotAGranule,
    /// A control character, or one that turns the direction of text.
    #[error("a character that may not stand here")]
    Character,
    /// Text that has not the form of what it should be: a phone number, a web address, a language, a zone.
    #[error("not of the form that is asked for")]
    Form,
    /// An id that stands twice, or is zero.
    #[error("an id stands twice or is zero")]
    Id,
    /// An id of nothing in the catalogue.
    #[error("names something that the catalogue does not hold")]
    Unknown,
    /// An end that is not after its start.
    #[error("ends before it begins")]
    TurnedRound,
    /// A visit that needs more claims than a booking has (`docs/spec/claims.md` §2).
    #[error("{granules} granules of {resources} resources are more than {limit} claims")]
    VisitTooLong {
        /// Five minutes each, buffer included.
        granules: u32,
        /// 1, or 2 when the visit needs a room.
        resources: u32,
        /// Claims of a booking.
        limit: u32,
    },
}

impl Problem {
    /// Its stable code, as in the JSON form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong { .. } => "too_long",
            Self::TooMany { .. } => "too_many",
            Self::OutOfRange { .. } => "out_of_range",
            Self::NotAGranule => "not_a_granule",
            Self::Character => "character",
            Self::Form => "form",
            Self::Id => "id",
            Self::Unknown => "unknown",
            Self::TurnedRound => "turned_round",
            Self::VisitTooLong { .. } => "visit_too_long",
        }
    }
}

/// Gathers what is wrong, field by field.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    found: Vec<Invalid>,
}

impl Findings {
    pub(crate) fn add(&mut self, field: impl Into<String>, problem: Problem) {
        self.found.push(Invalid { field: field.into(), problem });
    }

    /// Adds a problem where a condition does not hold.
    pub(crate) fn require(&mut self, holds: bool, field: impl Into<String>, problem: Problem) {
        if !holds {
            self.add(field, problem);
        }
    }

    pub(crate) fn count(&mut self, count: usize, limit: usize, field: impl Into<String>) {
        self.require(count <= limit, field, Problem::TooMany { count, limit });
    }

    pub(crate) fn range(&mut self, value: u32, min: u32, max: u32, field: impl Into<String>) {
        self.require((min..=max).contains(&value), field, Problem::OutOfRange { value, min, max });
    }

    pub(crate) fn check(&mut self, field: impl Into<String>, result: Result<(), Problem>) {
        if let Err(problem) = result {
            self.add(field, problem);
        }
    }

    pub(crate) fn finish(self) -> Result<(), Vec<Invalid>> {
        if self.found.is_empty() { Ok(()) } else { Err(self.found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_that_of_the_json() {
        let problems = [
            Problem::Empty,
            Problem::TooLong { bytes: 2, limit: 1 },
            Problem::TooMany { count: 2, limit: 1 },
            Problem::OutOfRange { value: 3, min: 1, max: 2 },
            Problem::NotAGranule,
            Problem::Character,
            Problem::Form,
            Problem::Id,
            Problem::Unknown,
            Problem::TurnedRound,
            Problem::VisitTooLong { granules: 13, resources: 2, limit: 24 },
        ];
        for problem in problems {
            let json = serde_json::to_value(problem).expect("json");
            assert_eq!(json.get("code").and_then(|code| code.as_str()), Some(problem.code()));
        }
        let invalid = Invalid { field: "name".into(), problem: Problem::TooLong { bytes: 2, limit: 1 } };
        let json = serde_json::to_string(&invalid).expect("json");
        assert_eq!(json, r#"{"field":"name","problem":{"code":"too_long","bytes":2,"limit":1}}"#);
    }
}
