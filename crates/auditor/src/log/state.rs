//! What an audit of a log keeps for the next one: its checkpoint, and the edge of what was read.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use souspli_attest::sha256;
use souspli_protocol::{Digest, from_base64url, to_base64url};

use super::edge::Edge;

/// First line of the file.
const HEADER: &str = "souspli-audit log state 1";
/// Most bytes of the file: a checkpoint, and seven levels of 255 hashes.
const MOST: u64 = 1 << 20;

/// Why a file is not the state of an earlier audit.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It is damaged, or something else. Nothing is assumed in its place: who wants to begin anew gives another name.
    #[error("{0} is not the state of an audit, or is damaged")]
    Damaged(String),
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
}

/// The state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// When the audit was made, in seconds since 1970.
    pub(crate) seen: u64,
    /// The checkpoint that was found in order, as it was served.
    pub(crate) checkpoint: Vec<u8>,
    /// What was read.
    pub(crate) edge: Edge,
}

impl State {
    /// Reads the file; `None` where there is none yet.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, StateError> {
        let name = || path.display().to_string();
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StateError::File(name(), error)),
            Ok(found) if found.len() > MOST => return Err(StateError::Damaged(name())),
            Ok(_) => {}
        }
        let bytes = fs::read(path).map_err(|error| StateError::File(name(), error))?;
        Self::decode(&bytes).map(Some).ok_or_else(|| StateError::Damaged(name()))
    }

    /// Puts the file in place of the one that is there, whole.
    pub(crate) fn write(&self, path: &Path) -> Result<(), StateError> {
        let beside = path.with_added_extension("unfinished");
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(&self.encode())?;
            file.sync_all()
        });
        let replaced = written.and_then(|()| fs::rename(&beside, path));
        replaced.map_err(|error| StateError::File(path.display().to_string(), error))
    }

    fn encode(&self) -> Vec<u8> {
        let hashes = |hashes: &Vec<Digest>| to_base64url(&hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>());
        let mut lines = vec![HEADER.to_owned(), format!("seen {}", self.seen)];
        lines.extend(self.edge.levels().iter().map(|level| format!("level {}", hashes(level))));
        lines.push(format!("checkpoint {}\n", to_base64url(&self.checkpoint)));
        let text = lines.join("\n");
        format!("{text}sum {}\n", sha256(text.as_bytes())).into_bytes()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (body, sum) = text.strip_suffix('\n')?.rsplit_once('\n')?;
        let body = format!("{body}\n");
        let sum: Digest = sum.strip_prefix("sum ")?.parse().ok()?;
        if sha256(body.as_bytes()) != sum {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != HEADER {
            return None;
        }
        let seen = lines.next()?.strip_prefix("seen ")?.parse().ok()?;
        let (mut levels, mut checkpoint) = (Vec::new(), None);
        for line in lines {
            match line.split_once(' ')? {
                ("level", hashes) if checkpoint.is_none() => levels.push(hashes_of(&from_base64url(hashes).ok()?)?),
                ("checkpoint", note) if checkpoint.is_none() => checkpoint = Some(from_base64url(note).ok()?),
                _ => return None,
            }
        }
        Some(Self { seen, checkpoint: checkpoint?, edge: Edge::from_levels(levels)? })
    }
}

fn hashes_of(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<{ Digest::SIZE }>();
    rest.is_empty().then(|| hashes.iter().copied().map(Digest).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        let mut edge = Edge::default();
        for n in 0..300_u32 {
            edge.push(sha256(&n.to_be_bytes()));
        }
        State { seen: 1_795_000_000, checkpoint: b"a note".to_vec(), edge }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("state");
        assert!(State::read(&path).expect("none").is_none());
        state().write(&path).expect("written");
        assert_eq!(State::read(&path).expect("read"), Some(state()));
        let empty = State { seen: 0, checkpoint: Vec::new(), edge: Edge::default() };
        empty.write(&path).expect("replaced");
        assert_eq!(State::read(&path).expect("read"), Some(empty));
    }

    #[test]
    fn a_damaged_file_is_refused_and_never_taken_for_none() {
        let bytes = state().encode();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(State::decode(&changed), None, "bit {bit}");
        }
        for cut in 0..bytes.len() {
            assert_eq!(State::decode(&bytes[..cut]), None, "cut at {cut}");
        }
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("state");
        fs::write(&path, b"").expect("written");
        assert!(matches!(State::read(&path), Err(StateError::Damaged(_))));
    }
}
