//! HPKE base mode with X-Wing, HKDF-SHA256, ChaCha20-Poly1305, single shot (`docs/spec/keys.md` §8; RFC 9180).
//!
//! X-Wing has no authenticated mode: who sealed is told by signatures alone.

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, XWing};
use hpke::{Deserializable as _, OpModeR, OpModeS, Serializable as _};
use rand_core::CryptoRng;
use souspli_attest::sha256;
use souspli_protocol::Digest;
use souspli_protocol::sizes::{TAG, XWING_ENC, XWING_PUBLIC};

use crate::{CannotOpen, CannotSeal, Secret, SecretBytes};

/// The `hpke` crate panics on info that does not fit 16 bits; nothing that this crate writes comes near.
const MAX_INFO: usize = 4_096;

/// Bytes that are no X-Wing public key: wrong length, or coefficients out of range (FIPS 203 §7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an X-Wing public key")]
pub struct BadPublicKey;

impl BadPublicKey {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        "bad_public_key"
    }
}

/// An X-Wing public key, parsed and checked; 1,216 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Box<<XWing as Kem>::PublicKey>);

impl PublicKey {
    /// Bytes of a public key.
    pub const SIZE: usize = XWING_PUBLIC;

    /// Reads and checks 1,216 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadPublicKey> {
        <XWing as Kem>::PublicKey::from_bytes(bytes).map(|key| Self(Box::new(key))).map_err(|_| BadPublicKey)
    }

    /// Its 1,216 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// SHA-256 of its bytes: how wraps name the key that they are for.
    pub fn hash(&self) -> Digest {
        sha256(&self.0.to_bytes())
    }
}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PublicKey({})", self.hash())
    }
}

/// An X-Wing private key, parsed once, with its public half; wiped when dropped, never printed.
pub struct PrivateKey {
    private: Box<<XWing as Kem>::PrivateKey>,
    public: PublicKey,
}

impl PrivateKey {
    /// The key of a 32-byte seed: X-Wing's private key is its seed (draft-connolly-cfrg-xwing-kem §5.2).
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the type has the length, and every 32 bytes are a private key"
    )]
    pub fn from_seed(seed: &Secret<32>) -> Self {
        let private = <XWing as Kem>::PrivateKey::from_bytes(seed.expose_secret()).expect("32 bytes");
        let public = PublicKey(Box::new(XWing::sk_to_pk(&private)));
        Self { private: Box::new(private), public }
    }

    /// Its public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl core::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

/// Bytes of a seal that holds `plain` bytes: encapsulation (1,120), ciphertext, tag (16).
pub const fn sealed_len(plain: usize) -> usize {
    plain.saturating_add(XWING_ENC).saturating_add(TAG)
}

/// Seals to a public key: `encapsulation (1,120) || ciphertext || tag`.
pub fn seal_hpke(
    to: &PublicKey,
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, CannotSeal> {
    if info.len() > MAX_INFO {
        return Err(CannotSeal);
    }
    let (enc, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &to.0,
        info,
        plain,
        aad,
        rng,
    )
    .map_err(|_| CannotSeal)?;
    let mut sealed = enc.to_bytes().to_vec();
    sealed.extend(ciphertext);
    Ok(sealed)
}

/// Opens what was sealed to a key; every failure is the same error.
pub fn open_hpke(key: &PrivateKey, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, CannotOpen> {
    if info.len() > MAX_INFO {
        return Err(CannotOpen);
    }
    let (enc, ciphertext) = sealed.split_first_chunk::<XWING_ENC>().ok_or(CannotOpen)?;
    let enc = <XWing as Kem>::EncappedKey::from_bytes(enc).map_err(|_| CannotOpen)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeR::Base,
        &key.private,
        &enc,
        info,
        ciphertext,
        aad,
    )
    .map(SecretBytes::new)
    .map_err(|_| CannotOpen)
}
