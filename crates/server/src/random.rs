//! The edge at which randomness comes in: the operating system's generator, for keys, nonces and seeds.

/// `N` random bytes; `None` when the operating system gives none.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
