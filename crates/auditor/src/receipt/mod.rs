//! Receipts: what the host has promised, and whether the log keeps it (`docs/spec/events.md` §6, `docs/spec/log.md` §4).

mod host;
mod judge;
mod keys;
mod read;
#[cfg(test)]
mod tests;
mod verdict;

pub use host::{Host, HostError};
pub use judge::{Context, judge, judge_alone};
pub use keys::{BadKeys, HostKeys};
pub use read::{BadReceipt, Given};
pub use verdict::{Judgement, Reason, ShownBy, Verdict};
