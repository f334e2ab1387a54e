//! Why a host did not start: one sentence and one exit code each.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::restore::Older;

/// Why a host did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration is not usable.
    #[error("The configuration cannot be used: {0}")]
    Config(String),
    /// Another program listens there.
    #[error(
        "{0} is taken, perhaps by a Souspli that is running already. Stop that program or choose another port (--port)."
    )]
    AddressTaken(SocketAddr),
    /// The address cannot be listened on.
    #[error("{0} cannot be listened on: {1}.")]
    Address(SocketAddr, String),
    /// Another process uses the data.
    #[error("{0} is in use by another process. Stop that one first, or choose another folder (--data).")]
    DataLocked(PathBuf),
    /// The data cannot be read or written.
    #[error("{0} cannot be used: {1}.")]
    Data(PathBuf, String),
    /// The data was written by a newer release.
    #[error(
        "The data was written by a newer release of Souspli than this one ({0}). Start that release; nothing was changed."
    )]
    NewerData(String),
    /// The database does not answer.
    #[error("The database cannot be reached: {0}. The address is that of database_url; nothing was changed.")]
    DatabaseUnreachable(String),
    /// The database refuses to be used.
    #[error("The database cannot be used: {0}.")]
    Database(String),
    /// The host key is missing, unreadable or another than the database's.
    #[error("The host key cannot be used: {0}.")]
    HostKey(String),
    /// The database is older than the log.
    #[error(
        "The database is an older copy: {0}. What is missing in it has been signed for, so the host does not go on as if \
         nothing had happened. If you have put a copy back, run `souspli-server restore`; if not, this is the wrong \
         database or the wrong log."
    )]
    Older(Older),
    /// Another process merges on this database.
    #[error(
        "A host runs on this database, or has died less than three minutes ago. Stop every process of it, and try again \
         in {0} minutes."
    )]
    Merging(u32),
    /// The log's folder cannot be used.
    #[error("The log's folder cannot be used: {0}.")]
    Log(String),
    /// The operating system gives no randomness.
    #[error("The operating system gives no random bytes.")]
    NoRandomness,
}

impl StartError {
    /// The exit code of `serve` and `restore`; `--help` lists them.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 3,
            Self::AddressTaken(_) | Self::Address(..) => 4,
            Self::DataLocked(_) | Self::Merging(_) => 5,
            Self::NewerData(_) => 6,
            Self::DatabaseUnreachable(_) => 7,
            Self::Database(_) | Self::Data(..) | Self::Log(_) => 8,
            Self::HostKey(_) => 9,
            Self::Older(_) => 10,
            Self::NoRandomness => 1,
        }
    }
}
