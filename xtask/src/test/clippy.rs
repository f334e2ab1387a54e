//! No warning of the compiler or of clippy, in any target.

use super::{Setting, Stage};
use crate::counts::Counts;
use crate::failure::Outcome;
use crate::{process, toolchain};

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    let root = &setting.workspace.root;
    toolchain::component(root, "clippy", "clippy")?;
    let arguments = ["clippy", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"];
    process::run(process::cargo(root).args(arguments))?;
    Ok(Counts::passed(1))
}
