//! The client's face in the browser: a session's calls as flows of steps, for a Web Worker to carry out.
//!
//! No logic stands here; what crosses is described in `web-client/src/sealed/contract.ts` and `flow.ts`. Keys stay
//! behind the border: a session is an opaque handle, and what goes out in bytes is sealed or meant for the host.
//! Two builds of this one crate: with the feature `patient` the class `Patient`, with `practice` the class `Practice`.

mod flow;
mod js;
mod outcome;
mod panic;
#[cfg(feature = "patient")]
mod patient;
#[cfg(feature = "practice")]
mod practice;
mod rng;
mod step;
#[cfg(feature = "vectors")]
mod vectors;

pub use flow::Flow;
#[cfg(feature = "patient")]
pub use patient::Patient;
#[cfg(feature = "practice")]
pub use practice::Practice;
#[cfg(feature = "vectors")]
pub use vectors::{fill, run_vectors};

/// The standard allocator takes three kilobytes more of what a patient loads (ADR 0012).
#[cfg(all(target_arch = "wasm32", feature = "patient"))]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
