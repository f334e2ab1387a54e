//! What an examination of data judges by: the policy, and the canaries that it looks for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::files::read;
use super::stop::{Exit, Stop};
use crate::audit::Audit;
use crate::config::Config;
use crate::policy::Policy;
use crate::report::visible;
use crate::scan::{CanarySet, Needles};

/// Bytes of the longest policy.
const LONGEST_POLICY: usize = 1 << 20;
/// Bytes of the longest file of canaries.
const LONGEST_CANARIES: usize = 16 << 20;

/// What is judged by.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is judged by")]
pub struct JudgedBy {
    /// A policy that says what a host may hold and send [default: that of this program]
    #[arg(long, value_name = "FILE.toml")]
    pub policy: Option<PathBuf>,
    /// The words that were invented for the test and booked with; `souspli-audit live --book` writes them down
    #[arg(long, value_name = "FILE.json")]
    pub canaries: Option<PathBuf>,
}

/// A policy, and what is looked for.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) policy: Policy,
    pub(super) needles: Option<Arc<Needles>>,
}

impl JudgedBy {
    /// What the file of `all` names.
    pub(super) fn of(config: &Config) -> Self {
        let path = |located: &Option<crate::config::Located>| located.as_ref().map(|file| file.path.clone());
        Self { policy: path(&config.policy), canaries: path(&config.canaries) }
    }

    /// Reads what is named; without a policy, the program's own.
    pub(super) fn read(&self) -> Result<Measure, Stop> {
        let policy = match &self.policy {
            Some(file) => parsed(file, &read(file, LONGEST_POLICY)?)?,
            None => Policy::embedded().map_err(|error| refused(&error.to_string()))?,
        };
        let needles = self.canaries.as_deref().map(needles).transpose()?;
        Ok(Measure { policy, needles })
    }

    /// Names the policy in the report.
    pub(super) fn name_in(&self, audit: &mut Audit) -> Result<(), Stop> {
        match &self.policy {
            Some(file) => audit.judge_by(file.display().to_string(), &read(file, LONGEST_POLICY)?),
            None => audit.judge_by(format!("souspli-audit {}", env!("CARGO_PKG_VERSION")), Policy::EMBEDDED.as_bytes()),
        }
        Ok(())
    }
}

fn parsed(file: &Path, bytes: &[u8]) -> Result<Policy, Stop> {
    let text = std::str::from_utf8(bytes).map_err(|_| refused("it is no text").about(file))?;
    Policy::parse(text).map_err(|error| refused(&error.to_string()).about(file))
}

fn refused(why: &str) -> Stop {
    let why = visible(why);
    let french = format!("Ce référentiel est inutilisable : {why}.");
    Stop::said(Exit::Config, format!("The policy cannot be used: {why}."), french)
}

fn needles(file: &Path) -> Result<Arc<Needles>, Stop> {
    let unusable = |why: String| {
        let why = visible(&why);
        let french = format!("Ces mots inventés sont inutilisables : {why}.");
        Stop::said(Exit::Config, format!("The canaries cannot be used: {why}."), french).about(file)
    };
    let set = CanarySet::read(read(file, LONGEST_CANARIES)?.as_slice()).map_err(|error| unusable(error.to_string()))?;
    Needles::kept(&set.canaries(), &[]).map_err(|error| unusable(error.to_string()))
}
