//! The auditor against hosts that leak. The last line of its own is shown again at the end of the run.

use super::{Setting, Stage, suite};
use crate::counts::Counts;
use crate::failure::Outcome;

pub(super) fn run(setting: &mut Setting, stage: &Stage) -> Outcome<Counts> {
    suite::run_noting(setting, stage, &["leaky-host: ", "leaks named: "])
}
