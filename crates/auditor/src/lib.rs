//! The auditor: shows that a host holds nothing but what it may hold (`docs/auditing.md`).
//!
//! It shares no storage code with the host: one fault must not blind both.

mod check;
pub mod database;
mod finding;
pub mod policy;
pub mod random;

pub use check::{Area, Check};
pub use finding::{Fact, Finding, Place, Severity};
