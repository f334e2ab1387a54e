//! Rust tests: the programs of a stage, one after the other.

use super::programs::Program;
use super::{Setting, Stage};
use crate::counts::{self, Counts};
use crate::failure::{Failure, Outcome};
use crate::process;

/// Runs the stage's test targets. What they print goes to the terminal; lines that begin with the stage's name and a
/// colon are figures, and are shown again at the end of the run.
pub(super) fn run(setting: &mut Setting, stage: &Stage) -> Outcome<Counts> {
    run_noting(setting, stage, &[&format!("{}: ", stage.name)])
}

/// The same, with other beginnings of the lines that are figures.
pub(super) fn run_noting(setting: &mut Setting, stage: &Stage, beginnings: &[&str]) -> Outcome<Counts> {
    setting.need_postgres()?;
    let programs = setting.programs()?;
    let mut chosen = Vec::new();
    for target in stage.targets {
        let of_target: Vec<&Program> =
            programs.iter().filter(|program| program.integration && program.name == *target).collect();
        let [program] = of_target[..] else {
            return Err(Failure::Sentence(format!(
                "{} packages have a test target `{target}`, not one.",
                of_target.len()
            )));
        };
        chosen.push(program);
    }
    let (mut counts, output) = run_programs(setting, &chosen, &["--nocapture"])?;
    if counts.passed + counts.failed == 0 {
        return Err(Failure::new("No test was run."));
    }
    let is_figure = |line: &&str| beginnings.iter().any(|beginning| line.starts_with(beginning));
    counts.notes.extend(output.lines().filter(is_figure).map(str::to_owned));
    Ok(counts)
}

/// Runs test programs with these arguments, all of them whatever fails.
pub(super) fn run_programs(setting: &Setting, programs: &[&Program], arguments: &[&str]) -> Outcome<(Counts, String)> {
    let (mut counts, mut output) = (Counts::default(), String::new());
    for program in programs {
        let mut command = program.command();
        println!("\n     Running {}", program.name);
        let printed = process::tee(setting.export(command.args(arguments)))?;
        let mut of_program = counts::libtest(&printed.stdout);
        if !printed.success && of_program.failed == 0 {
            println!("The test program ended before its tests did: this counts as one failure.");
            of_program.failed += 1;
        }
        counts.add(of_program);
        output.push_str(&printed.stdout);
    }
    Ok((counts, output))
}
