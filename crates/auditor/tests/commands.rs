//! `witness`, `log`, `receipt`, `evidence` and `all`, by running the program against a real host.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use souspli_auditor::report::Report;
use souspli_journey::Member;
use souspli_journey::practice::{self, Look};
use souspli_protocol::from_base64url;
use souspli_server::{Config, Host, ManualClock, Running};
use tempfile::TempDir;

/// What the program left behind.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// A host with a practice, and a folder to run the program in.
struct World {
    runtime: tokio::runtime::Runtime,
    folder: TempDir,
    clock: Arc<ManualClock>,
    running: Option<Running>,
    address: SocketAddr,
    owner: Member,
    link: String,
    now: u32,
}

/// This machine's minute, which the program judges by too.
fn minute() -> u32 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    u32::try_from(seconds / 60).expect("a minute")
}

impl World {
    /// A host whose clock shows `now`, and whose practice has published.
    fn new(now: u32, witnesses: Option<&str>) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir().expect("folder");
        let witness_policy = witnesses.map(|lines| {
            let file = folder.path().join("witnesses.policy");
            std::fs::write(&file, lines).expect("written");
            file
        });
        let clock = Arc::new(ManualClock::at(now));
        let data = folder.path().join("data");
        let config = Config { listen: Ipv4Addr::LOCALHOST.into(), port: 0, data, witness_policy, ..Config::default() };
        let running = runtime.block_on(Host::start(config, clock.clone())).expect("the host starts");
        let address = running.addr;
        let mut owner = Member::new(address);
        let published = runtime.block_on(practice::create(&mut owner, &Look::SMALL, now));
        let running = Some(running);
        Self { runtime, folder, clock, running, address, owner, link: published.link, now }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).expect(name);
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(&self.folder, arguments)
    }

    fn report(&self, name: &str) -> Report {
        Report::from_json(&std::fs::read(self.path(name)).expect(name)).expect("a report")
    }

    /// Receipts of what the owner has published, the first one first.
    fn receipts(&self) -> Vec<Vec<u8>> {
        let published = self.owner.device.exchanges.iter();
        let published = published.filter(|one| one.status == 201 && one.request.ends_with("/publications"));
        let answers = published.map(|one| serde_json::from_slice::<Value>(&one.answer).expect("JSON"));
        let texts = answers.flat_map(|answer| answer["receipts"].as_array().expect("a list").clone());
        texts.map(|text| from_base64url(text.as_str().expect("text")).expect("bytes")).collect()
    }

    /// A minute later, and until a command ends as it then must: the host merges a moment after that.
    fn a_minute_later(&mut self, arguments: &[&str], said: &str) -> Ran {
        self.now += 1;
        self.clock.set(self.now);
        let begin = Instant::now();
        loop {
            let ran = self.run(arguments);
            if ran.out.contains(said) || begin.elapsed() > Duration::from_mins(1) {
                return ran;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What the host says of its keys, in a file.
    fn host_file(&self, name: &str) -> Value {
        let bytes = get(self.address, "/v1/host");
        self.write(name, &bytes);
        serde_json::from_slice(&bytes).expect("JSON")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.shutdown());
        }
    }
}

fn run(folder: &TempDir, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_souspli-audit"))
        .args(arguments)
        .current_dir(folder.path())
        .env("LC_ALL", "C")
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("utf-8");
    Ran { code: output.status.code().expect("a code"), out: text(output.stdout), err: text(output.stderr) }
}

fn get(address: SocketAddr, path: &str) -> Vec<u8> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).expect("connected");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("read");
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    answer.split_off(head + 4)
}

/// A witness that the program runs; told to stop when it is dropped.
struct Witness(Child);

impl Witness {
    fn start(folder: &TempDir, arguments: &[&str]) -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_souspli-audit"))
            .args(["witness", "run", "--key", "witness.key", "--folder", "witness"])
            .args(arguments)
            .current_dir(folder.path())
            .env("LC_ALL", "C")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the witness runs");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let line = lines.nth(2).expect("a line for a policy").expect("text");
        (Self(child), line)
    }

    /// Asks it to end as an operator does, and says how it ended.
    fn stop(&mut self) -> Option<i32> {
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_receipt_is_pending_then_included_and_a_forged_one_accuses_nobody() {
    let mut world = World::new(minute(), None);
    let url = world.url();
    let receipt = world.receipts().remove(0);
    world.write("r", &receipt);
    let pending = world.run(&["receipt", "r", "--host", &url]);
    assert_eq!((pending.code, pending.err.as_str()), (0, ""), "{}", pending.out);
    assert!(pending.out.contains("nothing is shown yet"), "{}", pending.out);

    let included = world.a_minute_later(&["receipt", "r", "--host", &url], "kept its promise");
    assert_eq!((included.code, included.err.as_str()), (0, ""), "{}", included.out);
    assert!(included.out.contains("kept its promise"), "{}", included.out);

    world.write("link", &world.link);
    let linked = world.run(&["receipt", "r", "--host", &url, "--link", "link", "--json", "r.json"]);
    assert_eq!((linked.code, linked.err.as_str()), (0, ""), "{}", linked.out);
    assert!(!linked.out.contains(&world.link) && !linked.out.contains("itself said"), "{}", linked.out);
    assert!(!std::fs::read_to_string(world.path("r.json")).expect("report").contains(&world.link));
    let exposed = world.run(&["receipt", "r", "--host", &url, "--link", &world.link]);
    assert_eq!(exposed.code, 6);
    assert!(!exposed.err.contains(&world.link), "{}", exposed.err);

    world.host_file("host.json");
    let offline = ["receipt", "r", "--keys", "host.json", "--offline"];
    assert_eq!(world.run(&offline).code, 0);
    for byte in [0, receipt.len() / 2, receipt.len() - 1] {
        let mut forged = receipt.clone();
        forged[byte] ^= 1;
        world.write("forged", forged);
        let ran = world.run(&["receipt", "forged", "--keys", "host.json", "--offline"]);
        assert_eq!(ran.code, 7, "byte {byte}: {}", ran.out);
        assert!(ran.out.contains("not a receipt of this host"), "{}", ran.out);
        let json = format!("f{byte}.json");
        let ran = world.run(&["receipt", "forged", "--host", &url, "--json", &json]);
        assert_eq!(ran.code, 7, "{}", ran.out);
        assert_eq!(world.report(&json).counts.breaches, 0, "nobody is accused");
    }
    world.write("event", "something else");
    let other = world.run(&["receipt", "r", "--host", &url, "--event", "event"]);
    assert!(other.code == 7 && other.out.contains("check: event"), "{}", other.out);
    let french = world.run(&["receipt", "r", "--host", &url, "--language", "fr"]);
    assert!(french.out.contains("a tenu sa promesse"), "{}", french.out);
    assert_eq!(world.run(&["receipt", "r", "--host", "http://127.0.0.1:1"]).code, 4);
    assert_eq!(world.run(&["receipt", "r"]).code, 2);
}

#[test]
fn a_log_is_examined_alone_and_with_everything_else_and_a_damaged_copy_is_a_breach() {
    let mut world = World::new(minute(), None);
    let url = world.url();
    world.write("r", world.receipts().remove(0));
    world.a_minute_later(&["receipt", "r", "--host", &url], "kept its promise");
    for json in ["1.json", "2.json"] {
        let ran = world.run(&["log", &url, "--state", "log.state", "--json", json]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        let report = world.report(json);
        assert!(report.looked.iter().any(|looked| looked.place.artefact.starts_with("log ")), "{report:?}");
        let own: Vec<&str> = report.unchecked.iter().map(|unchecked| unchecked.gap.code()).collect();
        assert_eq!(own, ["own_word"], "that the host chose the policy itself is said");
    }
    let info = world.host_file("host.json");
    world.write("mine.policy", info["witnessPolicy"].as_str().expect("a policy"));
    let mine = world.run(&["log", &format!("{url}/log"), "--policy", "mine.policy", "--json", "3.json"]);
    assert_eq!(mine.code, 0, "{}", mine.err);
    assert!(world.report("3.json").unchecked.is_empty());

    world.write(
        "audit.toml",
        format!("host = \"{url}\"\nreports = \"reports\"\nlog = \"{url}/log\"\nreceipts = [\"r\"]\n"),
    );
    let all = world.run(&["all", "--config", "audit.toml", "--json", "all.json"]);
    assert_eq!(all.code, 0, "{}{}", all.out, all.err);
    assert!(world.path("reports/log.state").exists());
    assert_eq!(world.report("all.json").looked.len(), 2, "the log and the receipt");

    std::fs::write(world.path("log.state"), "damaged").expect("written");
    assert_eq!(world.run(&["log", &url, "--state", "log.state"]).code, 6);
    assert_eq!(world.run(&["log", "http://127.0.0.1:1"]).code, 4);
    assert_eq!(world.run(&["log", "nowhere", "--policy", "mine.policy"]).code, 4);
    std::fs::create_dir(world.path("copy")).expect("folder");
    let mut checkpoint = get(world.address, "/log/checkpoint");
    world.write("copy/checkpoint", &checkpoint);
    let holes = world.run(&["log", "copy", "--policy", "mine.policy"]);
    assert!(holes.code == 3 && holes.out.contains("[bad_tile]"), "{}", holes.out);
    let last = checkpoint.len() - 10;
    checkpoint[last] ^= 1;
    world.write("copy/checkpoint", &checkpoint);
    let forged = world.run(&["log", "copy", "--policy", "mine.policy"]);
    assert!(forged.code == 3 && forged.out.contains("[bad_checkpoint]"), "{}", forged.out);
}

#[test]
fn a_promise_that_is_broken_before_a_witness_leaves_evidence_that_a_flipped_byte_spoils() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let keys = tempfile::tempdir().expect("folder");
    let made = run(&keys, &["witness", "key", "new", "witness.key", "--name", "witness.example/w1"]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    assert_eq!(run(&keys, &["witness", "key", "show", "witness.key"]).out, made.out);
    assert_eq!(run(&keys, &["witness", "key", "new", "witness.key", "--name", "other"]).code, 6);
    let verifier = made.out.trim();
    let url = format!("http://127.0.0.1:{port}/w");
    let lines = format!("witness w1 {verifier} {url}\nquorum w1\n");
    // A host that has stood still for two days, while time went on around it.
    let mut world = World::new(minute() - 2_900, Some(&lines));
    let info = world.host_file("host.json");
    std::fs::write(keys.path().join("logs.policy"), info["witnessPolicy"].as_str().expect("a policy")).expect("file");
    let listen = format!("127.0.0.1:{port}");
    let serve = ["--policy", "logs.policy", "--listen", &listen, "--prefix", "/w"];
    let (mut witness, line) = Witness::start(&keys, &serve);
    assert_eq!(line, format!("witness witness.example/w1 {verifier} {url}"));
    let taken = ["witness", "run", "--key", "witness.key", "--folder", "witness", "--policy", "logs.policy"];
    assert_eq!(run(&keys, &taken).code, 6, "one witness has a folder");

    let host = world.url();
    world.write("first", world.receipts().remove(0));
    let included = world.a_minute_later(&["receipt", "first", "--host", &host], "have confirmed the log: witness");
    assert_eq!(included.code, 0, "{}", included.out);
    let watched = world.run(&["log", &host, "--witnesses"]);
    assert!(watched.code == 0 && watched.out.contains("places 2"), "{}", watched.out);

    // What comes now waits for a minute that the host never reaches.
    let mut second = Member::new(world.address);
    world.runtime.block_on(practice::create(&mut second, &Look::SMALL, world.now));
    world.owner = second;
    world.write("second", world.receipts().remove(0));
    let broken = world.run(&["receipt", "second", "--host", &host, "--json", "kept/r.json"]);
    assert_eq!(broken.code, 3, "{}{}", broken.out, broken.err);
    assert!(broken.out.contains("broke its promise"), "{}", broken.out);
    let name = std::fs::read_dir(world.path("kept")).expect("folder");
    let mut names = name.map(|entry| entry.expect("entry").file_name().into_string().expect("a name"));
    let name = names.find(|name| name.starts_with("unmerged-") && name.ends_with(".evidence")).expect("evidence");
    let file = format!("kept/{name}");

    let judged = world.run(&["evidence", &file, "--host", &host]);
    assert_eq!((judged.code, judged.err.as_str()), (1, ""), "{}", judged.out);
    assert!(judged.out.starts_with("Unanswered:") && judged.out.contains("What it does not show"), "{}", judged.out);
    let bytes = std::fs::read(world.path(&file)).expect("evidence");
    for at in [0, bytes.len() / 4, bytes.len() / 2, bytes.len() - 2] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        world.write("flipped", flipped);
        let ran = world.run(&["evidence", "flipped", "--keys", "host.json", "--json", &format!("e{at}.json")]);
        assert_eq!(ran.code, 7, "byte {at}: {}", ran.out);
        assert!(world.report(&format!("e{at}.json")).findings.is_empty(), "nobody is convicted");
    }
    assert_eq!(world.run(&["receipt", "second", "--keys", "host.json", "--offline"]).code, 4, "undecided");
    assert_eq!(witness.stop(), Some(0));
}
