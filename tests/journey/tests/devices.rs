//! One practice on several devices, and after a long absence: nothing of the one is lost to the other.

use serde_json::{Value, json};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{MONDAY, Member, Patient, TestHost};

const DAY: u32 = 1_440;

struct Scene {
    _data: tempfile::TempDir,
    host: TestHost,
    owner: Member,
    practice: Published,
}

async fn scene() -> Scene {
    let data = tempfile::tempdir().expect("a folder");
    let host = TestHost::start(data.path(), None, MONDAY).await;
    let mut owner = Member::new(host.addr());
    let practice = create(&mut owner, &Look::SMALL, MONDAY).await;
    Scene { _data: data, host, owner, practice }
}

impl Scene {
    fn keys(&self) -> Value {
        json!({ "accountKey": self.practice.account_key, "passphrase": PASSPHRASE })
    }

    /// The owner's other device.
    async fn elsewhere(&self, now: u32) -> Member {
        let mut member = Member::new(self.host.addr());
        member.must(now, "unlock", self.keys()).await;
        member
    }

    /// A booking that the owner typed in, at the first free time of the day at a place.
    async fn typed_in(&mut self, place: usize) -> Value {
        let wanted = json!({ "visitType": self.practice.visit_type(0), "practitioner": null });
        let days = self.owner.must(MONDAY, "times", wanted).await;
        let phone = json!({ "visitType": self.practice.visit_type(0), "practitioner": null,
            "start": days["days"][place]["times"][0]["start"], "form": form("Patient One", "A reason") });
        self.owner.must(MONDAY, "phoneBooking", phone).await
    }

    /// How many events the owner's device has sent.
    fn sent(&self) -> usize {
        let sent = |one: &&souspli_journey::Exchange| one.request.ends_with("/events");
        self.owner.device.exchanges.iter().filter(sent).count()
    }
}

fn named(mut catalogue: Value, field: &str, text: &str) -> Value {
    catalogue[field] = json!(text);
    catalogue
}

#[tokio::test]
async fn settings_of_another_device_are_never_replaced_unseen() {
    let mut scene = scene().await;
    let mut elsewhere = scene.elsewhere(MONDAY).await;
    let (here, there) =
        (scene.owner.must(MONDAY, "settings", json!({})).await, elsewhere.must(MONDAY, "settings", json!({})).await);
    let offer = json!({ "catalogue": named(here["catalogue"].clone(), "name", "Renamed"), "rules": here["rules"] });
    scene.owner.must(MONDAY, "publish", offer).await;

    let phone = named(there["catalogue"].clone(), "phone", "+33 1 11 11 11 11");
    let offer = json!({ "catalogue": phone, "rules": there["rules"] });
    assert_eq!(elsewhere.fails(MONDAY, "publish", offer.clone()).await, "settings_changed");
    assert_eq!(elsewhere.fails(MONDAY, "publish", offer).await, "settings_changed", "however often");
    let now = elsewhere.must(MONDAY, "settings", json!({})).await;
    assert_eq!(now["catalogue"]["name"], "Renamed");
    let phone = named(now["catalogue"].clone(), "phone", "+33 1 11 11 11 11");
    elsewhere.must(MONDAY, "publish", json!({ "catalogue": phone, "rules": now["rules"] })).await;

    // An answer that is lost is no change of another device: the same goes again.
    let now = elsewhere.must(MONDAY, "settings", json!({})).await;
    let website = named(now["catalogue"].clone(), "website", "https://new.example");
    let again = json!({ "catalogue": website, "rules": now["rules"] });
    elsewhere.device.deaf_from = Some(elsewhere.device.exchanges.len() + 2);
    assert_eq!(elsewhere.fails(MONDAY, "publish", again.clone()).await, "offline");
    elsewhere.device.deaf_from = None;
    elsewhere.must(MONDAY, "publish", again).await;
    let now = elsewhere.must(MONDAY, "settings", json!({})).await;

    // One that has never looked does not know what it would replace; a link that is revoked replaces nothing.
    let mut third = scene.elsewhere(MONDAY).await;
    let blind = json!({ "catalogue": named(now["catalogue"].clone(), "name", "Blind"), "rules": now["rules"] });
    assert_eq!(third.fails(MONDAY, "publish", blind).await, "settings_changed");
    let seen = third.must(MONDAY, "settings", json!({})).await;
    elsewhere.must(MONDAY, "addLink", json!({ "name": "Second" })).await;
    elsewhere.must(MONDAY, "revokeLink", json!({ "fragment": scene.practice.link })).await;
    third.must(MONDAY, "publish", json!({ "catalogue": seen["catalogue"], "rules": seen["rules"] })).await;
    assert_eq!(seen["catalogue"]["name"], "Renamed");
    assert_eq!(seen["catalogue"]["phone"], "+33 1 11 11 11 11");
}

#[tokio::test]
async fn a_practice_that_nobody_opened_for_months_is_itself_again_when_it_is() {
    let mut scene = scene().await;
    let desk = scene.owner.must(MONDAY, "addDesk", json!({ "name": "Desk", "passphrase": PASSPHRASE })).await;
    // Fifteen weeks: all seven epochs are over.
    let later = MONDAY + 105 * DAY;
    scene.host.clock.set(later);
    let mut member = Member::new(scene.host.addr());
    member.must(later, "unlock", json!({ "accountKey": desk["accountKey"], "passphrase": PASSPHRASE })).await;
    assert_eq!(member.fails(later, "settings", json!({})).await, "epoch_expired", "it waits for an owner");

    let mut owner = scene.elsewhere(later).await;
    let settings = owner.must(later, "settings", json!({})).await;
    assert_eq!(settings["published"], true, "not a new practice");
    assert_eq!(settings["catalogue"]["name"], scene.practice.catalogue["name"]);
    assert_eq!(settings["rules"]["weekly"].as_array().map(Vec::len), Some(7));
    owner.must(later, "sync", json!({})).await;
    owner.must(later, "maintain", json!({})).await;
    let mut patient = Patient::new(scene.host.addr());
    let opened = patient.must(later, "open", json!({ "fragment": scene.practice.link })).await;
    assert_eq!(opened["acceptsBookings"], true);
}

#[tokio::test]
async fn notes_and_no_shows_are_sent_with_those_of_the_day() {
    let mut scene = scene().await;
    let record = scene.typed_in(1).await["detail"]["record"].clone();
    let before = scene.sent();
    let note = |text: &str| json!({ "record": record, "text": text });
    let noted = scene.owner.must(MONDAY, "noteLater", note("First")).await;
    assert_eq!(noted["notes"][0]["text"], "First");
    let wrong = scene.owner.must(MONDAY, "noteLater", note("Written by mistake")).await;
    let id = wrong["notes"][1]["later"].clone();
    let taken = scene.owner.must(MONDAY, "takeBack", json!({ "record": record, "id": id })).await;
    assert_eq!(taken["notes"].as_array().map(Vec::len), Some(1));
    let absent = scene.owner.must(MONDAY, "noShowLater", json!({ "record": record })).await;
    assert_eq!(absent["state"], "no-show");

    // A page that is loaded again still has them; the host has heard nothing, in the evening neither.
    scene.owner.reload();
    scene.owner.must(MONDAY, "unlock", scene.keys()).await;
    let synced = scene.owner.must(MONDAY + 600, "sync", json!({})).await;
    assert_eq!((&synced["later"], scene.sent()), (&json!(2), before));
    let mut elsewhere = scene.elsewhere(MONDAY).await;
    elsewhere.must(MONDAY, "sync", json!({})).await;
    assert_eq!(elsewhere.must(MONDAY, "detail", json!({ "record": record })).await["state"], "confirmed");

    let tomorrow = MONDAY + DAY;
    scene.host.clock.set(tomorrow);
    let synced = scene.owner.must(tomorrow, "sync", json!({})).await;
    assert_eq!((&synced["later"], scene.sent()), (&json!(0), before + 2));
    assert_eq!(scene.owner.fails(tomorrow, "takeBack", json!({ "record": record, "id": id })).await, "sent_already");
    elsewhere.must(tomorrow, "sync", json!({})).await;
    let detail = elsewhere.must(tomorrow, "detail", json!({ "record": record })).await;
    assert_eq!((&detail["state"], &detail["notes"][0]["text"]), (&json!("no-show"), &json!("First")));
    assert_eq!(detail["notes"].as_array().map(Vec::len), Some(1));
    scene.owner.must(tomorrow, "sync", json!({})).await;
    assert_eq!(scene.sent(), before + 2, "once");
}

#[tokio::test]
async fn what_waits_is_said_once_whatever_happens_meanwhile() {
    let mut scene = scene().await;
    let first = scene.typed_in(1).await["detail"]["record"].clone();
    let second = scene.typed_in(2).await["detail"]["record"].clone();
    scene.owner.must(MONDAY, "noteLater", json!({ "record": first, "text": "Lost on the way" })).await;
    scene.owner.must(MONDAY, "noShowLater", json!({ "record": second })).await;
    // Nobody can miss what was cancelled.
    let mut elsewhere = scene.elsewhere(MONDAY).await;
    elsewhere.must(MONDAY, "sync", json!({})).await;
    elsewhere.must(MONDAY, "cancel", json!({ "record": second, "text": "" })).await;

    // The host takes the note, and nobody hears of it: the same bytes go again, and no second note.
    let tomorrow = MONDAY + DAY;
    scene.host.clock.set(tomorrow);
    scene.owner.must(tomorrow, "sync", json!({})).await;
    let third = scene.typed_in(3).await["detail"]["record"].clone();
    scene.owner.must(tomorrow, "noteLater", json!({ "record": third, "text": "Heard late" })).await;
    scene.owner.device.deaf_from = Some(scene.owner.device.exchanges.len());
    let lost = scene.owner.must(tomorrow, "sendLater", json!({})).await;
    assert_eq!(lost["later"], 1);
    scene.owner.device.deaf_from = None;
    scene.owner.reload();
    scene.owner.must(tomorrow, "unlock", scene.keys()).await;
    scene.owner.must(tomorrow, "sync", json!({})).await;
    let sent = scene.owner.must(tomorrow, "sendLater", json!({})).await;
    assert_eq!(sent["later"], 0);
    let detail = scene.owner.must(tomorrow, "detail", json!({ "record": third })).await;
    assert_eq!(detail["notes"].as_array().map(Vec::len), Some(1), "{detail}");
    let detail = scene.owner.must(tomorrow, "detail", json!({ "record": first })).await;
    assert_eq!(detail["notes"].as_array().map(Vec::len), Some(1), "{detail}");
    let detail = scene.owner.must(tomorrow, "detail", json!({ "record": second })).await;
    assert_eq!(detail["state"], "cancelled");

    // A device that keeps nothing sends at once: rather seen than lost.
    scene.owner.device.refuses = true;
    let before = scene.sent();
    let noted = scene.owner.must(tomorrow, "noteLater", json!({ "record": first, "text": "At once" })).await;
    assert_eq!((&noted["notes"][1]["later"], scene.sent()), (&Value::Null, before + 1));
    let long = json!({ "record": first, "text": "é".repeat(751) });
    assert_eq!(scene.owner.fails(tomorrow, "noteLater", long).await, "too_long");
}

#[tokio::test]
async fn a_revocation_that_ended_half_way_is_completed_by_the_next_device() {
    let mut scene = scene().await;
    scene.owner.must(MONDAY, "addLink", json!({ "name": "Other" })).await;
    let revoke = json!({ "fragment": scene.practice.link });
    let begun = scene.owner.device.exchanges.len();
    let written = |owner: &Member| owner.device.exchanges[begun..].iter().any(|one| one.request.ends_with("/replace"));
    // The connection goes right after the vault was written.
    for requests in 1..12 {
        scene.owner.device.offline_from = Some(scene.owner.device.exchanges.len() + requests);
        scene.owner.fails(MONDAY, "revokeLink", revoke.clone()).await;
        if written(&scene.owner) {
            break;
        }
    }
    assert!(written(&scene.owner));
    let mut patient = Patient::new(scene.host.addr());
    patient.must(MONDAY, "open", json!({ "fragment": scene.practice.link })).await;

    let mut elsewhere = scene.elsewhere(MONDAY).await;
    elsewhere.must(MONDAY, "maintain", json!({})).await;
    let mut patient = Patient::new(scene.host.addr());
    assert_eq!(patient.fails(MONDAY, "open", json!({ "fragment": scene.practice.link })).await, "link_revoked");
    // And where it was pressed, pressing again ends well.
    scene.owner.device.offline_from = None;
    let links = scene.owner.must(MONDAY, "revokeLink", revoke).await;
    assert_eq!((links["links"].as_array().map(Vec::len), &links["links"][0]["name"]), (Some(1), &json!("Other")));
}

#[tokio::test]
async fn a_link_of_another_device_is_shown_and_one_that_was_not_written_is_not() {
    let mut scene = scene().await;
    let mut elsewhere = scene.elsewhere(MONDAY).await;
    elsewhere.must(MONDAY, "addLink", json!({ "name": "There" })).await;
    scene.owner.device.offline_from = Some(scene.owner.device.exchanges.len() + 1);
    scene.owner.fails(MONDAY, "addLink", json!({ "name": "Never written" })).await;
    scene.owner.device.offline_from = None;
    let links = scene.owner.must(MONDAY, "links", json!({})).await;
    let names: Vec<&str> =
        links["links"].as_array().expect("links").iter().filter_map(|l| l["name"].as_str()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.contains(&"There") && names.contains(&"1"));
    elsewhere.must(MONDAY, "addDesk", json!({ "name": "Desk", "passphrase": PASSPHRASE })).await;
    let members = scene.owner.must(MONDAY, "members", json!({})).await;
    assert_eq!(members["members"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_passphrase_whose_change_was_not_answered_is_one_of_the_two() {
    let mut scene = scene().await;
    let newer = "a newer passphrase";
    let change = |old: &str| json!({ "accountKey": scene.practice.account_key, "old": old, "passphrase": newer });
    let (from_old, from_new) = (change(PASSPHRASE), change(newer));
    scene.owner.device.deaf_from = Some(scene.owner.device.exchanges.len() + 1);
    assert_eq!(scene.owner.fails(MONDAY, "changePassphrase", from_old).await, "passphrase_unknown");
    scene.owner.device.deaf_from = None;
    scene.owner.must(MONDAY, "changePassphrase", from_new).await;
    let mut elsewhere = Member::new(scene.host.addr());
    let unlock = json!({ "accountKey": scene.practice.account_key, "passphrase": newer });
    elsewhere.must(MONDAY, "unlock", unlock).await;
    let mut third = Member::new(scene.host.addr());
    third.fails(MONDAY, "unlock", scene.keys()).await;
}

#[tokio::test]
async fn time_is_blocked_around_what_stands_there_and_to_the_days_end() {
    let mut scene = scene().await;
    let at = scene.typed_in(2).await["detail"]["appointment"].clone();
    let block = |from: &str, to: &str| {
        json!({ "practitioner": scene.practice.practitioner(0), "date": at["date"], "from": from, "to": to,
            "text": "Closed" })
    };
    let (day, visit, turned) =
        (block("08:00", "24:00"), block(at["time"].as_str().expect("a time"), "08:20"), block("10:00", "10:00"));
    scene.owner.must(MONDAY, "block", day.clone()).await;
    let wanted = json!({ "visitType": scene.practice.visit_type(0), "practitioner": null });
    let days = scene.owner.must(MONDAY, "times", wanted).await;
    let same = |day: &&Value| day["date"] == at["date"];
    let day_of = days["days"].as_array().expect("days").iter().find(same).expect("the day");
    assert_eq!(day_of["times"], json!([]));
    assert_eq!(scene.owner.fails(MONDAY, "block", day).await, "nothing_free");
    assert_eq!(scene.owner.fails(MONDAY, "block", visit).await, "nothing_free");
    assert_eq!(scene.owner.fails(MONDAY, "block", turned).await, "turned_round");
    let all = scene.owner.must(MONDAY, "agenda", json!({ "from": at["date"], "to": at["date"] })).await;
    let items = all["items"].as_array().expect("items");
    let minutes: u64 = items.iter().filter_map(|item| item["appointment"]["duration"].as_u64()).sum();
    assert_eq!(minutes, 16 * 60, "blocks and the appointment fill it, and none lies over another");
    assert_eq!(items.iter().filter(|item| item["kind"] == "booking").count(), 1);
}
