//! What host, client and auditor attest and check alike: Ed25519 signatures over bound messages, and hashes.
//!
//! Nothing here encrypts or decrypts; the host links this crate and no other cryptography of Souspli's.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

pub mod claim_set;
mod hash;
pub mod journal;
pub mod restore;
mod sign;

pub use hash::{
    calendar_id, claims_digest, event_hash, fingerprint, head_after, leaf_of, record_id, sha256, work_bits, zero_bits,
};
pub use sign::{SigningKey, Unverified, verify};
