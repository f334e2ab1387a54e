//! The crate graph of `docs/architecture.md`, and what must never be in a crate's tree.

use std::collections::BTreeSet;

use super::{Setting, Stage};
use crate::counts::Counts;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace::{Package, Workspace};

/// Which member may use which. What an allowed member may use is allowed too.
const ARROWS: &[(&str, &[&str])] = &[
    ("souspli-protocol", &[]),
    ("souspli-attest", &["souspli-protocol"]),
    ("souspli-crypto", &["souspli-attest"]),
    ("souspli-tlog", &["souspli-attest"]),
    ("souspli-booking", &["souspli-protocol"]),
    ("souspli-client", &["souspli-crypto", "souspli-booking", "souspli-tlog"]),
    ("souspli-wasm", &["souspli-client"]),
    ("souspli-agent", &["souspli-client"]),
    ("souspli-auditor", &["souspli-client", "souspli-tlog"]),
    ("souspli-store", &["souspli-protocol"]),
    ("souspli-store-sqlite", &["souspli-store"]),
    ("souspli-store-postgres", &["souspli-store"]),
    ("souspli-server", &["souspli-store-sqlite", "souspli-store-postgres", "souspli-attest", "souspli-tlog"]),
    ("souspli-store-contract", &["souspli-store-sqlite", "souspli-store-postgres", "souspli-attest"]),
    ("souspli-evil-host", &["souspli-client", "souspli-server", "souspli-auditor"]),
    ("souspli-journey", &["souspli-client", "souspli-server"]),
    ("souspli-proof", &["souspli-journey", "souspli-store-contract"]),
    ("souspli-bench", &["souspli-journey"]),
    ("xtask", &[]),
];

/// What must not be in a member's tree of normal dependencies, and why.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "souspli-server",
        &["souspli-crypto", "hpke", "ml-kem", "x-wing", "chacha20poly1305", "x25519-dalek", "argon2", "aws-lc-rs"],
        "the host cannot open an envelope",
    ),
    ("souspli-attest", &["hpke", "ml-kem", "x-wing", "chacha20poly1305", "x25519-dalek"], "attest decrypts nothing"),
    ("souspli-client", &["tokio", "hyper", "sqlx", "getrandom"], "client is bytes in, bytes out"),
    ("souspli-protocol", &["tokio", "hyper", "sqlx", "sha2", "ed25519-dalek", "hpke", "jiff"], "protocol is light"),
];

pub(super) fn run(setting: &mut Setting, _: &Stage) -> Outcome<Counts> {
    let workspace = &setting.workspace;
    let mut counts = Counts::default();
    for package in &workspace.packages {
        counts.check(&wrong_arrows(package, &workspace.packages));
    }
    for (package, forbidden, why) in FORBIDDEN {
        let found = intruders(&tree(workspace, package)?, forbidden);
        let sentences = found.iter().map(|name| format!("{package} must not contain {name}: {why}."));
        counts.check(&sentences.collect::<Vec<_>>());
    }
    println!("{} packages and {} trees checked", workspace.packages.len(), FORBIDDEN.len());
    Ok(counts)
}

/// The names in `cargo tree`; the first line is the package itself.
fn tree(workspace: &Workspace, package: &str) -> Outcome<String> {
    if workspace.package(package).is_none() {
        return Err(Failure::Sentence(format!("There is no package {package}: arrows.rs names it.")));
    }
    let mut cargo = process::cargo(&workspace.root);
    process::output(cargo.args(["tree", "--package", package, "--edges", "normal", "--prefix", "none"]))
}

fn intruders<'a>(tree: &str, forbidden: &[&'a str]) -> Vec<&'a str> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    forbidden.iter().filter(|name| names.contains(*name)).copied().collect()
}

fn wrong_arrows(package: &Package, members: &[Package]) -> Vec<String> {
    let name = package.name.as_str();
    let Some(allowed) = reach(name) else {
        return vec![format!("{name} is not in the crate graph: add it to ARROWS in xtask/src/test/arrows.rs.")];
    };
    let used = package.uses.iter().filter(|used| members.iter().any(|member| member.name == **used));
    let wrong = used.filter(|used| !allowed.contains(used.as_str()));
    wrong.map(|used| format!("{name} must not use {used}.")).collect()
}

/// What `name` may use, directly or not.
fn reach(name: &str) -> Option<BTreeSet<&'static str>> {
    let (_, direct) = ARROWS.iter().find(|(from, _)| *from == name)?;
    let mut reached = BTreeSet::new();
    for to in *direct {
        reached.insert(*to);
        reached.extend(reach(to).unwrap_or_default());
    }
    Some(reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, uses: &[&str]) -> Package {
        Package { name: name.into(), uses: uses.iter().map(ToString::to_string).collect(), ..Package::default() }
    }

    #[test]
    fn an_arrow_that_is_not_allowed_is_found() {
        let members =
            [package("souspli-crypto", &[]), package("souspli-protocol", &[]), package("souspli-attest", &[])];
        let server = package("souspli-server", &["souspli-crypto", "souspli-attest", "souspli-protocol", "hyper"]);
        assert_eq!(wrong_arrows(&server, &members), ["souspli-server must not use souspli-crypto."]);
        assert!(wrong_arrows(&package("souspli-new", &[]), &members)[0].contains("add it to ARROWS"));
    }

    #[test]
    fn a_forbidden_crate_is_found_whole_names_only() {
        let tree = "souspli-server v0.1.0 (/w)\naxum v0.8.9\nhpke-extra v1.0.0\nargon2 v0.6.0 (*)\n";
        assert_eq!(intruders(tree, &["hpke", "argon2"]), ["argon2"]);
    }

    #[test]
    fn every_arrow_leads_to_a_listed_member_and_none_from_the_server_to_crypto() {
        for (from, direct) in ARROWS {
            for to in *direct {
                assert!(reach(to).is_some(), "{from} -> {to}");
            }
        }
        assert!(!reach("souspli-server").unwrap().contains("souspli-crypto"));
    }
}
