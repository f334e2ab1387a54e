//! Writes `tests/vectors/time.json` anew, natively: `cargo run -p souspli-wasm --example time-vectors --features vectors`.

mod cases;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/time.json");
    let mut text = serde_json::to_string_pretty(&souspli_wasm::fill(cases::cases())?)?;
    text.push('\n');
    std::fs::write(file, text)?;
    Ok(())
}
