//! Recorded traffic between browsers and a host: what was asked, of whom, and what came back.
//!
//! [`har::read`] takes a recording exchange by exchange, whoever made it: Chromium, Firefox, Playwright, or the proxy of
//! [`record`], which stands where TLS ends. [`Judge`] compares each with the policy: to whom it went, by which route, with
//! which headers and fields, and of which size; and it searches everything for the canaries, unpacked. Memory does not
//! depend on the length of a recording, but for one exchange at a time.

mod answer;
mod body;
mod coding;
mod exchange;
pub mod har;
mod headers;
mod judge;
mod origin;
mod page;
pub mod record;
mod request;
mod search;
pub(crate) mod value;

pub(crate) use answer::unpacked;
pub use exchange::{Answer, Body, Exchange, Frame, Header, Request};
pub use judge::{CHECKS, Judge, Summary};
pub use origin::Origin;
pub(crate) use page::{Reference, of_style, references};
