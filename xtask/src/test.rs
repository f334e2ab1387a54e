//! `cargo xtask test`: every test, in stages.

mod arrows;
mod clippy;
mod deny;
mod e2e;
mod fmt;
mod leaky_host;
mod programs;
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
    Stage {
        name: "proof",
        about: "the public log, against whoever wants to break it",
        targets: &["proof", "second_reader"],
        run: suite::run,
    },
    Stage { name: "evil", about: "a host that lies is found out", targets: &["evil"], run: suite::run },
    Stage {
        name: "leaky-host",
        about: "each leak is named, and nothing else",
        targets: &["absent", "leaky"],
        run: leaky_host::run,
    },
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

/// The row of what comes before the stages.
const BEFORE: &str = "before";

/// What came out of a stage.
struct Row {
    name: &'static str,
    counts: Counts,
    time: Duration,
    /// Why it could not be run to its end.
    failure: Option<String>,
}

/// Runs the command. Whatever ends it, the table and its last line are printed.
pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let begin = Instant::now();
    let mut rows = Vec::new();
    let ended = run_stages(options, &mut rows);
    print!("{}", table(&rows, begin.elapsed()));
    ended?;
    Ok(if rows.iter().all(|row| row.counts.failed == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the stages share is stopped when this returns.
fn run_stages(options: &Options, rows: &mut Vec<Row>) -> Outcome {
    let Some(mut setting) = record(rows, BEFORE, prepare)? else { return Ok(()) };
    for stage in STAGES {
        if options.stages.is_empty() || options.stages.iter().any(|name| name == stage.name) {
            println!("\n━━ {}: {}", stage.name, stage.about);
            record(rows, stage.name, || (stage.run)(&mut setting, stage).map(|counts| ((), counts)))?;
            if let Some(row) = rows.last() {
                let (passed, failed) = (row.counts.passed, row.counts.failed);
                println!("━━ {}: {passed} passed, {failed} failed, {}", row.name, seconds(row.time));
            }
        }
    }
    Ok(())
}

/// What must be there before the first stage; it counts only where it fails.
fn prepare() -> Outcome<(Setting, Counts)> {
    step("versions", versions::check)?;
    let workspace = Workspace::load()?;
    step("crates", || toolchain::crates(&workspace.root))?;
    crate::web::ensure_dist(&workspace)?;
    Ok((Setting::new(workspace), Counts::default()))
}

/// Does `work` and adds a row for it; one that fails or is interrupted counts as one failure. `None` where it failed.
fn record<T>(
    rows: &mut Vec<Row>,
    name: &'static str,
    work: impl FnOnce() -> Outcome<(T, Counts)>,
) -> Outcome<Option<T>> {
    let begin = Instant::now();
    let outcome = work().and_then(|done| interrupt::check().map(|()| done));
    let mut add = |counts, failure| rows.push(Row { name, counts, time: begin.elapsed(), failure });
    let one = Counts { failed: 1, ..Counts::default() };
    match outcome {
        Ok((made, counts)) => {
            add(counts, None);
            Ok(Some(made))
        }
        Err(Failure::Interrupted) => {
            add(one, Some("It was interrupted.".to_owned()));
            Err(Failure::Interrupted)
        }
        Err(Failure::Sentence(sentence)) => {
            println!("{sentence}");
            add(one, Some(sentence));
            Ok(None)
        }
    }
}

/// The table of stages, their notes, and the line with the sums.
fn table(rows: &[Row], time: Duration) -> String {
    let mut text = format!("\n{:<10} {:>7} {:>7} {:>8} {:>12}\n", "stage", "passed", "failed", "ignored", "time");
    let mut sum = Counts::default();
    for Row { name, counts, time, failure } in rows {
        sum.add(counts.clone());
        // What comes before the stages is no test.
        if *counts == Counts::default() && *name == BEFORE {
            continue;
        }
        let (passed, failed, ignored) = (counts.passed, counts.failed, counts.ignored);
        let why = failure.as_ref().and_then(|sentence| sentence.lines().last()).unwrap_or_default();
        let line = format!("{name:<10} {passed:>7} {failed:>7} {ignored:>8} {:>12}  {why}", seconds(*time));
        text.extend([line.trim_end(), "\n"]);
    }
    let Counts { passed, failed, ignored, notes } = sum;
    let line = format!("{:<10} {passed:>7} {failed:>7} {ignored:>8} {:>12}\n\n", "", seconds(time));
    text.push_str(&line);
    for note in &notes {
        text.extend([note, "\n"]);
    }
    let last = format!("{passed} passed, {failed} failed\n");
    text + &last
}

fn stages_help() -> String {
    let lines = STAGES.iter().map(|stage| format!("  {:<10} {}", stage.name, stage.about));
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
        assert!(text.contains("\nb                4       1        0        1.5 s  It failed.\n"), "{text}");
        assert!(text.ends_with("1 min 01 s\n\na: a figure\nb: a figure\n7 passed, 1 failed\n"), "{text}");
    }

    #[test]
    fn what_fails_before_a_stage_or_is_interrupted_counts() {
        let mut rows = Vec::new();
        let failing = record(&mut rows, BEFORE, || Err::<((), Counts), _>(Failure::new("Node 20.19 is needed.")));
        assert!(failing.unwrap().is_none());
        let text = table(&rows, Duration::ZERO);
        assert!(text.contains("before           0       1        0        0.0 s  Node 20.19 is needed.\n"), "{text}");
        assert!(text.ends_with("\n0 passed, 1 failed\n"), "{text}");

        let mut rows = Vec::new();
        record(&mut rows, BEFORE, || Ok(((), Counts::default()))).unwrap();
        record(&mut rows, "a", || Ok(((), Counts::passed(3)))).unwrap();
        let stopped = record(&mut rows, "b", || Err::<((), Counts), _>(Failure::Interrupted));
        assert!(matches!(stopped, Err(Failure::Interrupted)));
        let text = table(&rows, Duration::ZERO);
        assert!(text.ends_with("\n3 passed, 1 failed\n") && !text.contains("before"), "{text}");
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
