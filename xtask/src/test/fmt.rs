//! rustfmt has nothing to change.

use super::{Setting, Stage};
use crate::counts::Counts;
use crate::failure::Outcome;
use crate::{process, toolchain};

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    let root = &setting.workspace.root;
    toolchain::component(root, "rustfmt", "fmt")?;
    process::run(process::cargo(root).args(["fmt", "--all", "--check"]))?;
    Ok(Counts::passed(1))
}
