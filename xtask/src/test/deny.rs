//! `deny.toml`: licences, bans, sources, and known advisories where their database can be had offline.

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
/// The folder in which cargo-deny looks for the database of `deny.toml`'s `db-urls`.
const CLONE: &str = "advisory-db-3157b0e258782691";

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    let workspace = &setting.workspace;
    if process::which("cargo-deny").is_none() {
        return Ok(unchecked(
            "deny: licences, bans, sources and advisories not checked: `cargo install --locked cargo-deny` provides it",
        ));
    }
    let mut counts = Counts::default();
    for check in ["licenses", "bans", "sources"] {
        process::run(cargo_deny(workspace).args(["check", "--hide-inclusion-graph", check]))?;
        counts.passed += 1;
    }
    if let Some(source) = database(workspace) {
        let config = clone(workspace, &source)?;
        process::run(cargo_deny(workspace).args(["--offline", "--config"]).arg(config).args(["check", "advisories"]))?;
        counts.passed += 1;
    } else {
        counts.add(unchecked(&format!(
            "deny: advisories not checked: {VARIABLE} may name a git bundle or a clone of the RustSec database"
        )));
    }
    Ok(counts)
}

fn unchecked(note: &str) -> Counts {
    println!("{note}");
    Counts { notes: vec![note.to_owned()], ..Counts::default() }
}

fn cargo_deny(workspace: &Workspace) -> Command {
    let mut command = process::cargo(&workspace.root);
    command.args(["deny", "--workspace", "--all-features"]);
    command
}

fn database(workspace: &Workspace) -> Option<PathBuf> {
    let given = env::var_os(VARIABLE).map(PathBuf::from);
    given.or_else(|| Some(workspace.root.join(BESIDE)).filter(|bundle| bundle.is_file()))
}

/// Clones the database where cargo-deny looks for it; gives a `deny.toml` that names this place.
fn clone(workspace: &Workspace, source: &Path) -> Outcome<PathBuf> {
    let folder = workspace.target.join("xtask/advisory-db");
    if folder.exists() {
        fs::remove_dir_all(&folder).or_say(folder.display())?;
    }
    fs::create_dir_all(&folder).or_say(folder.display())?;
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "init.defaultBranch=main", "-c", "advice.detachedHead=false"]).args(arguments);
        git
    };
    process::run(git(&["clone", "--quiet"]).arg(source).arg(folder.join(CLONE)))?;
    // cargo-deny refuses a clone that was never fetched from: it cannot tell its age.
    process::run(git(&["fetch", "--quiet", "origin", "HEAD"]).current_dir(folder.join(CLONE)))?;
    let config = fs::read_to_string(workspace.root.join("deny.toml")).or_say("deny.toml")?;
    let path = format!("[advisories]\ndb-path = {:?}", folder.display().to_string());
    let file = folder.join("deny.toml");
    fs::write(&file, config.replacen("[advisories]", &path, 1)).or_say(file.display())?;
    Ok(file)
}
