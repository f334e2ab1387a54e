//! A host that lies: a proxy before a real one, which changes answers, or makes them up, and writes down every request
//! as a host sees it. What must come of each lie stands in `tests/evil`.

#![allow(clippy::missing_panics_doc, reason = "a test that cannot go on stops")]

mod lie;
mod proxy;

pub use lie::{Answer, Asked, Lie};
pub use proxy::{Proxy, Seen, get};
