//! The public log as a client follows it (`docs/spec/log.md` §8, §9): checkpoints pinned, leaves verified, proofs for
//! people.
//!
//! Nothing here opens what a patient wrote, and nothing here stands in the way of a booking: it is asked for after what
//! is shown has been shown.

mod call;
mod check;
mod evidence;
mod follow;
mod keys;
mod leaf;
mod tiles;
mod voucher;

pub use call::Log;
#[cfg(feature = "practice")]
pub(crate) use call::evidence;
pub use check::{Checked, Shown, check_file};
pub use evidence::{Signed, fork_file};
#[cfg(feature = "practice")]
pub(crate) use follow::EVIDENCE;
pub use follow::Follower;
pub use keys::Keys;
pub use leaf::{Leaf, Time};
pub use voucher::{VouchedReceipt, Voucher};
