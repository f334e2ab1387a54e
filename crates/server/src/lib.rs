//! The host: keeps and serves sealed bookings (`docs/spec/http.md`), and holds no code that could open one.
//!
//! [`Host::start`] gives a running host, in the binary and in tests alike. Routes lie in `routes`, one handler a file,
//! in folders that mirror the URL; what they share lies beside.

mod accept;
mod answer;
mod auth;
mod body;
mod budget;
mod changes;
pub mod cli;
mod clock;
pub mod config;
mod database;
mod directory;
mod failure;
mod headers;
mod host;
mod host_key;
mod journal;
mod limits;
mod linker;
pub mod log;
mod nonce;
mod observe;
mod open_files;
pub mod openapi;
mod path;
mod pulse;
mod random;
mod rejection;
mod release;
mod reserve;
mod rest;
pub mod restore;
mod router;
mod routes;
mod sets;
mod shape;
mod state;
mod sweep;
mod to_the_end;
mod turns;
mod web;
mod windows;

pub use clock::{Clock, ManualClock, SystemClock};
pub use config::Config;
pub use failure::StartError;
pub use host::{Host, Running};
pub use observe::start_logging;
pub use open_files::allow_open_files;
pub use release::manifest;
