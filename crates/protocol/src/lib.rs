//! Souspli's protocol as bytes: identifiers, labels, the canonical encoder, size classes and wire messages.
//!
//! No cryptography and no I/O. Every module cites the section of `docs/spec` that it implements.

mod ids;
mod labels;
pub mod tlv;

pub use ids::{
    Base64Error, CalendarId, Digest, Fingerprint, Gid, ItemId, Locator, Nonce, RecordId, Signature, VaultId,
    VerifyingKey, Work, from_base64url, to_base64url,
};
pub use labels::Label;
