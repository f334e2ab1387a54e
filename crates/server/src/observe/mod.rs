//! Logs and counters. Neither ever holds an id, a path's values, a query, an address, a header or a body.

mod log;
mod metrics;
mod request;

pub use log::start_logging;
pub(crate) use metrics::{LogFigures, Metrics};
pub(crate) use request::observe;
