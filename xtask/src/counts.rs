//! How many tests passed and failed, read from what the test programs print.

use serde_json::Value;

use crate::failure::{Failure, OrSay, Outcome};

/// The result of a stage.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests or checks that passed.
    pub(crate) passed: u64,
    /// Those that failed.
    pub(crate) failed: u64,
    /// Tests marked as ignored or skipped.
    pub(crate) ignored: u64,
    /// Lines for the end of the run: figures, and what could not be checked.
    pub(crate) notes: Vec<String>,
}

impl Counts {
    /// `passed` checks that passed.
    pub(crate) fn passed(passed: u64) -> Self {
        Self { passed, ..Self::default() }
    }

    /// Counts a check by the sentences that say what is wrong, and prints them.
    pub(crate) fn check(&mut self, wrong: &[String]) {
        match wrong {
            [] => self.passed += 1,
            _ => self.failed += 1,
        }
        for sentence in wrong {
            println!("{sentence}");
        }
    }

    /// Adds another stage's numbers and notes.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.notes.extend(other.notes);
    }
}

/// The sums of libtest's lines `test result: ok. 3 passed; 1 failed; 2 ignored; …`.
pub(crate) fn libtest(output: &str) -> Counts {
    let mut counts = Counts::default();
    // A test that prints without a line feed may leave its text before ours.
    for result in output.lines().filter_map(|line| line.split_once("test result: ")).map(|(_, result)| result) {
        for part in result.split(';') {
            match number_before(part) {
                (number, "passed") => counts.passed += number,
                (number, "failed") => counts.failed += number,
                (number, "ignored") => counts.ignored += number,
                _ => {}
            }
        }
    }
    counts
}

/// `FAILED. 3 passed` gives 3 and `passed`.
fn number_before(part: &str) -> (u64, &str) {
    let mut words = part.split_whitespace().rev();
    let word = words.next().unwrap_or_default();
    words.next().and_then(|number| number.parse().ok()).map_or((0, ""), |number| (number, word))
}

/// Vitest's line `Tests  1 failed | 12 passed | 2 skipped (15)`.
pub(crate) fn vitest(output: &str) -> Outcome<Counts> {
    let line = output.lines().rev().find_map(|line| line.trim_start().strip_prefix("Tests "));
    let line = line.ok_or_else(|| Failure::new("vitest printed no line `Tests …`: no test was run."))?;
    let mut counts = Counts::default();
    for part in line.split('(').next().unwrap_or_default().split('|') {
        match number_before(part) {
            (number, "passed") => counts.passed += number,
            (number, "failed") => counts.failed += number,
            (number, "skipped" | "todo") => counts.ignored += number,
            _ => {}
        }
    }
    Ok(counts)
}

/// Playwright's JSON report. A flaky test, which failed at first and passed later, counts as failed, and so does every
/// error outside a test.
pub(crate) fn playwright(report: &str) -> Outcome<Counts> {
    let report: Value = serde_json::from_str(report).or_say("Playwright's report is not JSON")?;
    let stat = |name: &str| {
        report["stats"][name].as_u64().ok_or_else(|| Failure::new(format!("Playwright's report has no stats.{name}.")))
    };
    let errors = report["errors"].as_array().map_or(0, Vec::len) as u64;
    Ok(Counts {
        passed: stat("expected")?,
        failed: stat("unexpected")? + stat("flaky")? + errors,
        ignored: stat("skipped")?,
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, ignored: u64) -> Counts {
        Counts { passed, failed, ignored, notes: Vec::new() }
    }

    #[test]
    fn libtests_results_are_summed() {
        let output = "\
running 2 tests
test a ... ok
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s
race: 2000 clients, 200 starts, 200 wontest result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out
";
        assert_eq!(libtest(output), counts(5, 4, 1));
        assert_eq!(libtest("error: could not compile `x`"), Counts::default());
    }

    #[test]
    fn a_line_that_only_looks_like_a_result_counts_nothing() {
        assert_eq!(libtest("test result: unknown; passed; x failed"), Counts::default());
    }

    #[test]
    fn vitests_summary_is_read() {
        let output =
            " Test Files  2 passed (2)\n      Tests  1 failed | 12 passed | 2 skipped (15)\n   Duration  1.2s\n";
        assert_eq!(vitest(output).unwrap(), counts(12, 1, 2));
        assert_eq!(vitest("      Tests  3 passed (3)\n").unwrap(), counts(3, 0, 0));
        assert!(vitest("No test files found").is_err());
    }

    #[test]
    fn playwrights_report_is_read() {
        let report = r#"{"errors": [], "stats": {"expected": 40, "skipped": 1, "unexpected": 2, "flaky": 3}}"#;
        assert_eq!(playwright(report).unwrap(), counts(40, 5, 1));
        let broken = r#"{"errors": [{"message": "no server"}], "stats": {"expected": 0, "skipped": 0, "unexpected": 0, "flaky": 0}}"#;
        assert_eq!(playwright(broken).unwrap(), counts(0, 1, 0));
        assert!(playwright("{}").is_err());
        assert!(playwright("").is_err());
    }
}
