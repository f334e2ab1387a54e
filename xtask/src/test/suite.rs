//! Rust tests, run by cargo.

use super::{Setting, Stage};
use crate::counts::{self, Counts};
use crate::failure::{Failure, Outcome};
use crate::process;

/// Runs the stage's test targets. What they print goes to the terminal; lines that begin with the stage's name and a
/// colon are figures, and are shown again at the end of the run.
pub(super) fn run(setting: &mut Setting, stage: &Stage) -> Outcome<Counts> {
    let packages = &setting.workspace.packages;
    for target in stage.targets {
        let owners = packages.iter().filter(|package| package.tests.iter().any(|test| test == target)).count();
        if owners != 1 {
            return Err(Failure::Sentence(format!("{owners} packages have a test target `{target}`, not one.")));
        }
    }
    setting.need_postgres()?;
    setting.need_binaries()?;
    let mut arguments = Vec::new();
    for target in stage.targets {
        arguments.extend(["--test", target]);
    }
    let (mut counts, output) = cargo_test(setting, &arguments, &["--nocapture"])?;
    if counts.passed + counts.failed == 0 {
        return Err(Failure::new("No test was run."));
    }
    let prefix = format!("{}: ", stage.name);
    counts.notes.extend(output.lines().filter(|line| line.starts_with(&prefix)).map(str::to_owned));
    Ok(counts)
}

/// `cargo test --workspace` with these arguments, and these for the test programs. The whole workspace is selected
/// whatever is run, so that cargo unifies features, and compiles, once.
pub(super) fn cargo_test(setting: &Setting, cargo: &[&str], libtest: &[&str]) -> Outcome<(Counts, String)> {
    let mut command = process::cargo(&setting.workspace.root);
    command.args(["test", "--workspace", "--no-fail-fast"]).args(cargo).arg("--").args(libtest);
    let printed = process::tee(setting.export(&mut command))?;
    let mut counts = counts::libtest(&printed.stdout);
    if !printed.success && counts.failed == 0 {
        println!("The tests did not compile, or a test program was killed: this counts as one failure.");
        counts.failed += 1;
    }
    Ok((counts, printed.stdout))
}
