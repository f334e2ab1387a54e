//! `souspli-audit schema`.

use clap::Args;

use super::print::print_text;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::report::SCHEMA;

/// Print the JSON Schema of a report (draft 2020-12)
#[derive(Debug, Args)]
pub struct Schema {}

impl Run for Schema {
    fn run(&self, _: &mut Session) -> Result<Exit, Stop> {
        print_text(SCHEMA);
        Ok(Exit::Done)
    }
}
