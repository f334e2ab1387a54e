//! The auditor: shows that a host holds nothing but what it may hold (`docs/auditing.md`).
//!
//! It shares no storage code with the host: one fault must not blind both.

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

pub mod audit;
pub mod cli;
pub mod config;
pub mod database;
pub mod evidence;
pub mod files;
pub mod http;
pub mod live;
pub mod log;
pub mod policy;
pub mod receipt;
pub mod report;
pub mod retention;
pub mod traffic;
pub mod witness;

pub use souspli_search::{Area, Check, Fact, Finding, Place, Severity, random, scan};
