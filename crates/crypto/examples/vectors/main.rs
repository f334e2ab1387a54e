//! Writes the project's own files of `tests/vectors` anew: `cargo run -p souspli-crypto --example vectors`.

mod own;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    for (name, cases) in own::files() {
        let cases = souspli_crypto::vectors::fill(cases)?;
        let mut text = serde_json::to_string_pretty(&cases)?;
        text.push('\n');
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
