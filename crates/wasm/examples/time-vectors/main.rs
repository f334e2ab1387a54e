//! Writes `time.json` into a folder, natively; `cargo xtask vectors` runs it.

mod cases;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("a folder to write to is missing")?;
    let mut text = serde_json::to_string_pretty(&souspli_wasm::fill(cases::cases())?)?;
    text.push('\n');
    std::fs::write(Path::new(&folder).join("time.json"), text)?;
    Ok(())
}
