//! Checks, counted: a test of the log looks at thousands of flipped bits, and says how many.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use libtest_mimic::{Arguments, Trial};

static CHECKS: AtomicU64 = AtomicU64::new(0);

/// One check: what must hold, and what is said where it does not.
///
/// # Panics
/// Where it does not hold.
#[track_caller]
pub fn check(holds: bool, what: impl FnOnce() -> String) {
    CHECKS.fetch_add(1, Ordering::Relaxed);
    assert!(holds, "{}", what());
}

/// Runs tests and prints `proof: N checks, N failed`.
pub fn run(tests: Vec<Trial>) -> ExitCode {
    let conclusion = libtest_mimic::run(&Arguments::from_args(), tests);
    println!("proof: {} checks, {} failed", CHECKS.load(Ordering::Relaxed), conclusion.num_failed);
    conclusion.exit_code()
}
