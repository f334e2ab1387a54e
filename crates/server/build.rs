//! The web client is embedded: its folder must be there before it has been built, and a rebuilt one must be seen.

use std::fs;
use std::path::Path;

fn main() {
    let dist = Path::new("../../web-client/dist");
    // A read-only checkout is no reason to fail: a missing folder embeds nothing.
    let _ = fs::create_dir_all(dist);
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", dist.display());
}
