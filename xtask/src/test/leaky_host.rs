//! The auditor against hosts that leak. The last line of its own is shown again at the end of the run.

use super::{Setting, Stage, suite};
use crate::counts::Counts;
use crate::failure::Outcome;
use crate::steps::step;
use crate::{wasm, web};

pub(super) fn run(setting: &mut Setting, stage: &Stage) -> Outcome<Counts> {
    // A host without pages has none that could be changed on their way.
    if !setting.workspace.root.join("web-client/dist/index.html").is_file() {
        step("npm packages", || web::packages(&setting.workspace))?;
        wasm::build_both(&setting.workspace)?;
        step("web client", || web::build(&setting.workspace))?;
    }
    suite::run_noting(setting, stage, &["leaky-host: ", "leaks named: "])
}
