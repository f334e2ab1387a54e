//! Bytes that a patient's page fetches to know free times.

use super::figure::{Figure, measure};
use super::setting::Setting;
use crate::failure::Outcome;

pub(super) fn run(setting: &mut Setting) -> Outcome<Vec<Figure>> {
    measure(&mut setting.program("free-times")?)
}
