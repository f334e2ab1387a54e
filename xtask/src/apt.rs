//! Installs what the tests need where we are root on Debian; elsewhere says what is missing.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process;

/// Installs `packages`, which provide `what`, or says that they must be.
pub(crate) fn install(packages: &[&str], what: &str) -> Outcome {
    let names = packages.join(" ");
    if !is_root()? || process::which("apt-get").is_none() {
        return Err(Failure::Sentence(format!(
            "The tests need {what}, which was not found: install it (on Debian `sudo apt-get install {names}`) and run \
             the same command again."
        )));
    }
    println!("  installing {what} through apt-get: {names}");
    process::download(apt_get().arg("update"), "the lists of Debian packages")?;
    let mut command = apt_get();
    process::download(command.args(["install", "--yes", "--no-install-recommends"]).args(packages), what)
}

/// Whether we are root.
pub(crate) fn is_root() -> Outcome<bool> {
    Ok(process::output(Command::new("id").arg("-u"))?.trim() == "0")
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    // No question is asked, and (run level 1) no service is started: the tests start a database of their own.
    command.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    command
}
