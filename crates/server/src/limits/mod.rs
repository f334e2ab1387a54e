//! Token buckets, in memory only (`docs/spec/http.md` §4).

mod address;
mod bucket;
mod link;
mod network;

pub(crate) use address::{AddressLimit, Sender};
pub(crate) use link::LinkLimit;
pub use network::Network;
pub(crate) use network::counted_as;
