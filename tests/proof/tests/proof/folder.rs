//! The log's folder as an auditor reads it, and folders that are not the log's.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use souspli_proof::check;
use souspli_protocol::Digest;
use souspli_server::log::{Halt, Sequencer, Step, Stop, Turn};
use souspli_store_contract::fixture::NOW;
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::entry::{entry_of, leaf_hash};
use souspli_tlog::note::Note;
use souspli_tlog::store::{Tiles, consistency_path, root_at};
use souspli_tlog::tile::{Level, TileId, decode_bundle};
use souspli_tlog::tree::{root_of_leaves, verify_consistency};

use crate::stores::{Kind, Scene};

/// Tiles of a folder: a file that grows is cut to the width that is asked for.
pub(crate) struct Files<'a>(pub(crate) &'a Path);

impl Tiles for Files<'_> {
    type Error = io::Error;

    fn read(&self, id: TileId) -> io::Result<Vec<u8>> {
        let mut bytes = fs::read(self.0.join(TileId { width: 256, ..id }.path()))?;
        if let Level::Hashes(_) = id.level {
            bytes.truncate(32 * usize::from(id.width));
            return Ok(bytes);
        }
        // An entry of ours is 63 bytes behind its length.
        bytes.truncate(65 * usize::from(id.width));
        Ok(bytes)
    }
}

/// The newest checkpoint of a folder.
pub(crate) fn checkpoint(folder: &Path) -> Option<Checkpoint> {
    let bytes = fs::read(folder.join("checkpoint")).ok()?;
    Some(Checkpoint::parse(Note::parse(&bytes).expect("a note").text()).expect("a checkpoint"))
}

/// All files of a folder but its lock.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.file_name().is_none_or(|name| name != "lock") {
            found.push(path);
        }
    }
    found
}

/// What must hold of a log once all has been merged: every checkpoint that was ever signed is part of the newest; every
/// accepted object lies where the database says, once; all else are random.
pub(crate) fn check_whole(scene: &Scene, signed: &[Checkpoint]) {
    let folder = scene.log();
    let (tiles, newest) = (Files(&folder), checkpoint(&folder).expect("a checkpoint"));
    check(root_at(&tiles, newest.size).expect("tiles") == newest.root, || "tiles make another root".to_owned());
    let mut leaves: Vec<Digest> = Vec::new();
    for id in TileId::of_tree(newest.size).take_while(|id| id.level == Level::Entries) {
        let bytes = tiles.read(id).expect("a bundle");
        leaves.extend(decode_bundle(&bytes, id.width).expect("entries").into_iter().map(leaf_hash));
    }
    check(root_of_leaves(&leaves) == newest.root, || "the entries make another root".to_owned());
    for old in signed {
        let path = consistency_path(&tiles, old.size, newest.size).expect("tiles");
        let consistent = verify_consistency(old.size, &old.root, newest.size, &newest.root, &path);
        check(consistent.is_ok(), || format!("{} is no part of {}", old.size, newest.size));
    }
    check(scene.waiting().is_empty(), || format!("{} leaves wait", scene.waiting().len()));
    let accepted = scene.accepted.borrow();
    for (id, object) in accepted.iter() {
        let place = scene.place(*id);
        let there = place.and_then(|place| leaves.get(usize::try_from(place).expect("small")));
        let leaf = leaf_hash(&entry_of(object));
        check(there == Some(&leaf), || format!("{id:?} does not lie at {place:?}"));
        let times = leaves.iter().filter(|other| **other == leaf).count();
        check(times == 1, || format!("{id:?} lies in the log {times} times"));
    }
    check(leaves.iter().collect::<BTreeSet<_>>().len() == leaves.len(), || "a random leaf occurs twice".to_owned());
    check(!folder.join("staged").exists(), || "something is staged".to_owned());
}

/// A folder that lacks what the database has heard of, or has something else there.
pub(crate) fn another_folder_is_not_taken_for_the_log() {
    let scene = Scene::new(Kind::Sqlite).with_log(3);
    let before = checkpoint(&scene.log()).expect("a checkpoint");
    let other = scene.data().join("other");
    let mut lost = souspli_server::log::sequencer(scene.data(), &other, [1; 16], false).expect("opened");
    let halts = |scene: &Scene, sequencer: &mut Sequencer, now| {
        let turn = scene.turn(sequencer, now);
        check(matches!(turn, Err(Stop::Halt(Halt::OtherFolder(32)))), || format!("{turn:?}"));
    };
    halts(&scene, &mut lost, NOW);
    check(checkpoint(&other).is_none(), || "a second log was begun".to_owned());

    // One that another database has filled: as long, and not the same.
    let stranger = Scene::new(Kind::Sqlite);
    for name in ["host.key", "host.pub"] {
        fs::copy(scene.data().join(name), stranger.data().join(name)).expect("the same key");
    }
    fs::remove_dir_all(stranger.log()).expect("empty");
    let stranger = stranger.with_log(3);
    let mut elsewhere = souspli_server::log::sequencer(scene.data(), &stranger.log(), [2; 16], false).expect("opened");
    halts(&scene, &mut elsewhere, NOW + 3);
    check(checkpoint(&stranger.log()).expect("a checkpoint").size == 32, || "it went on".to_owned());

    let mut right = scene.sequencer(3);
    let turn = scene.turn(&mut right, NOW + 6);
    check(matches!(turn, Ok(Turn::Merged { size: 48, .. })), || format!("{turn:?}"));
    check_whole(&scene, &[before]);
}

/// What was staged is finished or nothing goes on: it may have been signed.
pub(crate) fn a_staged_batch_that_is_damaged_stops_everything() {
    let scene = Scene::new(Kind::Sqlite).with_log(3);
    scene.book(2);
    let staged = scene.log().join("staged");
    let mut dying = scene.sequencer(1);
    let died = scene.watched(&mut dying, NOW, &mut |step| {
        if step == Step::Staged { Err(souspli_server::log::Died) } else { Ok(()) }
    });
    check(matches!(died, Err(Stop::Died)), || format!("{died:?}"));
    let whole = fs::read(&staged).expect("staged");
    for (what, bytes) in [
        ("cut", whole[..whole.len() - 1].to_vec()),
        ("empty", Vec::new()),
        ("flipped", [&whole[..40], &[whole[40] ^ 1], &whole[41..]].concat()),
    ] {
        fs::write(&staged, bytes).expect("damaged");
        let turn = scene.turn(&mut scene.sequencer(2), NOW + 3);
        check(matches!(turn, Err(Stop::Halt(Halt::Staged))), || format!("{what}: {turn:?}"));
    }
    fs::write(&staged, &whole).expect("mended");
    scene.turn(&mut scene.sequencer(2), NOW + 3).expect("finished");
    check_whole(&scene, &[]);

    // A batch that was finished long ago begins elsewhere.
    scene.turn(&mut scene.sequencer(2), NOW + 3).expect("one more");
    fs::write(&staged, &whole).expect("an old one");
    let turn = scene.turn(&mut scene.sequencer(2), NOW + 3);
    check(matches!(turn, Err(Stop::Halt(Halt::Staged))), || format!("{turn:?}"));
}
