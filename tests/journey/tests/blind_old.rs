//! Blindness: two practices that differ in everything readable do the same things, and a host cannot tell them apart
//! (`docs/threat-model.md`, column 1).

#![allow(clippy::format_collect, reason = "a test may")]

use std::path::Path;
use std::time::SystemTime;

use serde_json::{Value, json};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::spawned::Spawned;
use souspli_journey::view::{View, canaries_in, log_shape, request_shape};
use souspli_journey::{Exchange, Member, Patient, tables};

/// A practice with its patients: every readable thing.
struct Script {
    look: Look,
    patients: [(&'static str, &'static str); 3],
    /// Which of the free times each patient takes.
    places: [usize; 3],
    phone: (&'static str, &'static str),
    note: &'static str,
    block: (&'static str, &'static str, &'static str),
    words: &'static str,
}

const ONE: Script = Script {
    look: Look {
        name: "Quillwort",
        zone: "Europe/Paris",
        practitioners: &[("Zephyrine", "Podology")],
        rooms: &[],
        visit_types: &[("Checkup", 20)],
        open: (480, 720),
        confirm: "automatic",
        question: "Allergies?",
    },
    patients: [("Marblewing", "Tendon"), ("Ostrakon", "Heelspur"), ("Pim", "Nail")],
    places: [0, 1, 2],
    phone: ("Fennimore", "Insoles"),
    note: "Ordered the insoles",
    block: ("09:00", "10:00", "Delivery"),
    words: "See you",
};

const TWO: Script = Script {
    look: Look {
        name: "The Long-Established Thistledown Centre for Psychotraumatology and Sleep",
        zone: "Europe/Athens",
        practitioners: &[
            ("Wilhelmina Featherstonehaugh", "Psychiatry and psychotherapy of adolescents"),
            ("Ingeborg Vandersloot-Kettle", "Somnology"),
            ("Bartholomew Quackenbush", "Addiction medicine"),
        ],
        rooms: &["The blue room with the large window", "Laboratory of the second floor"],
        visit_types: &[
            ("First psychotherapeutic conversation after a traumatic event", 50),
            ("Polysomnography preparation", 30),
            ("Opioid substitution, follow-up", 15),
        ],
        open: (420, 1_200),
        confirm: "automatic",
        question: "Which substances have you taken during the last twelve months, and how often?",
    },
    patients: [
        ("Maximiliana Ottoline von Hohenfurt-Blumenthal", "Recurring nightmares since the accident on the motorway"),
        ("Li", "Panic attacks in closed rooms, since about three years, mostly during the night"),
        ("Thaddeus Wigglesworthington", "Withdrawal"),
    ],
    places: [17, 401, 1_203],
    phone: ("Cornelius Abernathy-Brockenhurst", "Insomnia after discharge from the ward"),
    note: "Spoke with the mother; the family does not know about the medication yet",
    block: ("11:00", "12:45", "Supervision of the whole team in the large conference room"),
    words: "Please bring the letter of the hospital and the list of all your medicines with you",
};

struct Seen {
    exchanges: Vec<Exchange>,
    view: View,
    heap: Vec<u8>,
}

fn now() -> u32 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    u32::try_from(since.as_secs() / 60).expect("before 10136")
}

/// Everything that both practices do, in the same order.
async fn play(script: &Script, host: &Spawned) -> Vec<Exchange> {
    let now = now();
    let mut owner = Member::new(host.addr);
    let practice = create(&mut owner, &script.look, now).await;
    let mut exchanges = Vec::new();
    let mut links = Vec::new();
    for ((name, reason), place) in script.patients.iter().zip(script.places) {
        let mut patient = Patient::new(host.addr);
        let booked = book(&mut patient, &practice, name, reason, place, script, now).await;
        links.push(booked);
        owner.must(now, "sync", json!({})).await;
        exchanges.append(&mut patient.device.exchanges);
    }
    let mut manage = Patient::new(host.addr);
    manage.must(now, "open", json!({ "fragment": links[0]["manageLink"] })).await;
    let start = free(&mut manage, &practice, script.places[2] + 5, now).await;
    manage.must(now, "move", json!({ "start": start, "practitioner": null })).await;
    owner.must(now, "sync", json!({})).await;
    manage.must(now, "read", json!({})).await;
    manage.must(now, "cancel", json!({ "text": script.words })).await;
    owner.must(now, "sync", json!({})).await;
    owner.must(now, "cancel", json!({ "record": links[1]["record"], "text": script.words })).await;
    owner.must(now, "note", json!({ "record": links[2]["record"], "text": script.note })).await;
    owner.must(now, "noShow", json!({ "record": links[2]["record"] })).await;
    let times = owner.must(now, "times", wanted(&practice)).await;
    let start = nth(&times, script.places[1] + 40);
    let form = form(script.phone.0, script.phone.1);
    let phone = json!({ "visitType": practice.visit_type(0), "practitioner": null, "start": start, "form": form });
    owner.must(now, "phoneBooking", phone).await;
    let (from, to, text) = script.block;
    let date = times["days"][20]["date"].clone();
    let block = json!({ "practitioner": practice.practitioner(0), "date": date, "from": from, "to": to, "text": text });
    owner.must(now, "block", block).await;
    owner.must(now, "addDesk", json!({ "name": script.look.name, "passphrase": PASSPHRASE })).await;
    owner.must(now, "revokeLink", json!({ "fragment": practice.link })).await;
    owner.must(now, "maintain", json!({})).await;
    let mut second = Member::new(host.addr);
    second.must(now, "unlock", json!({ "accountKey": practice.account_key, "passphrase": PASSPHRASE })).await;
    second.must(now, "sync", json!({})).await;
    for device in [&mut manage.device, &mut owner.device, &mut second.device] {
        exchanges.append(&mut device.exchanges);
    }
    exchanges
}

async fn book(
    patient: &mut Patient,
    practice: &Published,
    name: &str,
    reason: &str,
    place: usize,
    script: &Script,
    now: u32,
) -> Value {
    patient.must(now, "open", json!({ "fragment": practice.link })).await;
    let start = free(patient, practice, place, now).await;
    let chosen = json!({ "visitType": practice.visit_type(0), "practitioner": null, "start": start });
    patient.must(now, "hold", chosen).await;
    let mut form = form(name, reason);
    form["answers"] = json!([{ "question": practice.question(), "text": script.words }]);
    patient.must(now, "book", json!({ "form": form })).await
}

fn wanted(practice: &Published) -> Value {
    json!({ "visitType": practice.visit_type(0), "practitioner": null })
}

async fn free(patient: &mut Patient, practice: &Published, place: usize, now: u32) -> Value {
    nth(&patient.must(now, "times", wanted(practice)).await, place)
}

fn nth(times: &Value, place: usize) -> Value {
    let days = times["days"].as_array().expect("days").iter();
    let mut times = days.flat_map(|day| day["times"].as_array().expect("times"));
    times.nth(place).expect("a free time")["start"].clone()
}

/// Every readable value of a script.
fn typed(script: &Script) -> Vec<String> {
    let look = &script.look;
    let mut values: Vec<&str> = vec![look.name, look.question, script.note, script.words, script.block.2];
    values.extend(look.practitioners.iter().flat_map(|(name, specialty)| [*name, *specialty]));
    values.extend(look.rooms);
    values.extend(look.visit_types.iter().map(|(name, _)| *name));
    values.extend(script.patients.iter().chain([&script.phone]).flat_map(|(name, reason)| [*name, *reason]));
    values.extend(["patient@example.org", "+33 6 00 00 00 00", PASSPHRASE, "1 Example Street"]);
    values.into_iter().filter(|value| value.len() >= 6).map(str::to_owned).collect()
}

async fn see(script: &Script, data: &Path, database_url: Option<&str>) -> Seen {
    let host = Spawned::start(data, database_url);
    let exchanges = play(script, &host).await;
    let metrics = host.metrics();
    let log = host.log();
    drop(host);
    let rows = match database_url {
        Some(url) => tables::postgres(url).await,
        None => tables::sqlite(&data.join("souspli.db")).await,
    };
    let mut heap = files(data);
    for exchange in &exchanges {
        heap.extend(exchange.request.bytes());
        for (name, value) in exchange.sent.iter().chain(&exchange.headers) {
            heap.extend(format!("{name}: {value}\n").bytes());
        }
        heap.extend(&exchange.body);
        heap.extend(&exchange.answer);
    }
    heap.extend(log.join("\n").bytes());
    heap.extend(metrics.bytes());
    // How often a test asks whether the host is ready depends on the machine.
    let ours = |line: &&String| !line.contains("/readyz");
    let counted = metrics.lines().map(str::to_owned);
    let mut counted: Vec<String> =
        counted.filter(|line| !line.starts_with('#') && !timed(line)).filter(|l| ours(&l)).collect();
    counted.sort();
    let view = View {
        requests: exchanges.iter().map(request_shape).collect(),
        rows,
        log: log.iter().filter(|line| line.starts_with('{')).filter(ours).map(|line| log_shape(line)).collect(),
        metrics: counted,
    };
    Seen { exchanges, view, heap }
}

/// Seconds and buckets are latencies.
fn timed(line: &str) -> bool {
    line.contains("_seconds") || line.contains("latency") || line.starts_with("HTTP/") || line.starts_with("date:")
}

fn files(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            bytes.extend(files(&path));
        } else {
            bytes.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default().bytes());
            bytes.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
    bytes
}

fn compare(database: &str, one: &Seen, two: &Seen, values: &[String]) {
    let differences = one.view.differences(&two.view);
    let canaries: Vec<String> = [one, two].iter().flat_map(|seen| canaries_in(&seen.heap, values)).collect();
    println!(
        "blind: {} requests, {} differences, {} canaries ({database})",
        one.exchanges.len() + two.exchanges.len(),
        differences.len(),
        canaries.len()
    );
    assert!(differences.is_empty(), "{}", differences.iter().take(10).cloned().collect::<Vec<_>>().join("\n"));
    assert!(canaries.is_empty(), "{canaries:?}");
    assert!(one.view.rows.values().map(Vec::len).sum::<usize>() > 100, "the tables were read");
    assert!(one.view.log.len() >= one.exchanges.len(), "the log was read: {} lines", one.view.log.len());
}

fn all_values() -> Vec<String> {
    [typed(&ONE), typed(&TWO)].concat()
}

#[tokio::test]
async fn sqlite_sees_no_difference_and_planted_leaks_are_seen() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (first, second) = (see(&ONE, one.path(), None).await, see(&TWO, two.path(), None).await);
    compare("sqlite", &first, &second, &all_values());

    // Three leaks are planted, and each must be seen: a length, a column, a log line.
    let mut longer = second.exchanges[5].clone();
    longer.headers.push(("x-visit-minutes".to_owned(), "50".to_owned()));
    let mut leaking = second.view.clone();
    leaking.requests[5] = request_shape(&longer);
    assert_eq!(first.view.differences(&leaking).len(), 1, "a header that tells");

    let path = two.path().join("souspli.db");
    plant_column(&path).await;
    let rows = tables::sqlite(&path).await;
    let leaking = View { rows, ..second.view.clone() };
    assert!(!first.view.differences(&leaking).is_empty(), "a column that tells");
    assert_eq!(canaries_in(&files(two.path()), &all_values()), [TWO.patients[0].0], "and what it tells");

    let line = format!("{{\"message\":\"booked\",\"who\":\"{}\"}}", hex(TWO.patients[2].0));
    let mut leaking = second.view.clone();
    leaking.log.push(log_shape(&line));
    assert_eq!(first.view.differences(&leaking).len(), 1, "a log line that tells");
    assert_eq!(canaries_in(line.as_bytes(), &all_values()), [TWO.patients[2].0]);
}

async fn plant_column(path: &Path) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut db = options.connect().await.expect("the database");
    sqlx::raw_sql("alter table event add column who text").execute(&mut db).await.expect("planted");
    let name = TWO.patients[0].0;
    sqlx::query("update event set who = ?").bind(name).execute(&mut db).await.expect("planted");
    db.close().await.expect("closed");
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn postgres_sees_no_difference() {
    use sqlx::Connection as _;
    let server = std::env::var("SOUSPLI_TEST_POSTGRES")
        .expect("SOUSPLI_TEST_POSTGRES names a PostgreSQL server for tests; `cargo xtask test blind` starts one");
    let mut urls = Vec::new();
    let mut db = sqlx::PgConnection::connect(&server).await.expect("the server");
    for name in ["souspli_blind_one", "souspli_blind_two"] {
        let drop = format!("drop database if exists {name} with (force)");
        sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut db).await.expect("dropped");
        let create = format!("create database {name}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut db).await.expect("created");
        let (base, _) = server.rsplit_once('/').expect("a URL with a database");
        let query = server.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        urls.push(format!("{base}/{name}{query}"));
    }
    db.close().await.expect("closed");
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let mut first = see(&ONE, one.path(), Some(&urls[0])).await;
    let second = see(&TWO, two.path(), Some(&urls[1])).await;
    if let Some(data) = std::env::var_os("SOUSPLI_TEST_POSTGRES_DATA") {
        first.heap.extend(files(Path::new(&data)));
    }
    compare("postgres", &first, &second, &all_values());
}
