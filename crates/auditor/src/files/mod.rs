//! A host's files: what lies under its folders that the policy does not declare, what can be read in it, what was
//! deleted and is still there, and what the host wrote down.
//!
//! Every file is read once from end to end, in pieces, and what is packed in it with it; memory does not grow with it.
//! Links are named and not followed, and of a sparse file only what is stored is read. Nothing is changed.

mod folder;
mod kind;
mod lines;
mod one;
mod open;
mod sealed;
mod secret;
mod server;
mod sqlite;
mod survey;
mod suspects;
mod tap;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;

use crate::database::{AuditError, Live, Source};
use crate::policy::Policy;
use crate::scan::{Canary, NeedleError, Needles};

pub use folder::{database, folder, log};
pub(crate) use sealed::Sealed;

/// What files are looked at for.
pub struct Wanted<'a> {
    /// What the host may have.
    pub policy: &'a Policy,
    /// Words that somebody typed; none, and nothing is searched for.
    pub canaries: &'a [Canary],
    /// The databases whose rows are those that there are. A `souspli.db` that lies under a folder is one by itself.
    pub databases: Vec<Source>,
    /// Files that are read for keys only.
    pub keys: Vec<PathBuf>,
}

/// Why files cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A canary cannot be searched for.
    #[error(transparent)]
    Needles(#[from] NeedleError),
    /// The auditor's own working files failed.
    #[error(transparent)]
    Scratch(AuditError),
}

/// What one examination has in common for all its files.
struct Common<'a> {
    policy: &'a Policy,
    needles: Arc<Needles>,
    has_canaries: bool,
    finder: sealed::Finder,
    live: Option<Live>,
    suspects: suspects::Suspects,
}
