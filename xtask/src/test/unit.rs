//! Every Rust test that no other stage runs: unit tests and integration tests. There are no documentation tests: they
//! would be compiled with other features, one by one.

use super::programs::Program;
use super::{STAGES, Setting, Stage, suite};
use crate::counts::Counts;
use crate::failure::Outcome;

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    setting.need_postgres()?;
    let programs = setting.programs()?;
    let unclaimed = unclaimed(&programs, |test| STAGES.iter().any(|stage| stage.targets.contains(&test)));
    suite::run_programs(setting, &unclaimed, &[]).map(|(counts, _)| counts)
}

/// The programs that no stage claims.
fn unclaimed(programs: &[Program], claimed: impl Fn(&str) -> bool) -> Vec<&Program> {
    programs.iter().filter(|program| !(program.integration && claimed(&program.name))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn a_test_target_is_left_to_the_stage_that_claims_it() {
        let program = |name: &str, integration| Program { name: name.into(), integration, ..Program::default() };
        let programs = [program("vectors", true), program("race", true), program("race", false)];
        let left = unclaimed(&programs, |test| test == "race");
        assert_eq!(left, [&programs[0], &programs[2]]);
    }

    /// Where a comment's example begins.
    fn examples(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                examples(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let begins =
                    |line: &&str| line.trim_start().trim_start_matches(['/', '!']).trim_start().starts_with("```");
                let comments = text.lines().filter(|line| line.trim_start().starts_with("//")).filter(begins);
                found.extend(comments.map(|line| format!("{}: {line}", path.display())));
            }
        }
    }

    #[test]
    fn no_comment_has_an_example_that_nothing_runs() {
        let root = Workspace::load().unwrap().root;
        let mut found = Vec::new();
        for folder in ["crates", "tests", "xtask/src"] {
            examples(&root.join(folder), &mut found);
        }
        assert_eq!(found, [""; 0]);
    }
}
