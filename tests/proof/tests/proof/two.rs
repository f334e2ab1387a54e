//! Two who would merge: a lease that is over, a holder that was held up, many at once.

use std::sync::{Arc, Barrier};

use souspli_proof::check;
use souspli_server::log::{Halt, Step, Stop, Turn};
use souspli_store_contract::fixture::NOW;

use crate::folder::{check_whole, checkpoint};
use crate::stores::{Kind, Scene, random};

/// A holder is held up after each of its steps for so long that another takes its place; then it goes on.
pub(crate) fn a_holder_that_is_held_up_anywhere_and_overtaken_harms_nothing(kind: Kind) {
    let scene = Scene::new(kind).with_log(3);
    let mut signed = Vec::new();
    let mut now = NOW;
    for held_up_at in [Step::Fenced, Step::Staged, Step::Tile, Step::Proven, Step::Signed, Step::Told, Step::Cleared] {
        scene.book(20);
        let (mut slow, mut other) = (scene.sequencer(1), scene.sequencer(2));
        let mut met = None;
        let turn = scene.watched(&mut slow, now, &mut |step| {
            if step == held_up_at && met.is_none() {
                met = Some(scene.turn(&mut other, now + 5));
            }
            Ok(())
        });
        // It has the folder: the other one has the row and must wait.
        check(matches!(met, Some(Ok(Turn::Others))), || format!("{held_up_at:?}: {met:?}"));
        let harmless = matches!(turn, Ok(Turn::Others | Turn::Merged { .. }));
        check(harmless, || format!("{held_up_at:?}: {turn:?}"));
        signed.extend(checkpoint(&scene.log()));
        let back = scene.turn(&mut slow, now + 6);
        check(matches!(back, Ok(Turn::Others)), || format!("{held_up_at:?}: it was overtaken: {back:?}"));
        let turn = scene.turn(&mut other, now + 6);
        check(matches!(turn, Ok(Turn::Merged { .. })), || format!("{held_up_at:?}: {turn:?}"));
        signed.extend(checkpoint(&scene.log()));
        now += 20;
    }
    check_whole(&scene, &signed);
}

/// Four processes in the same minutes: one log comes out, and nothing is merged twice.
pub(crate) fn many_at_once_make_one_log(kind: Kind) {
    let scene = Arc::new(Scene::new(kind).with_log(3));
    scene.book(40);
    let (store, handle) = (scene.store.clone(), scene.runtime.handle().clone());
    let minute_over = Barrier::new(4);
    let merged: usize = std::thread::scope(|threads| {
        let running: Vec<_> = (1..=4_u8)
            .map(|holder| {
                let (mut sequencer, store, handle) = (scene.sequencer(holder), store.clone(), handle.clone());
                let minute_over = &minute_over;
                threads.spawn(move || {
                    let mut merged = 0;
                    // Each lease is over when they look again, all four at once.
                    for minute in 0..12 {
                        let now = NOW + 4 * minute;
                        minute_over.wait();
                        match sequencer.turn(store.as_ref(), &handle, now, &random(), &mut |_| Ok(())) {
                            Ok(Turn::Merged { .. }) => merged += 1,
                            Ok(Turn::Others) => {}
                            // The row was another's between two looks at it: nothing was signed.
                            Err(Stop::Halt(Halt::Overtaken)) => panic!("somebody wrote without the lock"),
                            Err(stop) => panic!("{stop}"),
                        }
                    }
                    merged
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    check(merged == 12, || format!("{merged} merged in twelve minutes"));
    scene.turn(&mut scene.sequencer(9), NOW + 100).expect("the rest");
    check_whole(&scene, &[]);
}
