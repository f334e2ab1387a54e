//! What cargo-deny would check of `deny.toml`, for the crates that are compiled here: this machine's and the browser's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use toml::{Table, Value};

use super::{FILE, advisory, licence};
use crate::counts::Counts;
use crate::failure::{OrSay, Outcome};
use crate::process;
use crate::toolchain::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// A crate from elsewhere.
struct Used {
    name: String,
    version: String,
    licence: String,
    source: String,
}

/// The rules.
struct Rules {
    licences: Vec<String>,
    banned: Vec<String>,
    registries: Vec<String>,
}

/// Licences, bans and sources, and advisories where there is a database; what is wrong is printed.
pub(super) fn check(workspace: &Workspace, database: Option<&Path>) -> Outcome<Counts> {
    let rules = Rules::read(&fs::read_to_string(workspace.root.join(FILE)).or_say(FILE)?)?;
    let used = used(workspace)?;
    let mut counts = Counts::default();
    for wrong in [rules.licences(&used), rules.bans(&used), rules.sources(&used)] {
        counts.check(&wrong);
    }
    if let Some(database) = database {
        let mut wrong = Vec::new();
        for package in &used {
            wrong.extend(advisory::of(database, &package.name, &package.version)?);
        }
        counts.check(&wrong);
    }
    println!("{} crates checked", used.len());
    Ok(counts)
}

impl Rules {
    fn read(text: &str) -> Outcome<Self> {
        let table: Table = text.parse().or_say(FILE)?;
        let list = |section: &str, name: &str| table.get(section).and_then(|section| section.get(name));
        let bans = list("bans", "deny").and_then(Value::as_array).into_iter().flatten();
        let banned = bans.filter_map(|ban| Some(ban.get("crate")?.as_str()?.to_owned())).collect();
        let registries = strings(list("sources", "allow-registry"));
        Ok(Self { licences: strings(list("licenses", "allow")), banned, registries })
    }

    fn licences(&self, used: &[Used]) -> Vec<String> {
        let wrong = used.iter().filter_map(|Used { name, version, licence, .. }| {
            match licence::suffices(licence, &self.licences) {
                Ok(true) => None,
                Ok(false) => Some(format!("{name} {version} may not be used under `{licence}`.")),
                Err(why) => Some(format!("{name} {version}: {why}.")),
            }
        });
        wrong.collect()
    }

    fn bans(&self, used: &[Used]) -> Vec<String> {
        let banned = used.iter().filter(|package| self.banned.contains(&package.name));
        banned.map(|package| format!("{} is banned.", package.name)).collect()
    }

    fn sources(&self, used: &[Used]) -> Vec<String> {
        let known =
            |source: &str| source.strip_prefix("registry+").is_some_and(|url| self.registries.iter().any(|r| r == url));
        let unknown = used.iter().filter(|package| !known(&package.source));
        unknown.map(|package| format!("{} comes from {}.", package.name, package.source)).collect()
    }
}

/// The texts of a list, empty where there is none.
pub(super) fn strings(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Every crate that is not of this workspace, once.
fn used(workspace: &Workspace) -> Outcome<Vec<Used>> {
    let mut all = BTreeMap::new();
    for target in [toolchain::host(&workspace.root)?.as_str(), WASM_TARGET] {
        let mut cargo = process::cargo(&workspace.root);
        cargo.args(["metadata", "--format-version", "1", "--all-features", "--filter-platform", target]);
        let metadata: Json =
            serde_json::from_str(&process::output(&mut cargo)?).or_say("cargo metadata is not JSON")?;
        for package in metadata["packages"].as_array().into_iter().flatten() {
            let text = |field: &str| package[field].as_str().unwrap_or_default().to_owned();
            if package["source"].is_string() {
                let (name, version) = (text("name"), text("version"));
                let used = Used { name, version, licence: text("license"), source: text("source") };
                all.insert(text("id"), used);
            }
        }
    }
    Ok(all.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"bad\", reason = \"why\" }]\n\
        [sources]\nallow-registry = [\"https://index.example\"]\n";

    fn package(name: &str, licence: &str, source: &str) -> Used {
        Used { name: name.into(), version: "1.0.0".into(), licence: licence.into(), source: source.into() }
    }

    #[test]
    fn each_rule_finds_what_it_forbids() {
        let rules = Rules::read(TEXT).unwrap();
        let used = [
            package("good", "MIT", "registry+https://index.example"),
            package("bad", "MIT", "registry+https://index.example"),
            package("copyleft", "GPL-2.0", "registry+https://index.example"),
            package("unsaid", "", "git+https://elsewhere.example"),
        ];
        assert_eq!(rules.bans(&used), ["bad is banned."]);
        assert_eq!(rules.licences(&used).len(), 2);
        assert_eq!(rules.sources(&used), ["unsaid comes from git+https://elsewhere.example."]);
    }

    #[test]
    fn the_rules_of_this_workspace_are_read() {
        let rules = Rules::read(include_str!("../../../../deny.toml")).unwrap();
        assert!(rules.licences.iter().any(|licence| licence == "MIT") && !rules.registries.is_empty());
        assert!(rules.banned.iter().any(|name| name == "openssl-sys"));
    }
}
