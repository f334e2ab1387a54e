//! `cargo xtask bench`: figures, measured on this machine in this run. It never fails because a figure is missed: it
//! says so. What is compared is measured in turns in the same run, so that ratios mean something on any machine.

mod agenda;
mod durable;
mod figure;
mod free_times;
mod search;
mod setting;
mod size;

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::failure::{Failure, Outcome};
use crate::steps::{seconds, step};
use crate::workspace::Workspace;
use crate::{interrupt, toolchain, versions};
use figure::{Figure, table};
use setting::Setting;

/// One stage of the measurements.
struct Stage {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Setting) -> Outcome<Vec<Figure>>,
}

/// Every stage, in the order in which they run.
const STAGES: &[Stage] = &[
    Stage { name: "size", about: "a patient's first load, gzipped", run: size::run },
    Stage {
        name: "free-times",
        about: "bytes that a patient's page fetches to know the free times of a practice with 1,500 bookings",
        run: free_times::run,
    },
    Stage {
        name: "durable",
        about: "durable bookings a second through HTTP, on SQLite and PostgreSQL, beside the limit of disk and database",
        run: durable::run,
    },
    Stage {
        name: "search",
        about: "how fast the auditor searches 2 GiB for forty invented values on one core, and with how much memory",
        run: search::run,
    },
    Stage {
        name: "agenda",
        about: "opening 1,000 bookings in Chromium with two workers and with one, and opening them again",
        run: agenda::run,
    },
];

/// Measure, and print figures beside their aims.
///
/// Builds what is shipped (the release profile) and measures it on this machine: a real host, real sealed bookings, a
/// real browser. Ratios are of two things measured in turns in this run; close other programs, they compete. Data lies
/// in TMPDIR, so that is the disk that is measured. Missed aims are printed as missed and are no failure; the status is
/// 1 only where something could not be measured. PostgreSQL and Chromium are installed through apt where this is root on
/// Debian. SOUSPLI_LIMIT_TOOLS may name a folder with other programs for the limit (sqlite_limit.py,
/// postgres_limit.sql, postgres_limit_setup.sql), which then run beside ours.
#[derive(Args)]
#[command(after_help = stages_help())]
pub(crate) struct Options {
    /// The stages to run; without any, all of them
    #[arg(value_name = "STAGE", value_parser = PossibleValuesParser::new(STAGES.iter().map(|stage| stage.name)))]
    stages: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let begin = Instant::now();
    step("versions", versions::check)?;
    let workspace = Workspace::load()?;
    step("crates", || toolchain::crates(&workspace.root))?;
    let mut setting = Setting::new(workspace);
    let mut figures = Vec::new();
    let mut failed = Vec::new();
    for stage in STAGES {
        if !options.stages.is_empty() && !options.stages.iter().any(|name| name == stage.name) {
            continue;
        }
        println!("\n━━ {}: {}", stage.name, stage.about);
        let outcome = (stage.run)(&mut setting);
        interrupt::check()?;
        match outcome {
            Ok(measured) => figures.extend(measured),
            Err(Failure::Interrupted) => return Err(Failure::Interrupted),
            Err(Failure::Sentence(sentence)) => {
                println!("{sentence}");
                failed.push(stage.name);
            }
        }
    }
    // Stops PostgreSQL before the last lines.
    drop(setting);
    print!("\n{}", table(&figures));
    println!("\nMeasured in {}.", seconds(begin.elapsed()));
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("Not measured, see above: {}.", failed.join(", "));
    Ok(ExitCode::FAILURE)
}

fn stages_help() -> String {
    let lines = STAGES.iter().map(|stage| format!("  {:<10} {}", stage.name, stage.about));
    format!("Stages:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_have_different_names() {
        for (i, one) in STAGES.iter().enumerate() {
            assert!(STAGES[i + 1..].iter().all(|other| other.name != one.name));
        }
    }
}
