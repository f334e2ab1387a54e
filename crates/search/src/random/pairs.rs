//! Two byte positions of short values together: what is hidden in one by the other.

use super::evidence::{Stake, count, dirichlet};
use super::law::laws;

/// Longer values have too many pairs.
pub(crate) const LONGEST: usize = 32;

/// Counts of the exclusive or of two positions, high nibble and low nibble.
#[derive(Debug)]
pub(crate) struct Pairs {
    length: usize,
    counts: Vec<[u32; 32]>,
}

/// How much speaks against a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub(crate) bytes: (usize, usize),
    pub(crate) bits: f64,
}

impl Pairs {
    /// For values of a length; nothing is counted for longer ones.
    pub(crate) fn new(length: usize) -> Self {
        let length = if length > LONGEST { 0 } else { length };
        let pairs = length.saturating_mul(length.saturating_sub(1)) / 2;
        Self { length, counts: vec![[0; 32]; pairs] }
    }

    /// Counts a value.
    pub(crate) fn add(&mut self, value: &[u8]) {
        for ((first, second), counts) in pairs(self.length).zip(&mut self.counts) {
            let (Some(first), Some(second)) = (value.get(first), value.get(second)) else { return };
            let both = usize::from(first ^ second);
            for place in [both >> 4, 16 | both & 15] {
                if let Some(n) = counts.get_mut(place) {
                    *n = n.saturating_add(1);
                }
            }
        }
    }

    /// The worst pair, with the bits that remain once all pairs are counted.
    pub(crate) fn worst(&self) -> Option<Pair> {
        let surprise = laws().first()?.nibbles.first()?;
        let several = (2.0 * count(self.counts.len().max(1))).log2();
        let judged = pairs(self.length).zip(&self.counts).map(|(bytes, counts)| {
            let (high, low) = counts.split_at(16);
            let bits = [high, low]
                .map(|counts| dirichlet(counts.iter().map(|n| u64::from(*n)), surprise.iter().copied(), Stake::Half));
            Pair { bytes, bits: bits.into_iter().fold(f64::NEG_INFINITY, f64::max) - several }
        });
        judged.max_by(|a, b| a.bits.total_cmp(&b.bits))
    }
}

fn pairs(length: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..length).flat_map(move |first| (first.saturating_add(1)..length).map(move |second| (first, second)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::sample::tests::Noise;

    #[test]
    fn a_byte_that_is_masked_by_another_is_found() {
        let mut noise = Noise::new(44);
        let (mut honest, mut masked) = (Pairs::new(16), Pairs::new(16));
        for row in 0..200_u8 {
            let mut value = noise.bytes(16);
            honest.add(&value);
            value[12] = value[4] ^ (row % 11);
            masked.add(&value);
        }
        assert!(honest.worst().expect("pairs").bits < 15.0);
        let worst = masked.worst().expect("pairs");
        assert!(worst.bytes == (4, 12) && worst.bits > 100.0, "{worst:?}");
        assert_eq!(Pairs::new(33).worst(), None);
    }
}
