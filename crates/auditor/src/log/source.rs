//! Where a log is read from: its prefix on the web, or a folder laid out like it (C2SP tlog-tiles, "Parameters").

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use http::StatusCode;
use souspli_protocol::Digest;
use souspli_tlog::tile::{FULL, Level, TileId};

use crate::http::{Address, Client, HttpError};

/// Most bytes of a checkpoint with its signatures that are read.
pub(crate) const MAX_CHECKPOINT: usize = 256 << 10;
/// Most bytes of a tile or a bundle: four times what 256 entries of ours take.
const MAX_TILE: usize = 64 << 10;
/// A checkpoint's name below the prefix.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// Why something of a log cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The log says that it is not there.
    #[error("{0} is not there")]
    Missing(String),
    /// It is longer than it may be.
    #[error("{0} is too long")]
    TooLong(String),
    /// Nobody knows: the log does not answer, or the file cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, String),
}

/// A log to read; cheap to clone.
#[derive(Debug, Clone)]
pub enum Source {
    /// Below a prefix, such as `https://host.example/log`.
    Web(Client, Address),
    /// A folder with `checkpoint` and `tile/…`; a host's own log folder is one.
    Folder(PathBuf),
}

impl Source {
    /// The newest checkpoint, as it is served.
    pub async fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.file(CHECKPOINT.to_owned(), MAX_CHECKPOINT).await
    }

    /// A tile or a bundle: as many bytes as its width says, or fewer where there are fewer. A partial one may be gone
    /// where a wider one is there; then it is the beginning of that ("Partial Tiles").
    pub async fn tile(&self, id: TileId) -> Result<Vec<u8>, SourceError> {
        match self.file(id.path(), MAX_TILE).await {
            Err(SourceError::Missing(_)) if !id.is_full() => {
                let mut bytes = self.file(TileId { width: FULL, ..id }.path(), MAX_TILE).await?;
                bytes.truncate(length(id, &bytes));
                Ok(bytes)
            }
            // A folder that keeps one growing file a tile has all of the newest tree under the full one's name.
            outcome => outcome,
        }
    }

    async fn file(&self, path: String, most: usize) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Web(client, prefix) => fetch(client, prefix, &path, most).await,
            Self::Folder(folder) => {
                let file = folder.join(&path);
                let read = tokio::task::spawn_blocking(move || read(&file, &path, most)).await;
                read.unwrap_or_else(|_| Err(SourceError::Unreadable(String::new(), "the reader ended".to_owned())))
            }
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Web(_, prefix) => prefix.fmt(f),
            Self::Folder(folder) => folder.display().fmt(f),
        }
    }
}

async fn fetch(client: &Client, prefix: &Address, path: &str, most: usize) -> Result<Vec<u8>, SourceError> {
    let url = prefix.below(path);
    let answer = client.get(prefix, path, most).await.map_err(|error| match error {
        HttpError::TooLong(url) => SourceError::TooLong(url),
        error => SourceError::Unreadable(url.clone(), error.to_string()),
    })?;
    match answer.status {
        StatusCode::OK => Ok(answer.body),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(SourceError::Missing(url)),
        status => Err(SourceError::Unreadable(url, format!("status {}", status.as_u16()))),
    }
}

fn read(file: &Path, path: &str, most: usize) -> Result<Vec<u8>, SourceError> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => SourceError::Missing(path.to_owned()),
        _ => SourceError::Unreadable(path.to_owned(), error.to_string()),
    };
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file).map_err(unreadable)?.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > most { Err(SourceError::TooLong(path.to_owned())) } else { Ok(bytes) }
}

/// How many of the bytes are the first `width` hashes or entries of a tile.
fn length(id: TileId, bytes: &[u8]) -> usize {
    match id.level {
        Level::Hashes(_) => usize::from(id.width).saturating_mul(Digest::SIZE),
        Level::Entries => (0..id.width).fold(0_usize, |at, _| {
            let length = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>).map(|length| u16::from_be_bytes(*length));
            length.map_or(usize::MAX, |length| at.saturating_add(2).saturating_add(usize::from(length)))
        }),
    }
}
