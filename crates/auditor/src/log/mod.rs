//! The public log, looked at from outside (`docs/spec/log.md`): its checkpoint, everything that it holds, and what others
//! were shown of it.

mod audit;
pub(crate) mod cosigned;
mod earlier;
mod edge;
#[cfg(test)]
pub(crate) mod fixture;
mod leaves;
mod monitor;
pub(crate) mod paths;
mod source;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

pub(crate) use audit::finding_of;
pub use audit::{Audit, AuditError, Options, audit};
pub use cosigned::{AHEAD, Witnessed};
pub(crate) use edge::Edge;
pub use leaves::{LeavesError, read_leaves};
pub use monitor::{Seen, WitnessAt, monitor, witnesses_of};
pub use source::{Source, SourceError};
pub use state::StateError;
pub use walk::{Fault, Progress, Visit};
