//! Writes the project's own files of `tests/vectors` anew, there or into the folder that is given. `cargo xtask vectors`
//! calls it.

mod own;

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let committed = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    let folder = std::env::args_os().nth(1).map_or_else(committed, PathBuf::from);
    for (name, cases) in own::files() {
        let cases = souspli_crypto::vectors::fill(cases)?;
        let mut text = serde_json::to_string_pretty(&cases)?;
        text.push('\n');
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
