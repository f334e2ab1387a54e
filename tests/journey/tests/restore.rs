//! A host that goes on with a backup two hours old: what somebody still holds comes back, what cannot is shown, nobody is
//! told that all is well before the practice has looked, and a host that says nothing is found out
//! (`docs/spec/restore.md`). On both databases.

mod restoring;

use serde_json::{Value, json};
use souspli_journey::Patient;

use restoring::{Kind, Scene, TWO_HOURS};

/// The names in the agenda, sorted.
fn names(agenda: &Value) -> Vec<String> {
    let items = agenda["items"].as_array().expect("items").iter();
    let mut names: Vec<String> = items.map(|item| item["name"].as_str().expect("a name").to_owned()).collect();
    names.sort();
    names
}

async fn nothing_is_lost_that_somebody_holds(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    let before = scene.book("Before").await;
    scene.sync().await;
    // The copy is made while patients book: some of them are in it.
    let load = scene.load(3);
    std::thread::sleep(std::time::Duration::from_millis(500));
    scene.back_up();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let loaded = load.stop() as usize;
    assert!(loaded > 2, "{loaded}");
    // Two hours of life after the backup: bookings, confirmations, a move, a cancellation, new settings.
    let mut patients = vec![before];
    for n in 0..6 {
        scene.wait(TWO_HOURS / 6);
        patients.push(scene.book(&format!("After {n}")).await);
        scene.sync().await;
    }
    let moved = scene.move_later(&mut patients[1]).await;
    scene.cancel(&mut patients[2]).await;
    scene.publish("Another name").await;
    scene.sync().await;
    let agenda = scene.agenda().await;
    assert_eq!(agenda["items"].as_array().expect("items").len(), 7 + loaded);
    let mut second = scene.unlocked().await;
    second.must(scene.now, "sync", json!({})).await;
    let read = scene.owner.must(scene.now, "journal", json!({})).await;
    scene.kill();
    scene.refuses_to_start();
    let said = scene.restore();
    assert!(said.contains("Restore 1 is open in 1 calendars"), "{said}");
    scene.start();

    // A patient's page, opened before anybody at the practice has looked: the booking from before is there, and amber.
    let shown = patients[0].read(&scene).await;
    assert_eq!(shown["restored"], scene.now, "{shown}");
    assert_eq!(patients[1].fails(&scene).await, "no_record", "not brought back yet");

    // Two devices of the practice bring back what they hold, at once.
    let now = scene.now;
    let (_, of_the_second) =
        tokio::join!(scene.owner.must(now, "sync", json!({})), second.must(now, "sync", json!({})));
    assert_eq!(of_the_second["restore"]["refused"], json!([]), "{of_the_second}");
    assert_eq!(second.must(now, "sync", json!({})).await["restore"]["accepted"], true);
    let synced = scene.sync().await;
    assert_eq!(synced["broken"], 0, "{synced}");
    let restore = &synced["restore"];
    assert_eq!((&restore["waiting"], &restore["refused"]), (&json!(0), &json!([])), "{synced}");
    assert_eq!(restore["accepted"], true, "nothing is missing, so the practice's device has accepted it: {synced}");
    scene.wait(1);
    assert_eq!(scene.sync().await["restore"]["proven"], true, "the notice is in the log");
    assert_eq!(scene.agenda().await["items"], agenda["items"], "the same as before, with every event");
    // The journal of reads went back too, and is not called a rollback.
    let since = scene.owner.must(scene.now, "journal", json!({})).await;
    assert!(since["number"].as_u64() < read["number"].as_u64(), "{since}");
    // The patients too: every state, and no longer amber.
    for patient in &mut patients {
        let shown = patient.read(&scene).await;
        assert_eq!(shown["restored"], Value::Null, "{shown}");
    }
    let start = &patients[1].read(&scene).await["appointment"]["start"];
    assert_eq!(start, &moved["appointment"]["start"]);
    assert_eq!(patients[2].read(&scene).await["state"], "cancelled");
    // What was published came back with its bytes.
    let settings = scene.owner.must(scene.now, "settings", json!({})).await;
    assert_eq!(settings["catalogue"]["name"], "Another name");
    // A device that was away, and one that is brand-new, see the same.
    let mut new = scene.unlocked().await;
    new.must(scene.now, "sync", json!({})).await;
    let there = scene.agenda_of(&mut new).await;
    assert_eq!(there["items"], agenda["items"]);
    // Life goes on, in the new generation.
    scene.wait(5);
    scene.book("Later").await;
    assert_eq!(scene.sync().await["broken"], 0);
    assert!(names(&scene.agenda().await).contains(&"Later".to_owned()));
}

async fn what_was_given_away_meanwhile_is_shown_and_decided(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    scene.sync().await;
    scene.back_up();
    scene.wait(TWO_HOURS);
    let mut lost = scene.book("Lost").await;
    scene.sync().await;
    scene.kill();
    scene.restore();
    scene.start();
    // Somebody books the very time before the practice has looked.
    scene.book("Quicker").await;
    let synced = scene.sync().await;
    let restore = &synced["restore"];
    assert_eq!((&restore["accepted"], &restore["waiting"]), (&json!(false), &json!(0)), "{synced}");
    let refused = restore["refused"].as_array().expect("a list");
    // The booking, and the confirmation that followed it.
    assert_eq!(refused.len(), 2, "{synced}");
    let booking = refused.iter().find(|each| each["name"] == "Lost").expect("whom it was for");
    assert_eq!((&booking["refused"], &booking["phone"]), (&json!("slot_taken"), &json!("+33 6 00 00 00 00")));
    assert_eq!(names(&scene.agenda().await), ["Quicker"], "and the one who has the time is in the agenda");
    // It stays shown, also after the page was loaded again, until a person puts it aside.
    scene.reload().await;
    let again = scene.sync().await;
    assert_eq!(again["restore"]["refused"].as_array().expect("a list").len(), 2, "{again}");
    assert_eq!(again["confirmed"], json!([]), "nothing is answered by itself meanwhile");
    for refused in again["restore"]["refused"].as_array().expect("a list") {
        scene.owner.must(scene.now, "putAside", json!({ "event": refused["event"] })).await;
    }
    let accepted = scene.owner.must(scene.now, "countersign", json!({})).await;
    assert_eq!((&accepted["restore"]["accepted"], &accepted["restore"]["refused"]), (&json!(true), &json!([])));
    assert_eq!(lost.fails(&scene).await, "no_record");
    assert_eq!(scene.sync().await["confirmed"].as_array().expect("a list").len(), 1, "and now it is");
}

async fn a_page_that_is_open_brings_its_booking_back(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    scene.sync().await;
    scene.back_up();
    scene.wait(TWO_HOURS);
    let mut booked = scene.book("Patient Open").await;
    booked.open(&scene).await;
    let moved = scene.move_later(&mut booked).await;
    // The practice has seen nothing of it.
    scene.kill();
    scene.restore();
    scene.start();
    let shown = booked.look(&scene).await;
    assert_eq!((&shown["state"], &shown["restored"]), (&json!("reserved"), &json!(scene.now)), "{shown}");
    assert_eq!(shown["appointment"]["start"], moved["appointment"]["start"], "booking and move are back");
    let synced = scene.sync().await;
    assert_eq!((&synced["restore"]["accepted"], &synced["broken"]), (&json!(true), &json!(0)), "{synced}");
    assert_eq!(names(&scene.agenda().await), ["Patient Open"]);
    assert_eq!(booked.look(&scene).await["restored"], Value::Null);
    scene.sync().await;
    assert_eq!(booked.look(&scene).await["state"], "confirmed", "once the practice has accepted, it answers");
}

async fn a_silent_rollback_and_a_second_restore(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    scene.book("Before").await;
    scene.sync().await;
    scene.back_up();
    scene.wait(TWO_HOURS);
    scene.book("After").await;
    scene.sync().await;
    let agenda = scene.agenda().await;
    scene.kill();
    // As if nothing had happened: the log's folder and the database are both the old ones.
    let aside = scene.roll_back_silently();
    scene.start();
    assert_eq!(scene.owner.fails(scene.now, "sync", json!({})).await, "rolled_back");
    scene.kill();
    scene.undo(&aside);
    scene.restore();
    scene.start();
    assert_eq!(scene.sync().await["restore"]["accepted"], true);
    // From the same backup once more: it knows nothing of the first restore, and the host does.
    scene.wait(5);
    scene.book("Much later").await;
    scene.sync().await;
    scene.kill();
    scene.refuses_to_start();
    let said = scene.restore();
    assert!(said.contains("Restore 2 is open"), "{said}");
    scene.start();
    let synced = scene.sync().await;
    let restore = &synced["restore"];
    assert_eq!((&restore["generation"], &restore["times"], &restore["accepted"]), (&json!(2), &json!(1), &json!(true)));
    assert_eq!(synced["broken"], 0, "{synced}");
    let mut expected = names(&agenda);
    expected.push("Much later".to_owned());
    expected.sort();
    assert_eq!(names(&scene.agenda().await), expected);
    let mut patient = Patient::new(scene.addr());
    patient.must(scene.now, "open", json!({ "fragment": scene.published.link })).await;
}

/// What the host has said must be in its log within a day.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_not_logged_is_found_out() {
    let mut scene = Scene::new(Kind::Sqlite).await;
    scene.book("Before").await;
    scene.sync().await;
    scene.back_up();
    scene.wait(TWO_HOURS);
    scene.kill();
    scene.restore();
    scene.keep_the_notice_out_of_the_log();
    scene.start();
    let restore = &scene.sync().await["restore"];
    assert_eq!((&restore["accepted"], &restore["proven"]), (&json!(true), &json!(false)), "there is a day for that");
    scene.wait(24 * 60 - 5);
    assert_eq!(scene.sync().await["restore"]["proven"], false);
    scene.wait(2 * 60);
    assert_eq!(scene.owner.fails(scene.now, "sync", json!({})).await, "unproven_notice");
}

macro_rules! on_both {
    ($($name:ident $sqlite:ident $postgres:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $sqlite() {
            $name(Kind::Sqlite).await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn $postgres() {
            $name(Kind::Postgres).await;
        }
    )*};
}

on_both! {
    nothing_is_lost_that_somebody_holds whole_on_sqlite whole_on_postgres,
    what_was_given_away_meanwhile_is_shown_and_decided conflicts_on_sqlite conflicts_on_postgres,
    a_page_that_is_open_brings_its_booking_back open_page_on_sqlite open_page_on_postgres,
    a_silent_rollback_and_a_second_restore twice_on_sqlite twice_on_postgres,
}
