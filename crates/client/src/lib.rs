//! Patient, practice and verifier: what to send, and whether what came back is true.
//!
//! No I/O, no clock, no randomness of its own: whoever drives a [`flow::Flow`] brings them. Browser, agent and tests
//! run this same code. Every check stands here; a page only shows what comes out.

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
#![allow(clippy::await_holding_refcell_ref, reason = "the borrow of a session is what keeps a second flow out")]
#![allow(clippy::similar_names, reason = "the specification names bodies d and c, keys k_d and k_c")]

pub mod availability;
pub mod body;
pub mod face;
pub mod failure;
pub mod flow;
pub mod form;
pub mod http;
#[cfg(feature = "practice")]
pub mod journal;
pub mod log;
pub mod patient;
#[cfg(feature = "practice")]
// Counts and dates of the practice's own; what comes from outside is taken apart by the modules beside.
#[allow(clippy::arithmetic_side_effects)]
pub mod practice;
pub mod record;
#[cfg(feature = "practice")]
pub mod report;
pub mod seal;
pub mod trust;
pub mod work;
