//! What a running host serves of its log, and when it stops taking what it could not log.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use souspli_attest::journal::row_hash;
use souspli_attest::leaf_of;
use souspli_journey::practice::{Look, create};
use souspli_journey::{MONDAY, Member, TestHost};
use souspli_proof::check;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::{Digest, from_base64url, to_base64url};
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::policy::Policy;
use souspli_tlog::proof::{Proof, verify};
use souspli_tlog::store::{Tiles, consistency_path, entry_at, root_at};
use souspli_tlog::tile::TileId;
use souspli_tlog::tree::verify_consistency;

/// The longest that a turn of the sequencer is waited for.
const SOON: Duration = Duration::from_secs(20);

/// Asks a host: status, head and body.
fn ask(addr: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(addr).expect("connected");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("text");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, head.to_ascii_lowercase(), answer.split_off(end + 4))
}

fn get(addr: SocketAddr, path: &str) -> (u16, Vec<u8>) {
    let (status, _, body) = ask(addr, "GET", path, "");
    (status, body)
}

/// A running host with a practice, and a clock.
struct Served {
    runtime: tokio::runtime::Runtime,
    host: Option<TestHost>,
    data: tempfile::TempDir,
    owner: Member,
    now: u32,
}

impl Served {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runs");
        let data = tempfile::tempdir().expect("folder");
        let host = runtime.block_on(TestHost::start(data.path(), None, MONDAY));
        let owner = Member::new(host.addr());
        let served = Self { runtime, host: Some(host), data, owner, now: MONDAY };
        served.has(16);
        served
    }

    fn host(&self) -> &TestHost {
        self.host.as_ref().expect("it runs")
    }

    fn addr(&self) -> SocketAddr {
        self.host().addr()
    }

    fn publish(&mut self) {
        self.runtime.block_on(create(&mut self.owner, &Look::SMALL, self.now));
    }

    /// Moves the clock and lets the host notice.
    fn minute(&mut self, minutes: u32) {
        self.now += minutes;
        self.host().clock.set(self.now);
    }

    /// Waits until the log has so many leaves.
    fn has(&self, size: u64) -> Checkpoint {
        let begin = Instant::now();
        loop {
            let (status, note) = get(self.addr(), "/log/checkpoint");
            let found = (status == 200).then(|| self.policy().check(&note, None).expect("signed").checkpoint);
            if let Some(found) = &found
                && found.size == size
            {
                return found.clone();
            }
            let waited = begin.elapsed();
            check(waited < SOON, || format!("the log has {:?}, not {size}", found.map(|found| found.size)));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The newest checkpoint.
    fn has_any(&self) -> Checkpoint {
        self.policy().check(&get(self.addr(), "/log/checkpoint").1, None).expect("signed").checkpoint
    }

    fn policy(&self) -> Policy {
        let info: Value = serde_json::from_slice(&get(self.addr(), "/v1/host").1).expect("JSON");
        Policy::parse(info["witnessPolicy"].as_str().expect("text").as_bytes()).expect("a policy")
    }

    /// Receipts of what the owner has published, and the calendar's path.
    fn receipts(&self) -> (String, Vec<Vec<u8>>) {
        let published = self
            .owner
            .device
            .exchanges
            .iter()
            .filter(|exchange| exchange.status == 201 && exchange.request.ends_with("/publications"));
        let mut receipts = Vec::new();
        let mut calendar = String::new();
        for exchange in published {
            let path = exchange.request.trim_start_matches("POST ").trim_end_matches("/publications");
            path.clone_into(&mut calendar);
            let answer: Value = serde_json::from_slice(&exchange.answer).expect("JSON");
            let list = answer["receipts"].as_array().expect("a list");
            receipts.extend(list.iter().map(|one| from_base64url(one.as_str().expect("text")).expect("bytes")));
        }
        (calendar, receipts)
    }

    fn proof(&self, calendar: &str, sequence: u64, leaf: &Digest) -> (u16, Option<Vec<u8>>) {
        self.proof_at(&format!("{calendar}/proofs"), sequence, leaf)
    }

    fn proof_at(&self, path: &str, sequence: u64, leaf: &Digest) -> (u16, Option<Vec<u8>>) {
        let body = json!({ "sequence": to_base64url(&sequence.to_be_bytes()), "leaf": to_base64url(&leaf.0) });
        let (status, _, answer) = ask(self.addr(), "POST", path, &body.to_string());
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        (status, answer["proof"].as_str().map(|proof| from_base64url(proof).expect("bytes")))
    }

    fn stop(&mut self) {
        let host = self.host.take().expect("it runs");
        self.runtime.block_on(host.running.shutdown());
    }
}

/// Tiles over HTTP.
struct Http(SocketAddr);

impl Tiles for Http {
    type Error = u16;

    fn read(&self, id: TileId) -> Result<Vec<u8>, u16> {
        match get(self.0, &format!("/log/{}", id.path())) {
            (200, bytes) => Ok(bytes),
            (status, _) => Err(status),
        }
    }
}

/// Sixteen leaves a minute whether nobody publishes, or somebody does; a restart begins at once and hides nothing less.
pub(crate) fn the_size_of_the_log_hides_the_pace() {
    let mut served = Served::new();
    served.minute(1);
    served.has(32);
    served.publish();
    let (_, receipts) = served.receipts();
    check((3..=32).contains(&receipts.len()), || format!("{} publications", receipts.len()));
    served.minute(1);
    let more = if receipts.len() > 16 { 256 } else { 16 };
    served.has(32 + more);
    served.minute(600);
    served.has(48 + more);
    served.stop();
    let host = served.runtime.block_on(TestHost::start(served.data.path(), None, served.now));
    served.host = Some(host);
    served.has(64 + more);
}

/// Everything can be fetched and fits together, by the text alone; nothing beyond the checkpoint is served.
pub(crate) fn what_is_served_is_a_log_of_tiles() {
    let mut served = Served::new();
    let old = served.has(16);
    served.publish();
    for _ in 0..4 {
        served.minute(1);
        let size = 16 * u64::from(served.now - MONDAY) + if served.receipts().1.len() > 16 { 256 } else { 16 };
        served.has(size);
    }
    let (addr, tiles) = (served.addr(), Http(served.addr()));
    let newest = served.has_any();
    check(root_at(&tiles, newest.size) == Ok(newest.root), || "tiles make another root".to_owned());
    for index in 0..newest.size {
        check(entry_at(&tiles, newest.size, index).is_ok(), || format!("entry {index}"));
    }
    for id in TileId::of_tree(newest.size).chain(TileId::of_tree(old.size)) {
        let (status, head, _) = ask(addr, "GET", &format!("/log/{}", id.path()), "");
        check(status == 200, || format!("{id}: {status}"));
        check(head.contains("content-type: application/octet-stream"), || format!("{id}: {head}"));
        check(head.contains("immutable"), || format!("{id}: {head}"));
    }
    let path = consistency_path(&tiles, old.size, newest.size).expect("tiles");
    let consistent = verify_consistency(old.size, &old.root, newest.size, &newest.root, &path);
    check(consistent.is_ok(), || "the older checkpoint is no part of the newer".to_owned());
    for wrong in [
        "tile/0/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/1/000",
        "tile/entries/999",
        "tile/0/../entries/000",
        "tile/0/000/",
        "tile/x/000",
        "staged",
        "fence",
        "lock",
        "cosigned",
        "tile/0/x000/000",
        "tile/7/000.p/1",
    ] {
        let size = newest.size;
        if size >= 512 && wrong == "tile/0/001" || size >= 256 && wrong == "tile/1/000" {
            continue;
        }
        let (status, _) = get(addr, &format!("/log/{wrong}"));
        check(status == 404, || format!("{wrong}: {status}"));
    }
    let beyond = TileId::in_tree(souspli_tlog::tile::Level::Entries, 0, newest.size).expect("a tile");
    if beyond.width < 255 {
        let wider = TileId { width: beyond.width + 1, ..beyond };
        check(get(addr, &format!("/log/{}", wider.path())).0 == 404, || format!("{wider}"));
    }
}

/// A receipt waits, then has a proof that holds offline under the policy that the host gives to practices.
pub(crate) fn a_receipt_becomes_a_proof() {
    let mut served = Served::new();
    served.publish();
    let (calendar, receipts) = served.receipts();
    let statements: Vec<_> =
        receipts.iter().map(|bytes| Receipt::decode(bytes).expect("a receipt").statement).collect();
    for statement in &statements {
        let found = served.proof(&calendar, statement.link.sequence, &statement.link.leaf);
        check(found == (200, None), || format!("it waits: {found:?}"));
    }
    served.minute(1);
    let size = 16 + if receipts.len() > 16 { 256 } else { 16 };
    served.has(size);
    let policy = served.policy();
    let mut places = Vec::new();
    for (bytes, statement) in receipts.iter().zip(&statements) {
        let link = statement.link;
        let begin = Instant::now();
        let file = loop {
            match served.proof(&calendar, link.sequence, &link.leaf) {
                (200, Some(file)) => break file,
                other => check(begin.elapsed() < SOON, || format!("{other:?}")),
            }
        };
        let proof = Proof::decode(&file).expect("a proof file");
        check(proof.extra == *bytes, || "another receipt".to_owned());
        let verified = verify(&proof, &link.leaf, &policy);
        check(verified.is_ok_and(|verified| verified.checkpoint.size == size), || "no proof".to_owned());
        check(verify(&proof, &Digest([7; 32]), &policy).is_err(), || "a proof of anything".to_owned());
        places.push(proof.index);
        let wrong = served.proof(&calendar, link.sequence, &Digest([7; 32]));
        check(wrong.0 == 404, || format!("another leaf: {wrong:?}"));
        let wrong = served.proof(&calendar, link.sequence + 1, &link.leaf);
        check(wrong.0 == 404, || format!("another place: {wrong:?}"));
    }
    let mut sorted = places.clone();
    sorted.sort_unstable();
    sorted.dedup();
    check(sorted.len() == places.len(), || "two leaves lie at one place".to_owned());
    check(sorted != places, || "leaves lie in the order in which they came".to_owned());
    let (status, _) = served.proof(&calendar, u64::MAX, &statements[0].link.leaf);
    check(status == 404, || format!("no such place: {status}"));
}

/// What a key was given is proven as well, to whoever knows the row.
pub(crate) fn a_row_of_the_journal_becomes_a_proof() {
    let mut served = Served::new();
    served.publish();
    served.minute(60);
    let journal = served.runtime.block_on(served.owner.must(served.now, "journal", json!({})));
    check(journal["number"] == 1, || format!("{journal}"));
    let asked = served.owner.device.exchanges.iter().rfind(|exchange| exchange.request.ends_with("/journal"));
    let answer: Value = serde_json::from_slice(&asked.expect("asked").answer).expect("JSON");
    let row = from_base64url(answer["rows"][0].as_str().expect("a row")).expect("bytes");
    let leaf = leaf_of(&row_hash(&row));
    let path = format!("{}/journal/proofs", served.receipts().0);
    let begin = Instant::now();
    let file = loop {
        match served.proof_at(&path, 1, &leaf) {
            (200, Some(file)) => break file,
            (200, None) if begin.elapsed() < SOON => served.minute(1),
            other => check(false, || format!("{other:?}")),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let proof = Proof::decode(&file).expect("a proof file");
    check(proof.extra == row, || "another row".to_owned());
    check(verify(&proof, &leaf, &served.policy()).is_ok(), || "no proof".to_owned());
    for (number, leaf) in [(0, leaf), (2, leaf), (u64::MAX, leaf), (1, Digest([7; 32])), (1, row_hash(&row))] {
        let found = served.proof_at(&path, number, &leaf);
        check(found.0 == 404, || format!("{number} {leaf:?}: {found:?}"));
    }
}

/// A log that found damage signs nothing any more. What is published goes on being taken, until the oldest leaf has waited
/// for half of what was promised; then nothing is, and readiness says so; mended and started anew, all goes on.
pub(crate) fn a_log_that_stopped_stops_bookings_after_half_the_promised_time() {
    let mut served = Served::new();
    let tile = served.data.path().join("log/tile/entries/000");
    let whole = fs::read(&tile).expect("read");
    let flip = |path: &Path| {
        let mut changed = whole.clone();
        changed[100] ^= 1;
        fs::write(path, changed).expect("flipped");
    };
    flip(&tile);
    served.publish();
    served.minute(1);
    std::thread::sleep(Duration::from_secs(1));
    served.has(16);
    check(get(served.addr(), "/readyz").0 == 200, || "it is not ready already".to_owned());
    served.minute(MMD_MINUTES / 2 - 1);
    std::thread::sleep(Duration::from_secs(1));
    check(get(served.addr(), "/readyz").0 == 200, || "half the time is not over".to_owned());
    let mut other = Member::new(served.addr());
    served.runtime.block_on(create(&mut other, &Look::SMALL, served.now));
    served.minute(1);
    let begin = Instant::now();
    while get(served.addr(), "/readyz").0 != 503 {
        check(begin.elapsed() < SOON, || "it is still ready".to_owned());
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut third = Member::new(served.addr());
    let kit = json!({ "passphrase": "a passphrase for tests", "origin": "http://127.0.0.1" });
    let made = served.runtime.block_on(third.must(served.now, "create", kit));
    let finish = json!({ "recoveryCode": made["recoveryCode"] });
    let refused = served.runtime.block_on(third.call(served.now, "finishCreate", finish));
    check(refused.as_ref().is_err_and(|failure| failure.code == "busy"), || format!("{refused:?}"));
    served.has(16);

    served.stop();
    fs::write(&tile, &whole).expect("mended");
    served.host = Some(served.runtime.block_on(TestHost::start(served.data.path(), None, served.now)));
    let begin = Instant::now();
    while get(served.addr(), "/log/checkpoint").1.starts_with(b"souspli") && served.has_any().size == 16 {
        check(begin.elapsed() < SOON, || "nothing is merged".to_owned());
        std::thread::sleep(Duration::from_millis(50));
    }
    check(get(served.addr(), "/readyz").0 == 200, || "it is not ready again".to_owned());
    let mut fourth = Member::new(served.addr());
    served.runtime.block_on(create(&mut fourth, &Look::SMALL, served.now));
}
