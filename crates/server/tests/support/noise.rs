//! Random choices that a seed repeats.

/// A generator (xorshift64*); good enough to choose with.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % end
    }

    /// Yes, once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next().to_be_bytes()[0]).collect()
    }

    /// A number at the edge of something, or near one that is right.
    pub(crate) fn edge(&mut self, right: u64) -> u64 {
        let far = [0, 1, u32::MAX.into(), u64::from(u32::MAX) + 1, i64::MAX.cast_unsigned(), 1 << 63, u64::MAX];
        match self.below(4) {
            0 => right,
            1 => right.wrapping_add(1),
            2 => right.wrapping_sub(1),
            _ => self.pick(&far),
        }
    }
}
