//! The public log as bytes (`docs/spec/log.md`): RFC 6962 trees and the texts of C2SP. No clock, no file, no network.
//!
//! What another log, witness or client wrote is read strictly: one encoding of one value, bounds on everything, errors
//! that name the check that failed.

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

pub mod checkpoint;
pub mod cosignature;
pub mod entry;
pub mod note;
pub mod policy;
pub mod proof;
pub mod store;
mod text;
pub mod tile;
pub mod tree;
pub mod vkey;
pub mod witness;
pub mod witnessed;
