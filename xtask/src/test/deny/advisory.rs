//! Advisories of the RustSec database: a file each, in which a block of TOML says what is affected.

use std::fs;
use std::path::Path;

use semver::{Version, VersionReq};
use toml::Table;

use super::rules::strings;
use crate::failure::{Failure, OrSay, Outcome};

/// The advisories that a crate of this version falls under, as sentences.
pub(super) fn of(database: &Path, name: &str, version: &str) -> Outcome<Vec<String>> {
    let folder = database.join("crates").join(name);
    let mut sentences = Vec::new();
    if !folder.is_dir() {
        return Ok(sentences);
    }
    for entry in fs::read_dir(&folder).or_say(folder.display())? {
        let file = entry.or_say(folder.display())?.path();
        let text = fs::read_to_string(&file).or_say(file.display())?;
        let found = affects(&text, version).map_err(|why| Failure::Sentence(format!("{}: {why}", file.display())))?;
        sentences.extend(found.map(|id| format!("{name} {version} falls under {id}.")));
    }
    Ok(sentences)
}

/// The id of an advisory, if it was not withdrawn and no list of versions excepts this one.
fn affects(advisory: &str, version: &str) -> Result<Option<String>, String> {
    let block = advisory.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("\n```")).map(|(block, _)| block);
    let table: Table = block.ok_or("there is no block of TOML")?.parse().map_err(|error| format!("{error}"))?;
    let about = table.get("advisory").ok_or("it has no table `advisory`")?;
    if about.get("withdrawn").is_some() {
        return Ok(None);
    }
    let version = Version::parse(version).map_err(|error| error.to_string())?;
    for list in ["patched", "unaffected"] {
        for range in strings(table.get("versions").and_then(|versions| versions.get(list))) {
            let range = VersionReq::parse(&range).map_err(|error| format!("{range}: {error}"))?;
            if range.matches(&version) {
                return Ok(None);
            }
        }
    }
    Ok(about.get("id").and_then(|id| id.as_str()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::affects;

    const ADVISORY: &str = "```toml\n[advisory]\nid = \"RUSTSEC-0000-0000\"\npackage = \"p\"\n\n[versions]\n\
        patched = [\">= 1.2.3, < 1.3.0\", \"^ 1.4.2\"]\nunaffected = [\"< 0.5\"]\n```\n\n# A title\n";

    #[test]
    fn versions_between_the_lists_are_affected() {
        for (version, affected) in
            [("0.4.9", false), ("0.5.0", true), ("1.2.2", true), ("1.2.3", false), ("1.3.0", true), ("1.4.2", false)]
        {
            assert_eq!(affects(ADVISORY, version).unwrap().is_some(), affected, "{version}");
        }
        assert_eq!(affects(ADVISORY, "1.0.0").unwrap().as_deref(), Some("RUSTSEC-0000-0000"));
        let withdrawn = ADVISORY.replace("package", "withdrawn = \"2026-01-01\"\npackage");
        assert_eq!(affects(&withdrawn, "1.0.0"), Ok(None));
        assert!(affects("# No block", "1.0.0").is_err());
    }
}
