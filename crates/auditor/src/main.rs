//! `souspli-audit`: shows that a host holds nothing but what it may hold.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser as _;
use souspli_auditor::cli::{Cli, Surroundings, run};
use souspli_auditor::report::Language;

fn main() -> ExitCode {
    let surroundings = Surroundings { now, random, language: Language::of_surroundings() };
    run(&Cli::parse(), surroundings).into()
}

/// UTC minutes since 1970: the only place that asks for the time.
fn now() -> u32 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    u32::try_from(seconds / 60).unwrap_or(u32::MAX)
}

/// The operating system's randomness.
fn random() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
