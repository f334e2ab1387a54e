//! A host and its witnesses, over real HTTP: some honest, some away, slow or lying (`docs/spec/log.md` §6).

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::Value;
use souspli_attest::{SigningKey, sha256};
use souspli_auditor::http::{Address, Client};
use souspli_auditor::log::{Options, audit, monitor, witnesses_of};
use souspli_auditor::receipt::{Context, Host as Asked, HostKeys, Verdict, judge};
use souspli_auditor::witness::{Limits, Logs, Refused, Served, Witness, WitnessKey, serve};
use souspli_journey::practice::{Look, create};
use souspli_journey::{MONDAY, Member};
use souspli_protocol::from_base64url;
use souspli_protocol::receipt::Receipt;
use souspli_server::{Config, Host, ManualClock, Running};
use souspli_tlog::checkpoint::{Checkpoint, open};
use souspli_tlog::cosignature::{cosign, latest};
use souspli_tlog::note::Note;
use souspli_tlog::policy::PolicyError;
use souspli_tlog::vkey::{KeyType, VerifierKey};
use souspli_tlog::witness::AddCheckpoint;
use tokio::net::TcpListener;

const ORIGIN: &str = "log.example/tests";

/// What a witness does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Honest,
    /// The right answer after fifteen seconds.
    Slow,
    /// A cosignature of another tree.
    OtherRoot,
    /// No signature line.
    Garbage,
    /// The cosignature of another witness, which verifies.
    OtherKey,
    /// A cosignature of its own, of an earlier checkpoint.
    Replay,
    /// A size beyond all that there is.
    Ahead,
    /// A status of its own.
    Broken,
}

/// A witness with moods.
#[derive(Clone)]
struct Moody {
    at: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    witness: Arc<Witness>,
    /// Signs whatever it is told to.
    secret: Arc<SigningKey>,
    other: Arc<(VerifierKey, SigningKey)>,
    first: Arc<Mutex<Option<String>>>,
    minute: Arc<ManualClock>,
}

impl Moody {
    /// Begins to listen; before, it is away.
    async fn appear(&self) {
        let listening = TcpListener::bind(self.at).await.expect("its address");
        let router = Router::new().route("/add-checkpoint", post(Self::answer)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listening, router).await });
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().expect("a mood") = mood;
    }

    fn key(&self) -> &VerifierKey {
        self.witness.verifier()
    }

    async fn answer(State(this): State<Self>, body: Bytes) -> Response {
        let mood = *this.mood.lock().expect("a mood");
        let request = AddCheckpoint::parse(&body).expect("what a log asks");
        let lie = |checkpoint: &Checkpoint, key: &VerifierKey, secret: &SigningKey| {
            cosign(checkpoint, seconds(&this.minute), key, secret).expect("cosigned").line()
        };
        match mood {
            Mood::Slow => tokio::time::sleep(Duration::from_secs(15)).await,
            Mood::OtherRoot => {
                let other = Checkpoint { root: sha256(b"another root"), ..request.checkpoint().clone() };
                return lie(&other, this.key(), &this.secret).into_response();
            }
            Mood::Garbage => return "— nothing\n\n\u{0}".into_response(),
            Mood::OtherKey => return lie(request.checkpoint(), &this.other.0, &this.other.1).into_response(),
            Mood::Replay => return this.first.lock().expect("one").clone().expect("an earlier one").into_response(),
            Mood::Ahead => return (StatusCode::CONFLICT, "18446744073709551615\n").into_response(),
            Mood::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Mood::Honest => {}
        }
        match this.witness.add_checkpoint(&body) {
            Ok(lines) => {
                this.first.lock().expect("one").get_or_insert(lines.clone());
                lines.into_response()
            }
            Err(Refused::Refusal(refusal)) => {
                (StatusCode::from_u16(refusal.status()).expect("a status"), refusal.body()).into_response()
            }
            Err(error) => panic!("{error}"),
        }
    }
}

fn seconds(clock: &ManualClock) -> u64 {
    u64::from(souspli_server::Clock::minute(clock)) * 60
}

/// A host with three witnesses of which two must cosign: the first honest and served by the library, the others moody.
struct Scene {
    _dir: tempfile::TempDir,
    running: Running,
    clock: Arc<ManualClock>,
    keys: HostKeys,
    asked: Asked,
    client: Client,
    honest: VerifierKey,
    moody: [Moody; 2],
    _served: Served,
    size: u64,
}

fn config(data: &Path, policy: Option<&Path>) -> Config {
    Config {
        port: 0,
        data: data.to_owned(),
        log_origin: Some(ORIGIN.to_owned()),
        witness_policy: policy.map(Path::to_owned),
        ..Config::default()
    }
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
    let at = listener.local_addr().expect("an address");
    (listener, at)
}

fn witness(dir: &Path, seed: u8, log: &VerifierKey, clock: &Arc<ManualClock>) -> Arc<Witness> {
    let key = WitnessKey::new(&format!("witness.example/{seed}"), &[seed; 32]).expect("a key");
    let logs = Logs::new().with_key(&log.to_string()).expect("a log");
    let clock = clock.clone();
    let folder = dir.join(format!("witness-{seed}"));
    Arc::new(Witness::open(key, logs, &folder, Arc::new(move || seconds(&clock))).expect("opened"))
}

impl Scene {
    async fn start() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at(MONDAY));
        let data = dir.path().join("data");
        // The first start makes the keys that the witnesses need.
        let first = Host::start(config(&data, None), clock.clone()).await.expect("started");
        let client = Client::new(None).expect("a client");
        let info = asked(&client, first.addr).info().await.expect("its keys");
        first.shutdown().await;
        let log = VerifierKey::new(&info.log_origin, KeyType::Ed25519, info.log_key).expect("a log");

        let honest = witness(dir.path(), 1, &log, &clock);
        let (listening, at) = listener().await;
        let served = serve(honest.clone(), listening, "/w", Limits::default()).expect("a prefix");
        let mut lines = vec![format!("witness w1 {} http://{at}/w", honest.verifier())];
        let mut moody = Vec::new();
        for seed in [2, 3] {
            let one = Moody {
                at: SocketAddr::from(([127, 0, 0, 1], 1)),
                mood: Arc::new(Mutex::new(Mood::Broken)),
                witness: witness(dir.path(), seed, &log, &clock),
                secret: Arc::new(SigningKey::from_seed(&[seed; 32])),
                other: Arc::new((honest.verifier().clone(), SigningKey::from_seed(&[1; 32]))),
                first: Arc::default(),
                minute: clock.clone(),
            };
            // Nobody listens there yet.
            let (_, at) = listener().await;
            let one = Moody { at, ..one };
            lines.push(format!("witness w{seed} {} http://{at}", one.key()));
            moody.push(one);
        }
        lines.push("group two 2 w1 w2 w3\nquorum two\n".to_owned());
        let policy = dir.path().join("policy");
        fs::write(&policy, lines.join("\n")).expect("written");
        let running = Host::start(config(&data, Some(&policy)), clock.clone()).await.expect("started");
        let asked = asked(&client, running.addr);
        let keys = HostKeys::of_host(&asked.info().await.expect("its keys")).expect("keys");
        let moody = moody.try_into().map_err(|_| "two").expect("two");
        let honest = honest.verifier().clone();
        let mut scene =
            Self { _dir: dir, running, clock, keys, asked, client, honest, moody, _served: served, size: 0 };
        scene.next_checkpoint(Duration::from_secs(20)).await;
        scene
    }

    async fn checkpoint(&self) -> Option<Note> {
        let note = self.asked.log().checkpoint().await.ok()?;
        let key = self.keys.policy.logs()[0].key();
        Some(open(&note, key).expect("signed by the log").note().clone())
    }

    /// Waits for a checkpoint that has grown and that the honest witness has cosigned.
    async fn next_checkpoint(&mut self, within: Duration) -> Note {
        let begun = Instant::now();
        while begun.elapsed() < within {
            if let Some(note) = self.checkpoint().await {
                let size = Checkpoint::parse(note.text()).expect("a checkpoint").size;
                if size > self.size && latest(&note, &self.honest).expect("it verifies").is_some() {
                    self.size = size;
                    return note;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no cosigned checkpoint within {within:?}");
    }

    /// A minute passes.
    async fn minute(&mut self) -> Note {
        self.clock.advance(1);
        self.next_checkpoint(Duration::from_secs(10)).await
    }

    fn now(&self) -> u32 {
        souspli_server::Clock::minute(self.clock.as_ref())
    }
}

fn asked(client: &Client, at: SocketAddr) -> Asked {
    Asked::new(client.clone(), Address::parse(&format!("http://{at}")).expect("an address"))
}

/// The receipts of everything that was published by a device.
fn receipts(member: &Member) -> Vec<Receipt> {
    let answers = member.device.exchanges.iter().filter(|exchange| exchange.request.ends_with("/publications"));
    let mut receipts = Vec::new();
    for answer in answers {
        let answer: Value = serde_json::from_slice(&answer.answer).expect("JSON");
        for receipt in answer["receipts"].as_array().expect("receipts") {
            let bytes = from_base64url(receipt.as_str().expect("text")).expect("base64url");
            receipts.push(Receipt::decode(&bytes).expect("a receipt"));
        }
    }
    receipts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn witnesses_that_are_away_slow_or_lying_delay_nothing_but_themselves() {
    let mut scene = Scene::start().await;
    let others = scene.moody.clone();
    let now = |scene: &Scene| u64::from(scene.now()) * 60;

    // The others are away: what there is, is signed and cosigned by it, and is no quorum.
    let note = scene.minute().await;
    let error = scene.keys.policy.check_note(&note, Some(ORIGIN)).expect_err("one of two");
    assert!(matches!(&error, PolicyError::Quorum { missing } if missing.len() == 2), "{error}");

    // Bookings go on without a quorum; their proofs wait.
    let mut owner = Member::new(scene.running.addr);
    create(&mut owner, &Look::SMALL, scene.now()).await;
    let receipt = *receipts(&owner).last().expect("published");
    scene.minute().await;
    assert_eq!(scene.asked.proof(&receipt).await, Ok(None), "it is merged, and no quorum has seen it");
    let (keys, log, host) = (scene.keys.clone(), scene.asked.log(), scene.asked.clone());
    let by = Context { keys: &keys, now: scene.now(), event: None, later: &[], log: Some(&log), host: Some(&host) };
    assert_eq!(judge(&receipt.encode(), &by, &mut |_, _| ()).await.verdict.code(), "pending");

    // Liars add nothing, whatever they say, and take nothing away.
    others[0].appear().await;
    others[1].appear().await;
    others[0].set(Mood::Honest);
    scene.minute().await;
    for mood in [Mood::OtherRoot, Mood::Garbage, Mood::OtherKey, Mood::Replay, Mood::Ahead, Mood::Broken] {
        others[0].set(mood);
        others[1].set(mood);
        others[1].first.lock().expect("one").get_or_insert_with(|| "— x AAAAAAAA\n".to_owned());
        let note = scene.minute().await;
        assert_eq!(note.signatures().len(), 2, "{mood:?}: the log's and the honest witness's");
        assert_eq!(latest(&note, &scene.honest), Ok(Some(now(&scene))), "{mood:?}");
        assert!(scene.keys.policy.check_note(&note, None).is_err(), "{mood:?}");
    }

    // One that comes back makes the quorum, and the proofs come.
    others[0].set(Mood::Honest);
    let note = scene.minute().await;
    let verified = scene.keys.policy.check_note(&note, Some(ORIGIN)).expect("two of two");
    assert_eq!(verified.cosigned.iter().map(|(_, time)| *time).collect::<Vec<_>>(), [now(&scene); 2]);
    let proof = scene.asked.proof(&receipt).await.expect("an answer").expect("a proof");
    let by = Context { now: scene.now(), log: None, host: None, ..by };
    let judgement = judge(&proof, &by, &mut |_, _| ()).await;
    assert!(matches!(&judgement.verdict, Verdict::Included { cosigned, .. } if cosigned.len() == 2), "{judgement}");

    // The log is in order for whoever reads it, and so is what its witnesses serve.
    let options = Options {
        policy: &keys.policy,
        now: now(&scene),
        stale_after: 3_600,
        state: None,
        only_new: false,
        others: &[],
    };
    let audited = audit(&log, &options, &mut |_, _| ()).await.expect("an audit");
    assert_eq!((audited.findings, audited.read), (Vec::new(), scene.size));
    let at = witnesses_of(&scene.keys.policy);
    let seen = monitor(&log, &scene.client, &at[..1], &scene.keys.policy, now(&scene)).await;
    assert_eq!((seen.findings, seen.agree), (Vec::new(), vec![(scene.honest.name().to_owned(), scene.size)]));
    scene.running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_witness_holds_the_others_for_ten_seconds_at_most() {
    let mut scene = Scene::start().await;
    scene.moody[0].appear().await;
    scene.moody[1].appear().await;
    scene.moody[0].set(Mood::Slow);
    scene.moody[1].set(Mood::Honest);
    scene.clock.advance(1);
    let begun = Instant::now();
    let note = scene.next_checkpoint(Duration::from_secs(14)).await;
    assert!(begun.elapsed() < Duration::from_secs(14), "{:?}", begun.elapsed());
    let verified = scene.keys.policy.check_note(&note, None).expect("two of the three");
    let names: Vec<&str> = verified.cosigned.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [scene.honest.name(), scene.moody[1].key().name()]);
    // It is asked again with the next batch, and has its say when it is quick.
    scene.moody[0].set(Mood::Honest);
    let note = scene.minute().await;
    assert_eq!(scene.keys.policy.check_note(&note, None).expect("all").cosigned.len(), 3);
    scene.running.shutdown().await;
}
