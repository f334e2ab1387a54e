//! What the stages share: the web client as it is served, and the programs of the release profile.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Outcome;
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{process, wasm, web};

/// The measuring programs' package and binary.
const BENCH: &str = "souspli-bench";
const SERVER: &str = "souspli-server";

/// What the stages share.
pub(super) struct Setting {
    /// The workspace.
    pub(super) workspace: Workspace,
    web_is_built: bool,
    release_is_built: bool,
}

impl Setting {
    /// A setting in which nothing has been built.
    pub(super) fn new(workspace: Workspace) -> Self {
        Self { workspace, web_is_built: false, release_is_built: false }
    }

    /// Builds the web client.
    pub(super) fn need_web(&mut self) -> Outcome {
        if !self.web_is_built {
            step("npm packages", || web::packages(&self.workspace))?;
            wasm::build_all(&self.workspace)?;
            step("web client", || web::build(&self.workspace))?;
            self.web_is_built = true;
        }
        Ok(())
    }

    /// Builds the host and the measuring programs as they are shipped; the host embeds the web client.
    fn need_release(&mut self) -> Outcome {
        if self.release_is_built {
            return Ok(());
        }
        self.need_web()?;
        step("host and measuring programs, release", || {
            let mut cargo = process::cargo(&self.workspace.root);
            cargo.args(["build", "--release", "--package", SERVER, "--package", BENCH, "--bins"]);
            process::run(&mut cargo).map(|()| "compiled")
        })?;
        self.release_is_built = true;
        Ok(())
    }

    /// The measuring program of a stage, told where the host's program is.
    pub(super) fn program(&mut self, stage: &str) -> Outcome<Command> {
        self.need_release()?;
        let mut command = Command::new(self.release(BENCH));
        command.arg(stage).arg("--server").arg(self.release(SERVER));
        Ok(command)
    }

    fn release(&self, bin: &str) -> PathBuf {
        self.workspace.target.join("release").join(bin)
    }
}
