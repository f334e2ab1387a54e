//! What the tests of this folder share.
#![allow(dead_code, missing_docs, unreachable_pub)]

use souspli_attest::SigningKey;
pub use souspli_crypto::vectors::Practice;
use souspli_protocol::VerifyingKey;

pub const EPOCH: u32 = Practice::EPOCH;
pub const WINDOW: u32 = Practice::WINDOW;

/// A key that no practice of these tests has.
pub fn stranger() -> VerifyingKey {
    SigningKey::from_seed(&[0x77; 32]).verifying_key()
}
