//! Where there is no canary, none is found.

use std::fs;
use std::path::{Path, PathBuf};

use souspli_search::Place;
use souspli_search::scan::{CanarySet, Needles, Options, WordList};

use super::support::{NEEDLES, Random, random, scan};

#[test]
fn nothing_is_found_in_64_mib_of_random_bytes() {
    for seed in 1..=4 {
        let (hits, scanned) = scan(&random(16 << 20, seed), &Options::default());
        assert!(hits.is_empty(), "{hits:?}");
        assert!(scanned.members == 0 && scanned.skipped.is_empty(), "{scanned:?}");
    }
}

#[test]
fn nothing_is_found_in_random_bytes_in_hex_and_base64() {
    let random = random(2 << 20, 9);
    let hex: Vec<u8> = random.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    let base64 = <base64ct::Base64 as base64ct::Encoding>::encode_string(&random).into_bytes();
    for text in [hex, base64] {
        let (hits, scanned) = scan(&text, &Options::default());
        assert!(hits.is_empty() && scanned.members == 0, "{hits:?} {scanned:?}");
    }
}

/// The project's own texts: translations and sources of the pages, documents, sources of the host.
fn own_texts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in ["web-client/src", "docs", "crates/server/src", "crates/client/src", "migrations"] {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 100, "the project's texts are there");
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[test]
fn nothing_is_found_in_the_projects_own_texts() {
    let files: Vec<_> = own_texts().iter().map(|file| fs::read(file).expect("a file of the project")).collect();
    let words = WordList::of(files.iter().filter_map(|file| str::from_utf8(file).ok()));
    let set = CanarySet::invent(&mut Random(11), 2, &words).expect("words");
    let invented = Needles::build(&set.canaries(), &[]).expect("canaries");
    for (path, file) in own_texts().iter().zip(&files) {
        for needles in [&*NEEDLES, &invented] {
            let mut hits = Vec::new();
            needles.scan(file.as_slice(), &Place::of(path.display().to_string()), &mut hits).expect("memory");
            assert!(hits.is_empty(), "{}: {hits:?}", path.display());
        }
    }
}

#[test]
fn the_expected_false_alarms_of_invented_canaries_are_below_one_in_a_billion() {
    let mut set = CanarySet::invent(&mut Random(5), 8, &WordList::default()).expect("words");
    for (place, person) in set.persons.iter_mut().enumerate() {
        person.time = Some(format!("2031-04-1{place}T09:35:00+02:00"));
    }
    let needles = Needles::build(&set.canaries(), &[]).expect("canaries");
    let expected = |bytes| needles.expected_false_alarms(bytes);
    assert!(expected(2 << 30) < 1e-9, "{:e}", expected(2 << 30));
    assert!(expected(0) < f64::MIN_POSITIVE);
    assert!(expected(1 << 20) < expected(1 << 30), "more bytes, more alarms");
    assert!(
        needles.short_reach() > 1 << 20,
        "cut hashes are looked for in a small database: {}",
        needles.short_reach()
    );
    let keys: Vec<Vec<u8>> = (0..8).map(|key| vec![key; 32]).collect();
    let keyed = Needles::build(&set.canaries(), &keys).expect("canaries");
    assert!(keyed.expected_false_alarms(2 << 30) < 1e-9, "with keys");
    assert!(keyed.short_reach() < needles.short_reach());
}
