//! Souspli's protocol as bytes: identifiers, labels, the canonical encoder, size classes and wire messages.
//!
//! No cryptography and no I/O. Every module cites the section of `docs/spec` that it implements.

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

pub mod claims;
mod context;
pub mod erase;
pub mod event;
mod ids;
pub mod journal;
pub mod json;
mod labels;
mod order;
pub mod private_link;
pub mod problem;
pub mod publication;
pub mod receipt;
pub mod request;
pub mod restore;
pub mod sizes;
pub mod tlv;
pub mod vault;
pub mod wire;

pub use context::{Context, SUITE};
pub use ids::{
    Base64Error, CalendarId, Digest, Fingerprint, Gid, ItemId, Locator, Nonce, RecordId, Signature, VaultId,
    VerifyingKey, Work, from_base64url, to_base64url,
};
pub use labels::Label;
pub use order::sorted;
