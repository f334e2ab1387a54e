//! Files of a host.

use serde::{Deserialize, Serialize};

use super::Why;

/// A kind of file. What lies under a declared name and is not of its kind is a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A SQLite database with the declared tables.
    Database,
    /// Its write-ahead log.
    WriteAheadLog,
    /// The index of that, in shared memory.
    WalIndex,
    /// A file without content.
    Empty,
    /// The host's own secret keys, which open nothing of a practice.
    HostKey,
    /// A public key as a line of text.
    PublicKey,
    /// A signed state of the public log.
    Checkpoint,
    /// A piece of the public log.
    Tile,
    /// A batch of hashes on its way into the public log.
    Batch,
    /// A number as text.
    Count,
    /// Releases that are in the public log: the hash of each, in hexadecimal, and its place.
    Releases,
    /// What the host wrote down, line by line.
    LogLines,
    /// Settings.
    Settings,
}

/// A file that a host may have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredFile {
    /// The end of its path; `*` stands for any letters of one name, and `**` at the end for any names.
    pub path: String,
    /// What it may hold.
    pub holds: FileKind,
    /// Why.
    pub why: Why,
}

impl DeclaredFile {
    /// Whether a path ends like this.
    pub fn matches(&self, path: &str) -> bool {
        let pattern: Vec<&str> = self.path.split('/').collect();
        let names: Vec<&str> = path.split('/').collect();
        (0..names.len()).any(|from| names.get(from..).is_some_and(|names| all_fit(&pattern, names)))
    }
}

fn all_fit(pattern: &[&str], names: &[&str]) -> bool {
    match (pattern.split_first(), names.split_first()) {
        (Some((&"**", [])), Some(_)) | (None, None) => true,
        (Some((one, pattern)), Some((name, names))) => fits(one, name) && all_fit(pattern, names),
        _ => false,
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(before) else { return false };
    (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| fits(after, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_at_their_end() {
        let matches = |pattern: &str, path: &str| {
            let why = Why { en: String::new(), fr: String::new() };
            DeclaredFile { path: pattern.to_owned(), holds: FileKind::Empty, why }.matches(path)
        };
        assert!(matches("souspli.db", "souspli.db") && matches("souspli.db", "data/souspli.db"));
        assert!(!matches("souspli.db", "data/my-souspli.db") && !matches("souspli.db", "souspli.db/x"));
        assert!(matches("log/checkpoint", "data/log/checkpoint") && !matches("log/checkpoint", "data/checkpoint"));
        assert!(matches("souspli.before-*.db", "x/souspli.before-12.db"));
        assert!(!matches("souspli.before-*.db", "souspli.before-12.db.gz"));
        assert!(matches("log/tile/**", "data/log/tile/entries/x001/234") && !matches("log/tile/**", "data/log/tile"));
        assert!(matches("a*b*c", "a-b-b-c") && !matches("a*b*c", "a-c-b"));
    }
}
