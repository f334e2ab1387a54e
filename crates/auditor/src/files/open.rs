//! How a file is opened and read: as a file and nothing else, and only where something is stored.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{OFlags, SeekFrom as Where};

/// A hole of so many bytes is left out; shorter ones are read as zeros.
const HOLE: u64 = 1 << 20;

/// Opens a file; nothing that somebody puts in its place meanwhile is followed or waited for.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// The parts of a file in which something is stored: begin and length.
pub(super) fn parts(file: &File, length: u64) -> Vec<(u64, u64)> {
    let mut parts: Vec<(u64, u64)> = Vec::new();
    let mut at = 0;
    while at < length {
        let Ok(begin) = rustix::fs::seek(file, Where::Data(at)) else { break };
        let end = rustix::fs::seek(file, Where::Hole(begin)).unwrap_or(length).clamp(begin, length);
        match parts.last_mut() {
            Some((start, size)) if begin.saturating_sub(start.saturating_add(*size)) < HOLE => {
                *size = end.saturating_sub(*start);
            }
            _ => parts.push((begin, end.saturating_sub(begin))),
        }
        if end <= at {
            break;
        }
        at = end;
    }
    // A file system that knows nothing of holes.
    if parts.is_empty() && length > 0 && rustix::fs::seek(file, Where::Data(0)) != Err(rustix::io::Errno::NXIO) {
        parts.push((0, length));
    }
    parts
}

/// Reads a part.
pub(super) fn part(file: &mut File, (begin, length): (u64, u64)) -> io::Result<impl Read + '_> {
    file.seek(SeekFrom::Start(begin))?;
    Ok(file.take(length))
}

/// The first bytes.
pub(super) fn head(file: &mut File, most: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    file.seek(SeekFrom::Start(0))?;
    file.take(most).read_to_end(&mut head)?;
    Ok(head)
}

/// What became of a file while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Same,
    Longer,
    Another,
}

pub(super) fn became(before: &Metadata, after: &Metadata) -> Became {
    let time = |found: &Metadata| (found.mtime(), found.mtime_nsec(), found.ino());
    if time(before) == time(after) && before.len() == after.len() {
        Became::Same
    } else if after.len() > before.len() && before.ino() == after.ino() {
        Became::Longer
    } else {
        Became::Another
    }
}
