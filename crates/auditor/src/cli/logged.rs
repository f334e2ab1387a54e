//! The leaves of a public log, for a database that says what it has put there.

use super::log::At;
use super::online::{client, runtime};
use super::stop::Stop;
use crate::audit::Gap;
use crate::database::{Leaves, Unlogged};
use crate::log::{LeavesError, Source, SourceError, read_leaves};
use crate::receipt::Host;
use crate::report::Language;

/// Reads them all.
pub(super) fn leaves(at: &At) -> Result<Leaves, Unlogged> {
    let stopped = |stop: Stop| unlogged(Gap::Stopped, stop.sentence(Language::English));
    let source = match at {
        At::Host(address) => Host::new(client().map_err(stopped)?, address.clone()).log(),
        At::Folder(folder) => Source::Folder(folder.clone()),
    };
    let mut leaves = Leaves::new().map_err(|error| unlogged(Gap::Stopped, error))?;
    let mut failed = None;
    let mut visit = |_: u64, next: &[_]| failed = failed.take().or_else(|| leaves.add(next).err());
    let read = runtime().map_err(stopped)?.block_on(read_leaves(&source, &mut visit));
    if let Some(error) = failed {
        return Err(unlogged(Gap::Stopped, error));
    }
    read.map(|_| leaves).map_err(|error| match &error {
        LeavesError::Source(SourceError::Unreadable(..)) => unlogged(Gap::Unreachable, &error),
        LeavesError::Source(SourceError::Missing(_)) => unlogged(Gap::NotThere, &error),
        LeavesError::Source(SourceError::TooLong(_)) | LeavesError::Damaged(_) => unlogged(Gap::Damaged, &error),
    })
}

fn unlogged(gap: Gap, why: impl std::fmt::Display) -> Unlogged {
    Unlogged { gap, why: format!("the public log: {why}") }
}
