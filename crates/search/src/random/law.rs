//! How sealed bytes are distributed if they are what they must be.
//!
//! Ciphertext, hashes, salts, random ids and Ed25519 points are uniform bytes. Not so:
//!
//! - ML-KEM-768 (FIPS 203 §4.2.1, §5.2): a ciphertext is 3 × 256 coefficients compressed to 10 bits and 256 to 4 bits, a
//!   public key 3 × 256 of 12 bits. Before that they are uniform modulo 3,329 (that they cannot be told from uniform is
//!   what ML-KEM rests on). 3,329 is no power of two: of the 1,024 values of 10 bits, 257 come up four thirds as often
//!   as the others.
//! - an X25519 share lies below 2^255, so its highest bit is zero; the second half of an Ed25519 signature is a number
//!   modulo the group's order, a little above 2^252, so its four highest bits are.

use std::sync::OnceLock;

/// The modulus of ML-KEM.
const Q: usize = 3_329;

/// What a stretch of bytes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Texture {
    /// Uniform bytes.
    Uniform,
    /// ML-KEM coefficients, compressed to 10 bits.
    Kem10,
    /// ML-KEM coefficients, compressed to 4 bits.
    Kem4,
    /// ML-KEM coefficients of 12 bits.
    Kem12,
    /// The last byte of an X25519 share: the highest bit is zero.
    BelowBit7,
    /// The last byte of an Ed25519 signature: the four highest bits are zero.
    BelowBit4,
}

/// How one byte is distributed.
#[derive(Debug, Clone)]
pub struct Law {
    /// Bits of each value: `-log2` of its chance; infinite for what cannot be.
    pub(crate) surprise: Vec<f64>,
    /// The same of the high nibble, the low nibble.
    pub(crate) nibbles: [Vec<f64>; 2],
    /// The same of each bit, from the highest: of 0 and of 1.
    pub(crate) bits: Vec<[f64; 2]>,
    /// By how much, in bits, a value can be likelier than a uniform byte at most, whatever stands before it.
    pub(crate) ceiling: f64,
    /// Whether all values are equally likely.
    pub(crate) uniform: bool,
}

impl Texture {
    const ALL: [Self; 6] = [Self::Uniform, Self::Kem10, Self::Kem4, Self::Kem12, Self::BelowBit7, Self::BelowBit4];

    /// After how many bytes the laws come again.
    const fn period(self) -> usize {
        match self {
            Self::Kem10 => 5,
            Self::Kem12 => 3,
            Self::Uniform | Self::Kem4 | Self::BelowBit7 | Self::BelowBit4 => 1,
        }
    }

    /// The number of the law of a byte, by its place in the stretch.
    pub(crate) fn law(self, place: usize) -> usize {
        let before = Self::ALL.iter().take_while(|texture| **texture != self).map(|texture| texture.period());
        let phase = place.checked_rem(self.period()).unwrap_or(0);
        before.sum::<usize>().saturating_add(phase)
    }

    fn make(self, phase: usize) -> Law {
        match self {
            Self::Uniform => Law::of(&[1.0 / 256.0; 256], 0.0),
            Self::Kem10 => of_coefficients(&compressed(10), 10, phase),
            Self::Kem4 => of_coefficients(&compressed(4), 4, phase),
            Self::Kem12 => of_coefficients(&vec![1.0 / 3_329.0; Q], 12, phase),
            Self::BelowBit7 => below(128),
            Self::BelowBit4 => below(16),
        }
    }
}

/// All laws, by number.
pub(crate) fn laws() -> &'static [Law] {
    static LAWS: OnceLock<Vec<Law>> = OnceLock::new();
    LAWS.get_or_init(|| {
        let phases = |texture: Texture| (0..texture.period()).map(move |phase| texture.make(phase));
        Texture::ALL.into_iter().flat_map(phases).collect()
    })
}

impl Law {
    fn of(chances: &[f64], ceiling: f64) -> Self {
        let surprise = |chance: f64| -chance.log2();
        let among = |of: &dyn Fn(usize) -> bool| {
            let chances = chances.iter().enumerate().filter(|(value, _)| of(*value));
            surprise(chances.map(|(_, chance)| chance).sum())
        };
        let nibbles =
            [4_u32, 0].map(|shift| (0..16).map(|nibble| among(&|value| value >> shift & 15 == nibble)).collect());
        let bits = (0..8_u32).rev().map(|bit| [0, 1].map(|set| among(&|value| value >> bit & 1 == set))).collect();
        let uniform = chances.iter().all(|chance| chance.to_bits() == (1.0_f64 / 256.0).to_bits());
        Self { surprise: chances.iter().map(|chance| surprise(*chance)).collect(), nibbles, bits, ceiling, uniform }
    }
}

fn below(end: usize) -> Law {
    let chances: Vec<f64> =
        (0..256).map(|value| if value < end { 1.0 / super::evidence::count(end) } else { 0.0 }).collect();
    Law::of(&chances, (256.0 / super::evidence::count(end)).log2())
}

/// How often each value of `Compress_d` comes up (FIPS 203 §4.2.1), for d of at most 10 bits.
fn compressed(bits: u32) -> Vec<f64> {
    let values = 1_usize << bits;
    let mut chances = vec![0.0; values];
    for x in 0..Q {
        let rounded = (x << bits).saturating_add(Q / 2) / Q;
        if let Some(chance) = chances.get_mut(rounded & values.saturating_sub(1)) {
            *chance += 1.0 / 3_329.0;
        }
    }
    chances
}

/// The law of a byte in a run of coefficients that are packed from the lowest bit on (`ByteEncode`, FIPS 203 §4.2.1).
fn of_coefficients(chances: &[f64], bits: usize, phase: usize) -> Law {
    let (mut byte, mut ceiling) = (vec![1.0], 0.0);
    let (from, to) = (phase.saturating_mul(8), phase.saturating_add(1).saturating_mul(8));
    let mut at = from;
    while at < to {
        let low = at.checked_rem(bits).unwrap_or(0);
        let high = bits.min(low.saturating_add(to.saturating_sub(at)));
        let field = marginal(chances, low, high);
        byte = field.iter().flat_map(|above| byte.iter().map(move |below| above * below)).collect();
        ceiling += likeliest(chances, low, high);
        at = at.saturating_add(high.saturating_sub(low));
    }
    Law::of(&byte, ceiling)
}

/// The chances of the bits `low..high` of a coefficient.
fn marginal(chances: &[f64], low: usize, high: usize) -> Vec<f64> {
    let values = 1_usize << high.saturating_sub(low);
    let mut field = vec![0.0; values];
    for (value, chance) in chances.iter().enumerate() {
        if let Some(sum) = field.get_mut(value >> low & values.saturating_sub(1)) {
            *sum += chance;
        }
    }
    field
}

/// By how many bits a value of the bits `low..high` can be likelier than uniform ones, given the bits below.
fn likeliest(chances: &[f64], low: usize, high: usize) -> f64 {
    let (given, both) = (marginal(chances, 0, low), marginal(chances, 0, high));
    let mask = given.len().saturating_sub(1);
    let ratios = both.iter().enumerate().filter_map(|(value, chance)| Some(chance / given.get(value & mask)?));
    let most = ratios.filter(|ratio| ratio.is_finite()).fold(0.0, f64::max);
    most.log2() + super::evidence::count(high.saturating_sub(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_law_adds_up() {
        assert_eq!(laws().len(), Texture::ALL.iter().map(|texture| texture.period()).sum::<usize>());
        for law in laws() {
            let sum = |surprise: &[f64]| surprise.iter().map(|bits| (-bits).exp2()).sum::<f64>();
            for part in [&law.surprise, &law.nibbles[0], &law.nibbles[1]] {
                assert!((sum(part) - 1.0).abs() < 1e-9);
            }
            assert!(law.bits.iter().all(|bit| (sum(bit) - 1.0).abs() < 1e-9));
            let most = law.surprise.iter().fold(f64::INFINITY, |least, bits| least.min(*bits));
            assert!(law.ceiling >= 8.0 - most - 1e-9, "no value is likelier than the ceiling says");
        }
    }

    #[test]
    fn ten_bits_are_far_from_uniform_and_four_are_near() {
        let chances = compressed(10);
        let [three, four] = [3.0, 4.0].map(|n| chances.iter().filter(|p| (**p * 3_329.0 - n).abs() < 1e-9).count());
        assert_eq!((three, four), (767, 257));
        assert!(compressed(4).iter().all(|chance| (chance * 16.0 - 1.0).abs() < 0.005));
    }

    #[test]
    fn laws_follow_the_place_in_a_stretch() {
        assert_eq!(Texture::Uniform.law(7), 0);
        assert_eq!([0, 1, 4, 5].map(|place| Texture::Kem10.law(place)), [1, 2, 5, 1]);
        assert_eq!(Texture::Kem4.law(3), 6);
        assert_eq!([0, 2, 3].map(|place| Texture::Kem12.law(place)), [7, 9, 7]);
        assert_eq!((Texture::BelowBit7.law(0), Texture::BelowBit4.law(0)), (10, 11));
    }
}
