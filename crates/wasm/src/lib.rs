//! The client's face in the browser: a session's calls as flows of steps, for a Web Worker to carry out.
//!
//! No logic stands here; what crosses is described in `web-client/src/sealed/contract.ts` and `flow.ts`. Keys stay
//! behind the border: a session is an opaque handle, and what goes out in bytes is sealed or meant for the host.
//! Three builds of this one crate: with the feature `patient` the class `Patient`, with `practice` the class `Practice`,
//! with `log` the class `Log`.

mod flow;
mod js;
#[cfg(feature = "log")]
mod log;
mod outcome;
mod panic;
#[cfg(feature = "patient")]
mod patient;
#[cfg(feature = "practice")]
mod practice;
#[cfg(any(feature = "patient", feature = "practice"))]
mod rng;
mod step;
#[cfg(feature = "vectors")]
mod vectors;

pub use flow::Flow;
#[cfg(feature = "log")]
pub use log::Log;
#[cfg(feature = "patient")]
pub use patient::Patient;
#[cfg(feature = "practice")]
pub use practice::Practice;
#[cfg(feature = "vectors")]
pub use vectors::{fill, run_vectors};

/// The standard allocator takes three kilobytes more of what a patient loads (ADR 0012).
#[cfg(all(target_arch = "wasm32", any(feature = "patient", feature = "log")))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
