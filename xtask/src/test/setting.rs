//! What the stages share: the workspace, and a database, a browser and binaries that are there from the first stage
//! that needs them to the end of the run.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::browser;
use crate::failure::Outcome;
use crate::postgres::Postgres;
use crate::steps::step;
use crate::workspace::Workspace;

use super::programs::{self, Program};

/// The URL of a PostgreSQL superuser; given beforehand, that database is used and none is started.
const POSTGRES: &str = "SOUSPLI_TEST_POSTGRES";
/// The data directory of the PostgreSQL that we started.
const POSTGRES_DATA: &str = "SOUSPLI_TEST_POSTGRES_DATA";
/// libpq's and sqlx's name for the file with the passwords.
const PASSWORDS: &str = "PGPASSFILE";

/// The binaries that tests start, and the variables that say where they are.
const BINARIES: [(&str, &str); 3] = [
    ("souspli-server", "SOUSPLI_SERVER_BIN"),
    ("souspli", "SOUSPLI_AGENT_BIN"),
    ("souspli-audit", "SOUSPLI_AUDIT_BIN"),
];

/// What the stages share.
pub(super) struct Setting {
    /// The workspace.
    pub(super) workspace: Workspace,
    postgres: Option<Postgres>,
    chromium: Option<PathBuf>,
    binaries_are_built: bool,
}

impl Setting {
    /// A setting in which nothing has been started.
    pub(super) fn new(workspace: Workspace) -> Self {
        Self { workspace, postgres: None, chromium: None, binaries_are_built: false }
    }

    /// Starts PostgreSQL, unless it runs or the person has named one.
    pub(super) fn need_postgres(&mut self) -> Outcome {
        if self.postgres.is_some() || env::var_os(POSTGRES).is_some() {
            return Ok(());
        }
        step("PostgreSQL, start", || {
            let started = self.postgres.insert(Postgres::start()?);
            Ok(format!("{}, for these tests only", started.version))
        })
    }

    /// Finds Chromium.
    pub(super) fn need_chromium(&mut self) -> Outcome {
        if self.chromium.is_none() {
            self.chromium = Some(browser::chromium()?);
        }
        Ok(())
    }

    /// Compiles the tests and the binaries that they start, and gives the tests. Each time: the server embeds the web
    /// client, which a stage may have built meanwhile.
    pub(super) fn programs(&mut self) -> Outcome<Vec<Program>> {
        let programs = programs::build(&self.workspace.root)?;
        self.binaries_are_built = true;
        Ok(programs)
    }

    /// Tells `command` where the database, the browser and the binaries are.
    pub(super) fn export<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(postgres) = &self.postgres {
            command.env(POSTGRES, &postgres.url).env(POSTGRES_DATA, &postgres.data).env(PASSWORDS, &postgres.passwords);
        }
        if let Some(chromium) = &self.chromium {
            command.env(browser::VARIABLE, chromium);
        }
        if self.binaries_are_built {
            for (bin, variable) in BINARIES.into_iter().filter(|(bin, _)| self.workspace.has_bin(bin)) {
                command.env(variable, self.workspace.bin(bin));
            }
        }
        command
    }
}
