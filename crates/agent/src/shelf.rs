//! Where sealed bytes lie between two commands: a folder of this user's, or memory.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Keeps bytes under keys. What comes here is sealed, or not secret.
#[derive(Debug)]
pub struct Shelf {
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    Memory(BTreeMap<String, Vec<u8>>),
}

/// Kept bytes and their key.
pub type Entry = (String, Vec<u8>);

impl Shelf {
    /// In a folder, which is made if it is not there; nobody else may read it.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        Ok(Self { place: Place::Folder(folder.to_owned()) })
    }

    /// In memory: gone when the program ends.
    pub fn in_memory() -> Self {
        Self { place: Place::Memory(BTreeMap::new()) }
    }

    /// Keeps bytes; on the disk when this returns.
    pub fn keep(&mut self, key: String, bytes: Vec<u8>) -> io::Result<()> {
        match &mut self.place {
            Place::Folder(folder) => write(folder, &file_name(&key), &bytes),
            Place::Memory(kept) => {
                kept.insert(key, bytes);
                Ok(())
            }
        }
    }

    /// What is kept under keys that begin so, by key.
    pub fn load(&self, prefix: &str) -> io::Result<Vec<Entry>> {
        match &self.place {
            Place::Folder(folder) => read(folder, prefix),
            Place::Memory(kept) => {
                let found = kept.iter().filter(|(key, _)| key.starts_with(prefix));
                Ok(found.map(|(key, bytes)| (key.clone(), bytes.clone())).collect())
            }
        }
    }

    /// Forgets what is kept under a key, if anything.
    pub fn forget(&mut self, key: &str) -> io::Result<()> {
        match &mut self.place {
            Place::Folder(folder) => {
                match fs::remove_file(folder.join(file_name(key))) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
                File::open(folder)?.sync_all()
            }
            Place::Memory(kept) => {
                kept.remove(key);
                Ok(())
            }
        }
    }
}

/// Beside its place, flushed, then renamed: a crash leaves the old bytes or the new ones.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = folder.join(format!(".{}.{name}", std::process::id()));
    let written = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, folder.join(name))
    };
    // On a full disk the half that was written makes room again.
    written().inspect_err(|_| drop(fs::remove_file(&beside)))?;
    File::open(folder)?.sync_all()
}

fn read(folder: &Path, prefix: &str) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(key) = entry.file_name().to_str().and_then(key_of) else { continue };
        if !key.starts_with(prefix) {
            continue;
        }
        match fs::read(entry.path()) {
            Ok(bytes) => entries.push((key, bytes)),
            // Another command on the same folder has forgotten it meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    entries.sort_unstable();
    Ok(entries)
}

/// A key as a file name: hexadecimal, because keys hold slashes and file systems fold case.
fn file_name(key: &str) -> String {
    let digits = key.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

fn key_of(name: &str) -> Option<String> {
    let (pairs, rest) = name.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    if rest.is_empty() { String::from_utf8(bytes?).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn in_and_out(shelf: &mut Shelf) {
        shelf.keep("index/A/2".to_owned(), vec![2]).expect("kept");
        shelf.keep("index/A/1".to_owned(), vec![1]).expect("kept");
        shelf.keep("index/a/1".to_owned(), vec![3]).expect("kept");
        shelf.keep("index/A/1".to_owned(), vec![4]).expect("kept anew");
        let kept = shelf.load("index/A/").expect("loaded");
        assert_eq!(kept, [("index/A/1".to_owned(), vec![4]), ("index/A/2".to_owned(), vec![2])]);
        shelf.forget("index/A/1").expect("forgotten");
        shelf.forget("index/A/1").expect("forgotten twice");
        assert_eq!(shelf.load("").expect("loaded").len(), 2);
    }

    #[test]
    fn folder_and_memory_keep_alike() {
        let folder = tempfile::tempdir().expect("a folder");
        in_and_out(&mut Shelf::in_folder(&folder.path().join("deep/state")).expect("a shelf"));
        in_and_out(&mut Shelf::in_memory());
    }

    #[test]
    fn files_are_this_users_alone_and_strange_ones_are_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        let mut shelf = Shelf::in_folder(&state).expect("a shelf");
        shelf.keep("vault/1".to_owned(), vec![0; 8]).expect("kept");
        fs::write(state.join("note.txt"), "not ours").expect("written");
        fs::write(state.join(".123.7661"), "half").expect("written");
        assert_eq!(shelf.load("").expect("loaded").len(), 1);
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&state), 0o700);
        assert_eq!(mode(&state.join(file_name("vault/1"))), 0o600);
    }
}
