//! What is looked for.

use serde::{Deserialize, Serialize};

/// What a canary's value stands for; it decides the forms in which the value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanaryKind {
    /// A person's name.
    Name,
    /// An e-mail address.
    Email,
    /// A phone number, national (`06 39 98 12 34`) or international (`+33 6 39 98 12 34`).
    Phone,
    /// Words: a reason, an answer, a practice's or a practitioner's name, a specialty.
    Text,
    /// The beginning of an appointment: RFC 3339 with its offset, `2031-04-17T14:35:00+02:00`. It must lie ahead of
    /// everything that the host writes by itself, or the host's own times are found.
    Time,
    /// A secret of at least 8 bytes, such as a link's, in base64url or hex; its bytes are looked for too.
    Secret,
}

/// A value that nobody but a patient and a practice may hold, and that stands nowhere by chance.
///
/// Each word of eight or more letters is looked for alone, so **every** such word must be an invented one
/// ([`super::CanarySet`] makes them). Of a text the first sixteen words are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// What it is called in a report, such as `canary 3, phone`.
    pub id: String,
    /// What it stands for.
    pub kind: CanaryKind,
    /// As it was typed into the form.
    pub value: String,
}

impl Canary {
    /// A canary.
    pub fn new(id: impl Into<String>, kind: CanaryKind, value: impl Into<String>) -> Self {
        Self { id: id.into(), kind, value: value.into() }
    }
}
