//! Small files beside a database, which may hold the key of a hash.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

/// Bytes of a file that may hold keys, and how many files are looked at.
const SMALL: u64 = 64 * 1024;
const FILES: usize = 64;

/// The small files of the folder that a file lies in.
pub(super) fn small_files(file: &Path) -> Vec<Vec<u8>> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut small: Vec<_> = entries.filter(|path| is_small(path)).collect();
    small.sort();
    small.iter().take(FILES).filter_map(|path| small_file(path)).collect()
}

fn is_small(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0 && file.len() <= SMALL)
}

/// The beginning of a file.
pub(super) fn small_file(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(SMALL).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
