//! Keys of tests, and what is done to bytes to forge them.

use base64ct::{Base64, Encoding as _};
use souspli_attest::SigningKey;
use souspli_tlog::vkey::{KeyType, VerifierKey};

/// Both halves of a key.
pub(crate) struct Signer {
    pub(crate) key: VerifierKey,
    pub(crate) secret: SigningKey,
}

pub(crate) fn log(name: &str, seed: u8) -> Signer {
    signer(name, KeyType::Ed25519, seed)
}

pub(crate) fn witness(name: &str, seed: u8) -> Signer {
    signer(name, KeyType::Cosignature, seed)
}

fn signer(name: &str, kind: KeyType, seed: u8) -> Signer {
    let secret = SigningKey::from_seed(&[seed; 32]);
    Signer { key: VerifierKey::new(name, kind, secret.verifying_key()).expect("name"), secret }
}

/// These bytes with one bit flipped, for each bit; with one byte left out; cut at each place; with a byte behind.
pub(crate) fn forgeries(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flipped = (0..bytes.len() * 8).map(|bit| {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        changed
    });
    let shorter = (0..bytes.len()).map(|at| [&bytes[..at], &bytes[at + 1..]].concat());
    let cut = (0..bytes.len()).map(|at| bytes[..at].to_vec());
    let longer = [b' ', b'\n', b'\r', 0, b'A', b'=', 0xff].map(|byte| [bytes, &[byte]].concat());
    let doubled = [[bytes, bytes].concat()];
    flipped.chain(shorter).chain(cut).chain(longer).chain(doubled)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}
