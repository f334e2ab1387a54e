//! `souspli-audit config`.

use clap::{Args, Subcommand};

use super::print::print_text;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::config;

/// Print what a configuration for `all` looks like
#[derive(Debug, Args)]
pub struct Config {
    /// What to print.
    #[command(subcommand)]
    pub what: What,
}

/// What to print of configurations.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Print a file with every setting and what it means
    ///
    /// To begin with: souspli-audit config example > audit.toml
    Example,
}

impl Run for Config {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        match self.what {
            What::Example => print_text(&config::example(session.language)),
        }
        Ok(Exit::Done)
    }
}
