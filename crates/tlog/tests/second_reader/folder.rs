//! Whole logs in folders, and the command line.

use std::path::Path;

use serde_json::{Value, json};
use souspli_tlog::note::Note;
use souspli_tlog::tile::{Level, TileId};
use tempfile::TempDir;

use crate::judge::hex;
use crate::python;
use crate::shelf::Shelf;
use crate::world::{checkpoint, cosigned, entries, grown, leaf, policy, proof, request};

/// A log as a folder that can be served: its tiles, and this checkpoint.
pub(crate) fn on_disk(shelf: &Shelf, checkpoint: &Note) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (id, bytes) in &shelf.tiles {
        let path = folder.path().join(id.path());
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("a tile");
    }
    std::fs::write(folder.path().join("checkpoint"), checkpoint.encode()).expect("a checkpoint");
    folder
}

fn verdicts_on(folders: &[&Path]) -> Vec<Value> {
    let case = |folder| json!({ "command": "log", "input": { "folder": folder, "policy": policy() } });
    python::judge(&folders.iter().map(case).collect::<Vec<_>>())
}

#[test]
fn the_second_reader_recomputes_whole_logs() {
    let mut shelf = Shelf::default();
    let (mut folders, mut expected) = (Vec::new(), Vec::new());
    for size in [0, 1, 255, 256, 257, 600, 66_000] {
        let old = shelf.size;
        shelf.grow(&entries(old, size));
        let checkpoint = checkpoint(&shelf, size);
        folders.push(on_disk(&shelf, &cosigned(&checkpoint, &["a", "b"])));
        let cosigned = json!([["a.example/w", 1_800_000_000], ["b.example/w", 1_800_000_000]]);
        let (root, tiles) = (hex(&checkpoint.root.0), TileId::of_tree(size).count());
        expected.push(json!({
            "accepted": true, "origin": checkpoint.origin, "size": size, "root": root, "cosigned": cosigned, "tiles": tiles,
        }));
    }
    assert_eq!(verdicts_on(&folders.iter().map(TempDir::path).collect::<Vec<_>>()), expected);
}

#[test]
fn a_log_of_which_any_file_is_changed_cut_or_gone_is_refused() {
    let mut shelf = Shelf::default();
    shelf.grow(&entries(0, 600));
    let note = cosigned(&checkpoint(&shelf, 600), &["a", "b"]);
    let files: Vec<String> = TileId::of_tree(600).map(TileId::path).chain(["checkpoint".to_owned()]).collect();
    assert_eq!(files.len(), 3 + 3 + 1 + 1);
    let mut folders = vec![on_disk(&shelf, &note)];
    for file in files {
        let honest = std::fs::read(folders[0].path().join(&file)).expect("a file");
        let last = honest.len() - 1;
        let flipped = [0, last / 2, last].map(|at| {
            let mut changed = honest.clone();
            changed[at] ^= 1;
            changed
        });
        let damaged = [honest[..last].to_vec(), [&honest[..], &[0]].concat()].into_iter().chain(flipped).map(Some);
        for bytes in damaged.chain([None]) {
            let folder = on_disk(&shelf, &note);
            let path = folder.path().join(&file);
            match bytes {
                Some(bytes) => std::fs::write(path, bytes).expect("a file"),
                None => std::fs::remove_file(path).expect("a file"),
            }
            folders.push(folder);
        }
    }
    let verdicts = verdicts_on(&folders.iter().map(TempDir::path).collect::<Vec<_>>());
    let accepted: Vec<bool> = verdicts.iter().map(|verdict| verdict["accepted"] == json!(true)).collect();
    assert!(accepted[0] && !accepted[1..].contains(&true), "{verdicts:?}");
}

#[test]
fn where_a_partial_tile_is_gone_the_full_one_serves() {
    let mut shelf = Shelf::default();
    shelf.grow(&entries(0, 200));
    let note = cosigned(&checkpoint(&shelf, 200), &["a", "b"]);
    shelf.grow(&entries(200, 300));
    shelf.tiles.retain(|id, _| id.width != 200);
    let folder = on_disk(&shelf, &note);
    shelf.tiles.retain(|id, _| id.level != Level::Entries);
    let without_entries = on_disk(&shelf, &note);
    let verdicts = verdicts_on(&[folder.path(), without_entries.path()]);
    assert_eq!([&verdicts[0]["accepted"], &verdicts[1]["accepted"]], [&json!(true), &json!(false)]);
}

#[test]
fn each_command_says_by_its_exit_code_what_it_prints() {
    let shelf = grown();
    let five = checkpoint(&shelf, 5);
    let folder = on_disk(&shelf, &cosigned(&checkpoint(&shelf, 300), &["a", "b"]));
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let policy = put("policy", policy().as_bytes());
    let signed = put("signed", &cosigned(&five, &["a", "b"]).encode());
    let alone = put("alone", &cosigned(&five, &["a"]).encode());
    let proof = put("five.tlog-proof", &proof(&shelf, 3, 5, &["a", "b"]).encode().expect("file"));
    let step = put("step", &request(&shelf, 5, 300).encode());
    let line = put("line", crate::world::cosignature(&five, "c", 7).line().as_bytes());
    let size = put("size", b"5\n");
    let (leaf, other) = (leaf(&shelf, 3), leaf(&shelf, 4));
    let last = format!("5:{}", hex(&five.root.0));
    let log = folder.path().to_str().expect("a path in UTF-8");
    let key = crate::world::the_log().key.to_string();
    for (arguments, code) in [
        (vec!["checkpoint", &signed, "--policy", &policy], 0),
        (vec!["checkpoint", &signed, "--policy", &policy, "--origin", "log.example/2"], 1),
        (vec!["checkpoint", &alone, "--policy", &policy], 1),
        (vec!["checkpoint", "no-such-file", "--policy", &policy], 1),
        (vec!["proof", &proof, "--leaf", &leaf, "--policy", &policy], 0),
        (vec!["proof", &proof, "--leaf", &other, "--policy", &policy], 1),
        (vec!["proof", &proof, "--leaf", "no digits", "--policy", &policy], 1),
        (vec!["consistency", &step, "--policy", &policy, "--last", &last], 0),
        (vec!["consistency", &step, "--policy", &policy], 1),
        (vec!["witness-response", &line, "--checkpoint", &alone, "--policy", &policy], 0),
        (vec!["witness-response", &signed, "--checkpoint", &alone, "--policy", &policy], 1),
        (vec!["conflict", &size], 0),
        (vec!["conflict", &line], 1),
        (vec!["policy", &policy], 0),
        (vec!["policy", &signed], 1),
        (vec!["note", &signed, "--key", &key], 0),
        (vec!["note", &step, "--key", &key], 1),
        (vec!["log", log, "--policy", &policy], 0),
        (vec!["log", log], 0),
        (vec!["log", &signed], 1),
    ] {
        let (found, printed) = python::run(&arguments);
        let verdict: Value = serde_json::from_slice(&printed).expect("a verdict");
        assert_eq!((found, &verdict["accepted"]), (code, &json!(code == 0)), "{arguments:?}: {verdict}");
    }
}
