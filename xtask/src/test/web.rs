//! The web client: svelte-check, eslint, unit tests, build, and the size of a patient's first load.

use super::{Setting, Stage};
use crate::counts::{self, Counts};
use crate::failure::{Failure, Outcome};
use crate::steps::step;
use crate::{process, wasm, web};

/// The scripts of `package.json` that are one check each.
const CHECKS: [&str; 2] = ["check", "lint"];
/// The script that runs vitest.
const UNIT: &str = "test:unit";

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    let workspace = &setting.workspace;
    step("npm packages", || web::packages(workspace))?;
    // Its types are imported by the web client's sources.
    wasm::build_all(workspace)?;
    let mut counts = Counts::default();
    for script in CHECKS {
        let check =
            step(&format!("npm run {script}"), || process::run(&mut web::script(workspace, script)).map(|()| "ok"));
        tally(&mut counts, check)?;
    }
    let printed = process::tee(web::script(workspace, UNIT).env("NO_COLOR", "1"))?;
    let mut tests = counts::vitest(&printed.stdout)?;
    if !printed.success && tests.failed == 0 {
        tests.failed += 1;
    }
    counts.add(tests);
    let mut size = String::new();
    let built = step("web client", || web::build(workspace).inspect(|note| size = format!("web: {note}")));
    tally(&mut counts, built)?;
    counts.notes.push(size);
    Ok(counts)
}

fn tally(counts: &mut Counts, check: Outcome) -> Outcome {
    match check {
        Ok(()) => counts.passed += 1,
        Err(Failure::Interrupted) => return Err(Failure::Interrupted),
        Err(Failure::Sentence(sentence)) => {
            println!("{sentence}");
            counts.failed += 1;
        }
    }
    Ok(())
}
