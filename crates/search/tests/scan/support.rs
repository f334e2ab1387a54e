//! A person that does not exist, randomness, and short ways to search.

use std::convert::Infallible;
use std::sync::LazyLock;

use rand_core::{Rng as _, TryRng};
use souspli_search::Place;
use souspli_search::scan::{Canary, CanaryKind, Hit, Needles, Options, Scanned};

pub(crate) const NAME: &str = "Zébulonique Quirfletan";
pub(crate) const EMAIL: &str = "olgramistu@pervandel.example";
pub(crate) const PHONE: &str = "+33 6 39 98 12 34";
pub(crate) const TIME: &str = "2031-04-17T14:35:00+02:00";
pub(crate) const SECRET: &str = "3q2-7wABAgMEBQYHCAkKCwwNDg8";
pub(crate) const KEY: &[u8] = b"a key that lies beside the data";

/// Everything that is to be found, with one key.
pub(crate) static NEEDLES: LazyLock<Needles> = LazyLock::new(|| {
    let canaries = [
        Canary::new("name", CanaryKind::Name, NAME),
        Canary::new("e-mail", CanaryKind::Email, EMAIL),
        Canary::new("phone", CanaryKind::Phone, PHONE),
        Canary::new("reason", CanaryKind::Text, "drûlomenax pesteroval gaindolurix"),
        Canary::new("short name", CanaryKind::Name, "Orvïn Tulbek"),
        Canary::new("time", CanaryKind::Time, TIME),
        Canary::new("link", CanaryKind::Secret, SECRET),
    ];
    Needles::build(&canaries, &[KEY.to_vec()]).expect("canaries")
});

/// Xorshift64* (Vigna 2016).
pub(crate) struct Random(pub(crate) u64);

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|wide| u32::try_from(wide >> 32).unwrap_or_default())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        Ok(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

pub(crate) fn random(bytes: usize, seed: u64) -> Vec<u8> {
    let mut random = vec![0; bytes];
    Random(seed | 1).fill_bytes(&mut random);
    random
}

pub(crate) fn scan(stream: &[u8], options: &Options) -> (Vec<Hit>, Scanned) {
    let mut hits = Vec::new();
    let scanned = NEEDLES.scan_with(stream, &Place::of("test"), options, &mut hits).expect("memory");
    (hits, scanned)
}

pub(crate) fn chunks_of(chunk: usize) -> Options {
    Options { chunk, ..Options::default() }
}

/// The hits of a stream.
pub(crate) fn hits(stream: impl AsRef<[u8]>) -> Vec<Hit> {
    scan(stream.as_ref(), &Options::default()).0
}

/// `canary: form` of the hits of a stream.
pub(crate) fn found(stream: impl AsRef<[u8]>) -> Vec<String> {
    named(&hits(stream))
}

pub(crate) fn named(hits: &[Hit]) -> Vec<String> {
    hits.iter().map(|hit| format!("{}: {}", hit.canary, hit.form)).collect()
}

#[track_caller]
pub(crate) fn has(stream: impl AsRef<[u8]>, expected: &str) {
    let found = found(stream);
    assert!(found.iter().any(|hit| hit == expected), "{expected} is not in {found:?}");
}
