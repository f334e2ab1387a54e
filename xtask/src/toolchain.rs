//! Parts of the Rust toolchain that rustup adds on demand. There is no toolchain file: nothing else is downloaded.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process;

/// The target of the browser's builds.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Adds the wasm target if it is missing; says what it did.
pub(crate) fn wasm_target(root: &Path) -> Outcome<&'static str> {
    let sysroot = process::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok("installed");
    }
    add(root, "target", WASM_TARGET).map(|()| "added through rustup")
}

/// Adds the component `name` (`rustfmt`, `clippy`) if `cargo subcommand` does not run.
pub(crate) fn component(root: &Path, name: &str, subcommand: &str) -> Outcome {
    if process::capture(process::cargo(root).args([subcommand, "--version"]))?.success {
        return Ok(());
    }
    add(root, "component", name)
}

/// Has cargo download every crate of `Cargo.lock` that the host and the browser's builds use.
pub(crate) fn crates(root: &Path) -> Outcome<&'static str> {
    let mut command = process::cargo(root);
    process::download(
        command.args(["fetch", "--target", &host(root)?, "--target", WASM_TARGET]),
        "the crates of Cargo.lock",
    )?;
    Ok("all here")
}

/// The target that this compiler makes programs for without being told.
pub(crate) fn host(root: &Path) -> Outcome<String> {
    let about = process::output(Command::new("rustc").arg("-vV").current_dir(root))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.unwrap_or(WASM_TARGET).to_owned())
}

fn add(root: &Path, kind: &str, name: &str) -> Outcome {
    if process::which("rustup").is_none() {
        return Err(Failure::Sentence(format!(
            "The Rust {kind} {name} is needed and rustup, which adds it, was not found: install rustup from \
             https://rustup.rs, or add the {kind} the way this Rust was installed."
        )));
    }
    let mut command = Command::new("rustup");
    process::download(command.args([kind, "add", name]).current_dir(root), &format!("the Rust {kind} {name}"))
}
