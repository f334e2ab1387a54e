//! The auditor: shows that a host holds nothing but what it may hold (`docs/auditing.md`).
//!
//! It shares no storage code with the host: one fault must not blind both.

pub mod audit;
mod check;
pub mod cli;
pub mod config;
pub mod database;
pub mod evidence;
pub mod files;
mod finding;
pub mod http;
pub mod live;
pub mod log;
pub mod policy;
pub mod random;
pub mod receipt;
pub mod report;
pub mod retention;
pub mod scan;
pub mod traffic;
pub mod witness;

pub use check::{Area, Check};
pub use finding::{Fact, Finding, Place, Severity};
