//! What a patient's browser loads before the booking page works: the page, and every built file that it names, and
//! that those name: scripts, style, the worker, its wasm. Built files have a hash in their names, so a name found in a
//! text is a reference. The practice's files and the service worker's list are not reached that way, and what
//! follows the log is loaded later.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, OrSay, Outcome};
use crate::wasm;

/// At most this many bytes, gzipped file by file.
pub(crate) const LIMIT: usize = 200_000;

/// What the page names and starts only when an appointment stands: the worker that follows the log. Its wasm is named by
/// nothing else; the browser tests hold that a booking page asks for neither.
const LATER: &str = "log.worker-";

/// The patients' page in `dist`.
const PAGE: &str = "index.html";

/// The gzipped size of a patient's first load, in bytes.
pub(crate) fn measure(dist: &Path) -> Outcome<usize> {
    let files = reached(dist)?;
    if !files.iter().any(|file| file.extension().is_some_and(|kind| kind == "wasm")) {
        return Err(Failure::Sentence(format!(
            "{} names no wasm, directly or through its scripts: a patient's first load cannot be measured.",
            dist.join(PAGE).display()
        )));
    }
    files.iter().try_fold(0, |sum, file| Ok(sum + wasm::sizes(file)?.1))
}

/// The page and the files below `dist/assets` that it leads to.
fn reached(dist: &Path) -> Outcome<BTreeSet<PathBuf>> {
    let assets = dist.join("assets");
    let mut unreached = Vec::new();
    for entry in fs::read_dir(&assets).or_say(assets.display())? {
        let path = entry.or_say(assets.display())?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.starts_with(LATER) {
            unreached.push(path);
        }
    }
    let mut reached = BTreeSet::new();
    let mut to_read = vec![dist.join(PAGE)];
    while let Some(file) = to_read.pop() {
        let content = fs::read(&file).or_say(file.display())?;
        reached.insert(file);
        let (named, rest) = unreached.into_iter().partition(|path| is_named(path, &content));
        unreached = rest;
        to_read.extend::<Vec<PathBuf>>(named);
    }
    Ok(reached)
}

fn is_named(path: &Path, content: &[u8]) -> bool {
    let Some(name) = path.file_name() else { return false };
    let name = name.as_encoded_bytes();
    content.windows(name.len()).any(|window| window == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_patients_page_leads_to_counts() {
        let dist = std::env::temp_dir().join(format!("souspli-xtask-{}-first-load", std::process::id()));
        fs::create_dir_all(dist.join("assets")).unwrap();
        for (name, content) in [
            ("index.html", "<script src=/assets/patient-a1.js>"),
            ("practice.html", "<script src=/assets/practice-b2.js>"),
            ("sw.js", "patient-a1.js practice-b2.js"),
            (
                "assets/patient-a1.js",
                "new Worker('/assets/worker-c3.js'); register('/sw.js'); '/assets/log.worker-f6.js'",
            ),
            ("assets/log.worker-f6.js", "fetch('/assets/log-a7.wasm')"),
            ("assets/log-a7.wasm", "\0asm"),
            ("assets/worker-c3.js", "fetch('/assets/patient-d4.wasm')"),
            ("assets/patient-d4.wasm", "\0asm"),
            ("assets/practice-b2.js", "fetch('/assets/practice-e5.wasm')"),
            ("assets/practice-e5.wasm", "\0asm"),
        ] {
            fs::write(dist.join(name), content).unwrap();
        }
        let names: Vec<_> =
            reached(&dist).unwrap().iter().map(|file| file.strip_prefix(&dist).unwrap().to_path_buf()).collect();
        let expected = ["assets/patient-a1.js", "assets/patient-d4.wasm", "assets/worker-c3.js", "index.html"];
        assert_eq!(names, expected.map(PathBuf::from));
        assert!(measure(&dist).unwrap() > 80);
        fs::remove_file(dist.join("assets/patient-d4.wasm")).unwrap();
        assert!(measure(&dist).is_err(), "no wasm is reached");
        fs::remove_dir_all(dist).unwrap();
    }
}
