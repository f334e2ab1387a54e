//! Runs the files of `tests/vectors` (their README says how they are made up). For tests alone: no build that a
//! practice or a patient uses has the feature.

mod rng;

pub use rng::SeededRng;
