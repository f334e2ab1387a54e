//! Evidence files, beside the report and named by what is in them: the same evidence has the same name.

use std::fs;
use std::path::{Path, PathBuf};

use souspli_attest::sha256;

use super::files::write_new;
use super::output::{ReportOptions, make_folder};
use super::stop::Stop;
use crate::audit::hex;

/// The folder of a report, or the one that the program runs in.
pub(super) fn beside(report: &ReportOptions) -> PathBuf {
    let folder = [&report.json, &report.html].into_iter().flatten().find_map(|file| file.parent());
    folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Where evidence of a kind lies, by what tells it from other evidence of that kind.
pub(super) fn place(folder: &Path, kind: &str, what: &[u8]) -> PathBuf {
    let hash = hex(&sha256(what).0);
    folder.join(format!("{kind}-{}.evidence", hash.get(..16).unwrap_or_default()))
}

/// Writes evidence where it is not there yet.
pub(super) fn keep(folder: &Path, kind: &str, evidence: &[u8]) -> Result<PathBuf, Stop> {
    let file = place(folder, kind, evidence);
    if fs::read(&file).is_ok_and(|there| there == evidence) {
        return Ok(file);
    }
    make_folder(folder)?;
    write_new(&file, evidence)?;
    Ok(file)
}
