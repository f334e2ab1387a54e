//! Searches what passed for the canaries, in every form in which they are looked for.

use crate::scan::{Needles, Reason};
use crate::{Finding, Place};

/// Hits of one value that are reported: a name stands in many forms at one place.
const OF_ONE_VALUE: usize = 8;

/// Findings for the canaries in a value.
pub(crate) fn search(needles: &Needles, value: &[u8], place: &Place) -> Vec<Finding> {
    if value.is_empty() {
        return Vec::new();
    }
    let (mut hits, scanned) = needles.examine(value);
    hits.sort();
    hits.dedup_by(|a, b| a.canary == b.canary && a.form == b.form);
    // Sealed bytes begin like some packed ones by chance; only what was left for its size is worth a word.
    let left = |reason| matches!(reason, Reason::TooDeep | Reason::TooMuch | Reason::TooMany);
    let skipped = scanned.skipped.iter().filter(|skipped| left(skipped.reason)).map(|skipped| skipped.finding(place));
    hits.iter().take(OF_ONE_VALUE).map(|hit| hit.finding(place)).chain(skipped).collect()
}
