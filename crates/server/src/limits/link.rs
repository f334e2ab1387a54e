//! Bookings per link: a drained bucket asks for work, and more the emptier it is; a link is never refused.

use std::sync::{Mutex, PoisonError};

use souspli_attest::work_bits;
use souspli_protocol::{CalendarId, Context, Digest, VerifyingKey, Work};
use tokio::time::Instant;

use crate::limits::bucket::{Buckets, Rate};
use crate::rejection::Rejection;

const MOST: usize = 1 << 16;
/// Zero bits that the first booking beyond the bucket needs.
const LEAST_BITS: u8 = 12;
/// Zero bits that no booking ever needs more than.
const MOST_BITS: u8 = 22;
/// Bookings beyond the bucket that cost one more bit.
const STEP: f64 = 64.0;

/// The buckets of all links.
pub(crate) struct LinkLimit(Option<Mutex<Buckets<(CalendarId, VerifyingKey)>>>);

impl LinkLimit {
    /// No bookings yet; a burst of 0 switches the work off.
    pub(crate) fn new(burst: u32, per_minute: u32) -> Self {
        let rate = Rate { burst: f64::from(burst), per_second: f64::from(per_minute) / 60.0 };
        Self((burst > 0).then(|| Mutex::new(Buckets::new(rate, MOST))))
    }

    /// Counts a hold or a booking; goes on only if `work` for `object` suffices.
    pub(crate) fn take(
        &self,
        context: &Context,
        link: VerifyingKey,
        object: &Digest,
        work: Work,
        now: Instant,
    ) -> Result<(), Rejection> {
        let Some(buckets) = &self.0 else { return Ok(()) };
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.of((context.calendar, link), now);
        let difficulty = difficulty(bucket.tokens());
        if difficulty > 0 && work_bits(context, object, &work) < u32::from(difficulty) {
            return Err(Rejection::work_required(difficulty));
        }
        bucket.take(1.0, -STEP * f64::from(MOST_BITS - LEAST_BITS + 1));
        Ok(())
    }
}

fn difficulty(tokens: f64) -> u8 {
    if tokens >= 1.0 {
        return 0;
    }
    let steps = (-tokens / STEP).clamp(0.0, f64::from(MOST_BITS - LEAST_BITS));
    // Between 0 and 10.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    {
        LEAST_BITS + steps as u8
    }
}

#[cfg(test)]
mod tests {
    use souspli_protocol::Fingerprint;

    use super::*;

    const CONTEXT: Context = Context { fp: Fingerprint([1; 32]), calendar: CalendarId([2; 16]) };
    const LINK: VerifyingKey = VerifyingKey([3; 32]);
    const OBJECT: Digest = Digest([4; 32]);

    fn work(bits: u32) -> Work {
        (0_u64..1 << 24)
            .map(|n| Work(n.to_be_bytes()))
            .find(|work| work_bits(&CONTEXT, &OBJECT, work) >= bits)
            .expect("found")
    }

    #[test]
    fn difficulty_rises_and_ends_at_22() {
        assert_eq!(difficulty(1.0), 0);
        assert_eq!(difficulty(0.5), 12);
        assert_eq!(difficulty(-64.0), 13);
        assert_eq!(difficulty(-1e9), 22);
    }

    #[test]
    fn a_drained_link_asks_for_work_and_takes_it() {
        let limit = LinkLimit::new(2, 1);
        let now = Instant::now();
        let take = |link, work: Work| limit.take(&CONTEXT, link, &OBJECT, work, now);
        assert_eq!(take(LINK, Work::ZERO), Ok(()));
        assert_eq!(take(LINK, Work::ZERO), Ok(()));
        assert_eq!(take(LINK, Work::ZERO), Err(Rejection::work_required(12)));
        assert_eq!(take(VerifyingKey([9; 32]), Work::ZERO), Ok(()), "another link");
        let done = work(12);
        for _ in 0..64 {
            assert_eq!(take(LINK, done), Ok(()));
        }
        assert!(take(LINK, work(13)).is_ok(), "never refused");
    }
}
