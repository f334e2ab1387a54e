//! All bytes of a part over all rows together: chi-square over values, bits, and how bytes follow each other.

use super::evidence::{chi_square, count, real};
use super::law::laws;

/// Fewer expected in a cell, and chi-square is no good approximation.
const LEAST_EXPECTED: f64 = 200.0;
/// Distances at which bytes are compared: neighbours, words, blocks of ciphers.
const LAGS: [usize; 4] = [1, 8, 16, 32];
/// Bits that are not counted on, since chi-square is an approximation.
const CAUTION: f64 = 2.0;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// The values of bytes.
    Values,
    /// Each bit.
    Bits,
    /// A byte against the one so many places before.
    Lag(usize),
}

/// How much speaks against a pool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pool {
    pub(crate) counted: Counted,
    pub(crate) bits: f64,
    /// Whether values are too even, rather than too uneven.
    pub(crate) even: bool,
}

/// Counts over all rows.
#[derive(Debug)]
pub(crate) struct Pooled {
    places: Vec<u8>,
    values: Vec<[u64; 256]>,
    lags: Vec<[u64; 256]>,
}

impl Pooled {
    /// For values with these laws at their places.
    pub(crate) fn new(places: &[u8]) -> Self {
        Self { places: places.to_vec(), values: vec![[0; 256]; laws().len()], lags: vec![[0; 256]; LAGS.len()] }
    }

    /// Counts a value.
    pub(crate) fn add(&mut self, value: &[u8]) {
        for (byte, law) in value.iter().zip(&self.places) {
            one_more(self.values.get_mut(usize::from(*law)), *byte);
        }
        for (lag, counts) in LAGS.into_iter().zip(&mut self.lags) {
            let behind = self.places.iter().zip(self.places.iter().skip(lag));
            for ((before, byte), laws) in value.iter().zip(value.iter().skip(lag)).zip(behind) {
                if laws == (&0, &0) {
                    one_more(Some(&mut *counts), before ^ byte);
                }
            }
        }
    }

    /// Every pool that is large enough to be judged.
    pub(crate) fn all(&self) -> Vec<Pool> {
        let mut pools = Vec::new();
        for (counts, law) in self.values.iter().zip(laws()) {
            pools.extend(judge(counts, &law.surprise, Counted::Values));
            if law.uniform {
                pools.extend(judge_bits(counts));
            }
        }
        let uniform = laws().first().map(|law| law.surprise.as_slice()).unwrap_or_default();
        for (lag, counts) in LAGS.into_iter().zip(&self.lags) {
            pools.extend(judge(counts, uniform, Counted::Lag(lag)));
        }
        pools
    }
}

fn one_more(counts: Option<&mut [u64; 256]>, byte: u8) {
    if let Some(n) = counts.and_then(|counts| counts.get_mut(usize::from(byte))) {
        *n = n.saturating_add(1);
    }
}

fn judge(counts: &[u64; 256], surprise: &[f64], counted: Counted) -> Option<Pool> {
    let total: f64 = counts.iter().map(|n| real(*n)).sum();
    let (mut sum, mut cells) = (0.0, 0_usize);
    for (n, surprise) in counts.iter().zip(surprise) {
        let expected = total * (-surprise).exp2();
        if expected > 0.0 && expected < LEAST_EXPECTED {
            return None;
        }
        if expected > 0.0 {
            sum += (real(*n) - expected).powi(2) / expected;
            cells = cells.saturating_add(1);
        } else if *n > 0 {
            sum = f64::INFINITY;
        }
    }
    let (bits, uneven) = (cells > 1).then(|| chi_square(sum, count(cells) - 1.0))?;
    Some(Pool { counted, bits: bits - CAUTION, even: !uneven })
}

/// Of uniform bytes the eight bits are independent: their deviations squared make a chi-square value.
fn judge_bits(counts: &[u64; 256]) -> Option<Pool> {
    let total: f64 = counts.iter().map(|n| real(*n)).sum();
    if total < 2.0 * LEAST_EXPECTED {
        return None;
    }
    let set = |bit: usize| counts.iter().enumerate().filter(move |(value, _)| value >> bit & 1 == 1);
    let deviation = |bit: usize| set(bit).map(|(_, n)| real(*n)).sum::<f64>() - total / 2.0;
    let sum = (0..8).map(|bit| deviation(bit).powi(2) * 4.0 / total).sum();
    let (bits, uneven) = chi_square(sum, 8.0);
    uneven.then_some(Pool { counted: Counted::Bits, bits: bits - CAUTION, even: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::sample::tests::Noise;

    fn worst(rows: usize, change: impl Fn(&mut Vec<u8>)) -> Pool {
        let mut noise = Noise::new(33);
        let mut pooled = Pooled::new(&[0; 1_000]);
        for _ in 0..rows {
            let mut value = noise.bytes(1_000);
            change(&mut value);
            pooled.add(&value);
        }
        pooled.all().into_iter().max_by(|a, b| a.bits.total_cmp(&b.bits)).expect("pools")
    }

    #[test]
    fn a_small_excess_anywhere_is_found() {
        let quiet = worst(200, |_| {});
        assert!(quiet.bits < 15.0, "{quiet:?}");
        // One byte of a hundred is an `e`, at any place.
        let uneven = worst(200, |value| {
            let at = usize::from(value[0]) + 100;
            value[at..at + 10].fill(b'e');
        });
        assert!(uneven.bits > 100.0 && !uneven.even, "{uneven:?}");
        let biased = worst(200, |value| value.iter_mut().filter(|byte| **byte < 8).for_each(|byte| *byte |= 1));
        assert!(biased.bits > 100.0, "{biased:?}");
        let again = worst(200, |value| value.copy_within(0..500, 500 - 484));
        assert!(again.counted == Counted::Lag(16) && again.bits > 100.0, "{again:?}");
    }

    #[test]
    fn what_is_too_even_is_found() {
        let mut pooled = Pooled::new(&[0; 256]);
        let counted: Vec<u8> = (0..=255).collect();
        (0..400).for_each(|_| pooled.add(&counted));
        assert!(pooled.all().iter().any(|pool| pool.even && pool.counted == Counted::Values && pool.bits > 1_000.0));
    }

    #[test]
    fn too_little_is_not_judged() {
        let mut pooled = Pooled::new(&[0; 16]);
        pooled.add(&[0; 16]);
        assert!(pooled.all().is_empty());
    }
}
