//! The web client: its packages, its scripts, its build.

use std::fs;
use std::process::Command;

use crate::failure::{Failure, OrSay, Outcome};
use crate::stamp::{Fingerprint, Stamp};
use crate::workspace::Workspace;
use crate::{first_load, process, versions};

/// What is not a source of the web client: packages, and what scripts write.
const MADE: [&str; 4] = ["node_modules", "dist", "generated", "test-results"];

/// `npm run script` in the web client.
pub(crate) fn script(workspace: &Workspace, script: &str) -> Command {
    let mut command = Command::new("npm");
    command.args(["run", "--silent", script]).current_dir(workspace.web_client());
    command
}

/// Installs the packages of `package-lock.json`, if it changed since the last time; nothing global.
pub(crate) fn packages(workspace: &Workspace) -> Outcome<&'static str> {
    let folder = workspace.web_client();
    let node = versions::version_of("node").map(|version| version.to_string()).unwrap_or_default();
    let inputs = || Fingerprint::default().word(&node).path(&folder.join("package-lock.json"));
    let outputs = || Fingerprint::default().path(&folder.join("node_modules/.package-lock.json"));
    let stamp = Stamp::of(&workspace.target, "npm");
    if stamp.holds(&inputs()?, &outputs()?) {
        return Ok("unchanged");
    }
    let mut npm = Command::new("npm");
    // What npm has downloaded before is taken as it is, its hash being in the lock file: without a network too. And
    // without one it gives up after half a minute, not after several.
    npm.args(["ci", "--no-audit", "--no-fund", "--prefer-offline"]).current_dir(&folder);
    npm.args(["--fetch-retries=2", "--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=10000"]);
    // The tests use the Chromium that `browser.rs` finds.
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::download(&mut npm, "the npm packages of web-client")?;
    stamp.write(&inputs()?, &outputs()?)?;
    Ok("installed into web-client/node_modules")
}

/// Builds `web-client/dist` unless its sources are unchanged; an error if a patient would have to load too much.
pub(crate) fn build(workspace: &Workspace) -> Outcome<String> {
    let folder = workspace.web_client();
    let inputs = Fingerprint::default().path_without(&folder, &MADE)?;
    let outputs = || Fingerprint::default().path(&folder.join("dist"));
    let stamp = Stamp::of(&workspace.target, "web");
    let fresh = stamp.holds(&inputs, &outputs()?);
    if !fresh {
        process::run(&mut script(workspace, "build"))?;
    }
    let load = first_load::measure(&folder.join("dist"))?;
    if load > first_load::LIMIT {
        return Err(Failure::Sentence(format!(
            "A patient's first load is {load} bytes gzipped, and must be at most {}.",
            first_load::LIMIT
        )));
    }
    if !fresh {
        stamp.write(&inputs, &outputs()?)?;
    }
    let unchanged = if fresh { ", unchanged" } else { "" };
    Ok(format!("a patient's first load: {} kB gzipped{unchanged}", load.div_ceil(1000)))
}

/// Makes the folder that the server embeds, so that it compiles before the web client is built.
pub(crate) fn ensure_dist(workspace: &Workspace) -> Outcome {
    let dist = workspace.web_client().join("dist");
    fs::create_dir_all(&dist).or_say(dist.display())
}
