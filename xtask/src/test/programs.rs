//! The test programs: compiled all in one go, and run by themselves. Cargo unifies features over what it is asked for:
//! asked for one test of the workspace, it would compile half of it anew.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, OrSay, Outcome};
use crate::process;

/// A compiled test program.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Program {
    /// Its target's name.
    pub(super) name: String,
    /// Whether it is an integration test (a file or folder in `tests/`), not the tests inside a library or binary.
    pub(super) integration: bool,
    pub(super) file: PathBuf,
    /// The folder of its package: tests run there.
    pub(super) folder: PathBuf,
}

/// Compiles every test, and the binaries that tests start.
pub(super) fn build(root: &Path) -> Outcome<Vec<Program>> {
    let mut cargo = process::cargo(root);
    cargo.args(["build", "--workspace", "--bins", "--tests", "--examples"]);
    cargo.arg("--message-format=json-render-diagnostics");
    let printed = process::keep_stdout(&mut cargo)?;
    if !printed.success {
        return Err(Failure::new("The tests did not compile: this counts as one failure."));
    }
    printed.stdout.lines().filter_map(|line| program(line).transpose()).collect()
}

/// A line of cargo's; `None` where it tells of something else than a test program.
fn program(line: &str) -> Outcome<Option<Program>> {
    let message: Value = serde_json::from_str(line).or_say("A line of cargo is not JSON")?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let is_test = message["reason"] == "compiler-artifact" && message["profile"]["test"] == true;
    let parts = (text(&message["executable"]), text(&message["manifest_path"]), text(&message["target"]["name"]));
    let (Some(file), Some(manifest), Some(name)) = parts else { return Ok(None) };
    let folder = Path::new(&manifest).parent().map(Path::to_path_buf).unwrap_or_default();
    let integration = message["target"]["kind"][0] == "test";
    Ok(is_test.then(|| Program { name, integration, file: file.into(), folder }))
}

impl Program {
    /// The command that runs it as cargo would.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.file);
        command.current_dir(&self.folder).env("CARGO_MANIFEST_DIR", &self.folder);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_programs_are_told_from_what_else_cargo_makes() {
        let artifact = |kind: &str, test: bool, executable: Value| {
            serde_json::json!({
                "reason": "compiler-artifact", "manifest_path": "/w/tests/journey/Cargo.toml", "executable": executable,
                "target": { "kind": [kind], "name": "race" }, "profile": { "test": test },
            })
            .to_string()
        };
        let race = |integration| {
            let (file, folder) = ("/w/target/race-1".into(), "/w/tests/journey".into());
            Some(Program { name: "race".into(), integration, file, folder })
        };
        let file = || Value::from("/w/target/race-1");
        assert_eq!(program(&artifact("test", true, file())).unwrap(), race(true));
        assert_eq!(program(&artifact("lib", true, file())).unwrap(), race(false));
        assert_eq!(program(&artifact("bin", false, file())).unwrap(), None);
        assert_eq!(program(&artifact("lib", false, Value::Null)).unwrap(), None);
        assert_eq!(program(r#"{"reason":"build-finished","success":true}"#).unwrap(), None);
        assert!(program("warning: no JSON").is_err());
    }
}
