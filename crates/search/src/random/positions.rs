//! One byte position over all rows: constant, structured, or random.

use super::evidence::{Stake, count, dirichlet};
use super::law::{Law, laws};

/// Longer values are counted by nibbles, so that what is counted fits memory.
const BY_BYTES: usize = 8_192;
/// Bets on a position: bytes with two stakes, two nibbles, eight bits.
const BETS: usize = 12;

/// Counts of each position of values of one length.
#[derive(Debug)]
pub(crate) struct Positions {
    laws: Vec<u8>,
    /// Of each position 256 counts, or 16 of the high nibble and 16 of the low one.
    counts: Vec<u32>,
    cells: usize,
}

/// How much speaks against a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Position {
    pub(crate) byte: usize,
    pub(crate) bits: f64,
}

impl Positions {
    /// For values with these laws at their places.
    pub(crate) fn new(places: &[u8]) -> Self {
        let cells = if places.len() > BY_BYTES { 32 } else { 256 };
        Self { laws: places.to_vec(), counts: vec![0; places.len().saturating_mul(cells)], cells }
    }

    /// Counts a value.
    pub(crate) fn add(&mut self, value: &[u8]) {
        let by_bytes = self.cells == 256;
        for (byte, cells) in value.iter().zip(self.counts.chunks_exact_mut(self.cells)) {
            let byte = usize::from(*byte);
            let places = if by_bytes { [Some(byte), None] } else { [Some(byte >> 4), Some(16 | byte & 15)] };
            for place in places.into_iter().flatten() {
                if let Some(n) = cells.get_mut(place) {
                    *n = n.saturating_add(1);
                }
            }
        }
    }

    /// Every position, with the bits that remain once the bets on it are counted.
    pub(crate) fn all(&self) -> impl Iterator<Item = Position> + '_ {
        let positions = self.laws.iter().zip(self.counts.chunks_exact(self.cells)).enumerate();
        let bets = count(BETS).log2();
        positions.filter_map(move |(byte, (law, cells))| {
            let law = laws().get(usize::from(*law))?;
            Some(Position { byte, bits: judge(cells, law) - bets })
        })
    }
}

fn judge(cells: &[u32], law: &Law) -> f64 {
    let bytes = cells.len() == 256;
    let mut most = f64::NEG_INFINITY;
    if bytes {
        for stake in [Stake::Half, Stake::Small] {
            let counts = cells.iter().map(|n| u64::from(*n));
            most = most.max(dirichlet(counts, law.surprise.iter().copied(), stake));
        }
    }
    let nibbles = nibbles(cells);
    for (counts, surprise) in nibbles.iter().zip(&law.nibbles) {
        most = most.max(dirichlet(counts.iter().copied(), surprise.iter().copied(), Stake::Half));
    }
    for (bit, surprise) in law.bits.iter().enumerate() {
        let counts = bit_counts(&nibbles, bit);
        most = most.max(dirichlet(counts.into_iter(), surprise.iter().copied(), Stake::Half));
    }
    most
}

/// Counts of the high and of the low nibble.
fn nibbles(cells: &[u32]) -> [[u64; 16]; 2] {
    let mut nibbles = [[0_u64; 16]; 2];
    let [high, low] = &mut nibbles;
    let add = |counts: &mut [u64; 16], place: usize, n: u32| {
        if let Some(sum) = counts.get_mut(place & 15) {
            *sum = sum.saturating_add(u64::from(n));
        }
    };
    for (value, n) in cells.iter().enumerate() {
        if cells.len() == 256 {
            add(high, value >> 4, *n);
            add(low, value, *n);
        } else {
            add(if value < 16 { high } else { low }, value, *n);
        }
    }
    nibbles
}

/// How often a bit, from the highest, is 0 and 1.
fn bit_counts(nibbles: &[[u64; 16]; 2], bit: usize) -> [u64; 2] {
    let (counts, shift) = (nibbles.get(bit / 4), 3_usize.saturating_sub(bit % 4));
    let mut sums = [0_u64; 2];
    for (value, n) in counts.into_iter().flatten().enumerate() {
        if let Some(sum) = sums.get_mut(value >> shift & 1) {
            *sum = sum.saturating_add(*n);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::sample::tests::Noise;

    fn worst(length: usize, rows: usize, change: impl Fn(usize, &mut Vec<u8>)) -> Position {
        let mut noise = Noise::new(21);
        let mut positions = Positions::new(&vec![0; length]);
        for row in 0..rows {
            let mut value = noise.bytes(length);
            change(row, &mut value);
            positions.add(&value);
        }
        positions.all().max_by(|a, b| a.bits.total_cmp(&b.bits)).expect("positions")
    }

    #[test]
    fn structure_is_found_where_it_stands() {
        let quiet = worst(16, 400, |_, _| {});
        assert!(quiet.bits < 10.0, "{quiet:?}");
        let constant = worst(16, 12, |_, value| value[3] = 0x42);
        assert!(constant.byte == 3 && constant.bits > 40.0, "{constant:?}");
        // A code of 30 specialties, each under a byte of its own.
        let codes = Noise::new(99).bytes(30);
        let specialty = worst(16, 300, |row, value| value[15] = codes[row * 7 % 30]);
        assert!(specialty.byte == 15 && specialty.bits > 400.0, "{specialty:?}");
        let one_bit = worst(16, 300, |_, value| value[7] |= 1);
        assert!(one_bit.byte == 7 && one_bit.bits > 200.0, "{one_bit:?}");
        let likelier = worst(16, 2_000, |row, value| value[0] = if row % 8 == 0 { 7 } else { value[0] });
        assert!(likelier.byte == 0 && likelier.bits > 100.0, "{likelier:?}");
    }

    #[test]
    fn long_values_are_counted_by_nibbles() {
        let length = BY_BYTES + 1;
        let quiet = worst(length, 40, |_, _| {});
        assert!(quiet.bits < 25.0, "{quiet:?}");
        let constant = worst(length, 40, |_, value| value[9] = 0);
        assert!(constant.byte == 9 && constant.bits > 80.0, "{constant:?}");
    }
}
