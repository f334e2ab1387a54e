//! `tests/vectors/time.json` natively; the browser tests run the same file in both builds.
#![cfg(feature = "practice")]
#![allow(missing_docs)]

#[path = "../examples/time-vectors/cases.rs"]
mod cases;

use std::path::Path;

use serde_json::Value;
use souspli_wasm::{fill, run_vectors};

fn committed() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/time.json");
    std::fs::read_to_string(file).expect("time.json")
}

fn report(file: &str) -> (usize, u64, Vec<Value>) {
    let report: Value = serde_json::from_str(&run_vectors(file)).expect("report");
    let passed = usize::try_from(report["passed"].as_u64().expect("passed")).expect("count");
    (passed, report["skipped"].as_u64().expect("skipped"), report["failed"].as_array().expect("failed").clone())
}

#[test]
fn every_committed_case_comes_out_as_expected() {
    let cases: Vec<Value> = serde_json::from_str(&committed()).expect("JSON");
    assert_eq!(report(&committed()), (cases.len(), 0, vec![]));
}

#[test]
fn the_committed_file_is_what_the_generator_makes() {
    let made = fill(cases::cases()).expect("cases");
    let committed: Vec<Value> = serde_json::from_str(&committed()).expect("JSON");
    assert!(made == committed, "cargo run -p souspli-wasm --example time-vectors --features vectors");
}

#[test]
fn an_hour_more_is_found() {
    let changed = committed().replacen("\"typed\": 2", "\"typed\": 3", 1);
    assert_ne!(changed, committed());
    assert_eq!(report(&changed).2.len(), 1);
}
