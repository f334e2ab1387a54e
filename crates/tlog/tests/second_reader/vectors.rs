//! Vectors: others' numbers, and the named cases of `cases.rs`, as files that any reader can take.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::judge::judge;
use crate::{cases, python};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn read(file: &str) -> Vec<Value> {
    let bytes = std::fs::read(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A file's text: one case after the other, so that a change shows where it is.
fn printed(cases: &[Value]) -> String {
    serde_json::to_string_pretty(cases).expect("JSON") + "\n"
}

#[test]
fn each_named_case_has_the_verdict_that_its_name_asks_for() {
    for (file, cases) in cases::all() {
        for cases::Case { case, expected } in cases {
            let verdict = judge(&case);
            let found = if expected.is_u64() { &verdict["status"] } else { &verdict["accepted"] };
            assert_eq!(*found, expected, "{file}: {}", case["name"]);
        }
    }
}

#[test]
fn the_vectors_are_what_is_made_of_the_named_cases() {
    let mut stale = Vec::new();
    for (file, cases) in cases::all() {
        let judged = |cases::Case { mut case, .. }| {
            case["verdict"] = judge(&case);
            case
        };
        let made = printed(&cases.into_iter().map(judged).collect::<Vec<_>>());
        if std::fs::read_to_string(folder().join(file)).ok() != Some(made.clone()) {
            let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
            std::fs::write(&fresh, made).expect("a file");
            stale.push(fresh);
        }
    }
    assert!(stale.is_empty(), "crates/tlog/tests/vectors differs from what is made; that lies in {stale:?}");
}

#[test]
fn both_readers_give_the_verdicts_of_all_vectors() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .expect("vectors")
        .map(|file| file.expect("a file").file_name().into_string().expect("a name"))
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort_unstable();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let cases = read(&file);
        for (case, theirs) in cases.iter().zip(python::judge(&cases)) {
            assert_eq!(judge(case), case["verdict"], "{file}: {}", case["name"]);
            assert_eq!(without_reason(theirs), case["verdict"], "{file}, the second reader: {}", case["name"]);
        }
    }
}

/// Reasons are each reader's own words.
pub(crate) fn without_reason(mut verdict: Value) -> Value {
    let refused = verdict["accepted"] == json!(false);
    assert_eq!(verdict.as_object_mut().expect("a verdict").remove("reason").is_some(), refused, "a refusal says why");
    verdict
}
