//! Receipts, the log and evidence of a real host, with the bookings of real patients.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use souspli_attest::{SigningKey, event_hash, leaf_of};
use souspli_auditor::evidence::{
    Entry, double_claims, judge, make_double_claim, make_hidden_claim, make_signed_twice, make_two_claim_sets,
    make_unmerged, make_wrong_count,
};
use souspli_auditor::http::{Address, Client};
use souspli_auditor::log::{Options, Source, audit};
use souspli_auditor::receipt::{self, BadKeys, Context, Host as Asked, HostKeys, ShownBy, Verdict};
use souspli_journey::practice::{Look, Published, create, form};
use souspli_journey::{Device, MONDAY, Member, Patient};
use souspli_protocol::Digest;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::Event;
use souspli_protocol::private_link::PrivateLink;
use souspli_protocol::receipt::{Link, Receipt, ReceiptStatement};
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::wire::{Append, Appended, Blob, Profile, SyncAnswer, Times};
use souspli_server::{Clock as _, Config, Host, ManualClock, Running};
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::note::Note;

/// A host with a practice, and what crossed the wires.
struct Scene {
    dir: tempfile::TempDir,
    running: Running,
    clock: Arc<ManualClock>,
    asked: Asked,
    keys: HostKeys,
    owner: Member,
    practice: Published,
    patients: Vec<Patient>,
}

impl Scene {
    async fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(MONDAY));
        let config = Config { port: 0, data: dir.path().to_owned(), ..Config::default() };
        let running = Host::start(config, clock.clone()).await.expect("started");
        let client = Client::new(None).expect("a client");
        let address = Address::parse(&format!("http://{}", running.addr)).expect("an address");
        let asked = Asked::new(client, address);
        let keys = HostKeys::of_host(&asked.info().await.expect("its keys")).expect("keys");
        let mut owner = Member::new(running.addr);
        let practice = create(&mut owner, &Look { confirm: "manual", ..Look::SMALL }, MONDAY).await;
        Self { dir, running, clock, asked, keys, owner, practice, patients: Vec::new() }
    }

    /// A patient who books the free time at a place; gives the place of the patient and what the page shows.
    async fn book(&mut self, place: usize) -> (usize, Value) {
        let now = self.clock.minute();
        let mut patient = Patient::new(self.running.addr);
        patient.must(now, "open", json!({ "fragment": self.practice.link })).await;
        let visit_type = self.practice.visit_type(0);
        let days = patient.must(now, "times", json!({ "visitType": visit_type, "practitioner": null })).await;
        let days = days["days"].as_array().expect("days").clone();
        let times = days.iter().flat_map(|day| day["times"].as_array().expect("times"));
        let start = times.skip(place).map(|time| time["start"].clone()).next().expect("a free time");
        let chosen = json!({ "visitType": visit_type, "practitioner": null, "start": start });
        patient.must(now, "hold", chosen).await;
        let booked = patient.must(now, "book", json!({ "form": form("Patient", "A reason") })).await;
        self.patients.push(patient);
        (self.patients.len() - 1, booked)
    }

    async fn cancel(&mut self, patient: usize, booked: &Value) {
        let now = self.clock.minute();
        let patient = &mut self.patients[patient];
        patient.must(now, "open", json!({ "fragment": booked["manageLink"] })).await;
        patient.must(now, "read", json!({})).await;
        patient.must(now, "cancel", json!({ "text": "" })).await;
    }

    /// A minute passes, and the log has grown.
    async fn minutes(&self, minutes: u32) {
        let size = || async {
            let note = self.asked.log().checkpoint().await.ok()?;
            Some(Checkpoint::parse(Note::parse(&note).expect("a note").text()).expect("a checkpoint").size)
        };
        let before = size().await;
        self.clock.advance(minutes);
        let begun = Instant::now();
        while size().await <= before {
            assert!(begun.elapsed() < Duration::from_secs(20), "the log has not grown");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The proof file, which comes a moment after the checkpoint.
    async fn proof(&self, receipt: &Receipt) -> Vec<u8> {
        for _ in 0..100 {
            if let Some(proof) = self.asked.proof(receipt).await.expect("an answer") {
                return proof;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no proof comes");
    }

    /// The calendar's chain as the practice has it, with the ids that patients claimed.
    async fn chain(&mut self) -> Vec<Entry> {
        let now = self.clock.minute();
        self.owner.must(now, "sync", json!({})).await;
        let mut chain: Vec<Entry> = Vec::new();
        for exchange in self.owner.device.exchanges.iter().filter(|exchange| exchange.request.ends_with("/sync")) {
            let answer: SyncAnswer = serde_json::from_slice(&exchange.answer).expect("an answer");
            for entry in answer.entries {
                let receipt = Receipt::decode(&entry.receipt.0).expect("a receipt");
                let event = entry.event.map(|event| Event::parse(event.0).expect("an event"));
                let claims = event.as_ref().and_then(|event| self.claims_of(event));
                let entry = Entry { receipt, event, claims };
                if chain.iter().all(|known| known.sequence() != entry.sequence()) {
                    chain.push(entry);
                }
            }
        }
        chain.sort_by_key(Entry::sequence);
        assert!((1..).zip(&chain).all(|(sequence, entry)| entry.sequence() == sequence), "the whole chain");
        chain
    }

    fn claims_of(&self, event: &Event) -> Option<ClaimIds> {
        self.devices().find_map(|device| {
            device.exchanges.iter().filter(|exchange| exchange.request.ends_with("/events")).find_map(|exchange| {
                let sent: Append = serde_json::from_slice(&exchange.body).expect("an append");
                (sent.event.0 == event.bytes()).then(|| ClaimIds::decode(&sent.claims.0))?
            })
        })
    }

    fn devices(&self) -> impl Iterator<Item = &Device> {
        self.patients.iter().map(|patient| &patient.device).chain([&self.owner.device])
    }

    /// Every claimed-id set that anybody was shown: statement and set.
    fn told(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let answers = self.devices().flat_map(|device| &device.exchanges);
        let answers = answers.filter(|exchange| exchange.request.ends_with("/times") && exchange.status == 200);
        answers
            .map(|exchange| {
                let times: Times = serde_json::from_slice(&exchange.answer).expect("times");
                (times.statement.0, times.claim_set.0)
            })
            .collect()
    }

    /// The receipt and the event that a patient has sent last.
    fn last_sent(&self, patient: usize) -> (Receipt, Vec<u8>) {
        let mut exchanges = self.patients[patient].device.exchanges.iter();
        let last = exchanges.rfind(|exchange| exchange.request.ends_with("/events")).expect("one");
        let sent: Append = serde_json::from_slice(&last.body).expect("an append");
        let Appended { receipt: Blob(receipt) } = serde_json::from_slice(&last.answer).expect("a receipt");
        (Receipt::decode(&receipt).expect("a receipt"), sent.event.0)
    }

    /// The host's receipt key, as somebody has it who is the host.
    fn receipt_key(&self) -> SigningKey {
        let text = fs::read_to_string(self.dir.path().join("host.key")).expect("the host's keys");
        let seed: Digest =
            text.lines().find_map(|line| line.strip_prefix("receipt ")).expect("one").parse().expect("a seed");
        SigningKey::from_seed(&seed.0)
    }

    fn context(&self) -> Context<'_> {
        Context { keys: &self.keys, now: self.clock.minute(), event: None, later: &[], log: None, host: None }
    }
}

async fn judged(file: &[u8], context: &Context<'_>) -> receipt::Judgement {
    receipt::judge(file, context, &mut |_, _| ()).await
}

fn sign(key: &SigningKey, statement: ReceiptStatement) -> Receipt {
    Receipt { statement, signature: key.sign(&statement.encode()) }
}

#[tokio::test]
async fn a_receipt_is_pending_then_included_and_the_log_is_in_order() {
    let mut scene = Scene::start().await;
    let (patient, _) = scene.book(3).await;
    let (receipt, event) = scene.last_sent(patient);
    let file = receipt.encode();
    let host = scene.asked.clone();
    let by = Context { event: Some(&event), host: Some(&host), ..scene.context() };
    assert_eq!(judged(&file, &by).await.verdict, Verdict::Pending { until: MONDAY + MMD_MINUTES });

    scene.minutes(1).await;
    let proof = scene.proof(&receipt).await;
    let judgement = judged(&file, &by).await;
    assert!(matches!(judgement.verdict, Verdict::Included { .. }), "{judgement}");
    assert_eq!(judged(&proof, &scene.context()).await.verdict.code(), "included");

    // Read as a whole, over HTTP and in the host's own folder.
    let state = scene.dir.path().join("auditor");
    let log = scene.asked.log();
    let folder = Source::Folder(scene.dir.path().join("log"));
    let mut read = Vec::new();
    for source in [&log, &folder] {
        let now = u64::from(scene.clock.minute()) * 60;
        let options = Options {
            policy: &scene.keys.policy,
            now,
            stale_after: 3_600,
            state: Some(&state),
            only_new: true,
            others: &[],
        };
        let audited = audit(source, &options, &mut |_, _| ()).await.expect("an audit");
        assert_eq!(audited.findings, []);
        read.push(audited.read);
        let by = Context { log: Some(source), ..scene.context() };
        assert_eq!(judged(&file, &by).await.verdict.code(), "included");
        for _ in 0..17 {
            scene.minutes(1).await;
        }
    }
    assert!(read[0] > 0 && read[1] > read[0], "{read:?}: less than a bundle is read again");

    // The host denies what it has not signed for.
    let mut statement = receipt.statement;
    statement.link.sequence += 1;
    let forged = sign(&scene.receipt_key(), statement).encode();
    let judgement = judged(&forged, &by).await;
    assert!(!judgement.besides.is_empty(), "{judgement:?}");
    assert_eq!(judgement.verdict.code(), "pending");
    scene.running.shutdown().await;
}

#[tokio::test]
async fn keys_come_from_what_the_practice_has_signed() {
    let scene = Scene::start().await;
    let calendar = PrivateLink::parse(&scene.practice.link).expect("a link").context.calendar;
    let client = Client::new(None).expect("a client");
    let address = Address::parse(&format!("http://{}", scene.running.addr)).expect("an address");
    let answer = client.get(&address, &format!("v1/calendars/{calendar}/profile"), 1 << 20).await.expect("a profile");
    let profile: Profile = serde_json::from_slice(&answer.body).expect("a profile");
    let keys = HostKeys::of_practice(&scene.practice.link, &profile, MONDAY).expect("signed by the root");
    assert_eq!(keys, scene.keys);
    assert!(matches!(HostKeys::of_practice("#1.x", &profile, MONDAY), Err(BadKeys::Link(_))));
    let mut other = profile.clone();
    other.identity = other.catalogue.clone();
    assert!(matches!(HostKeys::of_practice(&scene.practice.link, &other, MONDAY), Err(BadKeys::Practice(_))));
    scene.running.shutdown().await;
}

#[tokio::test]
async fn an_honest_host_is_not_convicted_by_the_same_time_booked_again() {
    let mut scene = Scene::start().await;
    let (first, booked) = scene.book(0).await;
    scene.book(5).await;
    let chain = scene.chain().await;
    assert!(chain.last().expect("an entry").claims.is_some());
    scene.cancel(first, &booked).await;
    // The very same time, by another patient.
    let (again, _) = scene.book(0).await;
    let chain = scene.chain().await;
    let claiming: Vec<&Entry> = chain.iter().filter(|entry| entry.claims.is_some()).collect();
    assert_eq!(claiming.len(), 3);
    let (one, other) = (claiming[0], claiming[2]);
    assert_eq!(one.claims, other.claims, "the same 24 ids");
    assert_eq!(double_claims(&chain), []);
    let (a, b) = (one.sequence(), other.sequence());
    let file = make_double_claim(&chain, a, b).expect("made");
    let judgement = judge(&file[..], &scene.keys);
    assert_eq!(judgement.code(), "not_shown", "{judgement}");

    let told = scene.told();
    assert!(told.len() > 3);
    for (statement, set) in &told {
        for entry in &claiming {
            let file = make_hidden_claim(statement, set, &chain, entry.sequence()).expect("made");
            assert!(!judge(&file[..], &scene.keys).is_guilty());
            for (other, other_set) in &told {
                let claim = Some((&chain[..], entry.sequence()));
                let file = make_two_claim_sets((statement, set), (other, other_set), claim).expect("made");
                assert!(!judge(&file[..], &scene.keys).is_guilty());
            }
        }
        let file = make_wrong_count(statement, set, &chain).expect("made");
        let judgement = judge(&file[..], &scene.keys);
        assert_eq!(judgement.to_string(), "nothing is shown: the parts do not contradict each other (agrees)");
    }

    // The same host, had it not waited for the release.
    let key = scene.receipt_key();
    let (_, event) = scene.last_sent(again);
    let released = chain.iter().position(|entry| entry.sequence() == b - 1).expect("before it");
    let lied = &chain[..released];
    let last = lied.last().expect("an entry").receipt.statement;
    let link = Link {
        sequence: last.link.sequence + 1,
        previous: souspli_attest::head_after(&last.link),
        leaf: leaf_of(&event_hash(&event)),
        ..last.link
    };
    let receipt = sign(&key, ReceiptStatement { link, ..last });
    let event = Event::parse(event).expect("an event");
    let mut forged = lied.to_vec();
    forged.push(Entry { receipt, event: Some(event), claims: other.claims });
    assert_eq!(double_claims(&forged), [(a, link.sequence)]);
    let file = make_double_claim(&forged, a, link.sequence).expect("made");
    let judgement = judge(&file[..], &scene.keys);
    assert!(judgement.is_guilty(), "{judgement}");
    // And it has signed that place twice.
    let twice = make_signed_twice(&receipt, &chain[released].receipt);
    assert!(judge(&twice[..], &scene.keys).is_guilty());
    scene.running.shutdown().await;
}

#[tokio::test]
async fn a_real_log_without_the_leaf_breaks_the_promise() {
    let mut scene = Scene::start().await;
    let (patient, _) = scene.book(0).await;
    let (honest, _) = scene.last_sent(patient);
    scene.minutes(1).await;
    // What the host might have signed for and then dropped: a booking in the place before its last.
    let key = scene.receipt_key();
    let mut statement = honest.statement;
    statement.link.leaf = leaf_of(&Digest([7; 32]));
    let dropped = sign(&key, statement);

    scene.minutes(MMD_MINUTES + 1).await;
    let (patient, _) = scene.book(1).await;
    let (later, _) = scene.last_sent(patient);
    scene.minutes(1).await;
    let log = scene.asked.log();
    let receipts = [later];
    let by = Context { log: Some(&log), ..scene.context() };
    let judgement = judged(&dropped.encode(), &by).await;
    assert!(matches!(judgement.verdict, Verdict::BrokenPromise { shown_by: ShownBy::OwnClock, .. }), "{judgement}");
    let by = Context { later: &receipts, ..by };
    assert_eq!(judged(&honest.encode(), &by).await.verdict.code(), "included", "what it has kept is there");
    let judgement = judged(&dropped.encode(), &by).await;
    let Verdict::BrokenPromise { shown_by: ShownBy::LaterReceipt(shown), checkpoint } = &judgement.verdict else {
        panic!("{judgement}")
    };
    let mut file = Vec::new();
    let policy = &scene.keys.policy;
    make_unmerged(&log, policy, &dropped, Some(shown), checkpoint, &mut file).await.expect("made");
    assert!(judge(&file[..], &scene.keys).is_guilty());
    let mut file = Vec::new();
    make_unmerged(&log, policy, &honest, Some(shown), checkpoint, &mut file).await.expect("made");
    assert!(!judge(&file[..], &scene.keys).is_guilty());
    scene.running.shutdown().await;
}
