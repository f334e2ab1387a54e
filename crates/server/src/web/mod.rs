//! The web client: built in, or served from a folder while it is being worked on. Three pages and their assets.

mod embedded;
mod kind;
mod serve;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) use serve::{page_for_patients, page_for_practices, page_for_proofs, serve};

/// Where the files are.
pub(crate) enum Site {
    /// In the binary; compressed once each.
    Embedded(Mutex<HashMap<String, Arc<[u8]>>>),
    /// In a folder, read anew for each request.
    Folder(PathBuf),
}

impl Site {
    /// The built-in files, or those of a folder.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        folder.map_or_else(|| Self::Embedded(Mutex::default()), Self::Folder)
    }

    /// A file by its path, which stays inside.
    pub(crate) fn file(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::Embedded(_) => embedded::file(path),
            Self::Folder(folder) => {
                let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
                inside.then(|| std::fs::read(folder.join(path)).ok()).flatten().map(Cow::Owned)
            }
        }
    }

    /// The names of all files.
    pub(crate) fn files(&self) -> Vec<String> {
        match self {
            Self::Embedded(_) => embedded::names(),
            Self::Folder(folder) => {
                let mut names = Vec::new();
                list(folder, "", DEEPEST, &mut names);
                names
            }
        }
    }

    /// A file's gzip form.
    pub(crate) fn gzipped(&self, path: &str, bytes: &[u8]) -> Option<Arc<[u8]>> {
        let Self::Embedded(kept) = self else { return gzip(bytes) };
        if let Some(kept) = kept.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Some(kept.clone());
        }
        let zipped = gzip(bytes)?;
        kept.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), zipped.clone());
        Some(zipped)
    }
}

/// Folders within each other, and files, that a web client has at most.
const DEEPEST: usize = 4;
const MOST: usize = 4_096;

/// The names of the files below a folder. What a name cannot be written for is not served either.
fn list(folder: &Path, before: &str, deep: usize, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let (path, name) = (entry.path(), format!("{before}{name}"));
        match path.is_dir() {
            true if deep > 0 => list(&path, &format!("{name}/"), deep - 1, names),
            false if names.len() < MOST => names.push(name),
            _ => {}
        }
    }
}

fn gzip(bytes: &[u8]) -> Option<Arc<[u8]>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_the_folder() {
        let outside = tempfile::tempdir().expect("folder");
        std::fs::write(outside.path().join("secret"), "x").expect("write");
        let inside = outside.path().join("site");
        std::fs::create_dir(&inside).expect("folder");
        std::fs::write(inside.join("index.html"), "page").expect("write");
        let site = Site::new(Some(inside.clone()));
        assert_eq!(site.file("index.html").as_deref(), Some(&b"page"[..]));
        let absolute = outside.path().join("secret");
        for bad in ["../secret", "./../secret", "a/../../secret", absolute.to_str().expect("text"), "", "."] {
            assert_eq!(site.file(bad), None, "{bad}");
        }
    }
}
