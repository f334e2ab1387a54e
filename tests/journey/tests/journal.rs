//! The journal of reads between a real host and a real client: who is named, what is remembered, what a host cannot take
//! back, and what a report says of people, roles, epochs and links.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use souspli_attest::journal::{open_hash, row_hash};
use souspli_attest::{SigningKey, sha256};
use souspli_client::flow::{Flow, Io};
use souspli_client::http::Request;
use souspli_crypto::keys::AccountKey;
use souspli_crypto::vault::{MemberVault, OpenVault, RootVault, SlotSecret, member_locator, stretch};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{MONDAY, Member, Patient, TestHost, randomness};
use souspli_protocol::journal::{JournalStatement, Ranges, ReadRow};
use souspli_protocol::vault::SealedVault;
use souspli_protocol::wire::{Blob, JournalAnswer, VaultAnswer, VaultBody, VaultOpen, split_signed};
use souspli_protocol::{Digest, Locator, VerifyingKey};

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;
const EPOCH: u32 = 14 * DAY;

const LOOK: Look = Look { confirm: "manual", ..Look::SMALL };

struct Scene {
    host: TestHost,
    owner: Member,
    published: Published,
    now: u32,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let host = TestHost::start(folder.path(), None, MONDAY).await;
        let mut owner = Member::new(host.addr());
        let published = create(&mut owner, &LOOK, MONDAY).await;
        Self { host, owner, published, now: MONDAY, folder }
    }

    fn wait(&mut self, minutes: u32) {
        self.now += minutes;
        self.host.clock.set(self.now);
    }

    async fn unlocked(&self, account_key: &str) -> Member {
        let mut member = Member::new(self.host.addr());
        member.must(self.now, "unlock", json!({ "accountKey": account_key, "passphrase": PASSPHRASE })).await;
        member
    }

    async fn desk(&mut self, name: &str) -> (Member, String) {
        let kit = self.owner.must(self.now, "addDesk", json!({ "name": name, "passphrase": PASSPHRASE })).await;
        let account_key = kit["accountKey"].as_str().expect("a key").to_owned();
        (self.unlocked(&account_key).await, account_key)
    }

    /// A booking through a link; gives the record.
    async fn book(&self, link: &str, name: &str) -> Value {
        let mut patient = Patient::new(self.host.addr());
        patient.must(self.now, "open", json!({ "fragment": link })).await;
        let mut wanted = json!({ "visitType": self.published.visit_type(0), "practitioner": null });
        let times = patient.must(self.now, "times", wanted.clone()).await;
        let mut days = times["days"].as_array().expect("days").iter();
        wanted["start"] = days.find_map(|day| day["times"].get(0)).expect("free")["start"].clone();
        patient.must(self.now, "hold", wanted).await;
        patient.must(self.now, "book", json!({ "form": form(name, "A reason") })).await["record"].clone()
    }

    async fn journal(&mut self) -> Value {
        self.owner.must(self.now, "journal", json!({ "since": null, "until": null })).await
    }

    async fn report(&mut self, about: Value) -> Value {
        self.owner.must(self.now, "breachReport", about).await
    }

    /// The owner's page is loaded again: what the device keeps is left.
    async fn reload(&mut self) {
        self.owner.reload();
        let unlock = json!({ "accountKey": self.published.account_key, "passphrase": PASSPHRASE });
        self.owner.must(self.now, "unlock", unlock).await;
    }

    /// The journal as it comes when the host's answer is changed on its way; the code of what is said then.
    async fn lied(&mut self, change: impl Fn(&mut JournalAnswer) + 'static) -> String {
        self.owner.device.lie = Some(Box::new(move |request, body| {
            if !request.ends_with("/journal") {
                return body;
            }
            let mut answer = serde_json::from_slice(&body).expect("the answer of that route");
            change(&mut answer);
            serde_json::to_vec(&answer).expect("JSON")
        }));
        let code = self.owner.fails(self.now, "journal", json!({})).await;
        self.owner.device.lie = None;
        code
    }
}

fn lines(journal: &Value) -> Vec<(String, String, u64, u64)> {
    let lines = journal["lines"].as_array().expect("lines").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    lines
        .map(|line| {
            let who = format!("{} {}", text(&line["who"]["kind"]), text(&line["who"]["name"]));
            let number = |field: &str| line[field].as_u64().expect("a number");
            (text(&line["time"]), who.trim().to_owned(), number("records"), number("events"))
        })
        .collect()
}

fn line(time: &str, who: &str, records: u64, events: u64) -> (String, String, u64, u64) {
    (time.to_owned(), who.to_owned(), records, events)
}

#[tokio::test]
async fn the_journal_tells_who_fetched_what_and_when() {
    let mut scene = Scene::new().await;
    let (mut desk, _) = scene.desk("Front desk").await;
    scene.wait(HOUR);
    let link = scene.published.link.clone();
    let first = scene.book(&link, "Patient One").await;
    scene.book(&link, "Patient Two").await;
    desk.must(scene.now, "sync", json!({})).await;
    scene.owner.must(scene.now, "sync", json!({})).await;
    scene.owner.must(scene.now, "confirm", json!({ "record": first, "text": "" })).await;
    scene.wait(HOUR);
    desk.must(scene.now, "sync", json!({})).await;
    let journal = scene.journal().await;
    assert_eq!(journal["zone"], "Europe/Paris");
    let mut expected = vec![
        line("09:00", "member", 0, 0),
        line("09:00", "member Front desk", 0, 0),
        line("10:00", "member", 2, 3),
        line("10:00", "member Front desk", 2, 2),
        line("11:00", "member Front desk", 2, 2),
    ];
    let mut found = lines(&journal);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    let of_the_desk = journal["lines"].as_array().expect("lines").iter().filter(|line| line["who"]["role"] == "desk");
    let last = of_the_desk.max_by_key(|line| line["minute"].as_u64()).expect("a line");
    assert_eq!((&last["open"], &last["who"]["own"]), (&json!(true), &json!(false)));
    let records = json!({ "key": last["key"], "minute": last["minute"] });
    let records = scene.owner.must(scene.now, "journalRecords", records).await;
    let names: Vec<&Value> = records["items"].as_array().expect("items").iter().map(|item| &item["name"]).collect();
    assert!(names.contains(&&json!("Patient One")) && names.contains(&&json!("Patient Two")), "{names:?}");
    // The grants that a member learns its keys from are seen.
    let unlocked = journal["lines"].as_array().expect("lines").iter().find(|line| line["who"]["role"] == "desk");
    assert!(unlocked.expect("a line")["publications"].as_array().expect("kinds").contains(&json!("grants")));
    // Of some days only; and a member who is no owner sees the same, without names.
    let later = scene.owner.must(scene.now, "journal", json!({ "since": scene.now })).await;
    assert!(lines(&later).iter().all(|(time, ..)| time == "11:00"), "{later}");
    assert_eq!(scene.owner.fails(scene.now, "journal", json!({ "since": "yesterday" })).await, "bad_date");
    let seen = desk.must(scene.now, "journal", json!({})).await;
    let seen = seen["lines"].as_array().expect("lines").clone();
    assert!(seen.iter().any(|line| line["who"]["role"] == "owner" && line["who"]["name"] == ""));
    assert!(seen.iter().any(|line| line["who"]["own"] == true && line["who"]["role"] == "desk"));
}

#[tokio::test]
async fn a_host_cannot_take_back_what_a_device_has_seen() {
    let mut scene = Scene::new().await;
    let (mut desk, _) = scene.desk("Front desk").await;
    let link = scene.published.link.clone();
    scene.book(&link, "Patient One").await;
    for _ in 0..3 {
        desk.must(scene.now, "sync", json!({})).await;
        scene.wait(HOUR);
    }
    desk.must(scene.now, "sync", json!({})).await;
    let earlier = scene.journal().await;
    let old = scene.owner.device.exchanges.iter().rfind(|exchange| exchange.request.ends_with("/journal"));
    let old: JournalAnswer = serde_json::from_slice(&old.expect("asked").answer).expect("the answer");
    assert!(old.rows.len() > 3 && !old.open.is_empty(), "{} rows", old.rows.len());
    scene.wait(HOUR);
    desk.must(scene.now, "sync", json!({})).await;
    scene.wait(HOUR);
    assert!(scene.journal().await["number"].as_u64() > earlier["number"].as_u64());
    for reloaded in [false, true] {
        if reloaded {
            scene.reload().await;
        }
        let replayed = old.clone();
        assert_eq!(scene.lied(move |answer| *answer = replayed.clone()).await, "rolled_back");
        assert_eq!(scene.lied(|answer| answer.statement.0[100] ^= 1).await, "bad_journal");
        scene.journal().await;
    }
    // A device that has lost its rows and has only the pin: the same rows come, or it is told.
    scene.owner.device.kept.retain(|key, _| !key.starts_with("reads/"));
    scene.reload().await;
    assert_eq!(scene.lied(|answer| drop(answer.rows.remove(1))).await, "bad_journal", "dropped");
    assert_eq!(scene.lied(|answer| answer.rows.swap(1, 2)).await, "bad_journal", "reordered");
    assert_eq!(scene.lied(|answer| answer.rows[1].0[200] ^= 1).await, "bad_journal", "changed");
    scene.journal().await;
    assert!(scene.owner.device.kept.keys().any(|key| key.starts_with("reads/")), "kept again");
    // Whatever is kept of rows is sealed; the pin is not, and says a number and a hash.
    let key: Vec<u8> = scene.journal().await["lines"][0]["key"]
        .as_str()
        .expect("a key")
        .parse::<VerifyingKey>()
        .expect("a key")
        .0
        .into();
    for (name, bytes) in &scene.owner.device.kept {
        assert!(!bytes.windows(32).any(|window| window == key), "{name} shows who read");
    }
}

/// A host that signs a journal of its own making: what it had shown before cannot go, and what it invents is named for what
/// it is.
#[tokio::test]
async fn a_key_that_nobody_has_is_named_as_such_and_open_rows_stay_said() {
    let mut scene = Scene::new().await;
    let link = scene.published.link.clone();
    let record = scene.book(&link, "Patient One").await;
    scene.owner.must(scene.now, "sync", json!({})).await;
    scene.wait(HOUR);
    scene.owner.must(scene.now, "sync", json!({})).await;
    scene.journal().await;
    let key = host_key(scene.folder.path());
    let signed = move |answer: &mut JournalAnswer, key: &SigningKey| {
        let (statement, _) = split_signed(&answer.statement.0).expect("a statement");
        let mut statement = JournalStatement::decode(statement).expect("a statement");
        if let Some(last) = answer.rows.last() {
            let number = ReadRow::decode(&last.0).expect("a row").number;
            (statement.number, statement.newest) = (number, row_hash(&last.0));
        }
        statement.open = open_hash(answer.open.iter().map(|row| &row.0[..]));
        let bytes = statement.encode();
        answer.statement = Blob([&bytes[..], key.sign(&bytes).as_bytes()].concat());
    };
    // The hour's open rows are dropped, under a good signature.
    let forger = host_key(scene.folder.path());
    let dropped = scene.lied(move |answer| {
        answer.open.clear();
        signed(answer, &forger);
    });
    assert_eq!(dropped.await, "bad_journal");
    // What the owner has fetched since is left out of the row.
    let seen = scene.owner.device.exchanges.iter().rfind(|exchange| exchange.request.ends_with("/journal"));
    let seen: JournalAnswer = serde_json::from_slice(&seen.expect("asked").answer).expect("the answer");
    scene.book(&link, "Patient Two").await;
    scene.owner.must(scene.now, "sync", json!({})).await;
    let forger = host_key(scene.folder.path());
    let left_out = scene.lied(move |answer| {
        answer.open.clone_from(&seen.open);
        signed(answer, &forger);
    });
    assert_eq!(left_out.await, "bad_journal");
    // A row more, of a key that stands in no roster.
    scene.owner.device.lie = Some(Box::new(move |request, body| {
        if !request.ends_with("/journal") {
            return body;
        }
        let mut answer: JournalAnswer = serde_json::from_slice(&body).expect("the answer of that route");
        let open = ReadRow::decode(&answer.open[0].0).expect("a row");
        let mut ranges = Ranges::default();
        assert!(ranges.add(1, open.ranges.last()));
        let invented = ReadRow { key: VerifyingKey([0x5a; 32]), ranges, previous: Digest::ZERO, number: 0, ..open };
        answer.open.push(Blob(invented.encode()));
        signed(&mut answer, &key);
        serde_json::to_vec(&answer).expect("JSON")
    }));
    let journal = scene.journal().await;
    let strange: Vec<_> = lines(&journal).into_iter().filter(|(_, who, ..)| who == "unknown").collect();
    assert_eq!(strange, [line("10:00", "unknown", 2, 2)]);
    let report = scene.report(json!({ "of": { "key": VerifyingKey([0x5a; 32]) } })).await;
    let records = report["records"].as_array().expect("records");
    let first = records.iter().find(|view| view["record"] == record).expect("the first booking");
    assert_eq!((records.len(), &first["clinical"]), (2, &json!(["reason"])), "everything is assumed");
    assert_eq!(report["keys"][0]["who"]["kind"], "unknown");
}

/// The receipt key of a host, from its folder.
fn host_key(data: &Path) -> SigningKey {
    let files = std::fs::read_dir(data).expect("the folder").flatten();
    let texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
    let seed = texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .find_map(|line| line.strip_prefix("receipt ").and_then(|seed| seed.parse::<Digest>().ok()));
    SigningKey::from_seed(&seed.expect("a receipt key").0)
}

#[tokio::test]
async fn a_report_says_what_each_key_could_read_of_which_record() {
    let mut scene = Scene::new().await;
    let (mut early, early_key) = scene.desk("Early").await;
    let link = scene.published.link.clone();
    let old = scene.book(&link, "Patient Old").await;
    early.must(scene.now, "sync", json!({})).await;
    scene.owner.must(scene.now, "sync", json!({})).await;
    // Two epochs later another desk member comes, who has no keys of the first.
    scene.wait(2 * EPOCH);
    scene.owner.must(scene.now, "maintain", json!({})).await;
    let (mut late, _) = scene.desk("Late").await;
    let new = scene.book(&link, "Patient New").await;
    late.must(scene.now, "sync", json!({})).await;
    scene.owner.must(scene.now, "sync", json!({})).await;
    scene.owner.must(scene.now, "note", json!({ "record": new, "text": "A note" })).await;
    scene.wait(HOUR);
    late.must(scene.now, "sync", json!({})).await;

    let report = scene.report(json!({ "of": { "member": "Late" } })).await;
    let of = |report: &Value, record: &Value| {
        let records = report["records"].as_array().expect("records").iter();
        records.into_iter().find(|view| view["record"] == *record).expect("a record").clone()
    };
    let (sealed, opened) = (of(&report, &old), of(&report, &new));
    assert_eq!(
        (&sealed["desk"], &sealed["person"]),
        (&json!([]), &Value::Null),
        "it was given, and is sealed to others"
    );
    assert_eq!((&opened["desk"][4], &opened["clinical"], &opened["person"]), (&json!("phone"), &json!([]), &json!(0)));
    assert_eq!((&opened["events"], &opened["all"]), (&json!(2), &json!(2)));
    assert_eq!(report["people"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["people"][0]["name"], "Patient New");

    let report = scene.report(json!({ "of": { "member": "Early" } })).await;
    assert_eq!(report["records"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["people"][0]["name"], "Patient Old");
    // An owner opens everything; the report of one is made by a desk member who cannot know what the reason was.
    let owner = scene.journal().await["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .find(|line| line["who"]["role"] == "owner")
        .expect("a line")["key"]
        .clone();
    let report = scene.report(json!({ "of": { "key": owner } })).await;
    assert_eq!(of(&report, &new)["clinical"], json!(["note", "reason"]));
    assert_eq!((&of(&report, &new)["certain"], &report["keys"][0]["written"]), (&json!(true), &json!(1)));
    let report = late.must(scene.now, "breachReport", json!({ "of": { "key": owner } })).await;
    let view = of(&report, &new);
    assert_eq!((&view["clinical"], &view["certain"]), (&json!(["answers", "note", "reason"]), &json!(false)));
    let unreadable = report["unreadable"].as_array().expect("a list");
    assert_eq!((unreadable.len(), &unreadable[0]["record"], &unreadable[0]["why"]), (1, &old, &json!("epoch_expired")));

    for (about, code) in [
        (json!({ "of": { "member": "Nobody" } }), "no_member"),
        (json!({ "of": { "link": "Nothing" } }), "no_link"),
        (json!({}), "bad_call"),
        (json!({ "since": "soon" }), "bad_date"),
    ] {
        assert_eq!(scene.owner.fails(scene.now, "breachReport", about).await, code);
    }
    assert_eq!(late.fails(scene.now, "breachReport", json!({ "of": { "member": "Early" } })).await, "owner_only");
    assert_eq!(late.fails(scene.now, "breachReport", json!({ "of": { "link": "1" } })).await, "owner_only");
    scene.desk("early").await;
    assert_eq!(
        scene.owner.fails(scene.now, "breachReport", json!({ "of": { "member": "Early" } })).await,
        "several_members"
    );
    drop(scene.unlocked(&early_key).await);
}

#[tokio::test]
async fn a_link_opens_no_record_and_its_bookings_are_told() {
    let mut scene = Scene::new().await;
    scene.owner.must(scene.now, "addLink", json!({ "name": "Poster" })).await;
    let links = scene.owner.must(scene.now, "links", json!({})).await;
    let poster = links["links"][1]["fragment"].as_str().expect("a link").to_owned();
    let link = scene.published.link.clone();
    scene.book(&link, "Patient One").await;
    let booked = scene.book(&poster, "Patient Two").await;
    scene.wait(2 * DAY);
    scene.book(&poster, "Patient Three").await;
    let report = scene.report(json!({ "of": { "link": "poster" } })).await;
    assert_eq!((&report["kind"], report["bookings"].as_array().map(Vec::len)), (&json!("link"), Some(2)));
    let by_key = scene.report(json!({ "of": { "key": report["key"] } })).await;
    assert_eq!(by_key["bookings"], report["bookings"]);
    let early = scene.report(json!({ "of": { "link": "Poster" }, "until": MONDAY + DAY })).await;
    let [only] = &early["bookings"].as_array().expect("bookings")[..] else { panic!("{early}") };
    assert_eq!((&only["record"], &only["name"]), (&booked, &json!("Patient Two")));
}

/// Takes a member out of the root vault, as an owner's device will; what is published next no longer has it.
async fn take_out(scene: &mut Scene, name: &str) {
    let account = AccountKey::parse(&scene.published.account_key).expect("an account key");
    let slot = stretch(PASSPHRASE, &account).expect("long enough");
    let sealed = vault_at(&mut scene.owner, account.locator()).await;
    let member =
        OpenVault::<MemberVault>::open(&sealed, &SlotSecret::Passphrase(&slot), None).expect("the owner's vault");
    let seed = member.content.root_slot_seed.as_ref().expect("an owner has it");
    let first = member_locator(seed);
    let sealed = vault_at(&mut scene.owner, first).await;
    let mut root = OpenVault::<RootVault>::open(&sealed, &SlotSecret::Member(seed), None).expect("the root vault");
    let before = root.content.members.len();
    root.content.members.retain(|member| member.name != name);
    assert_eq!(root.content.members.len() + 1, before);
    let vault = Blob(root.seal(&mut randomness()).expect("sealed").bytes().to_vec());
    let locators = [first, Locator(sha256(first.as_bytes()).0)];
    let replaced: Value = post(&mut scene.owner, "/v1/vaults/replace", &VaultBody { vault, locators }).await;
    assert_eq!(replaced, json!({}));
}

async fn vault_at(member: &mut Member, locator: Locator) -> SealedVault {
    let answer: VaultAnswer = post(member, "/v1/vaults/open", &VaultOpen { locator }).await;
    SealedVault::parse(answer.vault.0).expect("a vault")
}

async fn post<A: DeserializeOwned>(member: &mut Member, path: &str, body: &impl Serialize) -> A {
    let body = serde_json::to_vec(body).expect("JSON");
    let request = Request {
        method: "POST",
        path: path.to_owned(),
        headers: vec![("content-type", "application/json".to_owned())],
        body: Some(body),
    };
    let answer = member.device.run(Flow::new(|io: Io| async move { io.send(request).await })).await.expect("answered");
    serde_json::from_slice(&answer.body).expect("the answer of that route")
}

/// Who was removed is given nothing more, and stays who it was in the journal: of an earlier epoch with its role, and of no
/// epoch as a stranger, of whom everything is assumed.
#[tokio::test]
async fn a_removed_member_is_told_by_the_roster_that_had_it() {
    let mut scene = Scene::new().await;
    let (mut leaver, _) = scene.desk("Leaver").await;
    let link = scene.published.link.clone();
    let early = scene.book(&link, "Patient Early").await;
    scene.wait(EPOCH);
    scene.owner.must(scene.now, "maintain", json!({})).await;
    scene.book(&link, "Patient Late").await;
    leaver.must(scene.now, "sync", json!({})).await;
    let (mut visitor, _) = scene.desk("Visitor").await;
    visitor.must(scene.now, "sync", json!({})).await;
    for name in ["Leaver", "Visitor"] {
        take_out(&mut scene, name).await;
    }
    scene.wait(HOUR);
    // Adding somebody publishes access list, rosters and grants as the root vault has them.
    scene.desk("Successor").await;
    for removed in [&mut leaver, &mut visitor] {
        assert_eq!(removed.fails(scene.now, "sync", json!({})).await, "not_in_acl");
    }
    let journal = scene.journal().await;
    let found = lines(&journal);
    assert!(found.contains(&line("09:00", "former", 2, 2)), "{found:?}");
    assert!(found.contains(&line("09:00", "unknown", 2, 2)), "{found:?}");
    let key = |kind: &str| {
        let mut lines = journal["lines"].as_array().expect("lines").iter();
        lines.find(|line| line["who"]["kind"] == kind).expect("a line")["key"].clone()
    };
    let (leaver, visitor) = (key("former"), key("unknown"));
    let report = scene.report(json!({ "of": { "key": leaver } })).await;
    let who = &report["keys"][0]["who"];
    assert_eq!((&who["kind"], &who["role"]), (&json!("former"), &json!("desk")));
    let records = report["records"].as_array().expect("records");
    assert!(records.iter().all(|view| view["clinical"] == json!([])), "{records:?}");
    assert!(records.iter().any(|view| view["record"] == early));
    assert_eq!(report["people"].as_array().map(Vec::len), Some(2));
    let report = scene.report(json!({ "of": { "key": visitor } })).await;
    let records = report["records"].as_array().expect("records");
    assert!(records.iter().all(|view| view["clinical"] == json!(["reason"])), "everything is assumed: {records:?}");
    assert_eq!(
        scene.owner.fails(scene.now, "breachReport", json!({ "of": { "member": "Leaver" } })).await,
        "no_member"
    );
}
