//! Erasing between a real host and real clients: what a practice asks for is gone everywhere, what is due is gone at the
//! host, and a host cannot call erased what is not (`docs/spec/events.md` §8).

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{MONDAY, Member, Patient, TestHost};
use souspli_protocol::wire::SyncAnswer;

const DAY: u32 = 1_440;
const EPOCH: u32 = 14 * DAY;
const SOON: Duration = Duration::from_secs(30);

const LOOK: Look = Look { confirm: "manual", ..Look::SMALL };

struct Scene {
    host: TestHost,
    owner: Member,
    published: Published,
    now: u32,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let host = TestHost::start(folder.path(), None, MONDAY).await;
        let mut owner = Member::new(host.addr());
        let published = create(&mut owner, &LOOK, MONDAY).await;
        Self { host, owner, published, now: MONDAY, _folder: folder }
    }

    /// Another device of the owner's.
    async fn another(&self) -> Member {
        let mut member = Member::new(self.host.addr());
        self.unlock(&mut member).await;
        member
    }

    async fn unlock(&self, member: &mut Member) {
        let unlock = json!({ "accountKey": self.published.account_key, "passphrase": PASSPHRASE });
        member.must(self.now, "unlock", unlock).await;
    }

    async fn book(&self, name: &str) -> (Value, Patient) {
        let mut patient = Patient::new(self.host.addr());
        patient.must(self.now, "open", json!({ "fragment": self.published.link })).await;
        let mut wanted = json!({ "visitType": self.published.visit_type(0), "practitioner": null });
        let times = patient.must(self.now, "times", wanted.clone()).await;
        let mut days = times["days"].as_array().expect("days").iter();
        wanted["start"] = days.find_map(|day| day["times"].get(0)).expect("free")["start"].clone();
        patient.must(self.now, "hold", wanted).await;
        let booked = patient.must(self.now, "book", json!({ "form": form(name, "A reason") })).await;
        let mut holder = Patient::new(self.host.addr());
        holder.must(self.now, "open", json!({ "fragment": booked["manageLink"] })).await;
        (booked["record"].clone(), holder)
    }

    /// Goes on from epoch to epoch, as a practice does that opens its agenda now and then.
    async fn wait(&mut self, epochs: u32) {
        for _ in 0..epochs {
            self.now += EPOCH;
            self.host.clock.set(self.now);
            self.owner.must(self.now, "maintain", json!({})).await;
            self.owner.must(self.now, "sync", json!({})).await;
        }
    }

    /// Waits until the host has erased a patient's appointment by itself.
    async fn erased(&self, patient: &mut Patient) {
        let began = Instant::now();
        loop {
            match patient.call(self.now, "read", json!({})).await {
                Err(failure) if failure.code == "record_erased" => return,
                other => assert!(began.elapsed() < SOON, "{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn found(member: &mut Member, now: u32, name: &str) -> usize {
    let found = member.must(now, "search", json!({ "text": name })).await;
    found["items"].as_array().expect("items").len()
}

#[tokio::test]
async fn what_a_practice_erases_is_gone_at_the_host_and_on_every_device() {
    let mut scene = Scene::new().await;
    let (record, mut patient) = scene.book("Erased Example").await;
    let (other, _) = scene.book("Kept Example").await;
    let mut second = scene.another().await;
    for member in [&mut scene.owner, &mut second] {
        member.must(scene.now, "sync", json!({})).await;
    }
    // Not while it takes time; and not by somebody at the desk.
    assert_eq!(scene.owner.fails(scene.now, "erase", json!({ "record": record })).await, "record_live");
    patient.must(scene.now, "read", json!({})).await;
    scene.owner.must(scene.now, "cancel", json!({ "record": record, "text": "Sorry" })).await;
    scene.owner.must(scene.now, "noteLater", json!({ "record": record, "text": "A note that waits" })).await;
    let kit = scene.owner.must(scene.now, "addDesk", json!({ "name": "Desk", "passphrase": PASSPHRASE })).await;
    let mut desk = Member::new(scene.host.addr());
    let unlock = json!({ "accountKey": kit["accountKey"], "passphrase": PASSPHRASE });
    desk.must(scene.now, "unlock", unlock).await;
    desk.must(scene.now, "sync", json!({})).await;
    assert_eq!(desk.fails(scene.now, "erase", json!({ "record": record })).await, "owner_only");

    let erased = scene.owner.must(scene.now, "erase", json!({ "record": record })).await;
    assert_eq!(erased["changed"], json!([record]));
    assert_eq!(patient.fails(scene.now, "read", json!({})).await, "record_erased");
    assert_eq!(found(&mut scene.owner, scene.now, "Erased").await, 0);
    assert_eq!(scene.owner.fails(scene.now, "detail", json!({ "record": record })).await, "no_record");
    assert!(!scene.owner.device.kept.keys().any(|key| key.starts_with("later/")), "nothing waits for it any more");
    for member in [&mut second, &mut desk] {
        assert_eq!(found(member, scene.now, "Erased").await, 1, "it has not heard yet");
        let synced = member.must(scene.now, "sync", json!({})).await;
        assert!(synced["changed"].as_array().expect("changed").contains(&record));
        assert_eq!((found(member, scene.now, "Erased").await, found(member, scene.now, "Kept").await), (0, 1));
    }
    // Loaded anew, with what the devices keep; and on a device that never had it.
    for member in [&mut scene.owner, &mut second] {
        member.reload();
        let unlock = json!({ "accountKey": scene.published.account_key, "passphrase": PASSPHRASE });
        member.must(scene.now, "unlock", unlock).await;
        assert_eq!((found(member, scene.now, "Erased").await, found(member, scene.now, "Kept").await), (0, 1));
        member.must(scene.now, "sync", json!({})).await;
    }
    let mut third = scene.another().await;
    third.must(scene.now, "sync", json!({})).await;
    assert_eq!((found(&mut third, scene.now, "Erased").await, found(&mut third, scene.now, "Kept").await), (0, 1));
    third.must(scene.now, "confirm", json!({ "record": other, "text": "" })).await;
    assert_eq!(third.fails(scene.now, "erase", json!({ "record": record })).await, "no_record");
    // The time that was cancelled before is free for somebody else.
    scene.book("Another Example").await;
    third.must(scene.now, "sync", json!({})).await;
}

#[tokio::test]
async fn what_is_due_goes_at_the_host_and_stays_with_the_practice() {
    let mut scene = Scene::new().await;
    let (record, mut patient) = scene.book("Old Example").await;
    scene.owner.must(scene.now, "sync", json!({})).await;
    scene.owner.must(scene.now, "confirm", json!({ "record": record, "text": "" })).await;
    scene.wait(10).await;
    scene.erased(&mut patient).await;
    let (_, mut living) = scene.book("New Example").await;
    scene.owner.must(scene.now, "sync", json!({})).await;
    assert_eq!(found(&mut scene.owner, scene.now, "Old").await, 1, "the practice's own papers");
    let note = json!({ "record": record, "text": "A note" });
    assert_eq!(scene.owner.fails(scene.now, "note", note).await, "record_erased");
    let mut second = scene.another().await;
    second.must(scene.now, "sync", json!({})).await;
    assert_eq!((found(&mut second, scene.now, "Old").await, found(&mut second, scene.now, "New").await), (0, 1));
    living.must(scene.now, "read", json!({})).await;
    // What the practice erases by hand goes from the device that has it, though the host had nothing left.
    scene.owner.must(scene.now, "erase", json!({ "record": record })).await;
    assert_eq!(found(&mut scene.owner, scene.now, "Old").await, 0);
}

#[tokio::test]
async fn a_host_cannot_call_erased_what_is_not() {
    let mut scene = Scene::new().await;
    scene.book("Hidden Example").await;
    for change in [
        |answer: &mut SyncAnswer| {
            let hidden = answer.entries.iter_mut().rfind(|entry| entry.event.is_some()).expect("an event");
            (hidden.event, hidden.erased) = (None, true);
        },
        |answer: &mut SyncAnswer| {
            let event = answer.entries.iter_mut().rfind(|entry| entry.event.is_some()).expect("an event");
            event.erased = true;
        },
        |answer: &mut SyncAnswer| {
            let event = answer.entries.iter_mut().rfind(|entry| entry.event.is_some()).expect("an event");
            event.erase = event.event.take();
        },
    ] {
        let mut member = scene.another().await;
        member.device.lie = Some(Box::new(move |request, body| {
            if !request.ends_with("/sync") {
                return body;
            }
            let mut answer = serde_json::from_slice(&body).expect("the answer of that route");
            change(&mut answer);
            serde_json::to_vec(&answer).expect("JSON")
        }));
        let code = member.fails(scene.now, "sync", json!({})).await;
        assert!(matches!(code.as_str(), "bad_chain" | "bad_receipt"), "{code}");
    }
    scene.owner.must(scene.now, "sync", json!({})).await;
    assert_eq!(found(&mut scene.owner, scene.now, "Hidden").await, 1);
}
