//! Both wasm builds compile; their sizes are printed.

use super::{Setting, Stage};
use crate::counts::Counts;
use crate::failure::Outcome;
use crate::wasm;

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    wasm::build_all(&setting.workspace)?;
    Ok(Counts::passed(wasm::BUILDS.len() as u64))
}
