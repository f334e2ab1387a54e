//! `cargo xtask test`: every test, in stages.

mod arrows;
mod clippy;
mod deny;
mod e2e;
mod fmt;
mod setting;
mod suite;
mod unit;
mod wasm;
mod web;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::counts::Counts;
use crate::failure::{Failure, Outcome};
use crate::steps::{seconds, step};
use crate::workspace::Workspace;
use crate::{interrupt, toolchain, versions};
use setting::Setting;

/// One stage of the tests.
struct Stage {
    name: &'static str,
    about: &'static str,
    /// The test targets (`tests/<name>.rs` of any package) that this stage runs and `unit` leaves to it.
    targets: &'static [&'static str],
    run: fn(&mut Setting, &Stage) -> Outcome<Counts>,
}

/// Every stage, in the order in which they run. What a stage tests must exist: a missing test target is an error.
///
/// A stage of test targets is one line:
/// `Stage { name: "race", about: "…", targets: &["race"], run: suite::run },`
const STAGES: &[Stage] = &[
    Stage { name: "fmt", about: "rustfmt has nothing to change", targets: &[], run: fmt::run },
    Stage { name: "deny", about: "licences, sources and advisories of the crates", targets: &[], run: deny::run },
    Stage { name: "arrows", about: "which crate may use which", targets: &[], run: arrows::run },
    // Before clippy: the server embeds the web client, and is then compiled once.
    Stage { name: "wasm", about: "both wasm builds", targets: &[], run: wasm::run },
    Stage { name: "web", about: "the web client's checks and its build", targets: &[], run: web::run },
    Stage { name: "clippy", about: "no warning in any target", targets: &[], run: clippy::run },
    Stage { name: "unit", about: "every Rust test that no other stage runs", targets: &[], run: unit::run },
    Stage {
        name: "contract",
        about: "every store method, on both databases",
        targets: &["sqlite", "postgres"],
        run: suite::run,
    },
    Stage {
        name: "journey",
        about: "what people do, from key to confirmation",
        targets: &["journey"],
        run: suite::run,
    },
    Stage { name: "race", about: "2,000 clients race for 200 starts", targets: &["race"], run: suite::run },
    Stage { name: "kill", about: "kill -9 under load loses nothing", targets: &["kill"], run: suite::run },
    Stage { name: "blind", about: "two practices look the same to the host", targets: &["blind"], run: suite::run },
    Stage { name: "evil", about: "a host that lies is found out", targets: &["evil"], run: suite::run },
    Stage { name: "e2e", about: "the pages in Chromium", targets: &[], run: e2e::run },
];

/// Run the tests.
///
/// Prints each stage with its time and its counts; ends with the line `N passed, N failed`, and with status 1 if
/// anything failed. Chromium and PostgreSQL are installed through apt where this is root on Debian. PostgreSQL runs
/// for the time of the tests only, unless SOUSPLI_TEST_POSTGRES names one: postgres://…, of a superuser.
#[derive(Args)]
#[command(after_help = stages_help())]
pub(crate) struct Options {
    /// The stages to run; without any, all of them
    #[arg(value_name = "STAGE", value_parser = PossibleValuesParser::new(STAGES.iter().map(|stage| stage.name)))]
    stages: Vec<String>,
}

/// What came out of a stage.
struct Row {
    name: &'static str,
    counts: Counts,
    time: Duration,
    /// Why it could not be run to its end.
    failure: Option<String>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let begin = Instant::now();
    step("versions", versions::check)?;
    let workspace = Workspace::load()?;
    step("crates", || toolchain::crates(&workspace.root))?;
    crate::web::ensure_dist(&workspace)?;
    let mut setting = Setting::new(workspace);
    let mut rows = Vec::new();
    for stage in STAGES {
        if options.stages.is_empty() || options.stages.iter().any(|name| name == stage.name) {
            rows.push(run_stage(&mut setting, stage)?);
        }
    }
    // Stops PostgreSQL before the last line, which stays the last.
    drop(setting);
    print!("{}", table(&rows, begin.elapsed()));
    Ok(if rows.iter().all(|row| row.counts.failed == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn run_stage(setting: &mut Setting, stage: &Stage) -> Outcome<Row> {
    println!("\n━━ {}: {}", stage.name, stage.about);
    let begin = Instant::now();
    let outcome = (stage.run)(setting, stage);
    interrupt::check()?;
    let (counts, failure) = match outcome {
        Ok(counts) => (counts, None),
        Err(Failure::Interrupted) => return Err(Failure::Interrupted),
        Err(Failure::Sentence(sentence)) => (Counts { failed: 1, ..Counts::default() }, Some(sentence)),
    };
    if let Some(sentence) = &failure {
        println!("{sentence}");
    }
    let row = Row { name: stage.name, counts, time: begin.elapsed(), failure };
    println!("━━ {}: {} passed, {} failed, {}", row.name, row.counts.passed, row.counts.failed, seconds(row.time));
    Ok(row)
}

/// The table of stages, their notes, and the line with the sums.
fn table(rows: &[Row], time: Duration) -> String {
    let mut text = format!("\n{:<8} {:>7} {:>7} {:>8} {:>12}\n", "stage", "passed", "failed", "ignored", "time");
    let mut sum = Counts::default();
    for Row { name, counts, time, failure } in rows {
        let (passed, failed, ignored) = (counts.passed, counts.failed, counts.ignored);
        let why = failure.as_ref().and_then(|sentence| sentence.lines().last()).unwrap_or_default();
        let line = format!("{name:<8} {passed:>7} {failed:>7} {ignored:>8} {:>12}  {why}", seconds(*time));
        text.extend([line.trim_end(), "\n"]);
        sum.add(counts.clone());
    }
    let Counts { passed, failed, ignored, notes } = sum;
    let line = format!("{:<8} {passed:>7} {failed:>7} {ignored:>8} {:>12}\n\n", "", seconds(time));
    text.push_str(&line);
    for note in &notes {
        text.extend([note, "\n"]);
    }
    let last = format!("{passed} passed, {failed} failed\n");
    text + &last
}

fn stages_help() -> String {
    let lines = STAGES.iter().map(|stage| format!("  {:<8} {}", stage.name, stage.about));
    format!("Stages:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_the_sum() {
        let row = |name, passed, failed, failure: Option<&str>| Row {
            name,
            counts: Counts { passed, failed, ignored: 0, notes: vec![format!("{name}: a figure")] },
            time: Duration::from_millis(1_500),
            failure: failure.map(str::to_owned),
        };
        let text = table(&[row("a", 3, 0, None), row("b", 4, 1, Some("output\nIt failed."))], Duration::from_secs(61));
        assert!(text.contains("\nb              4       1        0        1.5 s  It failed.\n"), "{text}");
        assert!(text.ends_with("1 min 01 s\n\na: a figure\nb: a figure\n7 passed, 1 failed\n"), "{text}");
    }

    #[test]
    fn stages_have_different_names_and_share_no_target() {
        for (i, one) in STAGES.iter().enumerate() {
            for other in &STAGES[i + 1..] {
                assert_ne!(one.name, other.name);
                assert!(!one.targets.iter().any(|target| other.targets.contains(target)), "{}", one.name);
            }
        }
    }
}
