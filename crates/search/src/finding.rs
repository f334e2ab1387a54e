//! What an audit finds: the check that failed, where, and the facts that prove it.

use serde::{Deserialize, Serialize};

use crate::Check;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Not as declared; nothing readable was found by it.
    Warning,
    /// The host holds, sends or hides what it must not.
    Breach,
}

/// Where something was found, from the outside in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// What was looked at, such as `database souspli.db` or `traffic evening.har`.
    pub artefact: String,
    /// The way to it inside, such as `table event`, `column bytes`, `row 17`, `byte 812`.
    pub path: Vec<String>,
}

impl Place {
    /// An artefact as a whole.
    pub fn of(artefact: impl Into<String>) -> Self {
        Self { artefact: artefact.into(), path: Vec::new() }
    }

    /// A place inside this one.
    pub fn at(&self, step: impl Into<String>) -> Self {
        let mut path = self.path.clone();
        path.push(step.into());
        Self { artefact: self.artefact.clone(), path }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.artefact)?;
        self.path.iter().try_for_each(|step| write!(f, " › {step}"))
    }
}

/// One fact of the evidence: a stable name and a value, never a patient's data; of a canary only its own invented words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Such as `encoding`, `expected`, `found`, `p_value`, `rows`.
    pub name: String,
    /// As it is printed.
    pub value: String,
}

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check that failed.
    pub check: Check,
    /// How much it weighs.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What proves it.
    pub facts: Vec<Fact>,
}

impl Finding {
    /// A finding of a check, with the check's own weight.
    pub fn new(check: Check, place: Place) -> Self {
        Self { check, severity: check.severity(), place, facts: Vec::new() }
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.facts.push(Fact { name: name.to_owned(), value: value.to_string() });
        self
    }
}
