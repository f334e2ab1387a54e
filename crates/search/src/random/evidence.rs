//! Bits of evidence, and the bounds that they come from.

use std::f64::consts::LN_2;
use std::sync::OnceLock;

/// The chance that a column gives a false alarm in one audit.
pub const ALLOWED: f64 = 1e-9;

/// More bits than any decision needs: what is impossible has so many.
pub const IMPOSSIBLE: f64 = 4_096.0;

/// Bits that a test needs where so many of them share what a column is allowed.
pub(crate) fn needed(tests: usize) -> f64 {
    (count(tests.max(1)) / ALLOWED).log2()
}

/// A count as a real number; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn count(number: usize) -> f64 {
    number as f64
}

/// The same of a u64.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn real(number: u64) -> f64 {
    number as f64
}

/// `ln Γ(x)` for x > 0: Stirling's series from 10 on, the recurrence below.
fn ln_gamma(x: f64) -> f64 {
    if x < 10.0 {
        return ln_gamma(x + 1.0) - x.ln();
    }
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1_260.0 * x.powi(5));
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}

/// What the first stake of each value is, in a bet on how often values come up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stake {
    /// 1/2 (Krichevsky and Trofimov): many values, unevenly.
    Half,
    /// 1/32: a few values out of many.
    Small,
}

impl Stake {
    pub(crate) const fn size(self) -> f64 {
        match self {
            Self::Half => 0.5,
            Self::Small => 1.0 / 32.0,
        }
    }

    /// `log2 (Γ(a + n) / Γ(a))`, where `a` is what so many values are staked together. An audit asks for it millions of
    /// times: for one value, two, a nibble's and a byte's it is looked up.
    fn log2_rising(self, values: usize, n: u64) -> f64 {
        static TABLES: OnceLock<[[Vec<f64>; 4]; 2]> = OnceLock::new();
        let of = |stake: Self| [1, 2, 16, 256].map(|values| table(stake.size() * count(values)));
        let [half, small] = TABLES.get_or_init(|| [of(Self::Half), of(Self::Small)]);
        let [one, bit, nibble, byte] = if self == Self::Half { half } else { small };
        let table = match values {
            1 => Some(one),
            2 => Some(bit),
            16 => Some(nibble),
            256 => Some(byte),
            _ => None,
        };
        let known = table.zip(usize::try_from(n).ok()).and_then(|(table, n)| table.get(n)).copied();
        let all = self.size() * count(values);
        known.unwrap_or_else(|| (ln_gamma(all + real(n)) - ln_gamma(all)) / LN_2)
    }
}

fn table(a: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let steps = (0..4_096).map(|n| {
        let before = sum;
        sum += (a + count(n)).log2();
        before
    });
    steps.collect()
}

/// The bet on how often values come up: bits by which it has grown after these counts, where the chance of each value is
/// `law` (in bits: `-log2`) if they are random.
pub(crate) fn dirichlet(counts: impl Iterator<Item = u64>, law: impl Iterator<Item = f64>, stake: Stake) -> f64 {
    let (mut bits, mut total, mut values) = (0.0, 0_u64, 0_usize);
    for (n, surprise) in counts.zip(law) {
        values = values.saturating_add(1);
        if n > 0 {
            total = total.saturating_add(n);
            bits += stake.log2_rising(1, n) + real(n) * surprise;
        }
    }
    bits -= stake.log2_rising(values, total);
    bits.min(IMPOSSIBLE)
}

/// Bits of a chi-square value with so many degrees of freedom, by Chernoff's bound, and whether it is large or small.
pub(crate) fn chi_square(value: f64, freedom: f64) -> (f64, bool) {
    let ratio = value / freedom;
    let bits = freedom / 2.0 * (ratio - 1.0 - ratio.ln()) / LN_2;
    (if bits.is_finite() { bits.min(IMPOSSIBLE) } else { IMPOSSIBLE }, ratio > 1.0)
}

/// Bits of `found` successes or more where `expected` are the most that chance gives on average: Chernoff's bound of a sum
/// of independent events, `e^-λ (eλ/k)^k`.
pub(crate) fn too_many(found: f64, expected: f64) -> f64 {
    if found <= expected {
        return 0.0;
    }
    let bits = (expected - found + found * (found / expected).ln()) / LN_2;
    if bits.is_finite() { bits.min(IMPOSSIBLE) } else { IMPOSSIBLE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-8 * b.abs().max(1.0)
    }

    #[test]
    fn gamma_is_that_of_the_books() {
        assert!(near(ln_gamma(0.5), 0.572_364_942_924_700_1), "ln sqrt(pi)");
        assert!(near(ln_gamma(1.0), 0.0) && near(ln_gamma(2.0), 0.0));
        assert!(near(ln_gamma(11.0), 3_628_800_f64.ln()), "10!");
        for stake in [Stake::Half, Stake::Small] {
            for values in [1, 2, 16, 256] {
                let all = stake.size() * count(values);
                let by_gamma = (ln_gamma(all + 3_000.0) - ln_gamma(all)) / LN_2;
                assert!(near(stake.log2_rising(values, 3_000), by_gamma), "{values}");
            }
            let step = stake.log2_rising(1, 5_000) - stake.log2_rising(1, 4_999);
            assert!(near(step, (stake.size() + 4_999.0).log2()), "beyond the table");
        }
    }

    #[test]
    fn a_bet_grows_by_one_on_average() {
        // All 3^4 sequences of four values out of three: the mean of 2^bits is 1, whatever the law.
        for law in [[1.0 / 3.0; 3], [0.5, 0.3, 0.2]] {
            for stake in [Stake::Half, Stake::Small] {
                let mut mean = 0.0;
                for sequence in 0..81_usize {
                    let digits = [sequence % 3, sequence / 3 % 3, sequence / 9 % 3, sequence / 27];
                    let counts = [0, 1, 2].map(|value| digits.iter().filter(|digit| **digit == value).count() as u64);
                    let chance: f64 = digits.iter().map(|digit| law[*digit]).product();
                    mean +=
                        chance * dirichlet(counts.into_iter(), law.map(|p: f64| -p.log2()).into_iter(), stake).exp2();
                }
                assert!(near(mean, 1.0), "{mean}");
            }
        }
    }

    #[test]
    fn the_tails_are_bounded_from_above() {
        // P(chi-square with 255 degrees >= 310.457) = 0.01, >= 377.1 = 10^-6 or so; with 8: >= 20.09 = 0.01.
        assert!((3.0..6.7).contains(&chi_square(310.457, 255.0).0));
        assert!((3.0..6.7).contains(&chi_square(20.09, 8.0).0));
        assert!(chi_square(255.0, 255.0).0 < 1e-9);
        assert_eq!(chi_square(0.0, 255.0), (IMPOSSIBLE, false));
        // P(Poisson(1) >= 5) = 0.00366, that is 8.1 bits.
        assert!((5.0..8.1).contains(&too_many(5.0, 1.0)));
        assert!(too_many(1.0, 1.0) < 1e-9 && too_many(0.0, 0.5) < 1e-9);
    }
}
