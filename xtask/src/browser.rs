//! Finds Chromium for the browser tests.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::{apt, process};

/// The variable that tells the browser tests which Chromium to run; given beforehand, it is taken as it is.
pub(crate) const VARIABLE: &str = "SOUSPLI_CHROMIUM";

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MACOS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// The path of a Chromium, which is installed through apt where that is possible.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    if let Some(given) = env::var_os(VARIABLE).map(PathBuf::from) {
        return if given.is_file() {
            Ok(given)
        } else {
            Err(Failure::Sentence(format!("{VARIABLE} names {}, which is not a file.", given.display())))
        };
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(&["chromium", "fonts-liberation"], "Chromium")?;
    find().ok_or_else(|| Failure::new("apt-get installed Chromium, yet it is not in PATH."))
}

fn find() -> Option<PathBuf> {
    let in_path = NAMES.iter().find_map(|name| process::which(name));
    in_path.or_else(|| MACOS.iter().map(Path::new).find(|path| path.is_file()).map(Path::to_path_buf))
}
