//! The host over HTTP, route by route: what it takes, and every way in which it refuses.

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod connections;
mod erasing;
mod events;
mod gone;
mod holds;
mod journal;
mod pages;
mod process;
mod publications;
mod random_input;
mod records;
mod release;
mod restore;
mod shared;
mod stopping;
mod stream;
mod sync;
mod times;
mod typescript;
mod vaults;
