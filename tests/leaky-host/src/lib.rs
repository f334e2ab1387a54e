//! A host that leaks, switch by switch, for the auditor to find out (`docs/auditing.md`).
//!
//! One honest host, with real bookings made by the real client, is made once ([`host`]); each switch ([`switches`]) puts
//! one leak into a copy of it, as a careless or a cunning operator would, and says which check must name it, and where.
//! Nothing here knows how the auditor looks for it. None of it ships: `tests/absent.rs` looks through what does.

#![allow(clippy::missing_panics_doc, clippy::format_collect, reason = "a test that cannot go on stops")]

pub mod audited;
pub mod copy;
pub mod har;
pub mod host;
mod leaks;
mod place;
mod switch;

pub use leaks::switches;
pub use switch::{Leak, Named, Switch};

/// Stands in every program that can leak, and in none that ships.
pub const MARK: &str = "souspli leaky host: a program for tests that leaks on purpose";
