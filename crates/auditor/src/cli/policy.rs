//! What a host is judged by: the policy that a file holds, or the one that this program carries.

use std::path::{Path, PathBuf};

use clap::Args;

use super::files::read;
use super::print::print_text;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::audit::Audit;
use crate::config::Located;
use crate::policy::Policy;
use crate::report::visible;

/// Bytes of the longest policy.
const LONGEST: usize = 1024 * 1024;
/// How a report calls the policy that this program carries.
const OWN: &str = concat!("souspli-audit ", env!("CARGO_PKG_VERSION"));

/// Print the policy of this release: what a host may hold, send and write down, and why
///
/// The text is made to be read. Changed and given to --policy, it is what a host is judged by.
#[derive(Debug, Args)]
pub struct PolicyCommand {}

impl Run for PolicyCommand {
    fn run(&self, _: &mut Session) -> Result<Exit, Stop> {
        print_text(Policy::EMBEDDED);
        Ok(Exit::Done)
    }
}

/// What the host may hold.
#[derive(Debug, Clone, Default, Args)]
pub struct PolicyOptions {
    /// The policy that says what a host may hold [default: the one of this release; `souspli-audit policy` prints it]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

impl PolicyOptions {
    pub(super) fn read(&self) -> Result<Rules, Stop> {
        let located = self.policy.as_ref().map(|path| Located { name: path.display().to_string(), path: path.clone() });
        Rules::of(located.as_ref())
    }
}

/// A policy, and what a report says of it.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) policy: Policy,
    name: String,
    text: String,
}

impl Rules {
    /// That of a file, or else this program's.
    pub(super) fn of(file: Option<&Located>) -> Result<Self, Stop> {
        let (name, text, at) = match file {
            Some(file) => (file.name.clone(), read_text(&file.path)?, file.path.as_path()),
            None => (OWN.to_owned(), Policy::EMBEDDED.to_owned(), Path::new(OWN)),
        };
        let policy = Policy::parse(&text).map_err(|error| {
            let why = visible(&error.to_string());
            let english = format!("It cannot be used as a policy: {why}.");
            Stop::said(Exit::Config, english, format!("Il ne peut pas servir de référentiel : {why}.")).about(at)
        })?;
        Ok(Self { policy, name, text })
    }

    /// Says by what is judged.
    pub(super) fn judge(&self, audit: &mut Audit) {
        audit.judge_by(&*self.name, self.text.as_bytes());
    }
}

fn read_text(file: &Path) -> Result<String, Stop> {
    String::from_utf8(read(file, LONGEST)?).map_err(|_| {
        Stop::said(Exit::Config, "It is not text in UTF-8.", "Ce n’est pas du texte en UTF-8.").about(file)
    })
}
