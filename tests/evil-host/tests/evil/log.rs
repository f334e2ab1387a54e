//! Rows 4 and 22, the public log: a patient's page and a practice's client against a host that lies in it, or keeps two.
//!
//! Nothing here stops a booking: the log is asked after, and what it says is told beside. So the lies are told to those who
//! ask, and each must be named; what was asked up to then is what an honest host is asked.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use souspli_attest::SigningKey;
use souspli_auditor::evidence::{self, Verdict};
use souspli_auditor::receipt::{self, Context, Given, HostKeys, judge_alone};
use souspli_client::failure::Failure;
use souspli_client::log::{Shown, check_file};
use souspli_evil_host::{Answer, Lie, Proxy, Seen};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{LogReader, MONDAY, Member, Patient, TestHost};
use souspli_protocol::Digest;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{HostInfo, ProofAnswer};
use souspli_tlog::checkpoint::{Checkpoint, sign};
use souspli_tlog::note::Note;
use souspli_tlog::proof::Proof;
use souspli_tlog::vkey::{KeyType, VerifierKey};

use crate::world::wanted;

/// After the day that the host has for what was booked on Monday.
const LATER: u32 = MONDAY + 1_445;

struct Town {
    data: tempfile::TempDir,
    host: TestHost,
    practice: Published,
    /// Private links of two bookings.
    links: Vec<String>,
    info: HostInfo,
    now: u32,
}

/// Who looks at the log.
#[derive(Debug, Clone, Copy)]
enum Who {
    Patient,
    Practice,
}

/// A device that has looked once.
enum Viewer {
    Patient(Box<LogReader>, Value),
    Practice(Box<Member>),
}

impl Town {
    async fn new() -> Self {
        Self::with(&Look::SMALL, "Patient One", "").await
    }

    async fn with(look: &Look, name: &str, reason: &str) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let host = TestHost::start(data.path(), None, MONDAY).await;
        let mut owner = Member::new(host.addr());
        let practice = create(&mut owner, look, MONDAY).await;
        let mut links = Vec::new();
        for place in [2, 9] {
            let mut patient = Patient::new(host.addr());
            patient.must(MONDAY, "open", json!({ "fragment": practice.link })).await;
            let times = patient.must(MONDAY, "times", wanted(&practice)).await;
            let mut starts =
                times["days"].as_array().expect("days").iter().flat_map(|day| day["times"].as_array().expect("times"));
            let mut chosen = wanted(&practice);
            chosen["start"] = starts.nth(place).expect("a time")["start"].clone();
            patient.must(MONDAY, "hold", chosen).await;
            let booked = patient.must(MONDAY, "book", json!({ "form": form(name, reason) })).await;
            links.push(booked["manageLink"].as_str().expect("a link").to_owned());
        }
        owner.must(MONDAY, "sync", json!({})).await;
        let info = souspli_evil_host::get(host.addr(), "/v1/host").await;
        let info = serde_json::from_slice(&info.body).expect("what a host says of itself");
        let mut town = Self { data, host, practice, links, info, now: MONDAY };
        // The batch that begins after another one is through has all that was waiting before.
        town.grow(LATER).await;
        town.grow(LATER + 1).await;
        town
    }

    /// Lets a minute come, and waits until its batch is in the log.
    async fn grow(&mut self, minute: u32) {
        grown(&self.host, minute).await;
        self.now = minute;
    }

    fn log_seed(&self) -> [u8; 32] {
        let text = fs::read_to_string(self.data.path().join("host.key")).expect("the host's keys");
        let log = text.lines().find_map(|line| line.strip_prefix("log ")).expect("a log key");
        log.parse::<Digest>().expect("32 bytes").0
    }

    fn host_keys(&self) -> HostKeys {
        HostKeys::of_host(&self.info).expect("keys")
    }

    async fn viewer(&self, who: Who, through: &Proxy) -> Viewer {
        match who {
            Who::Patient => {
                let mut patient = Patient::new(through.addr);
                let opened = patient.call(self.now, "open", json!({ "fragment": self.links[0] })).await;
                opened.expect("the appointment");
                let booking = patient.must(self.now, "read", json!({})).await;
                let receipts: Vec<_> = booking["receipts"]
                    .as_array()
                    .expect("receipts")
                    .iter()
                    .map(|row| row["receipt"].clone())
                    .collect();
                let asked = json!({ "voucher": booking["voucher"], "receipts": receipts, "told": booking["told"] });
                Viewer::Patient(Box::new(LogReader::new(through.addr)), asked)
            }
            Who::Practice => {
                let mut owner = Member::new(through.addr);
                let keys = json!({ "accountKey": self.practice.account_key, "passphrase": PASSPHRASE });
                owner.must(self.now, "unlock", keys).await;
                owner.must(self.now, "sync", json!({})).await;
                Viewer::Practice(Box::new(owner))
            }
        }
    }
}

/// Lets a minute come at a host, and waits until its batch is in the log.
async fn grown(host: &TestHost, minute: u32) {
    let before = size(host).await;
    host.clock.set(minute);
    for _ in 0..120 {
        if size(host).await > before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the log did not grow");
}

/// Leaves of a host's log; 0 where it has none yet.
async fn size(host: &TestHost) -> u64 {
    let note = souspli_evil_host::get(host.addr(), "/log/checkpoint").await;
    if note.status != 200 {
        return 0;
    }
    Checkpoint::parse(Note::parse(&note.body).expect("a note").text()).expect("a checkpoint").size
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let place = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            fs::create_dir(&place).expect("a folder");
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).expect("a copy");
        }
    }
}

impl Viewer {
    /// Shown another host from now on.
    fn turn_to(&mut self, host: &TestHost) {
        match self {
            Self::Patient(reader, _) => reader.device.turn_to(host.addr()),
            Self::Practice(owner) => owner.device.turn_to(host.addr()),
        }
    }

    /// Looks at the log.
    async fn look(&mut self, now: u32) -> Result<(), Failure> {
        match self {
            Self::Patient(reader, asked) => {
                let found = reader.call(now, "proofs", asked.clone()).await?;
                for receipt in found["receipts"].as_array().expect("receipts") {
                    assert!(
                        receipt["file"]["text"].as_str().is_some_and(|text| text.len() > 20_000),
                        "to save in any case"
                    );
                    if receipt["state"] == "broken" {
                        return Err(Failure::new("broken_promise"));
                    }
                }
                if let Some(code) = found["failure"].as_str() {
                    return Err(Failure::new(code.to_owned().leak()));
                }
                let receipts = found["receipts"].as_array();
                assert!(receipts.is_some_and(|all| all.iter().all(|one| one["state"] == "included")), "{found}");
            }
            Self::Practice(owner) => {
                let found = owner.call(now, "log", json!({})).await?;
                assert_eq!(found["more"], false, "{found}");
            }
        }
        Ok(())
    }

    /// The evidence that its device keeps.
    async fn evidence(&mut self, now: u32) -> Vec<String> {
        let files = match self {
            Self::Patient(reader, _) => reader.must(now, "evidence", json!({})).await,
            Self::Practice(owner) => owner.must(now, "evidence", json!({})).await,
        };
        files["files"]
            .as_array()
            .expect("files")
            .iter()
            .map(|file| file["text"].as_str().expect("text").to_owned())
            .collect()
    }
}

struct Case {
    name: &'static str,
    code: &'static str,
    /// How many evidence files the device then keeps.
    evidence: usize,
    lie: Lie,
}

#[tokio::test]
async fn a_log_that_lies_is_found_out_by_patients_and_practices() {
    let mut town = Town::new().await;
    let (mut stopped, mut wrong, mut compared) = (0, Vec::new(), 0);
    for who in [Who::Patient, Who::Practice] {
        let (outcome, honest, _) = play(&mut town, who, None).await;
        outcome.unwrap_or_else(|failure| panic!("an honest log is refused by the {who:?}: {failure}"));
        let first = souspli_evil_host::get(town.host.addr(), "/log/checkpoint").await.body;
        for place in 0..cases(&town, &first, who).len() {
            let (outcome, seen, files) = play(&mut town, who, Some(place)).await;
            let Case { name, code, evidence, .. } = cases(&town, &first, who).remove(place);
            let same = honest.iter().zip(&seen).take_while(|(honest, seen)| shape(honest) == shape(seen)).count();
            let verdict = match outcome {
                Ok(()) => Some("was believed".to_owned()),
                Err(failure) if failure.code != code => Some(format!("ended with {failure}, not {code}")),
                Err(_) if !seen.iter().any(|seen| seen.lied) => Some("the lie was never told".to_owned()),
                // More tiles than from an honest log: those by which a fork is shown.
                Err(_) if seen[same..].iter().any(|seen| !seen.path.starts_with("/log/tile/")) => {
                    Some(format!("asked what an honest host is not asked: {}", seen[same].shape()))
                }
                Err(_) if files.len() != evidence => Some(format!("keeps {} files of evidence", files.len())),
                Err(_) => None,
            };
            match verdict {
                None => (stopped, compared) = (stopped + 1, compared + same),
                Some(why) => wrong.push(format!("{name}, to the {who:?}: {why}")),
            }
        }
    }
    println!(
        "evil: the log, {compared} requests compared; {} cases, {stopped} stopped, {} wrong",
        stopped + wrong.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A device looks, the log grows, the host lies, the device looks again.
async fn play(town: &mut Town, who: Who, case: Option<usize>) -> (Result<(), Failure>, Vec<Seen>, Vec<String>) {
    let proxy = Proxy::before(town.host.addr()).await;
    let mut viewer = town.viewer(who, &proxy).await;
    let first = souspli_evil_host::get(town.host.addr(), "/log/checkpoint").await.body;
    viewer.look(town.now).await.expect("an honest look");
    town.grow(town.now + 1).await;
    let mut again = town.viewer(who, &proxy).await;
    if let (Viewer::Patient(again, _), Viewer::Patient(before, _)) = (&mut again, &mut viewer) {
        again.device.kept = std::mem::take(&mut before.device.kept);
    }
    if let (Viewer::Practice(again), Viewer::Practice(before)) = (&mut again, &mut viewer) {
        // Only how far it came is forgotten, so that it asks again.
        again.device.kept = std::mem::take(&mut before.device.kept);
        again.device.kept.retain(|name, _| !name.starts_with("leaves/"));
    }
    drop(proxy.take());
    if let Some(case) = case {
        proxy.tell(Arc::new(cases(town, &first, who).remove(case).lie));
    }
    let outcome = again.look(town.now).await;
    let seen = proxy.take();
    (outcome, seen, again.evidence(town.now).await)
}

/// What a host may say of its log; `pinned` is the checkpoint that the device has seen.
fn cases(town: &Town, pinned: &[u8], who: Who) -> Vec<Case> {
    let case = |name, code, evidence, lie| Case { name, code, evidence, lie };
    let (log, stranger) = (town.log_seed(), [42; 32]);
    let newest = |change: fn(Checkpoint) -> Checkpoint, seed| checkpoints(move |newest| resign(newest, change, &seed));
    let before = pinned.to_vec();
    let again = move |change: fn(Checkpoint) -> Checkpoint| {
        let before = before.clone();
        checkpoints(move |_| resign(&before, change, &log))
    };
    let unsigned = |newest: &[u8]| newest.split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec();
    let proofs =
        |change: fn(&mut Proof)| Lie::about("/proofs", move |answer: &mut ProofAnswer| changed(answer, change));
    let of_its_own = Lie::about("/proofs", move |answer: &mut ProofAnswer| {
        changed(answer, |proof| {
            // A tree of this one leaf.
            let leaf = Receipt::decode(&proof.extra).expect("a receipt").statement.link.leaf;
            let alone = |checkpoint: Checkpoint| Checkpoint { size: 1, root: leaf, ..checkpoint };
            let note = resign(&proof.checkpoint.encode(), alone, &log);
            (proof.index, proof.checkpoint) = (0, Note::parse(&note).expect("a note"));
            proof.path.clear();
        });
    });
    let broken = match who {
        // The receipt is what it saves.
        Who::Patient => 0,
        Who::Practice => 1,
    };
    vec![
        case("another root at the same size", "log_forked", 1, again(other_root)),
        case("a smaller tree", "log_rolled_back", 0, again(smaller)),
        case("a larger tree with another root", "bad_tile", 0, newest(other_root, log)),
        case("another key", "bad_checkpoint", 0, newest(|same| same, stranger)),
        case("another origin", "bad_checkpoint", 0, newest(renamed, log)),
        case("an extension line", "bad_checkpoint", 0, newest(extended, log)),
        case("no signature", "bad_checkpoint", 0, checkpoints(unsigned)),
        case(
            "tiles of zeros",
            "bad_tile",
            0,
            Lie::raw("/log/tile/", |answer| Answer { body: vec![0; answer.body.len()], ..answer }),
        ),
        case(
            "no leaf",
            "broken_promise",
            broken,
            Lie::about("/proofs", |answer: &mut ProofAnswer| answer.proof = None),
        ),
        case("the proof of another receipt", "bad_proof", 0, proofs(|proof| proof.extra[100] ^= 1)),
        case("a path that leads elsewhere", "bad_proof", 0, proofs(|proof| proof.index ^= 1)),
        case("a proof in a log of its own", "log_forked", 1, of_its_own),
    ]
}

fn smaller(checkpoint: Checkpoint) -> Checkpoint {
    Checkpoint { size: checkpoint.size - 1, ..checkpoint }
}

fn other_root(checkpoint: Checkpoint) -> Checkpoint {
    Checkpoint { root: Digest([7; 32]), ..checkpoint }
}

fn renamed(checkpoint: Checkpoint) -> Checkpoint {
    Checkpoint { origin: "souspli/elsewhere".to_owned(), ..checkpoint }
}

fn extended(checkpoint: Checkpoint) -> Checkpoint {
    Checkpoint { extensions: vec!["more".to_owned()], ..checkpoint }
}

/// Changes the newest checkpoint on its way.
fn checkpoints(change: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Lie {
    Lie::raw("/log/checkpoint", move |answer| Answer { body: change(&answer.body), ..answer })
}

/// A checkpoint changed, and signed with some key under the origin that it names then.
fn resign(note: &[u8], change: impl Fn(Checkpoint) -> Checkpoint, seed: &[u8; 32]) -> Vec<u8> {
    let checkpoint = change(Checkpoint::parse(Note::parse(note).expect("a note").text()).expect("a checkpoint"));
    let secret = SigningKey::from_seed(seed);
    let key = VerifierKey::new(&checkpoint.origin, KeyType::Ed25519, secret.verifying_key()).expect("a key");
    sign(checkpoint, &key, &secret).expect("signed").encode()
}

fn changed(answer: &mut ProofAnswer, change: impl Fn(&mut Proof)) {
    let proof = answer.proof.as_mut().expect("an honest proof");
    let mut read = Proof::decode(&proof.0).expect("a proof");
    change(&mut read);
    proof.0 = read.encode().expect("a proof");
}

/// What must not differ; which tiles there are follows from the sizes of the log.
fn shape(seen: &Seen) -> String {
    if seen.path.starts_with("/log/tile/") { "a tile".to_owned() } else { seen.shape() }
}

#[tokio::test]
async fn what_a_patient_saves_convinces_somebody_who_asks_nobody() {
    let mut town = Town::new().await;
    let proxy = Proxy::before(town.host.addr()).await;
    let Viewer::Patient(mut reader, asked) = town.viewer(Who::Patient, &proxy).await else { panic!("a patient") };
    let found = reader.must(town.now, "proofs", asked.clone()).await;
    reader.device.offline_from = Some(0);
    let offline = reader.must(town.now, "proofs", asked).await;
    town.grow(town.now + 1).await;
    let judged = |file: &Value, now| {
        let bytes = file["file"]["text"].as_str().expect("text").as_bytes();
        let given = Given::read(bytes).expect("a receipt");
        let keys = HostKeys::of_voucher(given.voucher.as_ref().expect("a voucher"), &given.receipt).expect("keys");
        assert_eq!(keys, town.host_keys(), "as the practice has signed them");
        let context = Context { keys: &keys, now, event: None, later: &[], log: None, host: None };
        (judge_alone(bytes, &context).verdict, check_file(bytes, now).shown)
    };
    let receipts = found["receipts"].as_array().expect("receipts");
    assert_eq!(receipts.len(), 2, "the booking and its confirmation");
    for receipt in receipts {
        let (verdict, shown) = judged(receipt, town.now);
        assert!(matches!(verdict, receipt::Verdict::Included { .. }), "{verdict:?}");
        assert!(matches!(shown, Shown::Included { .. }), "{shown:?}");
    }
    assert_eq!(offline["failure"], "offline");
    for receipt in offline["receipts"].as_array().expect("receipts") {
        let (verdict, shown) = judged(receipt, MONDAY + 10);
        assert!(matches!(verdict, receipt::Verdict::Pending { .. }), "{verdict:?}");
        assert_eq!(shown, Shown::Promised);
    }
}

/// Two practices that differ in everything readable, and whose people do the same, ask the same of the log.
#[tokio::test]
async fn what_is_asked_of_the_log_tells_nothing() {
    let other = Look {
        name: "Cabinet du Port, kinésithérapie",
        zone: "America/Montreal",
        visit_types: &[("Première séance", 45)],
        introduction: "Sonnez au premier étage.",
        ..Look::SMALL
    };
    let mut all = Vec::new();
    for (look, name, reason) in
        [(&Look::SMALL, "A", ""), (&other, "Patient Two With A Long Name", "The left knee, again")]
    {
        let mut town = Town::with(look, name, reason).await;
        for who in [Who::Patient, Who::Practice] {
            let (outcome, seen, _) = play(&mut town, who, None).await;
            outcome.expect("an honest log");
            let calendar = |path: &str| path.split('/').nth(3).unwrap_or_default().to_owned();
            let shapes = seen.iter().map(|seen| shape(seen).replace(&calendar(&seen.path), "…"));
            let (mut tiles, asked): (Vec<_>, Vec<_>) = shapes.partition(|shape| shape == "a tile");
            tiles.truncate(1);
            all.push((asked, tiles));
        }
    }
    assert!(all[0].0.len() >= 3 && all[1].0.len() >= 4, "{all:?}");
    assert_eq!(all[0..2], all[2..4]);
}

/// A host that keeps two logs under one key: whoever has seen one of them and is shown the other has the evidence.
#[tokio::test]
async fn a_host_with_two_logs_is_convicted_by_either_side() {
    let town = Town::new().await;
    let keys = town.host_keys();
    let proxy = Proxy::before(town.host.addr()).await;
    let mut patient = town.viewer(Who::Patient, &proxy).await;
    let mut practice = town.viewer(Who::Practice, &proxy).await;
    for viewer in [&mut patient, &mut practice] {
        viewer.look(town.now).await.expect("one log");
    }
    // From here on there are two.
    let other = tempfile::tempdir().expect("a folder");
    let Town { data, host, .. } = town;
    host.running.shutdown().await;
    copy(data.path(), other.path());
    let now = town.now + 1;
    let (one, two) = (TestHost::start(data.path(), None, now).await, TestHost::start(other.path(), None, now).await);
    for (host, steps) in [(&one, 3), (&two, 5)] {
        for step in 1..=steps {
            grown(host, now + step).await;
        }
    }
    let later = now + 10;
    for (mut viewer, shown, then, batches) in [(patient, &one, &two, 4), (practice, &one, &two, 0)] {
        viewer.turn_to(shown);
        viewer.look(later).await.expect("the log that it is shown goes on from the one it knew");
        for step in 0..batches {
            grown(then, now + 20 + step).await;
        }
        viewer.turn_to(then);
        let found = viewer.look(later + 20).await.expect_err("two logs");
        assert_eq!(found.code, "log_forked");
        let files = viewer.evidence(later).await;
        assert_eq!(files.len(), 1);
        let judged = evidence::judge(files[0].as_bytes(), &keys);
        assert!(matches!(judged.verdict, Verdict::Guilty(_)), "{judged:?}");
    }
}
