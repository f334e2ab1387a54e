//! A generator whose output is fixed by its seed.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng, utils};
use souspli_attest::sha256;

/// Gives SHA-256(seed || counter as u64) block after block, from counter 0: so that sealing can be repeated byte for
/// byte. For vectors and tests alone.
#[derive(Debug, Clone)]
pub struct SeededRng {
    seed: Vec<u8>,
    counter: u64,
    block: Vec<u8>,
}

impl SeededRng {
    /// Starts from a seed of any length.
    pub fn new(seed: &[u8]) -> Self {
        Self { seed: seed.to_vec(), counter: 0, block: Vec::new() }
    }

    fn byte(&mut self) -> u8 {
        if self.block.is_empty() {
            let input = [&self.seed[..], &self.counter.to_be_bytes()].concat();
            self.block = sha256(&input).0.into_iter().rev().collect();
            self.counter = self.counter.wrapping_add(1);
        }
        self.block.pop().unwrap_or_default()
    }
}

impl TryRng for SeededRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        utils::next_word_via_fill(self)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        utils::next_word_via_fill(self)
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
        for byte in place {
            *byte = self.byte();
        }
        Ok(())
    }
}

/// Not secure at all: the name of the trait is what the sealing functions ask for.
impl TryCryptoRng for SeededRng {}

/// Gives the bytes that a published vector names, then zeros.
#[derive(Debug, Clone)]
pub struct FixedRng(std::vec::IntoIter<u8>);

impl FixedRng {
    /// Takes the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into_iter())
    }
}

impl TryRng for FixedRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        utils::next_word_via_fill(self)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        utils::next_word_via_fill(self)
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
        for byte in place {
            *byte = self.0.next().unwrap_or_default();
        }
        Ok(())
    }
}

/// Not secure at all, as above.
impl TryCryptoRng for FixedRng {}
