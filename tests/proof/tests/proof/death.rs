//! Death: a holder stops to exist after each thing that it does.

use std::fs;

use souspli_proof::check;
use souspli_server::log::{Died, Step, Stop, Turn};
use souspli_store_contract::fixture::NOW;

use crate::folder::{check_whole, checkpoint};
use crate::stores::{Kind, Scene};

/// Leaves of the batch in which the holder dies: more than one transaction writes down.
const BOOKINGS: u64 = 530;

/// Lets a holder die after each of its steps in turn, and another one follow when its time is over.
pub(crate) fn a_holder_that_dies_at_any_step_is_followed(kind: Kind) {
    let mut steps = Vec::new();
    let scene = Scene::new(kind).with_log(3);
    scene.book(BOOKINGS);
    scene
        .watched(&mut scene.sequencer(1), NOW, &mut |step| {
            steps.push(step);
            Ok(())
        })
        .expect("a whole turn");
    check_whole(&scene, &[]);
    for expected in [Step::Fenced, Step::Staged, Step::Tile, Step::Proven, Step::Signed, Step::Told, Step::Cleared] {
        check(steps.contains(&expected), || format!("{expected:?} was not seen"));
    }
    // Of the tiles of a batch the first, the last, and some between.
    let tiles = steps.iter().filter(|step| **step == Step::Tile).count();
    let mut seen = 0;
    for (at, step) in steps.into_iter().enumerate() {
        seen += usize::from(step == Step::Tile);
        if step == Step::Tile && ![1, 2, tiles / 2, tiles].contains(&seen) {
            continue;
        }
        dies(kind, at, step);
    }
}

fn dies(kind: Kind, at: usize, step: Step) {
    let scene = Scene::new(kind).with_log(3);
    scene.book(BOOKINGS);
    let mut signed = vec![checkpoint(&scene.log()).expect("a checkpoint")];
    let mut left = at;
    let died = scene.watched(&mut scene.sequencer(1), NOW, &mut |_| {
        if left == 0 {
            return Err(Died);
        }
        left -= 1;
        Ok(())
    });
    check(matches!(died, Err(Stop::Died)), || format!("{step:?}: {died:?}"));
    signed.extend(checkpoint(&scene.log()));
    // A file that was being written when it died.
    fs::write(scene.log().join("checkpoint.unfinished"), b"souspli/").expect("half a file");

    let mut next = scene.sequencer(2);
    let early = scene.turn(&mut next, NOW + 2);
    check(matches!(early, Ok(Turn::Others)), || format!("{step:?}: it was not waited for: {early:?}"));
    scene.book(2);
    for minute in 3..6 {
        let turn = scene.turn(&mut next, NOW + minute);
        check(matches!(turn, Ok(Turn::Merged { .. })), || format!("{step:?}: {turn:?}"));
        signed.extend(checkpoint(&scene.log()));
    }
    check_whole(&scene, &signed);
}

/// A database of yesterday beside the log of today: nothing that was signed is taken back; what waits again is merged
/// again.
pub(crate) fn a_restored_database_adds_leaves_and_takes_none_away(kind: Kind) {
    let scene = Scene::new(kind);
    scene.turn(&mut scene.sequencer(1), NOW).expect("merged");
    scene.book(4);
    let backup = tempfile::tempdir().expect("folder");
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        for name in ["souspli.db", "souspli.db-wal", "souspli.db-shm"] {
            let (from, to) = (from.join(name), to.join(name));
            let _ = fs::remove_file(&to);
            if from.exists() {
                fs::copy(from, to).expect("copied");
            }
        }
    };
    copy(scene.data(), backup.path());
    scene.turn(&mut scene.sequencer(1), NOW + 1).expect("merged");
    // Other holders come and go, of whom the backup knows nothing.
    for holder in 2..5 {
        scene.turn(&mut scene.sequencer(holder), NOW + 4 * u32::from(holder)).expect("merged");
    }
    let signed = checkpoint(&scene.log()).expect("a checkpoint");

    scene.runtime.block_on(scene.store.close());
    copy(backup.path(), scene.data());
    let store = souspli_store_sqlite::SqliteStore::open(scene.data(), souspli_store_sqlite::Options::default());
    let scene = scene.with_store(std::sync::Arc::new(store.expect("restored")));
    check(scene.waiting().len() == 4, || "the backup knows of no merging".to_owned());
    let turn = scene.turn(&mut scene.sequencer(9), NOW + 30);
    check(matches!(turn, Ok(Turn::Merged { size: 96, .. })), || format!("{turn:?}"));
    let newest = checkpoint(&scene.log()).expect("a checkpoint");
    check(newest.size == signed.size + 16, || "the log went back".to_owned());
    for (id, _) in scene.accepted.borrow().iter() {
        check(scene.place(*id).is_some(), || format!("{id:?} lies nowhere"));
    }
    let folder = scene.log();
    let tiles = crate::folder::Files(&folder);
    let path = souspli_tlog::store::consistency_path(&tiles, signed.size, newest.size).expect("tiles");
    let same = souspli_tlog::tree::verify_consistency(signed.size, &signed.root, newest.size, &newest.root, &path);
    check(same.is_ok(), || "what was signed is no part of the log".to_owned());
}
