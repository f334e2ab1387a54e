//! The report: what it counts, how it is read, compared, signed and shown.

mod baseline;
mod collector;
mod docs;
mod json;
mod page;
mod samples;
mod signature;
