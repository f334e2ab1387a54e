//! The size of a patient's first load, as the tests hold it below a limit.

use super::figure::Figure;
use super::setting::Setting;
use crate::failure::Outcome;
use crate::first_load;

/// Bytes that are aimed at; `first_load::LIMIT` is what a build may have at most.
const AIM: usize = 200_000;

pub(super) fn run(setting: &mut Setting) -> Outcome<Vec<Figure>> {
    setting.need_web()?;
    let bytes = first_load::measure(&setting.workspace.web_client().join("dist"))?;
    let figure = Figure {
        name: "patient's first load, gzipped".to_owned(),
        value: format!("{} kB", bytes.div_ceil(1_000)),
        aim: format!("at most {} kB (never above {} kB)", AIM / 1_000, first_load::LIMIT / 1_000),
        met: bytes <= AIM,
    };
    println!("{}: {}", figure.name, figure.value);
    Ok(vec![figure])
}
