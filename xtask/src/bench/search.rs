//! How fast the auditor searches for words that were invented, on one core, and with how much memory.

use super::figure::{Figure, measure};
use super::setting::Setting;
use crate::failure::Outcome;
use crate::process;
use crate::steps::step;

/// What is searched, and how many gibibytes of it.
const STREAMS: [(&str, &str); 3] = [("random", "2"), ("hex", "1"), ("log", "1")];

pub(super) fn run(setting: &mut Setting) -> Outcome<Vec<Figure>> {
    let root = &setting.workspace.root;
    let arguments = ["--release", "--package", "souspli-auditor", "--example", "large"];
    step("the auditor's search, release", || {
        process::run(process::cargo(root).arg("build").args(arguments)).map(|()| "compiled")
    })?;
    let mut figures = Vec::new();
    for (stream, gibibytes) in STREAMS {
        let mut cargo = process::cargo(root);
        figures.extend(measure(cargo.args(["run", "--quiet"]).args(arguments).args(["--", gibibytes, stream]))?);
    }
    Ok(figures)
}
