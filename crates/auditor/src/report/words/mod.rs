//! The words of a report, in English and in French, side by side.

mod checks;
mod gaps;
mod limits;
mod names;

pub use checks::{meaning, title};
pub use gaps::gap;
pub use limits::{Limit, limits};
pub use names::{area, fact_name, severity, step, verdict_sentence};

#[cfg(test)]
mod tests;
