//! No program that ships can leak on purpose: neither the mark of this crate nor the name of a switch is in one.

use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use souspli_leaky_host::{MARK, switches};

/// The programs that ship, and the variables that say where they are.
const PROGRAMS: [(&str, &str); 3] = [
    ("souspli-server", "SOUSPLI_SERVER_BIN"),
    ("souspli", "SOUSPLI_AGENT_BIN"),
    ("souspli-audit", "SOUSPLI_AUDIT_BIN"),
];

/// What stands in a program, of the mark and the names.
fn found(program: &Path) -> usize {
    let names = switches().into_iter().map(|switch| switch.name).chain([MARK]);
    let bytes = std::fs::read(program).unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let search = AhoCorasick::new(names).expect("patterns");
    search.find_overlapping_iter(&bytes).map(|found| found.pattern()).collect::<std::collections::BTreeSet<_>>().len()
}

/// Where a program is: where the tests are told, or beside the programs of this crate.
fn place(name: &str, variable: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_BIN_EXE_leaky-host")).with_file_name(name);
    std::env::var_os(variable).map_or_else(beside, PathBuf::from)
}

#[test]
fn no_program_that_ships_has_a_switch() {
    // The search finds them where they are.
    assert_eq!(found(Path::new(env!("CARGO_BIN_EXE_leaky-host"))), switches().len() + 1);
    for (name, variable) in PROGRAMS {
        let program = place(name, variable);
        assert!(program.is_file(), "{} is missing; `cargo build --bins` makes it", program.display());
        assert_eq!(found(&program), 0, "{name}");
    }
}

#[test]
fn there_are_enough_switches_and_each_is_told_apart() {
    let switches = switches();
    assert!(switches.len() >= 40, "{}", switches.len());
    let mut names: Vec<&str> = switches.iter().map(|switch| switch.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), switches.len());
    assert!(switches.iter().all(|switch| !switch.named.is_empty()), "each must be named");
}
