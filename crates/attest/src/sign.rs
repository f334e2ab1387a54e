//! Ed25519 (RFC 8032): strict verification, over bound messages only.

use ed25519_dalek::Signer as _;
use souspli_protocol::{Signature, VerifyingKey};

/// A signature that does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signature does not verify")]
pub struct Unverified;

/// An Ed25519 key that signs; wiped when dropped, never printed.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a 32-byte seed (RFC 8032 §5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Its public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a bound message.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl core::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// Verifies strictly: small-order keys and malleable signatures are refused.
pub fn verify(key: &VerifyingKey, message: &[u8], signature: &Signature) -> Result<(), Unverified> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes()).map_err(|_| Unverified)?;
    let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
    key.verify_strict(message, &signature).map_err(|_| Unverified)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        let mut bytes = [0; N];
        for (n, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).expect("hex");
        }
        bytes
    }

    /// RFC 8032 §7.1, TEST 1 to 3: seed, public key, message, signature.
    const RFC_8032: [[&str; 4]; 3] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ],
    ];

    #[test]
    fn the_vectors_of_rfc_8032() {
        for [seed, public, message, signature] in RFC_8032 {
            let key = SigningKey::from_seed(&hex(seed));
            let message: Vec<u8> = (0..message.len() / 2).map(|n| hex::<1>(&message[2 * n..2 * n + 2])[0]).collect();
            assert_eq!(key.verifying_key().0, hex(public));
            assert_eq!(key.sign(&message).0, hex(signature));
            assert_eq!(verify(&key.verifying_key(), &message, &Signature(hex(signature))), Ok(()));
        }
    }

    #[test]
    fn strict_verification() {
        let key = SigningKey::from_seed(&[1; 32]);
        let signature = key.sign(b"message");
        assert_eq!(verify(&key.verifying_key(), b"message", &signature), Ok(()));
        for place in 0..64 {
            let mut changed = signature;
            changed.0[place] ^= 1;
            assert_eq!(verify(&key.verifying_key(), b"message", &changed), Err(Unverified), "byte {place}");
        }
        // The identity point has small order: it "verifies" any message for a lax verifier.
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut forged = [0; 64];
        forged[0] = 1;
        assert_eq!(verify(&VerifyingKey(identity), b"anything", &Signature(forged)), Err(Unverified));
        assert_eq!(verify(&VerifyingKey([0xff; 32]), b"message", &signature), Err(Unverified));
    }
}
