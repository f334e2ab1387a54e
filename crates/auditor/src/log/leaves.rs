//! The leaves of a log alone, for what says that it is among them.

use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::note::Note;

use super::Edge;
use super::source::{Source, SourceError};
use super::walk::{Fault, Visit, walk};

/// Why the leaves of a log cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeavesError {
    /// The log is not there, or does not answer.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What it shows is not a log.
    #[error("{0}")]
    Damaged(String),
}

/// Reads every leaf up to the newest checkpoint; how many there are. Whether the checkpoint is signed, and whether the
/// leaves make it, is what [`super::audit`] looks at.
pub async fn read_leaves(source: &Source, visit: Visit<'_>) -> Result<u64, LeavesError> {
    let note = source.checkpoint().await?;
    let note = Note::parse(&note).map_err(|error| LeavesError::Damaged(error.to_string()))?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|error| LeavesError::Damaged(error.to_string()))?;
    let walked = walk(source, checkpoint.size, Edge::default(), visit, &mut |_, _| {}).await;
    walked.map(|_| checkpoint.size).map_err(|fault| match fault {
        Fault::Source(error) => LeavesError::Source(error),
        fault @ Fault::Tile { .. } => LeavesError::Damaged(fault.to_string()),
    })
}
