//! `cargo xtask vectors`: the project's own test vectors, made anew. Their randomness comes from seeds, so that the same
//! code always makes the same files.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::failure::{OrSay, Outcome};
use crate::process;
use crate::workspace::Workspace;

/// Where the vectors are, below the workspace.
const FOLDER: &str = "tests/vectors";

/// What makes them: each takes a folder to write to.
const PROGRAMS: &[&[&str]] = &[
    &["--package", "souspli-crypto", "--example", "vectors"],
    &["--package", "souspli-wasm", "--example", "time-vectors", "--features", "vectors"],
];

/// Write the project's own files of tests/vectors anew.
///
/// They are made from seeds: without a change of the code nothing changes. Published vectors (RFCs and drafts) are not
/// touched.
#[derive(Args)]
pub(crate) struct Options {
    /// Write nothing; say which files differ, with status 1 if any does
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Outcome<ExitCode> {
    let workspace = Workspace::load()?;
    let made = workspace.target.join("xtask/vectors");
    if made.exists() {
        fs::remove_dir_all(&made).or_say(made.display())?;
    }
    fs::create_dir_all(&made).or_say(made.display())?;
    for program in PROGRAMS {
        let mut cargo = process::cargo(&workspace.root);
        cargo.args(["run", "--quiet"]).args(*program).arg("--");
        process::run(cargo.arg(&made))?;
    }
    let committed = workspace.root.join(FOLDER);
    let (count, different) = differences(&made, &committed)?;
    for name in &different {
        if options.check {
            println!("{FOLDER}/{name} differs from what is made.");
        } else {
            fs::copy(made.join(name), committed.join(name)).or_say(name)?;
            println!("{FOLDER}/{name} written.");
        }
    }
    println!("{count} files made, {} of them different from what was there.", different.len());
    Ok(if options.check && !different.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// How many files there are in `made`, and the names of those that `committed` has otherwise or not at all.
fn differences(made: &Path, committed: &Path) -> Outcome<(usize, Vec<String>)> {
    let (mut count, mut different) = (0, Vec::new());
    for entry in fs::read_dir(made).or_say(made.display())? {
        let path = entry.or_say(made.display())?.path();
        let name = path.file_name().unwrap_or_default();
        let there = fs::read(committed.join(name)).unwrap_or_default();
        count += 1;
        if fs::read(&path).or_say(path.display())? != there {
            different.push(name.to_string_lossy().into_owned());
        }
    }
    different.sort();
    Ok((count, different))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_and_missing_files_are_found_and_others_are_left_alone() {
        let folder = std::env::temp_dir().join(format!("souspli-xtask-{}-vectors", std::process::id()));
        let (made, committed) = (folder.join("made"), folder.join("committed"));
        fs::create_dir_all(&made).unwrap();
        fs::create_dir_all(&committed).unwrap();
        for (name, content) in [("a", "1"), ("b", "1"), ("c", "1")] {
            fs::write(made.join(name), content).unwrap();
        }
        for (name, content) in [("a", "1"), ("b", "2"), ("rfc", "3")] {
            fs::write(committed.join(name), content).unwrap();
        }
        assert_eq!(differences(&made, &committed).unwrap(), (3, vec!["b".to_owned(), "c".to_owned()]));
        fs::remove_dir_all(folder).unwrap();
    }
}
