//! A host with pages, and the auditor before it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use souspli_auditor::audit::{About, Audit, Minute, Silent};
use souspli_auditor::http::{Address, Client};
use souspli_auditor::live::{Bookings, Live, Manifest, System};
use souspli_auditor::policy::Policy;
use souspli_auditor::report::Report;
use souspli_auditor::scan::{CanarySet, Needles, WordList};
use souspli_auditor::{Check, audit};
use souspli_journey::MONDAY;
use souspli_server::{Config, Host, ManualClock, Running};

/// A page with its script, a worker and a style sheet.
pub(crate) fn pages(folder: &Path) {
    std::fs::create_dir_all(folder.join("assets")).expect("folder");
    let script = "import('./b-1.js');new Worker('/assets/sealed-worker-1.js');";
    let hash = Base64::encode_string(&sha(script.as_bytes()));
    let page = format!(
        "<!doctype html><link rel=icon href=/mark.svg><link rel=stylesheet href=/assets/c-1.css>\
         <script type=module src=/assets/a-1.js integrity='sha256-{hash}'></script><p>Hello"
    );
    for name in ["index.html", "practice.html", "check.html"] {
        std::fs::write(folder.join(name), &page).expect(name);
    }
    for (name, text) in [
        ("mark.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("assets/a-1.js", script),
        ("assets/b-1.js", "export const b = 1;"),
        ("assets/c-1.css", "p{background:url(./d-1.svg)}"),
        ("assets/d-1.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("assets/sealed-worker-1.js", "onmessage = () => {};"),
    ] {
        std::fs::write(folder.join(name), text).expect(name);
    }
}

fn sha(bytes: &[u8]) -> [u8; 32] {
    souspli_attest::sha256(bytes).0
}

pub(crate) struct Scene {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) running: Running,
    pub(crate) manifest: Manifest,
}

impl Scene {
    /// A host whose log holds its release.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let web = folder.path().join("web");
        pages(&web);
        let manifest = Manifest::parse(souspli_server::manifest(Some(web.clone())).as_bytes()).expect("a manifest");
        let config = Config {
            port: 0,
            data: folder.path().join("data"),
            web: Some(web),
            metrics_listen: Some("127.0.0.1:0".parse().expect("an address")),
            // The auditor asks much at once, and this test has no evening.
            limits: souspli_server::config::Limits { address_burst: 100_000, ..Config::default().limits },
            ..Config::default()
        };
        let running = Host::start(config, Arc::new(ManualClock::at(MONDAY))).await.expect("started");
        let releases = folder.path().join("data/log/releases");
        let begun = Instant::now();
        while !releases.exists() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the release is logged");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { folder, running, manifest }
    }

    pub(crate) fn address(&self) -> Address {
        Address::parse(&format!("http://{}", self.running.addr)).expect("an address")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

pub(crate) fn random() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// Invented persons, and what is searched for.
pub(crate) fn persons(count: u32) -> (CanarySet, Needles) {
    let mut rng = rand_core::UnwrapErr(System(random));
    let set = CanarySet::invent(&mut rng, count, &WordList::of([Policy::EMBEDDED])).expect("persons");
    let needles = Needles::build(&set.canaries(), &[]).expect("needles");
    (set, needles)
}

/// Looks at a host.
pub(crate) async fn looked(
    at: Address,
    metrics: Option<Address>,
    manifest: Option<Manifest>,
    needles: Option<&Needles>,
    bookings: Option<&mut Bookings>,
) -> (Report, u64) {
    let policy = Policy::embedded().expect("policy");
    let about = About { host: "h".to_owned(), auditor: None, key: None };
    let mut audit = Audit::begin(about, Minute::new(MONDAY));
    let client = Client::new(None).expect("a client");
    let live =
        Live { address: at, name: "h".to_owned(), client, policy: &policy, needles, manifest, metrics, now: MONDAY };
    let made = live.examine(bookings, &mut audit, &mut Silent).await;
    (audit.end(Minute::new(MONDAY)), made)
}

/// Check and place of each finding, rows aside.
pub(crate) fn named(report: &Report) -> Vec<(Check, String)> {
    let name = |finding: &souspli_auditor::Finding| (finding.check, audit::lasting(&finding.place).path.join(" › "));
    let mut all: Vec<_> = report.findings.iter().map(name).collect();
    all.dedup();
    all
}
