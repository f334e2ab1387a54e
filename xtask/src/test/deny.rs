//! `deny.toml`: licences, bans, sources, and known advisories where their database can be had offline. Checked by
//! cargo-deny where that is installed, by [`rules`] otherwise.

mod advisory;
mod licence;
mod rules;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Setting, Stage};
use crate::counts::Counts;
use crate::failure::{OrSay, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// A git bundle or a clone of the RustSec advisory database.
const VARIABLE: &str = "SOUSPLI_ADVISORY_DB";
/// Where a bundle is looked for otherwise.
const BESIDE: &str = "../shared/data/advisory-db.bundle";
/// The rules.
const FILE: &str = "deny.toml";
/// The folder in which cargo-deny looks for the database of `deny.toml`'s `db-urls`.
const CLONE: &str = "advisory-db-3157b0e258782691";

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    let workspace = &setting.workspace;
    let database = database(workspace).map(|source| clone(workspace, &source)).transpose()?;
    let mut counts = if process::which("cargo-deny").is_some() {
        run_cargo_deny(workspace, database.as_deref())?
    } else {
        println!("cargo-deny is not installed: its rules for licences, bans, sources and advisories are read here");
        rules::check(workspace, database.as_deref())?
    };
    if database.is_none() {
        let note = format!(
            "deny: advisories not checked: {VARIABLE} may name a git bundle or a clone of the RustSec database"
        );
        println!("{note}");
        counts.notes.push(note);
    }
    Ok(counts)
}

fn run_cargo_deny(workspace: &Workspace, database: Option<&Path>) -> Outcome<Counts> {
    let mut counts = Counts::default();
    for check in ["licenses", "bans", "sources"] {
        process::run(cargo_deny(workspace).args(["check", "--hide-inclusion-graph", check]))?;
        counts.passed += 1;
    }
    if let Some(database) = database {
        let config = configure(workspace, database)?;
        process::run(cargo_deny(workspace).args(["--offline", "--config"]).arg(config).args(["check", "advisories"]))?;
        counts.passed += 1;
    }
    Ok(counts)
}

fn cargo_deny(workspace: &Workspace) -> Command {
    let mut command = process::cargo(&workspace.root);
    command.args(["deny", "--workspace", "--all-features"]);
    command
}

fn database(workspace: &Workspace) -> Option<PathBuf> {
    let given = env::var_os(VARIABLE).filter(|given| !given.is_empty()).map(PathBuf::from);
    given.or_else(|| Some(workspace.root.join(BESIDE)).filter(|bundle| bundle.is_file()))
}

/// Clones the database where cargo-deny looks for it; gives the clone.
fn clone(workspace: &Workspace, source: &Path) -> Outcome<PathBuf> {
    let clone = workspace.target.join("xtask/advisory-db").join(CLONE);
    if clone.exists() {
        fs::remove_dir_all(&clone).or_say(clone.display())?;
    }
    fs::create_dir_all(&clone).or_say(clone.display())?;
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "init.defaultBranch=main", "-c", "advice.detachedHead=false"]).args(arguments);
        git
    };
    process::run(git(&["clone", "--quiet"]).arg(source).arg(&clone))?;
    // cargo-deny refuses a clone that was never fetched from: it cannot tell its age.
    process::run(git(&["fetch", "--quiet", "origin", "HEAD"]).current_dir(&clone))?;
    Ok(clone)
}

/// A `deny.toml` that names where the clone is.
fn configure(workspace: &Workspace, clone: &Path) -> Outcome<PathBuf> {
    let folder = clone.parent().unwrap_or(clone);
    let config = fs::read_to_string(workspace.root.join(FILE)).or_say(FILE)?;
    let path = format!("[advisories]\ndb-path = {:?}", folder.display().to_string());
    let file = folder.join(FILE);
    fs::write(&file, config.replacen("[advisories]", &path, 1)).or_say(file.display())?;
    Ok(file)
}
