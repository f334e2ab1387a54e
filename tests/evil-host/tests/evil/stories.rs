//! Lies, and honest hosts with dishonest patients, whose end is not an error: what the practice is told and does.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use souspli_attest::SigningKey;
use souspli_client::flow::Flow;
use souspli_client::http::{Host, calendar_path};
use souspli_evil_host::{Lie, Proxy};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{Device, MONDAY, Member, Patient, TestHost};
use souspli_protocol::event::Event;
use souspli_protocol::wire::{Append, Appended, Blob, SyncAnswer, Times};
use souspli_protocol::{Signature, VerifyingKey, Work};

use crate::forge::Forge;
use crate::world::{host_key, public, record, wanted};

/// Two weeks and a day: the epoch after the next begins.
const NEXT_EPOCH: u32 = MONDAY + 15 * 1_440;

struct Story {
    data: tempfile::TempDir,
    host: TestHost,
    owner: Member,
    practice: Published,
}

impl Story {
    async fn begin(look: &Look) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let host = TestHost::start(data.path(), None, MONDAY).await;
        let mut owner = Member::new(host.addr());
        let practice = create(&mut owner, look, MONDAY).await;
        Self { data, host, owner, practice }
    }

    fn addr(&self) -> SocketAddr {
        self.host.addr()
    }

    fn keys(&self) -> Value {
        json!({ "accountKey": self.practice.account_key, "passphrase": PASSPHRASE })
    }

    /// What the host can make up once a patient has shown it a booking.
    async fn forge(&self, booking: &Value) -> Forge {
        let public = public(&self.practice, self.addr()).await;
        let host: SigningKey = host_key(self.data.path());
        Forge::new(&self.practice.link, &public, host, MONDAY).knowing(booking, &record(self.addr(), booking).await)
    }

    async fn book(&self, start: impl FnOnce(&Value) -> Value) -> Value {
        let mut patient = Patient::new(self.addr());
        patient.must(MONDAY, "open", json!({ "fragment": self.practice.link })).await;
        let times = patient.must(MONDAY, "times", wanted(&self.practice)).await;
        let mut chosen = wanted(&self.practice);
        chosen["start"] = start(&times);
        patient.must(MONDAY, "hold", chosen).await;
        patient.must(MONDAY, "book", json!({ "form": form("Patient One", "A reason") })).await
    }
}

/// Everything in a member's agenda.
async fn agenda(member: &mut Member, now: u32) -> Vec<Value> {
    let all = member.must(now, "agenda", json!({ "from": "2000-01-01", "to": "2099-01-01" })).await;
    all["items"].as_array().expect("items").clone()
}

/// The first free time of a day.
fn first_on(times: &Value, date: &str) -> Value {
    let day = times["days"].as_array().expect("days").iter().find(|day| day["date"] == date).expect("the day");
    day["times"][0]["start"].clone()
}

/// On the far side of the earth a window begins half a day before it does by UTC.
#[tokio::test]
async fn hours_that_the_host_keeps_back_make_nobody_decline() {
    let mut story = Story::begin(&Look { zone: "Pacific/Auckland", ..Look::SMALL }).await;
    let booking = story.book(|times| first_on(times, "2026-12-21")).await;
    let proxy = Proxy::before(story.addr()).await;
    let mut member = Member::new(proxy.addr);
    member.must(MONDAY, "unlock", story.keys()).await;
    proxy.tell(Arc::new(Lie::about("/times", |times: &mut Times| times.hours = Default::default())));
    member.must(MONDAY, "sync", json!({})).await;
    let items = agenda(&mut member, MONDAY).await;
    assert_eq!((&items[0]["state"], &items[0]["attention"]), (&json!("reserved"), &json!("hours")));
    story.owner.must(MONDAY, "sync", json!({})).await;
    let detail = story.owner.must(MONDAY, "detail", json!({ "record": booking["record"] })).await;
    assert_eq!(detail["state"], "confirmed", "with the hours there is nothing to object to");
}

#[tokio::test]
async fn who_claims_another_time_than_he_names_takes_it_from_nobody() {
    let mut story = Story::begin(&Look::SMALL).await;
    let known = story.book(|times| first_on(times, "2026-11-25")).await;
    story.owner.must(MONDAY, "sync", json!({})).await;
    let forge = story.forge(&known).await;
    // Several, because what is answered first is as the records' random ids will have it.
    let mut named = Vec::new();
    for date in ["2026-11-26", "2026-11-28", "2026-11-30", "2026-12-02", "2026-12-04", "2026-12-06"] {
        let start = first_on(&times(&story).await, date);
        let granule = u32::try_from(start.as_u64().expect("a granule")).expect("small");
        let (event, claims) = forge.booking_that_names(granule);
        send(story.addr(), event, claims).await;
        let honest = story.book(|times| first_on(times, date)).await;
        assert_eq!(honest["appointment"]["start"], start, "the host knows nothing against it");
        named.push(start);
    }
    story.owner.must(MONDAY, "sync", json!({})).await;
    let items = agenda(&mut story.owner, MONDAY).await;
    for start in named {
        let of = |name: &str| items.iter().find(|item| item["name"] == name && item["appointment"]["start"] == start);
        assert_eq!(of("Patient Forged").expect("the first")["state"], "declined");
        assert_eq!(of("Patient One").expect("the second")["state"], "confirmed");
    }
}

#[tokio::test]
async fn what_a_stranger_wrote_is_not_believed_once_the_roster_has_changed() {
    let mut story = Story::begin(&Look::SMALL).await;
    let known = story.book(|times| first_on(times, "2026-11-25")).await;
    story.owner.must(MONDAY, "sync", json!({})).await;
    let (forge, proxy) = (story.forge(&known).await, Proxy::before(story.addr()).await);
    let mut member = Member::new(proxy.addr);
    member.must(MONDAY, "unlock", story.keys()).await;
    let planted = forge.booking_by_stranger();
    proxy.tell(Arc::new(Lie::about("/sync", move |answer: &mut SyncAnswer| forge.add(answer, &planted))));
    assert_eq!(member.must(MONDAY, "sync", json!({})).await["broken"], 1);
    assert_eq!(agenda(&mut member, MONDAY).await.len(), 1, "it is not shown");

    story.host.clock.set(NEXT_EPOCH);
    story.owner.must(NEXT_EPOCH, "maintain", json!({})).await;
    member.reload();
    member.must(NEXT_EPOCH, "unlock", story.keys()).await;
    assert_eq!(agenda(&mut member, NEXT_EPOCH).await.len(), 1, "nor by what the device has kept");
}

#[tokio::test]
async fn two_devices_that_are_shown_two_chains_find_out() {
    // Nothing is confirmed yet: a confirmation quotes its chain under seal, too.
    let mut story = Story::begin(&Look { confirm: "manual", ..Look::SMALL }).await;
    let known = story.book(|times| first_on(times, "2026-11-25")).await;
    story.owner.must(MONDAY, "sync", json!({})).await;
    let (forge, proxy) = (story.forge(&known).await, Proxy::before(story.addr()).await);
    let mut member = Member::new(proxy.addr);
    member.must(MONDAY, "unlock", story.keys()).await;
    proxy.tell(Arc::new(Lie::about("/sync", move |answer: &mut SyncAnswer| forge.fork(answer))));
    assert_eq!(member.must(MONDAY, "sync", json!({})).await["broken"], 0, "a chain like any other");
    drop(proxy.take());
    let note = json!({ "record": known["record"], "text": "Seen on the other chain" });
    assert_eq!(member.fails(MONDAY, "note", note).await, "outcome_unknown");
    assert_eq!(member.fails(MONDAY, "sync", json!({})).await, "rolled_back", "the one that wrote it is told");
    assert_eq!(story.owner.must(MONDAY, "sync", json!({})).await["broken"], 1, "and so is the other");
}

#[tokio::test]
async fn a_member_added_elsewhere_is_believed_at_once() {
    let mut story = Story::begin(&Look::SMALL).await;
    let mut elsewhere = Member::new(story.addr());
    elsewhere.must(MONDAY, "unlock", story.keys()).await;
    let keys = elsewhere.must(MONDAY, "addDesk", json!({ "name": "Desk", "passphrase": PASSPHRASE })).await;
    let booking = story.book(|times| first_on(times, "2026-11-25")).await;
    let mut desk = Member::new(story.addr());
    desk.must(MONDAY, "unlock", json!({ "accountKey": keys["accountKey"], "passphrase": PASSPHRASE })).await;
    desk.must(MONDAY, "sync", json!({})).await;
    assert_eq!(story.owner.must(MONDAY, "sync", json!({})).await["broken"], 0);
    let detail = story.owner.must(MONDAY, "detail", json!({ "record": booking["record"] })).await;
    assert_eq!(detail["state"], "confirmed");
}

#[tokio::test]
async fn what_was_given_up_is_no_visit_that_nobody_came_to() {
    let mut story = Story::begin(&Look::SMALL).await;
    let booking = story.book(|times| first_on(times, "2026-11-25")).await;
    story.owner.must(MONDAY, "sync", json!({})).await;
    let record = json!({ "record": booking["record"] });
    story.owner.must(MONDAY, "cancel", json!({ "record": booking["record"], "text": "" })).await;
    let after = story.owner.must(MONDAY, "noShow", record).await;
    assert_eq!(after["state"], "cancelled");
    let again = story.book(|times| first_on(times, "2026-11-25")).await;
    assert_eq!(again["appointment"]["start"], booking["appointment"]["start"]);
    story.owner.must(MONDAY, "sync", json!({})).await;
    let detail = story.owner.must(MONDAY, "detail", json!({ "record": again["record"] })).await;
    assert_eq!(detail["state"], "confirmed", "the time is free again");
}

/// Storage may refuse one page and take the next, or lose one.
#[tokio::test]
async fn what_the_device_has_lost_of_its_index_is_fetched_again() {
    let mut story = Story::begin(&Look::SMALL).await;
    let index = |member: &Member| -> Vec<String> {
        member.device.kept.keys().filter(|name| name.starts_with("index/")).cloned().collect()
    };
    for date in ["2026-11-25", "2026-11-26", "2026-11-27"] {
        story.book(|times| first_on(times, date)).await;
        story.owner.must(MONDAY, "sync", json!({})).await;
    }
    let pages = index(&story.owner);
    assert!(pages.len() >= 3, "{pages:?}");
    for lost in &pages {
        let bytes = story.owner.device.kept.remove(lost);
        story.owner.reload();
        story.owner.must(MONDAY, "unlock", story.keys()).await;
        story.owner.must(MONDAY, "sync", json!({})).await;
        assert_eq!(agenda(&mut story.owner, MONDAY).await.len(), 3, "without {lost}");
        story.owner.device.kept.extend(bytes.map(|bytes| (lost.clone(), bytes)));
    }
}

async fn times(story: &Story) -> Value {
    let mut patient = Patient::new(story.addr());
    patient.must(MONDAY, "open", json!({ "fragment": story.practice.link })).await;
    patient.must(MONDAY, "times", wanted(&story.practice)).await
}

/// Sends an event as anybody may who has its bytes.
async fn send(host: SocketAddr, event: Blob, claims: Blob) {
    let calendar = Event::parse(event.0.clone()).expect("an event").header().context.calendar;
    let (session, session_signature, work) = (VerifyingKey::ZERO, Signature::ZERO, Work::ZERO);
    let body = Append { event, claims, session, session_signature, work };
    let flow = Flow::new(move |io| async move {
        let answer: Result<Appended, _> = Host::default().post(&io, calendar_path(&calendar, "events"), &body).await;
        answer.map(drop)
    });
    Device::new(host).run(flow).await.expect("the host takes it");
}
