//! The log's folder: tiles, the checkpoints, the batch that is under way (`docs/spec/log.md` §5).
//!
//! A tile is one file that grows: hashes are only ever added behind those that are there, so the widest is all of them.
//! Every file is written whole beside its name, flushed, renamed, and its folder flushed.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use souspli_protocol::Digest;
use souspli_tlog::store::Tiles;
use souspli_tlog::tile::{self, Level, TileId};

/// The newest signed checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The newest checkpoint that has the quorum.
pub(crate) const COSIGNED: &str = "cosigned";
/// The batch that is under way.
pub(crate) const STAGED: &str = "staged";
/// The highest fence that has written here.
pub(crate) const FENCE: &str = "fence";
/// The releases that are logged: object and place of each.
pub(crate) const RELEASES: &str = "releases";
/// The host's generation: that of its newest restore.
pub(crate) const GENERATION: &str = "generation";
const LOCK: &str = "lock";
/// What a file is called before it is whole.
const UNFINISHED: &str = "unfinished";
/// Longest small file: a batch of 4,096 entries with what they belong to is a third of it.
const LONGEST: u64 = 1 << 21;

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// The right to write there; given back when it is dropped, or when the process ends.
#[derive(Debug)]
pub(crate) struct FolderLock(#[allow(dead_code)] File);

/// What tells a file from the one that was read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    place: (u64, u64),
    length: u64,
    times: [i64; 4],
}

impl Stamp {
    /// Bytes of the file.
    pub(crate) fn length(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }
}

impl Folder {
    /// A folder, made where it is not there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Takes the right to write, without waiting; `None` while another has it.
    pub(crate) fn lock(&self) -> io::Result<Option<FolderLock>> {
        let file = File::options().create(true).truncate(false).write(true).open(self.0.join(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(FolderLock(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// A small file, or `None` where it is not there.
    pub(crate) fn file(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let path = self.0.join(name);
        match fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
            Ok(found) if found.len() > LONGEST => Err(io::Error::other(format!("{name} is too long"))),
            Ok(_) => fs::read(path).map(Some),
        }
    }

    /// A file that holds a number and a newline; 0 where it is not there.
    pub(crate) fn number(&self, name: &str) -> io::Result<u64> {
        let Some(bytes) = self.file(name)? else { return Ok(0) };
        let text = std::str::from_utf8(&bytes).ok().and_then(|text| text.strip_suffix('\n'));
        let number = text.and_then(|number| number.parse().ok());
        number.ok_or_else(|| io::Error::new(ErrorKind::InvalidData, format!("{name} holds no number")))
    }

    /// Puts a file in place of the one that is there, whole and durable.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.0.join(name);
        let folder = path.parent().unwrap_or(&self.0);
        self.make_folder(folder)?;
        let beside = path.with_extension(UNFINISHED);
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        // What could not be flushed is never used: the next attempt writes another file.
        if let Err(error) = written.and_then(|()| fs::rename(&beside, &path)) {
            let _ = fs::remove_file(&beside);
            return Err(error);
        }
        File::open(folder)?.sync_all()
    }

    /// Takes a file away, durably; one that is not there is no error.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => File::open(&self.0)?.sync_all(),
        }
    }

    /// Makes a folder and those above it, each durable in the one above.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        if folder == self.0 || folder.is_dir() {
            return Ok(());
        }
        let above = folder.parent().unwrap_or(&self.0);
        self.make_folder(above)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => File::open(above)?.sync_all(),
        }
    }

    /// Writes a tile.
    pub(crate) fn write_tile(&self, id: TileId, bytes: &[u8]) -> io::Result<()> {
        self.replace(&stored(id), bytes)
    }

    /// What a tile's file is now.
    pub(crate) fn stamp(&self, id: TileId) -> io::Result<Stamp> {
        let found = fs::metadata(self.0.join(stored(id)))?;
        Ok(Stamp {
            place: (found.dev(), found.ino()),
            length: found.len(),
            times: [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()],
        })
    }
}

impl Tiles for Folder {
    type Error = io::Error;

    fn read(&self, id: TileId) -> io::Result<Vec<u8>> {
        let mut bytes = fs::read(self.0.join(stored(id)))?;
        let length = match id.level {
            Level::Hashes(_) => Digest::SIZE * usize::from(id.width),
            Level::Entries => bundle_length(&bytes, id.width),
        };
        if bytes.len() < length {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, format!("{id} is too short")));
        }
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// Where a tile of whatever width is stored.
fn stored(id: TileId) -> String {
    TileId { width: tile::FULL, ..id }.path()
}

/// How long the first entries of a bundle are together; more than there is where they are not all there.
fn bundle_length(bytes: &[u8], entries: u16) -> usize {
    (0..entries).fold(0, |at, _| {
        let length = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>).map(|length| u16::from_be_bytes(*length));
        length.map_or(usize::MAX, |length| at.saturating_add(2 + usize::from(length)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().expect("folder");
        let folder = Folder::open(&dir.path().join("log")).expect("made");
        (dir, folder)
    }

    #[test]
    fn a_file_is_replaced_whole_and_taken_away() {
        let (_dir, folder) = folder();
        assert_eq!(folder.file(CHECKPOINT).expect("read"), None);
        for text in [&b"one"[..], b"another"] {
            folder.replace(CHECKPOINT, text).expect("written");
            assert_eq!(folder.file(CHECKPOINT).expect("read").as_deref(), Some(text));
        }
        folder.remove(CHECKPOINT).expect("removed");
        folder.remove(CHECKPOINT).expect("is not there");
        assert_eq!(folder.file(CHECKPOINT).expect("read"), None);
    }

    #[test]
    fn one_at_a_time_may_write() {
        let (_dir, folder) = folder();
        let lock = folder.lock().expect("asked").expect("free");
        assert!(folder.lock().expect("asked").is_none());
        drop(lock);
        assert!(folder.lock().expect("asked").is_some());
    }

    #[test]
    fn a_narrower_tile_is_the_beginning_of_the_one_that_is_there() {
        let (_dir, folder) = folder();
        let id = |level, width| TileId { level, index: 1_234_067, width };
        folder.write_tile(id(Level::Hashes(0), 3), &[7; 96]).expect("written");
        assert_eq!(folder.read(id(Level::Hashes(0), 2)).expect("read"), [7; 64]);
        assert_eq!(folder.read(id(Level::Hashes(0), 3)).expect("read"), [7; 96]);
        folder.read(id(Level::Hashes(0), 4)).expect_err("too wide");
        let bundle = tile::encode_bundle(&[&b"a"[..], b"bc", b""]).expect("entries");
        folder.write_tile(id(Level::Entries, 3), &bundle).expect("written");
        assert_eq!(folder.read(id(Level::Entries, 2)).expect("read"), b"\0\x01a\0\x02bc");
        assert_eq!(folder.read(id(Level::Entries, 3)).expect("read"), bundle);
        folder.read(id(Level::Entries, 4)).expect_err("too many");
        folder.read(TileId { level: Level::Entries, index: 0, width: 1 }).expect_err("not there");
    }

    #[test]
    fn a_file_that_was_touched_has_another_stamp() {
        let (dir, folder) = folder();
        let id = TileId { level: Level::Hashes(0), index: 0, width: 1 };
        folder.write_tile(id, &[1; 32]).expect("written");
        let before = folder.stamp(id).expect("there");
        assert_eq!(folder.stamp(id).expect("there"), before);
        let path = dir.path().join("log/tile/0/000");
        fs::write(&path, [2; 32]).expect("changed in place");
        assert_ne!(folder.stamp(id).expect("there"), before);
    }
}
