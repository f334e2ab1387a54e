//! The host over HTTP, route by route: what it takes, and every way in which it refuses.

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod connections;
mod events;
mod holds;
mod pages;
mod process;
mod publications;
mod records;
mod shared;
mod stream;
mod sync;
mod times;
mod vaults;
