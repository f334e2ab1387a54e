//! Souspli's keys and seals (`docs/spec/keys.md`, the sealing halves of `publications.md`, `claims.md` §2, `events.md`).
//!
//! Pure functions: no clock, no I/O, randomness is a parameter. Names follow one rule: `make_*` and `seal*` take
//! randomness, `derive*` and `open*` are deterministic. Secrets leave their types only through methods whose names
//! begin with `expose`.

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

mod boxes;
mod claims;
pub mod envelope;
pub mod handover;
mod hpke;
mod kdf;
pub mod keys;
pub mod local;
pub mod publish;
mod random;
mod secret;
pub mod vault;
#[cfg(feature = "vectors")]
pub mod vectors;

pub use boxes::{box_len, box_opening, open_box, open_box_with, seal_box};
pub use claims::{ClaimsError, claim_ids, gid, gids, with_decoys};
pub use hpke::{BadPublicKey, PrivateKey, PublicKey, open_hpke, seal_hpke, sealed_len};
pub use kdf::derive;
pub use secret::{CannotOpen, CannotSeal, Secret, SecretBytes, WrongLength};
