//! The vectors of `tests/vectors`, run where patients and practices run them.

mod time;

use serde_json::{Value, json};
use souspli_crypto::vectors;
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs one file of vectors; gives `{"passed": 3, "skipped": 0, "failed": []}`.
#[wasm_bindgen]
pub fn run_vectors(file: &str) -> String {
    let vectors::Report { passed, skipped, failed } = vectors::run_with(file, &time::family);
    json!({ "passed": passed, "skipped": skipped, "failed": failed }).to_string()
}

/// Fills in what cases of `time.json` give: how the file is made.
pub fn fill(cases: Vec<Value>) -> Result<Vec<Value>, String> {
    vectors::fill_with(cases, &time::family)
}
