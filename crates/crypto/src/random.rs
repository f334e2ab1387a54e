//! Randomness from the caller's generator.

use rand_core::CryptoRng;

/// `N` random bytes that are not secret: salts, ids, filling.
pub(crate) fn random<const N: usize>(rng: &mut impl CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// `len` random bytes that are not secret.
pub(crate) fn random_vec(len: usize, rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut bytes = vec![0; len];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// Brings items into a random order, so that a place in a table says nothing.
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut impl CryptoRng) {
    items.sort_by_cached_key(|_| random::<16>(rng));
}
