//! Whole journeys: what people do, from the first key to the last confirmation.

use serde_json::{Value, json};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{MONDAY, Member, Patient, TestHost};

struct Scene {
    _data: tempfile::TempDir,
    host: TestHost,
    owner: Member,
    practice: Published,
}

async fn scene(look: &Look) -> Scene {
    let data = tempfile::tempdir().expect("a folder");
    let host = TestHost::start(data.path(), None, MONDAY).await;
    let mut owner = Member::new(host.addr());
    let practice = create(&mut owner, look, MONDAY).await;
    Scene { _data: data, host, owner, practice }
}

impl Scene {
    async fn patient(&self) -> Patient {
        let mut patient = Patient::new(self.host.addr());
        let opened = patient.must(MONDAY, "open", json!({ "fragment": self.practice.link })).await;
        assert_eq!(opened["opens"], "book");
        assert_eq!(opened["acceptsBookings"], true);
        patient
    }

    fn wanted(&self) -> Value {
        json!({ "visitType": self.practice.visit_type(0), "practitioner": null })
    }

    async fn hold(&self, patient: &mut Patient, place: usize) -> Value {
        let start = free(patient, MONDAY, &self.wanted(), place).await;
        let chosen = json!({ "visitType": self.practice.visit_type(0), "practitioner": null, "start": start });
        patient.must(MONDAY, "hold", chosen).await
    }

    async fn book(&self, patient: &mut Patient, place: usize, name: &str, reason: &str) -> Value {
        self.hold(patient, place).await;
        patient.must(MONDAY, "book", json!({ "form": form(name, reason) })).await
    }
}

/// Whether anything is in a patient's outbox.
fn waits(patient: &Patient) -> bool {
    patient.device.kept.keys().any(|name| name.starts_with("outbox/"))
}

/// The start of the free time at a place, over all days.
async fn free(patient: &mut Patient, now: u32, wanted: &Value, place: usize) -> Value {
    let days = patient.must(now, "times", wanted.clone()).await;
    let times = days["days"].as_array().expect("days").iter().flat_map(|day| day["times"].as_array().expect("times"));
    times.skip(place).map(|time| time["start"].clone()).next().expect("a free time")
}

#[tokio::test]
async fn a_booking_is_reserved_then_confirmed_then_moved_then_cancelled() {
    let mut scene = scene(&Look::SMALL).await;
    let mut patient = scene.patient().await;
    let booked = scene.book(&mut patient, 3, "Patient One", "A reason for the visit").await;
    assert_eq!(booked["state"], "reserved");
    assert_eq!(booked["form"]["reason"], "A reason for the visit");
    assert!(booked["calendarFile"]["text"].as_str().expect("ics").contains("BEGIN:VTIMEZONE"));
    assert!(!waits(&patient), "the outbox forgets what is saved");

    let synced = scene.owner.must(MONDAY, "sync", json!({})).await;
    assert_eq!(synced["confirmed"].as_array().map(Vec::len), Some(1));
    let agenda = scene.owner.must(MONDAY, "agenda", json!({ "from": "2026-11-01", "to": "2027-11-01" })).await;
    assert_eq!(agenda["items"][0]["name"], "Patient One");
    assert_eq!(agenda["items"][0]["state"], "confirmed");
    let detail = scene.owner.must(MONDAY, "detail", json!({ "record": booked["record"] })).await;
    assert_eq!(detail["form"]["reason"], "A reason for the visit");

    let mut elsewhere = Patient::new(scene.host.addr());
    let opened = elsewhere.must(MONDAY, "open", json!({ "fragment": booked["manageLink"] })).await;
    assert_eq!(opened["opens"], "manage");
    let read = elsewhere.must(MONDAY, "read", json!({})).await;
    assert_eq!(read["state"], "confirmed");

    let start = free(&mut elsewhere, MONDAY, &scene.wanted(), 10).await;
    let moved = elsewhere.must(MONDAY, "move", json!({ "start": start, "practitioner": null })).await;
    assert_eq!((&moved["state"], &moved["appointment"]["start"]), (&json!("reserved"), &start));
    scene.owner.must(MONDAY, "sync", json!({})).await;
    assert_eq!(elsewhere.must(MONDAY, "read", json!({})).await["state"], "confirmed");
    let cancelled = elsewhere.must(MONDAY, "cancel", json!({ "text": "I cannot come" })).await;
    assert_eq!(cancelled["state"], "cancelled");
    let synced = scene.owner.must(MONDAY, "sync", json!({})).await;
    assert_eq!(synced["broken"], 0);
    let detail = scene.owner.must(MONDAY, "detail", json!({ "record": booked["record"] })).await;
    assert_eq!(detail["state"], "cancelled");
    assert_eq!(elsewhere.must(MONDAY, "times", scene.wanted()).await["days"][0]["date"], "2026-11-23");
}

#[tokio::test]
async fn the_second_to_choose_a_time_is_offered_the_nearest() {
    let scene = scene(&Look::SMALL).await;
    let (mut one, mut two) = (scene.patient().await, scene.patient().await);
    let start = free(&mut one, MONDAY, &scene.wanted(), 0).await;
    assert_eq!(free(&mut two, MONDAY, &scene.wanted(), 0).await, start);
    let chosen = json!({ "visitType": scene.practice.visit_type(0), "practitioner": null, "start": start });
    one.must(MONDAY, "hold", chosen.clone()).await;
    one.must(MONDAY, "hold", chosen.clone()).await;
    let failure = two.call(MONDAY, "hold", chosen.clone()).await.expect_err("held by another");
    assert_eq!(failure.code, "slot_taken");
    assert!(!failure.nearest.is_empty() && failure.nearest.iter().all(|time| json!(time.start) != start));
    one.must(MONDAY, "extendHold", json!({})).await;
    assert_eq!(one.fails(MONDAY, "extendHold", json!({})).await, "hold_extended");
    one.must(MONDAY, "releaseHold", json!({})).await;
    two.must(MONDAY, "times", scene.wanted()).await;
    two.must(MONDAY, "hold", chosen).await;
    let booked = two.must(MONDAY, "book", json!({ "form": form("Patient Two", "") })).await;
    assert_eq!(booked["appointment"]["start"], start);
}

#[tokio::test]
async fn a_lost_answer_is_resolved_by_the_same_bytes() {
    let scene = scene(&Look::SMALL).await;
    let mut patient = scene.patient().await;
    scene.hold(&mut patient, 0).await;
    let sent = patient.device.exchanges.len();
    patient.device.deaf_from = Some(sent);
    let code = patient.fails(MONDAY, "book", json!({ "form": form("Patient One", "") })).await;
    assert_eq!(code, "outcome_unknown");
    let tries: Vec<_> = patient.device.exchanges[sent..].iter().map(|exchange| exchange.body.clone()).collect();
    assert!(tries.len() > 1 && tries.iter().all(|body| *body == tries[0]), "the same bytes each time");
    patient.device.deaf_from = None;
    patient.reload();
    patient.must(MONDAY, "open", json!({ "fragment": scene.practice.link })).await;
    let resumed = patient.must(MONDAY, "resume", json!({})).await;
    assert_eq!(resumed["bookings"][0]["form"]["name"], "Patient One");
    assert_eq!(resumed["bookings"].as_array().map(Vec::len), Some(1));
    assert!(!waits(&patient));
}

#[tokio::test]
async fn nothing_leaves_when_storage_refuses() {
    let scene = scene(&Look::SMALL).await;
    let mut patient = scene.patient().await;
    scene.hold(&mut patient, 0).await;
    patient.device.refuses = true;
    let sent = patient.device.exchanges.len();
    assert_eq!(patient.fails(MONDAY, "book", json!({ "form": form("Patient One", "") })).await, "storage_refused");
    assert_eq!(patient.device.exchanges.len(), sent);
}

#[tokio::test]
async fn a_second_browser_unlocks_and_a_recovery_code_alone_opens() {
    let mut scene = scene(&Look::SMALL).await;
    let mut patient = scene.patient().await;
    scene.book(&mut patient, 0, "Patient One", "Private").await;
    let mut second = Member::new(scene.host.addr());
    let unlock = json!({ "accountKey": scene.practice.account_key, "passphrase": PASSPHRASE });
    assert_eq!(second.must(MONDAY, "unlock", unlock.clone()).await["role"], "owner");
    second.must(MONDAY, "sync", json!({})).await;
    let agenda = json!({ "from": "2026-11-01", "to": "2027-11-01" });
    assert_eq!(second.must(MONDAY, "agenda", agenda.clone()).await["items"][0]["name"], "Patient One");

    let wrong = json!({ "accountKey": scene.practice.account_key, "passphrase": "another passphrase" });
    assert_eq!(Member::new(scene.host.addr()).fails(MONDAY, "unlock", wrong).await, "cannot_unlock");

    let mut third = Member::new(scene.host.addr());
    let recover = json!({ "recoveryCode": scene.practice.recovery_code, "passphrase": "a new passphrase" });
    let recovered = third.must(MONDAY, "recover", recover).await;
    third.must(MONDAY, "sync", json!({})).await;
    assert_eq!(third.must(MONDAY, "agenda", agenda).await["items"][0]["name"], "Patient One");
    assert_eq!(Member::new(scene.host.addr()).fails(MONDAY, "unlock", unlock).await, "no_vault");
    let unlock = json!({ "accountKey": recovered["accountKey"], "passphrase": "a new passphrase" });
    assert_eq!(Member::new(scene.host.addr()).must(MONDAY, "unlock", unlock).await["role"], "owner");

    let change = json!({ "accountKey": recovered["accountKey"], "old": "a new passphrase", "passphrase": "and one more passphrase" });
    third.must(MONDAY, "changePassphrase", change).await;
    let unlock = json!({ "accountKey": recovered["accountKey"], "passphrase": "and one more passphrase" });
    assert_eq!(Member::new(scene.host.addr()).must(MONDAY, "unlock", unlock).await["role"], "owner");
    scene.owner.must(MONDAY, "sync", json!({})).await;
}

#[tokio::test]
async fn the_desk_reads_names_and_times_but_no_reason() {
    let mut scene = scene(&Look { confirm: "manual", ..Look::SMALL }).await;
    let kit = scene.owner.must(MONDAY, "addDesk", json!({ "name": "Desk", "passphrase": PASSPHRASE })).await;
    let mut patient = scene.patient().await;
    let booked = scene.book(&mut patient, 0, "Patient One", "The reason is private").await;
    let mut desk = Member::new(scene.host.addr());
    let unlock = json!({ "accountKey": kit["accountKey"], "passphrase": PASSPHRASE });
    assert_eq!(desk.must(MONDAY, "unlock", unlock).await["role"], "desk");
    desk.must(MONDAY, "sync", json!({})).await;
    let detail = desk.must(MONDAY, "detail", json!({ "record": booked["record"] })).await;
    assert_eq!((&detail["name"], &detail["reasonReadable"]), (&json!("Patient One"), &json!(false)));
    assert!(!detail.to_string().contains("The reason is private"));
    desk.must(MONDAY, "confirm", json!({ "record": booked["record"], "text": "" })).await;
    let again = desk.fails(MONDAY, "decline", json!({ "record": booked["record"], "text": "" })).await;
    assert_eq!(again, "revision_conflict");
    let offer = json!({ "catalogue": scene.practice.catalogue, "rules": scene.practice.rules });
    assert_eq!(desk.fails(MONDAY, "publish", offer).await, "owner_only");
    let read = json!({ "fragment": booked["manageLink"] });
    patient.must(MONDAY, "open", read).await;
    assert_eq!(patient.must(MONDAY, "read", json!({})).await["state"], "confirmed");
    scene.owner.must(MONDAY, "sync", json!({})).await;
    let detail = scene.owner.must(MONDAY, "detail", json!({ "record": booked["record"] })).await;
    assert_eq!(detail["form"]["reason"], "The reason is private");
}

#[tokio::test]
async fn the_practice_books_blocks_notes_and_marks() {
    let mut scene = scene(&Look { rooms: &["Room"], ..Look::SMALL }).await;
    let days = scene.owner.must(MONDAY, "times", scene.wanted()).await;
    let start = days["days"][1]["times"][0]["start"].clone();
    let phone = json!({ "visitType": scene.practice.visit_type(0), "practitioner": null, "start": start,
        "form": form("Patient Three", "By phone") });
    let booked = scene.owner.must(MONDAY, "phoneBooking", phone.clone()).await;
    assert_eq!(booked["detail"]["state"], "confirmed");
    let mut patient = Patient::new(scene.host.addr());
    patient.must(MONDAY, "open", json!({ "fragment": booked["manageLink"] })).await;
    assert_eq!(patient.must(MONDAY, "read", json!({})).await["form"]["reason"], "By phone");
    let taken = scene.owner.call(MONDAY, "phoneBooking", phone).await.expect_err("taken");
    assert_eq!(taken.code, "slot_taken");

    let record = booked["detail"]["record"].clone();
    let noted = scene.owner.must(MONDAY, "note", json!({ "record": record, "text": "Remember this" })).await;
    assert_eq!(noted["notes"][0]["text"], "Remember this");
    let read = patient.must(MONDAY, "read", json!({})).await;
    assert!(!read.to_string().contains("Remember this"), "a note is the practice's own");
    scene.owner.must(MONDAY, "noShow", json!({ "record": record })).await;

    let block = json!({ "practitioner": scene.practice.practitioner(0), "date": "2026-11-25", "from": "08:00",
        "to": "12:00", "text": "Meeting" });
    let blocked = scene.owner.must(MONDAY, "block", block).await;
    assert_eq!(blocked["records"].as_array().map(Vec::len), Some(2), "four hours are two records");
    let days = scene.patient().await.must(MONDAY, "times", scene.wanted()).await;
    let wednesday = days["days"].as_array().expect("days").iter().find(|day| day["date"] == "2026-11-25");
    let first = wednesday.expect("wednesday")["times"][0]["time"].clone();
    assert_eq!(first, "12:00");
}

#[tokio::test]
async fn a_revoked_link_books_nothing_and_epochs_rotate() {
    let mut scene = scene(&Look::SMALL).await;
    let mut patient = scene.patient().await;
    let booked = scene.book(&mut patient, 0, "Patient One", "").await;
    scene.owner.must(MONDAY, "revokeLink", json!({ "fragment": scene.practice.link })).await;
    let mut late = Patient::new(scene.host.addr());
    assert_eq!(late.fails(MONDAY, "open", json!({ "fragment": scene.practice.link })).await, "link_revoked");

    // Five weeks on: two epochs and a window have passed, nobody has opened the agenda meanwhile.
    let later = MONDAY + 35 * 1_440;
    scene.host.clock.set(later);
    let mut owner = Member::new(scene.host.addr());
    let unlock = json!({ "accountKey": scene.practice.account_key, "passphrase": PASSPHRASE });
    owner.must(later, "unlock", unlock).await;
    let maintained = owner.must(later, "maintain", json!({})).await;
    assert!(maintained["epochs"].as_u64().expect("epochs") >= 2, "{maintained}");
    assert_eq!(maintained["windows"], 7);
    assert_eq!(owner.must(later, "maintain", json!({})).await, json!({ "epochs": 0, "windows": 0 }));
    owner.must(later, "sync", json!({})).await;
    patient.must(later, "open", json!({ "fragment": booked["manageLink"] })).await;
    assert_eq!(patient.must(later, "read", json!({})).await["form"]["name"], "Patient One");
}

#[tokio::test]
async fn an_appointment_is_read_at_its_time_when_nobody_has_opened_the_practice_for_months() {
    let mut scene = scene(&Look::SMALL).await;
    let mut patient = scene.patient().await;
    let booked = scene.book(&mut patient, 0, "Patient Seven", "").await;
    scene.owner.must(MONDAY, "sync", json!({})).await;
    // Twenty weeks: epochs and hours have run out, and the clocks have changed.
    let later = MONDAY + 140 * 1_440;
    scene.host.clock.set(later);
    let mut patient = Patient::new(scene.host.addr());
    let opened = patient.must(later, "open", json!({ "fragment": scene.practice.link })).await;
    assert!(opened["practice"].is_null(), "not taking bookings: {opened}");
    let mut patient = Patient::new(scene.host.addr());
    patient.must(later, "open", json!({ "fragment": booked["manageLink"] })).await;
    let read = patient.must(later, "read", json!({})).await;
    assert_eq!((&read["state"], &read["form"]["name"]), (&json!("confirmed"), &json!("Patient Seven")));
    for field in ["date", "time", "endTime", "visitTypeName", "practitionerName"] {
        assert_eq!(read["appointment"][field], booked["appointment"][field], "{field}");
    }
    assert_eq!((&read["mayMove"], &read["mayCancel"]), (&json!(false), &json!(false)));
    assert_eq!(patient.fails(later, "cancel", json!({ "text": "" })).await, "epoch_expired");
}

#[tokio::test]
async fn the_zones_table_is_renewed_by_itself_before_it_runs_out() {
    let scene = scene(&Look::SMALL).await;
    // Three years on; the table that was published reached two.
    let later = MONDAY + 1_100 * 1_440;
    scene.host.clock.set(later);
    let mut owner = Member::new(scene.host.addr());
    let unlock = json!({ "accountKey": scene.practice.account_key, "passphrase": PASSPHRASE });
    owner.must(later, "unlock", unlock).await;
    assert_eq!(owner.must(later, "maintain", json!({})).await["windows"], 7);
    assert_eq!(owner.must(later, "maintain", json!({})).await["windows"], 0, "once");
    let mut patient = Patient::new(scene.host.addr());
    patient.must(later, "open", json!({ "fragment": scene.practice.link })).await;
    let mut chosen = scene.wanted();
    chosen["start"] = free(&mut patient, later, &chosen, 0).await;
    patient.must(later, "hold", chosen).await;
    let booked = patient.must(later, "book", json!({ "form": form("Patient Eight", "") })).await;
    let file = booked["calendarFile"]["text"].as_str().expect("a calendar file");
    assert!(file.contains(":20300331T020000"), "the change of spring 2030");
}

#[tokio::test]
async fn a_typed_in_booking_whose_answer_is_lost_still_gets_its_private_link() {
    let mut scene = scene(&Look::SMALL).await;
    let days = scene.owner.must(MONDAY, "times", scene.wanted()).await;
    let phone = json!({ "visitType": scene.practice.visit_type(0), "practitioner": null,
        "start": days["days"][1]["times"][0]["start"], "form": form("Patient Four", "By phone") });
    // Profile and times are heard; what comes of the event is not.
    scene.owner.device.deaf_from = Some(scene.owner.device.exchanges.len() + 2);
    assert_eq!(scene.owner.fails(MONDAY, "phoneBooking", phone.clone()).await, "outcome_unknown");
    scene.owner.device.deaf_from = None;
    scene.owner.reload();
    let unlock = json!({ "accountKey": scene.practice.account_key, "passphrase": PASSPHRASE });
    scene.owner.must(MONDAY, "unlock", unlock).await;
    let resent = scene.owner.must(MONDAY, "sync", json!({})).await["resent"].clone();
    assert_eq!((&resent[0]["name"], &resent[0]["refused"]), (&json!("Patient Four"), &Value::Null));
    let mut patient = Patient::new(scene.host.addr());
    patient.must(MONDAY, "open", json!({ "fragment": resent[0]["link"]["manageLink"] })).await;
    assert_eq!(patient.must(MONDAY, "read", json!({})).await["form"]["reason"], "By phone");
    assert_eq!(scene.owner.must(MONDAY, "sync", json!({})).await["resent"], json!([]), "told once");

    // The next one never reaches the host, and when it does, the time has gone.
    let start = days["days"][1]["times"][1]["start"].clone();
    let lost = json!({ "start": start, "visitType": phone["visitType"], "practitioner": null, "form": phone["form"] });
    scene.owner.device.offline_from = Some(scene.owner.device.exchanges.len() + 2);
    assert_eq!(scene.owner.fails(MONDAY, "phoneBooking", lost).await, "outcome_unknown");
    scene.owner.device.offline_from = None;
    let mut patient = scene.patient().await;
    let taken = json!({ "visitType": phone["visitType"], "practitioner": null, "start": start });
    patient.must(MONDAY, "hold", taken).await;
    patient.must(MONDAY, "book", json!({ "form": form("Patient Five", "") })).await;
    let resent = scene.owner.must(MONDAY, "sync", json!({})).await["resent"].clone();
    assert_eq!((&resent[0]["name"], &resent[0]["refused"]), (&json!("Patient Four"), &json!("slot_taken")));
}

#[tokio::test]
async fn a_session_that_stays_open_learns_the_epochs_that_begin() {
    let mut scene = scene(&Look::SMALL).await;
    let kit = scene.owner.must(MONDAY, "addDesk", json!({ "name": "Desk", "passphrase": PASSPHRASE })).await;
    let mut desk = Member::new(scene.host.addr());
    desk.must(MONDAY, "unlock", json!({ "accountKey": kit["accountKey"], "passphrase": PASSPHRASE })).await;
    desk.must(MONDAY, "sync", json!({})).await;

    // Seven weeks on, epochs that were not made when the desk unlocked, signed on the owner's other device.
    let later = MONDAY + 7 * 7 * 1_440;
    scene.host.clock.set(later);
    let mut elsewhere = Member::new(scene.host.addr());
    let unlock = json!({ "accountKey": scene.practice.account_key, "passphrase": PASSPHRASE });
    elsewhere.must(later, "unlock", unlock).await;
    elsewhere.must(later, "maintain", json!({})).await;
    let mut patient = Patient::new(scene.host.addr());
    patient.must(later, "open", json!({ "fragment": scene.practice.link })).await;
    let mut chosen = scene.wanted();
    chosen["start"] = free(&mut patient, later, &chosen, 0).await;
    patient.must(later, "hold", chosen).await;
    let booked = patient.must(later, "book", json!({ "form": form("Patient Six", "") })).await;
    for member in [&mut desk, &mut scene.owner] {
        assert_eq!(member.must(later, "sync", json!({})).await["broken"], 0);
        let detail = member.must(later, "detail", json!({ "record": booked["record"] })).await;
        assert_eq!(detail["name"], "Patient Six");
    }
}
