//! Everything that lies under a folder, in the order of names. Links are not followed.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

/// Folders within each other that are gone into.
const DEPTH: usize = 64;

/// Something under a folder.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its path from the folder on, names with `/` between them.
    pub(super) name: String,
    /// The same with the folder's own name before it, as the policy knows it.
    pub(super) full: String,
    pub(super) what: What,
}

/// What it is.
#[derive(Debug)]
pub(super) enum What {
    File(Metadata),
    /// A link, and where to.
    Link(PathBuf),
    /// `device`, `pipe`, `socket`: nothing that is stored.
    Special(&'static str),
    Unread(io::Error),
    TooDeep,
}

/// Calls `each` for everything but folders. Of folders only the names of one after the other are in memory.
pub(super) fn walk(root: &Path, each: &mut dyn FnMut(Entry)) {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let own = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    go(&root, (&own, String::new()), 0, each);
}

fn go(path: &Path, (own, name): (&str, String), depth: usize, each: &mut dyn FnMut(Entry)) {
    let what = match fs::symlink_metadata(path) {
        Err(error) => What::Unread(error),
        Ok(found) if found.is_dir() && depth < DEPTH => match names(path) {
            Ok(names) => {
                for (path, next) in names {
                    let name = if name.is_empty() { next } else { format!("{name}/{next}") };
                    go(&path, (own, name), depth.saturating_add(1), each);
                }
                return;
            }
            Err(error) => What::Unread(error),
        },
        Ok(found) if found.is_dir() => What::TooDeep,
        Ok(found) if found.is_symlink() => What::Link(fs::read_link(path).unwrap_or_default()),
        Ok(found) if found.is_file() => What::File(found),
        Ok(found) if found.file_type().is_fifo() => What::Special("pipe"),
        Ok(found) if found.file_type().is_socket() => What::Special("socket"),
        Ok(_) => What::Special("device"),
    };
    each(Entry { path: path.to_owned(), full: format!("{own}/{name}"), name, what });
}

fn names(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        names.push((entry.path(), entry.file_name().to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}
