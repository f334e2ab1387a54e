//! The witness over real HTTP: every row of the text's table, and what must hold when it ends or is asked all at once.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use souspli_attest::sha256;
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, SignedCheckpoint, open};
use souspli_tlog::cosignature;
use souspli_tlog::note::Note;
use souspli_tlog::witness::{AddCheckpoint, monitoring_path, read_response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::log::fixture::{Log, ORIGIN, object};

/// 2026-11-23 08:00:00 UTC.
const NOW: u64 = 1_795_420_800;

struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// One request on a connection of its own.
async fn ask(at: SocketAddr, method: &str, path: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(at).await.expect("connected");
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await.expect("sent");
    // What is refused by its length alone is answered before all of it is read.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answered");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_lowercase(), body: body.to_owned() }
}

fn witness(log: &Log, folder: &Path, clock: &Arc<AtomicU64>) -> Result<Witness, FolderError> {
    let key = WitnessKey::new("witness.example/w1", &[9; 32]).expect("a key");
    let logs = Logs::new().with_key(&log.key().to_string()).expect("a log");
    let clock = clock.clone();
    Witness::open(key, logs, folder, Arc::new(move || clock.load(Ordering::SeqCst)))
}

struct Scene {
    log: Log,
    folder: tempfile::TempDir,
    clock: Arc<AtomicU64>,
    at: SocketAddr,
    running: Option<(Arc<Witness>, Served)>,
}

impl Scene {
    async fn new() -> Self {
        let (log, folder) = (Log::new(1), tempfile::tempdir().expect("a folder"));
        let clock = Arc::new(AtomicU64::new(NOW));
        let mut scene = Self { log, folder, clock, at: SocketAddr::from(([0, 0, 0, 0], 0)), running: None };
        scene.start().await;
        scene
    }

    async fn start(&mut self) {
        let witness = Arc::new(witness(&self.log, self.folder.path(), &self.clock).expect("opened"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        self.at = listener.local_addr().expect("an address");
        let served = serve(witness.clone(), listener, "/w1").expect("a prefix");
        self.running = Some((witness, served));
    }

    /// Ends the witness, which gives its folder back.
    async fn stop(&mut self) {
        let (_, served) = self.running.take().expect("it runs");
        served.stop().await;
    }

    fn witness(&self) -> &Arc<Witness> {
        &self.running.as_ref().expect("it runs").0
    }

    async fn add(&self, request: &AddCheckpoint) -> Answer {
        self.post(&request.encode()).await
    }

    async fn post(&self, body: &[u8]) -> Answer {
        ask(self.at, "POST", "/w1/add-checkpoint", body).await
    }

    async fn served_checkpoint(&self) -> Answer {
        ask(self.at, "GET", &format!("/w1/{}", monitoring_path(ORIGIN)), b"").await
    }
}

fn request(old: u64, proof: Vec<Digest>, signed: &SignedCheckpoint) -> AddCheckpoint {
    AddCheckpoint::new(old, proof, signed.note().clone()).expect("a request")
}

/// Grows a log by some entries; gives the request that goes on from before.
fn grown(log: &mut Log, entries: u64) -> (AddCheckpoint, SignedCheckpoint) {
    let old = log.size();
    let signed = log.push((old..old + entries).map(object));
    (request(old, log.consistency(old), &signed), signed)
}

#[tokio::test]
async fn a_checkpoint_that_goes_on_is_cosigned_and_served_to_monitors() {
    let mut scene = Scene::new().await;
    assert_eq!(scene.served_checkpoint().await.status, 404, "nothing was cosigned yet");
    let mut last = None;
    for (entries, time) in [(5, NOW), (300, NOW + 60), (0, NOW + 120), (1, NOW + 180)] {
        scene.clock.store(time, Ordering::SeqCst);
        let (request, signed) = grown(&mut scene.log, entries);
        let answer = scene.add(&request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let keys = [scene.witness().verifier().clone()];
        let read = read_response(answer.body.as_bytes(), signed.checkpoint(), &keys).expect("a cosignature");
        assert_eq!(read.iter().map(|(_, time)| *time).collect::<Vec<_>>(), [time]);
        let served = scene.served_checkpoint().await;
        assert_eq!(served.status, 200);
        let served = open(served.body.as_bytes(), scene.log.key()).expect("signed by the log");
        assert_eq!(served.checkpoint(), signed.checkpoint());
        assert_eq!(cosignature::latest(served.note(), &keys[0]), Ok(Some(time)));
        assert_eq!(served.note().signatures().len(), 2, "the log's and its own");
        last = Some(served);
    }
    assert_eq!(last.expect("four").checkpoint().size, 306);
}

#[tokio::test]
async fn every_refusal_has_the_status_of_the_text() {
    let mut scene = Scene::new().await;
    let (first, signed) = grown(&mut scene.log, 7);
    assert_eq!(scene.add(&first).await.status, 200);

    // 400: malformed, or an old size beyond the checkpoint's.
    for bad in [&b""[..], b"old 7\n", b"old 07\n\n", b"old 7\nx\n\nnote\n", b"\xff\xfe"] {
        assert_eq!(scene.post(bad).await.status, 400, "{bad:?}");
    }
    assert_eq!(scene.add(&request(8, Vec::new(), &signed)).await.status, 400);

    // 404: an origin that is not known. 403: no signature of a key that is trusted, or one that does not verify.
    let mut stranger = Log::new(2);
    let (of_stranger, _) = grown(&mut stranger, 7);
    assert_eq!(scene.add(&of_stranger).await.status, 403, "the same origin under another key");
    let other = Checkpoint::new("other.example", 7, sha256(b"root"));
    let key = souspli_tlog::vkey::VerifierKey::parse(&stranger.key().to_string().replace(ORIGIN, "x"));
    assert!(key.is_err(), "a key's id follows from its name");
    let body = format!("old 0\n\n{}\n— other.example AAAAAAAAAA==\n", other.text());
    assert_eq!(scene.post(body.as_bytes()).await.status, 404);
    let text = String::from_utf8(first.encode()).expect("text");
    let at = text.rfind("— ").expect("a signature") + text[text.rfind("— ").expect("one")..].len() - 5;
    let mut forged = text.into_bytes();
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    assert_eq!(scene.post(&forged).await.status, 403);

    // 409: another size than the latest, with the latest in the body.
    let (second, signed) = grown(&mut scene.log, 5);
    for old in [0, 6, 12] {
        let answer = scene.add(&request(old, second.proof().to_vec(), &signed)).await;
        assert_eq!((answer.status, answer.body.as_str()), (409, "7\n"), "old {old}");
        assert!(answer.head.contains("content-type: text/x.tlog.size"), "{}", answer.head);
    }

    // 422: trees that do not agree.
    let mut short = second.proof().to_vec();
    short.pop();
    assert_eq!(scene.add(&request(7, short, &signed)).await.status, 422);
    let same_size = scene.log.sign(Checkpoint::new(ORIGIN, 7, sha256(b"another root")));
    assert_eq!(scene.add(&request(7, Vec::new(), &same_size)).await.status, 422);
    let forked = scene.log.sign(Checkpoint::new(ORIGIN, 12, sha256(b"another root")));
    assert_eq!(scene.add(&request(7, second.proof().to_vec(), &forked)).await.status, 422);

    // What HTTP refuses.
    assert_eq!(ask(scene.at, "GET", "/w1/add-checkpoint", b"").await.status, 405);
    assert_eq!(ask(scene.at, "POST", "/add-checkpoint", b"").await.status, 404, "outside of the prefix");
    assert_eq!(scene.post(&vec![b'a'; 300 << 10]).await.status, 413);
    for path in
        ["/w1/zz/checkpoint", "/w1/../w1/checkpoint", &format!("/w1/{}", monitoring_path(ORIGIN).to_uppercase())]
    {
        assert_eq!(ask(scene.at, "GET", path, b"").await.status, 404, "{path}");
    }

    // None of that has moved it.
    let served = scene.served_checkpoint().await;
    assert_eq!(open(served.body.as_bytes(), scene.log.key()).expect("served").checkpoint().size, 7);
    assert_eq!(scene.add(&second).await.status, 200, "and the honest one goes on");
}

#[tokio::test]
async fn an_empty_tree_has_one_root_and_no_proof_begins_at_zero() {
    let mut scene = Scene::new().await;
    let empty = scene.log.sign(Checkpoint::new(ORIGIN, 0, sha256(b"not empty")));
    assert_eq!(scene.add(&request(0, Vec::new(), &empty)).await.status, 422);
    let (first, signed) = grown(&mut scene.log, 3);
    assert_eq!(scene.add(&request(0, vec![sha256(b"x")], &signed)).await.status, 422);
    let empty = scene.log.sign(Checkpoint::new(ORIGIN, 0, souspli_tlog::tree::empty_root()));
    assert_eq!(scene.add(&request(0, Vec::new(), &empty)).await.status, 200);
    assert_eq!(scene.add(&first).await.status, 200);
    scene.clock.store(0, Ordering::SeqCst);
    assert_eq!(scene.add(&request(3, Vec::new(), &signed)).await.status, 500, "a clock without time cosigns nothing");
}

#[tokio::test]
async fn a_witness_that_ends_goes_on_from_where_it_was() {
    let mut scene = Scene::new().await;
    let (first, _) = grown(&mut scene.log, 7);
    assert_eq!(scene.add(&first).await.status, 200);
    let served = scene.served_checkpoint().await.body;
    scene.stop().await;
    scene.start().await;
    assert_eq!(scene.served_checkpoint().await.body, served);
    let answer = scene.add(&first).await;
    assert_eq!((answer.status, answer.body.as_str()), (409, "7\n"));
    let (second, _) = grown(&mut scene.log, 7);
    assert_eq!(scene.add(&second).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn requests_at_once_never_roll_back() {
    let mut scene = Scene::new().await;
    let (mut requests, mut signed) = (Vec::new(), Vec::new());
    for _ in 0..64 {
        let (request, checkpoint) = grown(&mut scene.log, 3);
        requests.push(request.encode());
        signed.push(checkpoint);
    }
    // Each goes on from the one before; all are sent until all are cosigned, in no order.
    let at = scene.at;
    let tasks = requests.into_iter().enumerate().map(|(place, body)| {
        tokio::spawn(async move {
            for _ in 0..400 {
                let answer = ask(at, "POST", "/w1/add-checkpoint", &body).await;
                match answer.status {
                    200 => return Some(place),
                    409 => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                    status => panic!("{status} {}", answer.body),
                }
            }
            None
        })
    });
    let watch = async {
        // What is served only grows meanwhile.
        let mut sizes = Vec::new();
        for _ in 0..200 {
            let served = ask(at, "GET", &format!("/w1/{}", monitoring_path(ORIGIN)), b"").await;
            if served.status == 200 {
                let note = Note::parse(served.body.as_bytes()).expect("a note");
                sizes.push(Checkpoint::parse(note.text()).expect("a checkpoint").size);
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        sizes
    };
    let tasks: Vec<_> = tasks.collect();
    let sizes = watch.await;
    assert!(sizes.is_sorted(), "{sizes:?}");
    for task in tasks {
        assert!(task.await.expect("no panic").is_some(), "each was cosigned in its turn");
    }
    let served = scene.served_checkpoint().await;
    assert_eq!(open(served.body.as_bytes(), scene.log.key()).expect("served").checkpoint(), signed[63].checkpoint());
    // One of two that start from the same size is cosigned, whichever comes first.
    let old = scene.log.size();
    let mut forks = Vec::new();
    for fork in 0..64_u64 {
        let mut other = Log::new(1);
        other.push((0..old).map(object));
        let checkpoint = other.push([object(1_000_000 + fork)]);
        forks.push(request(old, other.consistency(old), &checkpoint).encode());
    }
    let tasks: Vec<_> = forks
        .into_iter()
        .map(|body| tokio::spawn(async move { ask(at, "POST", "/w1/add-checkpoint", &body).await.status }))
        .collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.expect("no panic"));
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
}

#[tokio::test]
async fn a_folder_has_one_witness_at_a_time() {
    let scene = Scene::new().await;
    let second = witness(&scene.log, scene.folder.path(), &scene.clock);
    assert!(matches!(second, Err(FolderError::Taken(_))), "{second:?}");
}

#[tokio::test]
async fn a_damaged_state_is_refused_and_never_taken_for_none() {
    let mut scene = Scene::new().await;
    let (first, _) = grown(&mut scene.log, 7);
    assert_eq!(scene.add(&first).await.status, 200);
    let path = scene.folder.path().join(monitoring_path(ORIGIN).replace('/', "."));
    let bytes = fs::read(&path).expect("kept");
    scene.stop().await;
    let Scene { log, folder, clock, .. } = scene;
    let opens = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("written");
        witness(&log, folder.path(), &clock)
    };
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(opens(&changed), Err(FolderError::Damaged { .. })), "bit {bit}");
    }
    for cut in 0..bytes.len() {
        assert!(matches!(opens(&bytes[..cut]), Err(FolderError::Damaged { .. })), "cut at {cut}");
    }
    assert_eq!(fs::read(&path).expect("left alone").len(), bytes.len() - 1, "what is damaged is left as it is");
    // Another witness's state is not taken over either.
    fs::write(&path, &bytes).expect("written");
    let key = WitnessKey::new("witness.example/other", &[8; 32]).expect("a key");
    let logs = Logs::new().with_key(&log.key().to_string()).expect("a log");
    let other = Witness::open(key, logs, folder.path(), Arc::new(|| NOW));
    assert!(matches!(other, Err(FolderError::Damaged { .. })));
    assert!(opens(&bytes).is_ok(), "the same witness goes on");
}

#[tokio::test]
async fn a_state_that_cannot_be_kept_gives_no_cosignature() {
    let mut scene = Scene::new().await;
    let (first, _) = grown(&mut scene.log, 7);
    // A folder stands where the new state would be written beside.
    let beside = scene.folder.path().join(monitoring_path(ORIGIN).replace("/checkpoint", ".unfinished"));
    fs::create_dir(&beside).expect("in the way");
    let answer = scene.add(&first).await;
    assert_eq!((answer.status, answer.body.contains('—')), (500, false), "{}", answer.body);
    assert_eq!(scene.served_checkpoint().await.status, 404);
    fs::remove_dir(&beside).expect("out of the way");
    assert_eq!(scene.add(&first).await.status, 200);
}

#[test]
fn logs_come_from_policies_and_keys_that_sign_checkpoints() {
    let log = Log::new(1);
    let policy = format!("log {}\nquorum none\n", log.key());
    let logs = Logs::new().with_policy(policy.as_bytes()).expect("a policy").with_key(&log.key().to_string());
    let logs = logs.expect("the same again");
    assert_eq!(logs.origins().collect::<Vec<_>>(), [ORIGIN]);
    assert_eq!(souspli_tlog::witness::KnownLogs::keys(&logs, ORIGIN).map(<[_]>::len), Some(1));
    let cosigner = WitnessKey::new("w", &[1; 32]).expect("a key").verifier().to_string();
    assert!(matches!(Logs::new().with_key(&cosigner), Err(BadLogs::KeyType(_))));
    assert!(Logs::new().with_policy(b"log x\n").is_err());
}

#[tokio::test]
async fn a_prefix_is_a_plain_path() {
    let scene = Scene::new().await;
    for bad in ["w1", "/{origin}", "/a b", "/a//b", "/é"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        assert!(serve(scene.witness().clone(), listener, bad).is_err(), "{bad}");
    }
}

/// Where the child of the next test finds its folder.
const CHILD: &str = "SOUSPLI_TEST_WITNESS_FOLDER";

/// Runs as a process of its own when the next test starts it: cosigns in its folder, on and on, until it is killed.
#[test]
fn cosigns_until_it_is_killed_where_it_is_a_child() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let mut log = Log::new(1);
    let clock = Arc::new(AtomicU64::new(NOW));
    let witness = witness(&log, Path::new(&folder), &clock).expect("opened");
    // What was cosigned is told only after it was answered, as a log would hear of it.
    while log.size() < 30_000 {
        let (request, signed) = grown(&mut log, 3);
        witness.add_checkpoint(&request.encode()).expect("cosigned");
        println!("cosigned {}", signed.checkpoint().size);
    }
}

#[test]
fn a_witness_that_is_killed_has_kept_what_it_cosigned() {
    use std::io::BufRead as _;
    for told in [1_usize, 7, 40] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "witness::tests::cosigns_until_it_is_killed_where_it_is_a_child", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let lines = std::io::BufReader::new(child.stdout.take().expect("piped")).lines();
        let sizes = lines.map_while(Result::ok).filter_map(|line| line.rsplit("cosigned ").next()?.parse::<u64>().ok());
        let heard = sizes.take(told).last().expect("some");
        child.kill().expect("killed");
        child.wait().expect("gone");
        let clock = Arc::new(AtomicU64::new(NOW));
        let witness = witness(&Log::new(1), folder.path(), &clock).expect("a whole state");
        let hash = monitoring_path(ORIGIN);
        let note = witness.checkpoint(hash.strip_suffix("/checkpoint").expect("a hash")).expect("kept");
        let note = Note::parse(&note).expect("a note");
        let kept = Checkpoint::parse(note.text()).expect("a checkpoint").size;
        assert!(kept >= heard, "{kept} was kept, {heard} was answered");
    }
}
