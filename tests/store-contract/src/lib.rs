//! What every database of a host must do: one list of behaviours, run on each.
//!
//! A behaviour is an async function that panics where the store it is given does not behave so; it gets an empty store.
//! `tests/sqlite.rs` and `tests/postgres.rs` run the whole list, and then what is true of one database only.

// A test panics where it fails.
#![allow(clippy::missing_panics_doc)]

pub mod behaviour;
pub mod cancelling;
pub mod checks;
pub mod erasing;
pub mod events;
pub mod fixture;
pub mod harness;
pub mod holds;
pub mod hosts;
pub mod journal;
pub mod lifecycle;
pub mod log;
pub mod model;
pub mod publications;
pub mod races;
pub mod recorder;
pub mod restore;
pub mod vaults;
