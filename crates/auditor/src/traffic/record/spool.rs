//! A body that is kept until it is written down: in memory while it is short, then in a file without a name.

use std::io::{self, Read, Seek as _, SeekFrom, Write as _};

use tempfile::SpooledTempFile;

/// Bytes that stay in memory.
pub(super) const IN_MEMORY: usize = 256 * 1024;
/// Bytes of a body that are kept; a longer one is not written down.
const MOST: u64 = 256 << 20;

/// A body.
#[derive(Debug)]
pub(super) struct Spool {
    kept: Option<SpooledTempFile>,
    pub(super) length: u64,
}

impl Spool {
    pub(super) fn new() -> Self {
        Self { kept: Some(SpooledTempFile::new(IN_MEMORY)), length: 0 }
    }

    /// Takes more of the body. What cannot be kept is counted.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let full = self.length > MOST;
        if full || self.kept.as_mut().is_some_and(|kept| kept.write_all(bytes).is_err()) {
            self.kept = None;
        }
    }

    /// From its beginning; nothing where it was not kept.
    pub(super) fn reader(&mut self) -> io::Result<Option<impl Read + '_>> {
        if let Some(kept) = &mut self.kept {
            kept.seek(SeekFrom::Start(0))?;
        }
        Ok(self.kept.as_mut())
    }
}
