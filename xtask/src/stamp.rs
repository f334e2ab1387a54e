//! Stamps: a step is skipped while its inputs and its outputs are what they were when it last succeeded.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::failure::{OrSay, Outcome};

/// What a step read or wrote, as one number.
#[derive(Default)]
pub(crate) struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Adds a word, such as a version or a flag.
    pub(crate) fn word(mut self, word: &str) -> Self {
        word.hash(&mut self.0);
        self
    }

    /// Adds a file's name and content, or a folder's recursively; its absence counts too.
    pub(crate) fn path(self, path: &Path) -> Outcome<Self> {
        self.path_without(path, &[])
    }

    /// As [`Self::path`], leaving out the files and folders whose name is one of `except`.
    pub(crate) fn path_without(mut self, path: &Path, except: &[&str]) -> Outcome<Self> {
        path.hash(&mut self.0);
        match fs::read_dir(path) {
            Ok(entries) => {
                let mut inside = Vec::new();
                for entry in entries {
                    inside.push(entry.or_say(path.display())?.path());
                }
                inside.retain(|path| !except.iter().any(|name| path.file_name().is_some_and(|file| file == *name)));
                inside.sort();
                inside.into_iter().try_fold(self, |print, path| print.path_without(&path, except))
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                fs::read(path).or_say(path.display())?.hash(&mut self.0);
                Ok(self)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(self.word("absent")),
            Err(error) => Err(error).or_say(path.display()),
        }
    }

    fn finish(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// The record of a step's last success.
pub(crate) struct Stamp(PathBuf);

impl Stamp {
    /// The stamp of the step `name`, kept under the target directory `target`.
    pub(crate) fn of(target: &Path, name: &str) -> Self {
        Self(target.join("xtask").join(format!("{name}.stamp")))
    }

    /// Whether inputs and outputs are those of the last success.
    pub(crate) fn holds(&self, inputs: &Fingerprint, outputs: &Fingerprint) -> bool {
        fs::read_to_string(&self.0).is_ok_and(|written| written == text(inputs, outputs))
    }

    /// Records a success.
    pub(crate) fn write(&self, inputs: &Fingerprint, outputs: &Fingerprint) -> Outcome {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder).or_say(folder.display())?;
        }
        fs::write(&self.0, text(inputs, outputs)).or_say(self.0.display())
    }
}

fn text(inputs: &Fingerprint, outputs: &Fingerprint) -> String {
    format!("{} {}\n", inputs.finish(), outputs.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("souspli-xtask-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("src/skipped")).unwrap();
        fs::write(folder.join("src/a"), "a").unwrap();
        folder
    }

    fn print(folder: &Path) -> Fingerprint {
        Fingerprint::default().word("flag").path_without(&folder.join("src"), &["skipped"]).unwrap()
    }

    #[test]
    fn a_stamp_holds_until_an_input_or_an_output_changes() {
        let folder = folder("stamp");
        let (stamp, none) = (Stamp::of(&folder, "step"), Fingerprint::default);
        assert!(!stamp.holds(&print(&folder), &none()), "never written");
        stamp.write(&print(&folder), &none()).unwrap();
        assert!(stamp.holds(&print(&folder), &none()));
        assert!(!stamp.holds(&print(&folder), &none().word("other output")));
        fs::write(folder.join("src/a"), "b").unwrap();
        assert!(!stamp.holds(&print(&folder), &none()), "a file changed");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_new_a_renamed_and_an_absent_file_change_the_fingerprint() {
        let folder = folder("fingerprint");
        let first = print(&folder).finish();
        fs::write(folder.join("src/skipped/x"), "x").unwrap();
        assert_eq!(print(&folder).finish(), first, "left out");
        fs::rename(folder.join("src/a"), folder.join("src/b")).unwrap();
        let renamed = print(&folder).finish();
        assert_ne!(renamed, first);
        fs::write(folder.join("src/a"), "a").unwrap();
        assert_ne!(print(&folder).finish(), renamed);
        fs::remove_dir_all(&folder).unwrap();
        let absent = print(&folder).finish();
        assert_ne!(absent, first);
    }
}
