//! Every Rust test that no other stage runs: unit tests, integration tests, documentation tests.

use super::{STAGES, Setting, Stage, suite};
use crate::counts::Counts;
use crate::failure::Outcome;
use crate::workspace::Package;

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    setting.need_postgres()?;
    let tests = unclaimed(&setting.workspace.packages, |test| STAGES.iter().any(|stage| stage.targets.contains(&test)));
    let mut arguments = vec!["--lib", "--bins", "--examples"];
    for test in &tests {
        arguments.extend(["--test", test]);
    }
    let (mut counts, _) = suite::cargo_test(setting, &arguments, &[])?;
    // Cargo runs documentation tests with everything or alone.
    let (documentation, _) = suite::cargo_test(setting, &["--doc"], &[])?;
    counts.add(documentation);
    Ok(counts)
}

/// The test targets that no stage claims, each once.
fn unclaimed(packages: &[Package], claimed: impl Fn(&str) -> bool) -> Vec<String> {
    let mut tests: Vec<_> = packages.iter().flat_map(|package| package.tests.clone()).collect();
    tests.retain(|test| !claimed(test));
    tests.sort();
    tests.dedup();
    tests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_target_is_left_to_the_stage_that_claims_it() {
        let package =
            |tests: &[&str]| Package { tests: tests.iter().map(ToString::to_string).collect(), ..Package::default() };
        let packages = [package(&["vectors", "race"]), package(&["vectors", "api"])];
        assert_eq!(unclaimed(&packages, |test| test == "race"), ["api", "vectors"]);
    }
}
