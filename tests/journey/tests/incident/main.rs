//! July 2020, played again: somebody with a stolen key fetches 6,158 appointments over days, in portions, among the reads of
//! those who belong there. The report names exactly these records and the first hour; no other key's reads are in it.

mod holder;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create};
use souspli_journey::{MONDAY, Member, crowd};
use souspli_protocol::journal::hour_of;
use souspli_protocol::{RecordId, VerifyingKey};
use souspli_server::config::Limits;
use souspli_server::{Config, Host, ManualClock, Running};

use holder::Holder;

/// As many as there were.
const RECORDS: usize = 6_158;
/// Some of them book more than once.
const PEOPLE: usize = 5_000;
const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

/// Four practitioners, open every day; bookings wait for an answer, so that nobody writes while others read.
const LOOK: Look = Look {
    practitioners: &[("One", "Oncology"), ("Two", "Psychiatry"), ("Three", "Oncology"), ("Four", "Addictology")],
    confirm: "manual",
    ..Look::SMALL
};

/// A host, a practice, and who belongs to it.
struct Scene {
    clock: Arc<ManualClock>,
    addr: SocketAddr,
    owner: Member,
    published: Published,
    _running: Running,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(MONDAY));
        let config = Config {
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            data: folder.path().to_owned(),
            limits: Limits { address_burst: 0, link_burst: 0, ..Limits::default() },
            ..Config::default()
        };
        let running = Host::start(config, clock.clone()).await.expect("the host starts");
        let mut owner = Member::new(running.addr);
        let published = create(&mut owner, &LOOK, MONDAY).await;
        Self { clock, addr: running.addr, owner, published, _running: running, _folder: folder }
    }

    /// A desk member's account key.
    async fn add_desk(&mut self, name: &str) -> String {
        let kit = self.owner.must(MONDAY, "addDesk", json!({ "name": name, "passphrase": PASSPHRASE })).await;
        kit["accountKey"].as_str().expect("a key").to_owned()
    }

    fn at(&self, minute: u32) -> u32 {
        self.clock.set(minute);
        minute
    }

    async fn report(&mut self, about: Value, now: u32) -> Value {
        self.owner.must(now, "breachReport", about).await
    }
}

/// Reads the chain from a sequence on, page by page; gives its newest sequence.
async fn read_on(holder: &mut Holder, mut since: u64, minute: u32) -> u64 {
    loop {
        let came = holder.ask(since, minute).await;
        since += came;
        if came < 64 {
            return since;
        }
    }
}

/// Fetches everything over four days: odd portions, pauses, repeats, at the end some of it once more.
async fn fetch_all(scene: &Scene, thief: &mut Holder, begin: u32) {
    let (mut minute, mut since, mut portion) = (begin, 0, 0);
    loop {
        portion += 1;
        let came = thief.ask(since, scene.at(minute)).await;
        if came < 64 {
            break;
        }
        // Nearly all of what came is left behind; what is asked for again comes again.
        since += [64, 33, 51, 64, 7, 60][portion % 6];
        minute += if portion % 9 == 0 { 6 * HOUR + 13 } else { 1 };
    }
    assert!(portion > 100 && minute < begin + 4 * DAY, "{portion} portions until {}", minute - begin);
    for since in [0, 1_000, 1_001, 3_333] {
        thief.ask(since, scene.at(begin + 4 * DAY - HOUR)).await;
    }
}

/// Fetches a part: leaves gaps, so many in an hour that no row holds them.
async fn fetch_a_part(scene: &Scene, thief: &mut Holder, begin: u32) {
    for portion in 0..35 {
        thief.ask(200 + portion * 150, scene.at(begin + u32::try_from(portion / 20).expect("small") * HOUR)).await;
    }
}

/// What a report says: the first hour of each record.
fn told(report: &Value) -> BTreeMap<RecordId, u32> {
    let records = report["records"].as_array().expect("records").iter();
    let told = records.map(|record| {
        let id = record["record"].as_str().expect("an id").parse().expect("an id");
        (id, hour_of(minute_of(&record["first"])))
    });
    told.collect()
}

fn same(told: &BTreeMap<RecordId, u32>, given: &BTreeMap<RecordId, u32>, what: &str) {
    let other = told.iter().filter(|(id, hour)| given.get(id) != Some(hour)).count();
    assert!(told == given, "{what}: {} were given, {} are told, {other} of them otherwise", given.len(), told.len());
}

fn minute_of(hour: &Value) -> u32 {
    u32::try_from(hour["minute"].as_u64().expect("a minute")).expect("small")
}

fn keys_of(report: &Value) -> BTreeSet<VerifyingKey> {
    let keys = report["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["key"].as_str().expect("a key").parse().expect("a key")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_names_each_record_that_a_stolen_key_fetched_and_no_other() {
    let mut scene = Scene::new().await;
    let stolen = scene.add_desk("Stolen").await;
    let other = scene.add_desk("Stolen in part").await;
    let desk_key = scene.add_desk("Front desk").await;
    let begin = Instant::now();
    let records = crowd::book(scene.addr, &scene.published.link, RECORDS, PEOPLE, MONDAY).await;
    println!("incident: {RECORDS} bookings made in {:.1} s", begin.elapsed().as_secs_f64());

    // Those who belong there read: all of it on Monday, and what is new in the same hours as the thieves.
    let begin = Instant::now();
    let mut desk = Holder::new(scene.addr, &desk_key, PASSPHRASE).await;
    let newest = read_on(&mut desk, 0, MONDAY).await;
    scene.owner.must(MONDAY, "sync", json!({})).await;
    println!("incident: read by those who may in {:.1} s", begin.elapsed().as_secs_f64());
    let night = MONDAY + DAY + 15 * HOUR + 10;
    let mut thief = Holder::new(scene.addr, &stolen, PASSPHRASE).await;
    let mut in_part = Holder::new(scene.addr, &other, PASSPHRASE).await;
    read_on(&mut desk, newest - 1, scene.at(night)).await;
    fetch_all(&scene, &mut thief, night).await;
    let morning = night + 5 * DAY;
    scene.owner.must(scene.at(morning), "sync", json!({})).await;
    fetch_a_part(&scene, &mut in_part, morning).await;
    read_on(&mut desk, newest - 1, scene.at(morning)).await;

    let now = scene.at(morning + 2 * DAY);
    let begin = Instant::now();
    all_of_it(&mut scene, &thief, &records, now).await;
    a_part_of_it(&mut scene, &in_part, now).await;
    the_honest_are_apart(&mut scene, &desk, [&thief, &in_part], now).await;
    the_journal_tells_who_and_when(&mut scene, [&thief, &in_part], now).await;
    println!("incident: reports made in {:.1} s", begin.elapsed().as_secs_f64());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_spoiled_is_told_all_the_same() {
    let mut scene = Scene::new().await;
    let stolen = scene.add_desk("Stolen").await;
    let records = crowd::book(scene.addr, &scene.published.link, 3, 3, MONDAY).await;
    scene.owner.must(MONDAY, "sync", json!({})).await;
    let mut thief = Holder::new(scene.addr, &stolen, PASSPHRASE).await;
    let newest = read_on(&mut thief, 0, MONDAY).await;
    // A day later the thief writes what nobody opens, and fetches that alone.
    let later = scene.at(MONDAY + DAY);
    let spoiled = thief.spoil(later).await;
    assert_eq!(thief.ask(newest, later).await, 1);
    scene.owner.must(later, "sync", json!({})).await;

    let about = json!({ "of": { "key": thief.key() }, "since": later, "until": later });
    let report = scene.report(about, later).await;
    assert_eq!(told(&report).into_keys().collect::<Vec<_>>(), [spoiled]);
    let record = &report["records"][0];
    assert_eq!((&record["events"], &record["desk"], &record["clinical"]), (&json!(1), &json!(["unread"]), &json!([])));
    assert!(record["broken"].is_string(), "{record}");
    let number = records.iter().position(|record| *record == spoiled).expect("one of them");
    assert_eq!(report["people"][0]["name"], crowd::name(number, 3));
    assert_eq!((&report["people"][0]["desk"], &report["keys"][0]["written"]), (&json!(["unread"]), &json!(1)));
}

async fn all_of_it(scene: &mut Scene, thief: &Holder, records: &[RecordId], now: u32) {
    let report = scene.report(json!({ "of": { "key": thief.key() } }), now).await;
    let all: BTreeSet<&RecordId> = records.iter().collect();
    assert!(thief.given(..).keys().eq(all), "the thief has all of them");
    same(&told(&report), &thief.given(..), "each record, since the hour in which it was given first");
    assert_eq!(report["records"].as_array().map(Vec::len), Some(RECORDS));
    assert_eq!(Some(&hour_of(minute_of(&report["first"]))), thief.hours.first());
    assert_eq!(Some(&hour_of(minute_of(&report["last"]))), thief.hours.last());
    assert_eq!(keys_of(&report), BTreeSet::from([thief.key()]));
    let key = &report["keys"][0];
    assert_eq!(
        (&key["who"]["name"], &key["who"]["role"], &key["written"]),
        (&json!("Stolen"), &json!("desk"), &json!(0))
    );
    let people = report["people"].as_array().expect("people");
    assert_eq!(people.len(), PEOPLE);
    let twice = people.iter().find(|person| person["name"] == crowd::name(7, PEOPLE)).expect("a person");
    assert_eq!(twice["records"], json!([records[7], records[7 + PEOPLE]]), "by the time of the visit");
    // A desk member's key opens names and times, and no reason; the practice's own publications came with them.
    for record in report["records"].as_array().expect("records") {
        assert_eq!(record["desk"], json!(["appointment", "email", "language", "name", "phone"]));
        assert_eq!((&record["clinical"], &record["events"], &record["all"]), (&json!([]), &json!(1), &json!(1)));
    }
    assert_eq!((&report["unreadable"], report["silent"].as_array().map(Vec::len)), (&json!([]), Some(1)));

    let by_name = scene.report(json!({ "of": { "member": "stolen" } }), now).await;
    assert_eq!(by_name["records"], report["records"], "by name");
    // Only what was given until the second night; the first hour is the same.
    let until = minute_of(&report["first"]) + DAY;
    let early = scene.report(json!({ "of": { "key": thief.key() }, "until": until }), now).await;
    let expected = thief.given(..=hour_of(until));
    assert!(!expected.is_empty() && expected.len() < RECORDS);
    same(&told(&early), &expected, "until the second night");
}

async fn a_part_of_it(scene: &mut Scene, thief: &Holder, now: u32) {
    let report = scene.report(json!({ "of": { "member": "Stolen in part" } }), now).await;
    let given = thief.given(..);
    assert!(given.len() > 1_000 && given.len() < RECORDS, "{}", given.len());
    same(&told(&report), &given, "a part");
    assert_eq!(keys_of(&report), BTreeSet::from([thief.key()]));
    let none = scene.report(json!({ "of": { "key": thief.key() }, "until": MONDAY }), now).await;
    assert_eq!((&none["records"], &none["first"]), (&json!([]), &Value::Null), "before the theft");
}

async fn the_honest_are_apart(scene: &mut Scene, desk: &Holder, thieves: [&Holder; 2], now: u32) {
    let report = scene.report(json!({ "of": { "member": "Front desk" } }), now).await;
    assert_eq!(keys_of(&report), BTreeSet::from([desk.key()]));
    assert!(told(&report).values().all(|hour| *hour == hour_of(MONDAY)), "all of it on Monday");
    // In the days of the theft, everybody is named; what the desk had of these days is the newest entry once more.
    let span = scene.report(json!({ "since": MONDAY + DAY, "until": now }), now).await;
    let keys = BTreeSet::from([thieves[0].key(), thieves[1].key(), desk.key()]);
    assert!(keys_of(&span).is_superset(&keys));
    let records = |key: VerifyingKey| {
        let views = span["keys"].as_array().expect("keys").iter();
        let view = views.into_iter().find(|view| view["key"] == key.to_string()).expect("a key");
        view["records"].as_u64().expect("a number")
    };
    assert_eq!(records(thieves[0].key()), RECORDS as u64);
    assert_eq!(records(thieves[1].key()), thieves[1].given(..).len() as u64);
    assert_eq!(records(desk.key()), 1);
    let mut first = BTreeMap::new();
    for (id, hour) in [desk, thieves[0], thieves[1]].iter().flat_map(|holder| holder.given(hour_of(MONDAY + DAY)..)) {
        first.entry(id).and_modify(|first: &mut u32| *first = hour.min(*first)).or_insert(hour);
    }
    same(&told(&span), &first, "the first hour of each, whoever had it");
}

async fn the_journal_tells_who_and_when(scene: &mut Scene, thieves: [&Holder; 2], now: u32) {
    let journal = scene.owner.must(now, "journal", json!({ "since": "2026-11-24" })).await;
    let lines = journal["lines"].as_array().expect("lines");
    assert_eq!(journal["today"], "2026-12-02");
    for (thief, name) in thieves.into_iter().zip(["Stolen", "Stolen in part"]) {
        let own = lines.iter().filter(|line| line["who"]["name"] == name);
        assert_eq!(own.map(|line| hour_of(minute_of(line))).collect::<BTreeSet<_>>(), thief.hours);
    }
    let first = lines.iter().find(|line| line["who"]["name"] == "Stolen").expect("a line");
    let records = json!({ "key": first["key"], "minute": first["minute"] });
    let records = scene.owner.must(now, "journalRecords", records).await;
    assert_eq!(json!(records["items"].as_array().map(Vec::len)), first["records"]);
}
