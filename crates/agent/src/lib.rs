//! The practice's side from a shell (`souspli --help`): it drives the flows of [`souspli_client`], as a browser does.
//!
//! Every check, key and decision is the client's. Here are the connection to a host ([`host`]), a folder for sealed
//! bytes ([`shelf`]), what carries flows out ([`driver`]), and words for people.

pub mod cli;
mod clock;
mod commands;
mod demo;
pub mod driver;
mod exit;
pub mod host;
mod language;
mod office;
mod print;
mod report;
mod secrets;
mod sentences;
pub mod shelf;

pub use clock::now;
pub use commands::run;
pub use exit::{Exit, Stop};
pub use language::{Language, language_of_surroundings};
