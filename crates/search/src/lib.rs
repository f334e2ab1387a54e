//! What an audit looks for in bytes, and the terms in which it says what it found: [`scan`] searches for canaries in every
//! form, [`random`] tells values that are not random, and a [`Finding`] names the [`Check`] that failed and its [`Place`].
//!
//! It is a crate of its own so that its loops can be compiled to be fast where all else is compiled to be quick.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod check;
mod finding;
pub mod random;
pub mod scan;

pub use check::{Area, Check};
pub use finding::{Fact, Finding, Place, Severity};
