//! Every file of `tests/vectors`: the published ones as they are, the project's own also against what makes them.
#![allow(missing_docs)]

#[path = "../examples/vectors/own/mod.rs"]
mod own;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use souspli_crypto::vectors::run;

const PUBLISHED: [&str; 7] =
    ["hpke-pq.json", "rfc5869.json", "rfc8032.json", "rfc8439.json", "rfc9106.json", "rfc9180.json", "xwing.json"];

/// Run by `souspli-wasm`, which knows the families of `souspli-booking` too.
const ELSEWHERE: &str = "time.json";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_committed_case_comes_out_as_expected() {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).expect("folder") {
        let name = entry.expect("entry").file_name().into_string().expect("name");
        if Path::new(&name).extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        if name == ELSEWHERE {
            continue;
        }
        let report = run(&read(&name));
        assert_eq!(report.failed, Vec::<String>::new(), "{name}");
        assert_eq!(report.skipped, 0, "{name}: the native test runs everything");
        assert!(report.passed > 0, "{name} is empty");
        found.insert(name);
    }
    let known: BTreeSet<String> = PUBLISHED
        .iter()
        .map(|name| (*name).to_owned())
        .chain(own::files().into_iter().map(|(name, _)| name.into()))
        .collect();
    assert_eq!(found, known);
}

#[test]
fn the_committed_files_are_what_the_generator_makes() {
    for (name, cases) in own::files() {
        let made = souspli_crypto::vectors::fill(cases).unwrap_or_else(|error| panic!("{name}: {error}"));
        let committed: Vec<serde_json::Value> = serde_json::from_str(&read(name)).expect("JSON");
        assert!(made == committed, "{name} differs: cargo xtask vectors");
    }
}

#[test]
fn a_wrong_expectation_is_found() {
    let changed = read("rfc5869.json").replacen("3cb25f25", "3cb25f26", 1);
    let report = run(&changed);
    assert_eq!((report.passed, report.failed.len()), (2, 1));
    let error = read("codes.json").replacen("code_checksum", "code_wrong_length", 1);
    assert_eq!(run(&error).failed.len(), 1);
    for bad in ["", "{}", "[]", r#"[{"name": "x"}]"#, r#"[{"name": "x", "family": "none", "input": {}}]"#] {
        assert_eq!((run(bad).passed, run(bad).failed.is_empty()), (0, false), "{bad}");
    }
    let reference = r#"[{"name": "x", "family": "derive", "input": {"key": "@nothing.here"}}]"#;
    assert!(run(reference).failed[0].contains("nothing stands at nothing.here"));
}
