//! What is in this workspace, as `cargo metadata` tells it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Failure, OrSay, Outcome};
use crate::process;

/// The workspace: where it is and which packages it has.
pub(crate) struct Workspace {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target directory.
    pub(crate) target: PathBuf,
    /// The members.
    pub(crate) packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Clone, Default)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its features.
    pub(crate) features: Vec<String>,
    /// Its binaries.
    pub(crate) bins: Vec<String>,
    /// The packages that it uses outside its tests.
    pub(crate) uses: Vec<String>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn load() -> Outcome<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
        let mut command = process::cargo(root);
        let text = process::output(command.args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Value = serde_json::from_str(&text).or_say("cargo metadata is not JSON")?;
        let target =
            metadata["target_directory"].as_str().ok_or_else(|| Failure::new("cargo metadata has no target"))?;
        Ok(Self {
            root: root.to_path_buf(),
            target: target.into(),
            packages: array(&metadata["packages"]).map(package).collect(),
        })
    }

    /// The package called `name`.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// Whether a package has a binary called `name`.
    pub(crate) fn has_bin(&self, name: &str) -> bool {
        self.packages.iter().any(|package| package.bins.iter().any(|bin| bin == name))
    }

    /// Where a binary of the development profile is.
    pub(crate) fn bin(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// Where the web client's sources are.
    pub(crate) fn web_client(&self) -> PathBuf {
        self.root.join("web-client")
    }
}

fn package(value: &Value) -> Package {
    let bins = array(&value["targets"]).filter(|target| array(&target["kind"]).any(|word| word == "bin"));
    let uses = array(&value["dependencies"]).filter(|dependency| dependency["kind"] != "dev");
    Package {
        name: text(&value["name"]),
        features: value["features"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        bins: bins.map(|target| text(&target["name"])).collect(),
        uses: uses.map(|dependency| text(&dependency["name"])).collect(),
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_workspace_is_read() {
        let workspace = Workspace::load().unwrap();
        assert!(workspace.has_bin("xtask"));
        let server = workspace.package("souspli-server").unwrap();
        assert!(server.uses.iter().any(|name| name == "souspli-store"));
    }

    #[test]
    fn dev_dependencies_are_not_uses() {
        let value = serde_json::json!({
            "name": "p", "features": {"f": []},
            "targets": [{"kind": ["test"], "name": "t"}, {"kind": ["bin"], "name": "b"}],
            "dependencies": [{"name": "a", "kind": null}, {"name": "d", "kind": "dev"}, {"name": "c", "kind": "build"}],
        });
        let package = package(&value);
        assert_eq!((package.bins, package.uses), (vec!["b".into()], vec!["a".into(), "c".into()]));
        assert_eq!(package.features, ["f"]);
    }
}
