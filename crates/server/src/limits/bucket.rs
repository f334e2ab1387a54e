//! One token bucket, and a bounded table of them.

use std::collections::HashMap;
use std::hash::Hash;

use tokio::time::Instant;

/// How large a bucket is and how fast it fills.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) burst: f64,
    pub(crate) per_second: f64,
}

/// Tokens; below zero where more was taken than there was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn full(rate: Rate, now: Instant) -> Self {
        Self { tokens: rate.burst, at: now }
    }

    fn fill(&mut self, rate: Rate, now: Instant) {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + since * rate.per_second).min(rate.burst);
        self.at = now;
    }

    /// Tokens there are.
    pub(crate) fn tokens(&self) -> f64 {
        self.tokens
    }

    /// Takes tokens, down to `floor` at most.
    pub(crate) fn take(&mut self, tokens: f64, floor: f64) {
        self.tokens = (self.tokens - tokens).max(floor);
    }
}

/// Buckets of at most `most` keys. When there are more, full ones are forgotten first, and then all: being forgotten
/// is to the key's advantage, never to its cost.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    rate: Rate,
    most: usize,
    table: HashMap<K, Bucket>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// No keys yet.
    pub(crate) fn new(rate: Rate, most: usize) -> Self {
        Self { rate, most, table: HashMap::new() }
    }

    /// The bucket of a key, filled up to now.
    pub(crate) fn of(&mut self, key: K, now: Instant) -> &mut Bucket {
        if self.table.len() >= self.most && !self.table.contains_key(&key) {
            self.make_room(now);
        }
        let bucket = self.table.entry(key).or_insert_with(|| Bucket::full(self.rate, now));
        bucket.fill(self.rate, now);
        bucket
    }

    fn make_room(&mut self, now: Instant) {
        let rate = self.rate;
        self.table.retain(|_, bucket| {
            bucket.fill(rate, now);
            bucket.tokens < rate.burst
        });
        if self.table.len() >= self.most {
            self.table.clear();
        }
    }

    /// How many keys are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const RATE: Rate = Rate { burst: 10.0, per_second: 2.0 };

    #[test]
    fn a_bucket_empties_and_fills() {
        let start = Instant::now();
        let mut buckets = Buckets::new(RATE, 8);
        buckets.of(1, start).take(10.0, -5.0);
        assert!(buckets.of(1, start).tokens().abs() < 0.01);
        buckets.of(1, start).take(100.0, -5.0);
        assert!((buckets.of(1, start).tokens() + 5.0).abs() < 0.01, "never below its floor");
        let later = start + Duration::from_secs(5);
        assert!((buckets.of(1, later).tokens() - 5.0).abs() < 0.01);
        let much_later = start + Duration::from_secs(500);
        assert!((buckets.of(1, much_later).tokens() - 10.0).abs() < 0.01, "never above its burst");
    }

    #[test]
    fn the_table_is_bounded() {
        let start = Instant::now();
        let mut buckets = Buckets::new(RATE, 8);
        for key in 0..1_000 {
            buckets.of(key, start).take(1.0, 0.0);
            assert!(buckets.len() <= 8);
        }
    }
}
