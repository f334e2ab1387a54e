//! A reserve of disk. A database whose disk is full fails in the middle of things, and what is needed to make room needs
//! room itself; so writes are refused while there is still some. Only for SQLite: a server of its own has its own disk.

use std::path::{Path, PathBuf};
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::statvfs;

use crate::state::Shared;

/// How often the disk is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Whether there is room.
pub(crate) struct Reserve {
    folder: PathBuf,
    /// Bytes that stay free; 0 where nobody looks.
    least: u64,
    there: AtomicBool,
}

impl Reserve {
    /// Looks for the first time.
    pub(crate) fn of(folder: &Path, least: u64) -> Self {
        let reserve = Self { folder: folder.to_owned(), least, there: AtomicBool::new(true) };
        reserve.look();
        reserve
    }

    /// Whether what grows the data may be written.
    pub(crate) fn is_there(&self) -> bool {
        self.there.load(Ordering::Relaxed)
    }

    fn look(&self) {
        if self.least == 0 {
            return;
        }
        // Where the disk does not say, the database will.
        let Ok(disk) = statvfs(&self.folder) else { return };
        let there = disk.f_bavail.saturating_mul(disk.f_frsize) >= self.least;
        if there != self.there.swap(there, Ordering::Relaxed) {
            if there {
                tracing::info!("the disk has room again; bookings are taken");
            } else {
                tracing::error!(
                    least = self.least,
                    "the disk is nearly full; nothing new is taken until there is room"
                );
            }
        }
    }
}

/// Looks again and again, until the host is gone.
pub(crate) async fn watch(host: Weak<Shared>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(host) = host.upgrade() else { return };
        host.reserve.look();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_what_the_disk_has_left() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(Reserve::of(folder.path(), 0).is_there(), "nobody looks");
        assert!(Reserve::of(folder.path(), 1).is_there());
        let mut reserve = Reserve::of(folder.path(), u64::MAX);
        assert!(!reserve.is_there());
        reserve.least = 1;
        reserve.look();
        assert!(reserve.is_there(), "there is room again");
    }
}
