//! What is stored is changed: nothing is signed on top of it.

use std::fs;
use std::path::{Path, PathBuf};

use souspli_proof::check;
use souspli_server::log::Stop;
use souspli_store_contract::fixture::NOW;

use crate::folder::{checkpoint, files};
use crate::stores::{Kind, Scene};

/// A log with full and partial bundles and two levels of hashes: 16 + 256 leaves.
fn log() -> Scene {
    Scene::new(Kind::Sqlite).with_log(40)
}

fn stored(scene: &Scene) -> Vec<PathBuf> {
    files(&scene.log()).into_iter().filter(|path| path.components().any(|part| part.as_os_str() == "tile")).collect()
}

fn name(scene: &Scene, path: &Path) -> String {
    path.strip_prefix(scene.log()).expect("inside").display().to_string()
}

/// Which bits of a file: all of a short one, of a long one all of its beginning and its end, and one of each byte between.
fn bits(length: usize) -> impl Iterator<Item = usize> {
    let edge = move |byte: usize| byte < 96 || byte + 96 >= length;
    (0..length * 8).filter(move |bit| length <= 1_100 || edge(bit / 8) || bit % 8 == (bit / 8) % 8)
}

/// Every byte of every tile, every bundle and the checkpoint, one bit after the other.
pub(crate) fn every_flipped_bit_is_seen_before_anything_is_signed() {
    let scene = log();
    let mut sequencer = scene.sequencer(1);
    check(matches!(sequencer.prove(), Ok(272)), || "the log is not what it should be".to_owned());
    let mut paths = stored(&scene);
    check(paths.len() == 5, || format!("{paths:?}"));
    paths.push(scene.log().join("checkpoint"));
    for path in paths {
        let whole = fs::read(&path).expect("read");
        for bit in bits(whole.len()) {
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, changed).expect("flipped");
            let proved = sequencer.prove();
            check(matches!(proved, Err(Stop::Halt(_))), || format!("{} bit {bit}: {proved:?}", name(&scene, &path)));
        }
        fs::write(&path, whole).expect("mended");
        check(matches!(sequencer.prove(), Ok(272)), || format!("{} was mended", name(&scene, &path)));
    }
}

/// Files of other lengths, gone, or in each other's place.
pub(crate) fn every_file_that_is_cut_extended_or_missing_is_seen() {
    let scene = log();
    let mut sequencer = scene.sequencer(1);
    sequencer.prove().expect("whole");
    let paths = stored(&scene);
    for path in &paths {
        let whole = fs::read(path).expect("read");
        let full = ["tile/entries/000", "tile/0/000"].contains(&name(&scene, path).as_str());
        let mut others = vec![Vec::new(), whole[..whole.len() - 1].to_vec(), whole[..whole.len() / 2].to_vec()];
        if full {
            others.push([&whole[..], &[0]].concat());
            others.push([&whole[..], &whole[..]].concat());
        }
        for other in &others {
            fs::write(path, other).expect("changed");
            let proved = sequencer.prove();
            let length = other.len();
            check(matches!(proved, Err(Stop::Halt(_))), || format!("{} of {length}: {proved:?}", name(&scene, path)));
        }
        fs::remove_file(path).expect("removed");
        let proved = sequencer.prove();
        check(matches!(proved, Err(Stop::Halt(_))), || format!("{} is gone: {proved:?}", name(&scene, path)));
        fs::write(path, &whole).expect("mended");
        sequencer.prove().expect("mended");
    }
    for (one, other) in [(0, 1), (1, 2), (2, 3), (3, 4)] {
        let (a, b) = (fs::read(&paths[one]).expect("read"), fs::read(&paths[other]).expect("read"));
        fs::write(&paths[one], &b).expect("swapped");
        fs::write(&paths[other], &a).expect("swapped");
        let proved = sequencer.prove();
        check(matches!(proved, Err(Stop::Halt(_))), || format!("swapped: {proved:?}"));
        fs::write(&paths[one], &a).expect("mended");
        fs::write(&paths[other], &b).expect("mended");
        sequencer.prove().expect("mended");
    }
}

/// A whole turn after a change, by a process that has read all of it before and by one that has not: it signs nothing.
pub(crate) fn nothing_is_signed_after_a_flipped_bit() {
    let scene = log();
    let mut knows = scene.sequencer(1);
    scene.turn(&mut knows, NOW).expect("merged");
    let before = checkpoint(&scene.log()).expect("a checkpoint");
    scene.book(3);
    for path in stored(&scene) {
        let whole = fs::read(&path).expect("read");
        for byte in [0, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[byte] ^= 0x10;
            fs::write(&path, changed).expect("flipped");
            for turn in [scene.turn(&mut knows, NOW), scene.turn(&mut scene.sequencer(1), NOW)] {
                let what = || format!("{} byte {byte}: {turn:?}", name(&scene, &path));
                check(matches!(turn, Err(Stop::Halt(_))), what);
            }
            let signed = checkpoint(&scene.log()).expect("a checkpoint");
            check(signed == before, || format!("{} was signed", signed.size));
        }
        fs::write(&path, whole).expect("mended");
    }
    check(scene.waiting().len() == 3, || "what waited is lost".to_owned());
    scene.turn(&mut knows, NOW).expect("merged after all");
    crate::folder::check_whole(&scene, &[before]);
}
