//! Why a flow ended without its result: a stable code, and what a sentence needs.

use std::collections::BTreeMap;

use serde::Serialize;
use souspli_protocol::problem::{Code, Problem};

/// A failure as every face shows it. The code is the host's ([`Code`]), the verifier's ([`crate::trust::Distrust`] and
/// its like), the device's or the form's; nothing personal is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Stable code.
    pub code: String,
    /// The field that is wrong, where one is.
    pub field: Option<String>,
    /// Numbers for the sentence.
    pub numbers: BTreeMap<&'static str, u64>,
    /// For `slot_taken`: the nearest free times.
    pub nearest: Vec<crate::face::FreeTimeView>,
}

impl Failure {
    /// A failure with nothing but its code.
    pub fn new(code: &str) -> Self {
        Self { code: code.to_owned(), field: None, numbers: BTreeMap::new(), nearest: Vec::new() }
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
        self.numbers.insert(name, number);
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

    /// Whether the host answered with this code.
    pub fn is(&self, code: Code) -> bool {
        self.code == code.as_str()
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
        f.write_str(&self.code)?;
        if let Some(field) = &self.field {
            write!(f, " ({field})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
