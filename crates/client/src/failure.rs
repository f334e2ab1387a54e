//! Why a flow ended without its result: a stable code, and what a sentence needs.

use std::ops::{Deref, DerefMut};

use souspli_protocol::json::{ToJson, Writer};
use souspli_protocol::problem::{Code, Problem};
use souspli_protocol::to_json;

/// A failure as every face shows it: one pointer, so that a `Result` with it is small wherever it is passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(Box<Why>);

/// What a failure says. The code is the host's ([`Code`]), the verifier's ([`crate::trust::Distrust`] and its like),
/// the device's or the form's; nothing personal is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// Stable code.
    pub code: &'static str,
    /// The field that is wrong, where one is.
    pub field: Option<String>,
    /// Numbers for the sentence.
    pub numbers: Numbers,
    /// For `slot_taken`: the nearest free times.
    pub nearest: Vec<crate::face::FreeTimeView>,
}

/// Numbers by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Numbers(Vec<(&'static str, u64)>);

impl Failure {
    /// A failure with nothing but its code.
    pub fn new(code: &'static str) -> Self {
        Self(Box::new(Why { code, field: None, numbers: Numbers::default(), nearest: Vec::new() }))
    }

    /// The host was not reached, or it is not known whether it was.
    pub fn offline() -> Self {
        Self::new("offline")
    }

    /// A field that is wrong.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// A number for the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, number: u64) -> Self {
        self.numbers.0.push((name, number));
        self
    }

    /// A text that is too long, with its length and its limit in bytes.
    pub fn too_long(field: &str, length: usize, limit: usize) -> Self {
        Self::new("too_long").in_field(field).with("length", length as u64).with("limit", limit as u64)
    }

    /// Whether the host has said no for good: nothing was stored, and the same bytes would be refused again.
    pub fn is_final(&self) -> bool {
        let code = Code::ALL.iter().find(|code| self.is(**code));
        code.is_some_and(|code| {
            (400..500).contains(&code.status()) && !matches!(code, Code::TooSlow | Code::SlowDown | Code::WorkRequired)
        })
    }

    /// Whether it comes from the host or from the way to it, and not from a check of what the host gave.
    pub fn is_no_verdict(&self) -> bool {
        matches!(self.code, "offline" | "host_answer") || Code::ALL.iter().any(|code| self.is(*code))
    }

    /// Whether the host answered with this code.
    pub fn is(&self, code: Code) -> bool {
        self.code == code.as_str()
    }
}

impl Numbers {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
    }
}

impl Deref for Failure {
    type Target = Why;

    fn deref(&self) -> &Why {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Why {
        &mut self.0
    }
}

to_json!(Why { code, field, numbers, nearest });

impl ToJson for Failure {
    fn write(&self, writer: &mut Writer) {
        self.0.write(writer);
    }
}

impl ToJson for Numbers {
    fn write(&self, writer: &mut Writer) {
        let fields: Vec<(&str, &dyn ToJson)> = self.0.iter().map(|(name, number)| (*name, number as _)).collect();
        writer.object(&fields);
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let failure = Self::new(problem.code.as_str());
        match problem.difficulty {
            Some(bits) => failure.with("difficulty", u64::from(bits)),
            None => failure,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)?;
        if let Some(field) = &self.field {
            write!(f, " ({field})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
