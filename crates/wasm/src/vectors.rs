//! The vectors of `tests/vectors`, run where patients and practices run them.

use serde_json::json;
use souspli_crypto::vectors;
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs one file of vectors; gives `{"passed": 3, "skipped": 0, "failed": []}`.
#[wasm_bindgen]
pub fn run_vectors(file: &str) -> String {
    let vectors::Report { passed, skipped, failed } = vectors::run(file);
    json!({ "passed": passed, "skipped": skipped, "failed": failed }).to_string()
}
