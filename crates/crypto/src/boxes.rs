//! The symmetric, committing box (`docs/spec/keys.md` §6): `salt (32) || commitment (32) || ciphertext || tag (16)`.
//!
//! HKDF-SHA256 over the key with a fresh salt gives an AEAD key that is used once (so the nonce is zero) and a
//! commitment to the key. The commitment is compared before anything is decrypted: no box opens under two keys.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use rand_core::CryptoRng;
use souspli_protocol::sizes::{BOX_OVERHEAD, TAG};
use subtle::ConstantTimeEq as _;

use crate::kdf::{expand_only, extract};
use crate::random::random;
use crate::{CannotOpen, CannotSeal, Secret, SecretBytes};

const SALT: usize = 32;
const COMMITMENT: usize = 32;

/// Bytes of a box that holds `plain` bytes.
pub const fn box_len(plain: usize) -> usize {
    plain.saturating_add(BOX_OVERHEAD)
}

/// Seals `plain` under `key`; `bound` is the bound message that names the place, and serves as info and as AAD.
pub fn seal_box(key: &Secret<32>, bound: &[u8], plain: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, CannotSeal> {
    let salt: [u8; SALT] = random(rng);
    let (aead_key, commitment) = keys(&extract(&salt, key.expose_secret()), bound);
    let mut sealed = Vec::with_capacity(box_len(plain.len()));
    sealed.extend_from_slice(&salt);
    sealed.extend_from_slice(&commitment);
    sealed.extend(aead_seal(&aead_key, bound, plain)?);
    Ok(sealed)
}

/// Opens a box. The commitment is checked first; every failure is the same error.
pub fn open_box(key: &Secret<32>, bound: &[u8], sealed: &[u8]) -> Result<SecretBytes, CannotOpen> {
    open_box_with(&box_opening(key, sealed)?, bound, sealed)
}

/// What opens this one box and nothing else (`docs/spec/log.md` §9). It can be given away: the key does not follow.
pub fn box_opening(key: &Secret<32>, sealed: &[u8]) -> Result<Secret<32>, CannotOpen> {
    let (salt, _) = sealed.split_first_chunk::<SALT>().ok_or(CannotOpen)?;
    Ok(extract(salt, key.expose_secret()))
}

/// Opens a box with its opening. The commitment binds that as it binds the key.
pub fn open_box_with(opening: &Secret<32>, bound: &[u8], sealed: &[u8]) -> Result<SecretBytes, CannotOpen> {
    let (_, rest) = sealed.split_first_chunk::<SALT>().ok_or(CannotOpen)?;
    let (commitment, ciphertext) = rest.split_first_chunk::<COMMITMENT>().ok_or(CannotOpen)?;
    let (aead_key, expected) = keys(opening, bound);
    if !bool::from(expected.ct_eq(commitment)) {
        return Err(CannotOpen);
    }
    aead_open(&aead_key, bound, ciphertext)
}

fn keys(opening: &Secret<32>, bound: &[u8]) -> (Secret<32>, [u8; COMMITMENT]) {
    let both: Secret<64> = expand_only(opening, bound);
    let mut commitment = [0; COMMITMENT];
    let aead_key = Secret::fill(|place| {
        let (first, last) = both.expose_secret().split_at(32);
        place.copy_from_slice(first);
        commitment.copy_from_slice(last);
    });
    (aead_key, commitment)
}

/// ChaCha20-Poly1305 (RFC 8439) with nonce zero: only for keys that seal one message ever.
pub(crate) fn aead_seal(key: &Secret<32>, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, CannotSeal> {
    // Room for the tag from the start: growing would leave a copy of the plaintext behind.
    let mut buffer = Vec::with_capacity(plain.len().saturating_add(TAG));
    buffer.extend_from_slice(plain);
    cipher(key).encrypt_in_place(&Nonce::default(), aad, &mut buffer).map_err(|_| CannotSeal)?;
    Ok(buffer)
}

/// Opens what [`aead_seal`] sealed.
pub(crate) fn aead_open(key: &Secret<32>, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, CannotOpen> {
    let mut buffer = sealed.to_vec();
    cipher(key).decrypt_in_place(&Nonce::default(), aad, &mut buffer).map_err(|_| CannotOpen)?;
    Ok(SecretBytes::new(buffer))
}

fn cipher(key: &Secret<32>) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(key.expose_secret().into())
}
