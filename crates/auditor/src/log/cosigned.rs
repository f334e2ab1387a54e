//! Cosignatures by their times: what is dated too early does not show that something was still so later.

use souspli_tlog::note::Note;
use souspli_tlog::policy::{Policy, PolicyError, Verified};

pub(crate) use souspli_tlog::witnessed::log_keys;
pub use souspli_tlog::witnessed::{AHEAD, Witnessed};

/// [`Witnessed::read`].
pub(crate) fn read(bytes: &[u8], policy: &Policy, now: u64) -> Result<Witnessed, PolicyError> {
    Witnessed::read(bytes, policy, now)
}

/// Whether a quorum of witnesses has cosigned at `time` (seconds) or later. Without witnesses nobody has.
pub(crate) fn quorum_since(note: &Note, policy: &Policy, time: u64) -> Option<Verified> {
    let since = souspli_tlog::witnessed::within(note, policy, |cosigned| cosigned >= time);
    policy.check_note(&since, None).ok().filter(|_| policy.needs_witnesses())
}
