//! What host, client and auditor attest and check alike: Ed25519 signatures over bound messages, and hashes.
//!
//! Nothing here encrypts or decrypts; the host links this crate and no other cryptography of Souspli's.

pub mod claim_set;
mod hash;
mod sign;

pub use hash::{
    calendar_id, claims_digest, event_hash, fingerprint, head_after, leaf_of, record_id, sha256, work_bits, zero_bits,
};
pub use sign::{SigningKey, Unverified, verify};
