//! Runs the files of `tests/vectors` (their README says how they are made up). For tests alone: no build that a
//! practice or a patient uses has the feature.

mod boxes;
mod claims;
mod envelope;
mod input;
mod keys;
mod practice;
mod publications;
mod published;
mod rng;
mod text;
mod vault;

pub use practice::Practice;
pub use rng::{FixedRng, SeededRng};

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use input::{Failure, Input, Output};

/// What became of the cases of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many came out as expected.
    pub passed: usize,
    /// How many this build cannot run, since it has no Argon2id and no database of time zones.
    pub skipped: usize,
    /// The others: their names and what came instead.
    pub failed: Vec<String>,
}

/// What a family of another crate's makes of an input: the fields that come out, as a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// As in `expect`.
    Expect(Map<String, Value>),
    /// As in `error`, or why the case is none.
    Error(String),
    /// This build cannot run it.
    Skipped,
}

/// Families of another crate's: `None` when the name is not one of them.
pub type More = dyn Fn(&str, &Value) -> Option<Made>;

/// Runs one file: a JSON list of cases.
pub fn run(json: &str) -> Report {
    run_with(json, &|_, _| None)
}

/// Runs one file, with more families than this crate has.
pub fn run_with(json: &str, more: &More) -> Report {
    let cases = match serde_json::from_str::<Vec<Value>>(json) {
        Ok(cases) => cases,
        Err(error) => return Report { failed: vec![format!("not a list of cases: {error}")], ..Report::default() },
    };
    let mut report = Report::default();
    let mut earlier = BTreeMap::new();
    for case in &cases {
        let name = text_of(case, "name");
        match outcome(case, &earlier, more) {
            Ok(found) if found == expected(case) => report.passed = report.passed.saturating_add(1),
            Ok(found) => report.failed.push(format!("{name}: {}", shortened(&found))),
            Err(Failure::Skipped) => report.skipped = report.skipped.saturating_add(1),
            Err(Failure::Case(reason) | Failure::Named(reason)) => report.failed.push(format!("{name}: {reason}")),
        }
        if let Some(Value::Object(expect)) = case.get("expect") {
            earlier.insert(name, expect.clone());
        }
    }
    if report.passed == 0 && report.skipped == 0 {
        report.failed.push("the file has no case that was run".into());
    }
    report
}

/// Fills in what a list of cases (name, family, input) gives: how the project's own files are made.
pub fn fill(cases: Vec<Value>) -> Result<Vec<Value>, String> {
    fill_with(cases, &|_, _| None)
}

/// The same, with more families than this crate has.
pub fn fill_with(cases: Vec<Value>, more: &More) -> Result<Vec<Value>, String> {
    let (mut earlier, mut names) = (BTreeMap::new(), BTreeSet::new());
    let mut filled = Vec::with_capacity(cases.len());
    for mut case in cases {
        let name = text_of(&case, "name");
        if !names.insert(name.clone()) {
            return Err(format!("{name}: the name stands twice"));
        }
        let found = outcome(&case, &earlier, more).map_err(|failure| format!("{name}: {failure:?}"))?;
        if let Some(Value::Object(expect)) = found.get("expect") {
            earlier.insert(name, expect.clone());
        }
        if let Value::Object(case) = &mut case {
            case.extend(found);
        }
        filled.push(case);
    }
    Ok(filled)
}

/// What a case gives: `{"expect": {…}}` or `{"error": "…"}`.
fn outcome(
    case: &Value,
    earlier: &BTreeMap<String, Map<String, Value>>,
    more: &More,
) -> Result<Map<String, Value>, Failure> {
    let Some(input @ Value::Object(fields)) = case.get("input") else {
        return Err(Failure::Case("a case needs an input".into()));
    };
    let name = text_of(case, "family");
    let (key, value) = match more(&name, input) {
        Some(Made::Expect(fields)) => ("expect", Value::Object(fields)),
        Some(Made::Error(code)) => ("error", Value::String(code)),
        Some(Made::Skipped) => return Err(Failure::Skipped),
        None => own_outcome(&name, &Input::new(fields, earlier)?)?,
    };
    Ok(Map::from_iter([(key.to_owned(), value)]))
}

fn own_outcome(name: &str, input: &Input) -> Result<(&'static str, Value), Failure> {
    Ok(match family(name, input) {
        Ok(output) => ("expect", Value::Object(output.into_iter().map(|(key, value)| (key.into(), value)).collect())),
        Err(Failure::Named(code)) => ("error", Value::String(code)),
        Err(other) => return Err(other),
    })
}

fn expected(case: &Value) -> Map<String, Value> {
    let fields = ["expect", "error"].into_iter();
    fields.filter_map(|key| case.get(key).map(|value| (key.to_owned(), value.clone()))).collect()
}

fn family(name: &str, input: &Input) -> Result<Output, Failure> {
    for families in [
        published::family,
        keys::family,
        text::family,
        claims::family,
        boxes::family,
        envelope::family,
        publications::family,
        vault::family,
    ] {
        if let Some(found) = families(name, input) {
            return found;
        }
    }
    Err(Failure::Case(format!("there is no family {name:?}")))
}

fn text_of(case: &Value, key: &str) -> String {
    case.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn shortened(found: &Map<String, Value>) -> String {
    serde_json::to_string(found).unwrap_or_default().chars().take(400).collect()
}
