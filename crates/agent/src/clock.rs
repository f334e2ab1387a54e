//! The device's clock: the only place that asks for it.

use std::time::{SystemTime, UNIX_EPOCH};

/// UTC minutes since 1970.
pub fn now() -> u32 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    u32::try_from(seconds / 60).unwrap_or(u32::MAX)
}
