//! A real host with a practice behind the recording proxy, and what is found in what was recorded.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use souspli_auditor::audit::{About, Audit, Minute};
use souspli_auditor::http::Address;
use souspli_auditor::policy::Policy;
use souspli_auditor::report::Report;
use souspli_auditor::scan::{Canary, CanaryKind, Needles};
use souspli_auditor::traffic::record::record;
use souspli_auditor::traffic::{Judge, Origin, har};
use souspli_auditor::{Check, Place};
use souspli_journey::practice::{Look, Published, create, form};
use souspli_journey::{MONDAY, Member, Patient};
use souspli_server::{Config, Host, ManualClock, Running};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The name of the person who books; no page knows its words.
pub(crate) const NAME: &str = "Quirflette Mordavienne";

/// Made once: they are many.
static NEEDLES: LazyLock<Needles> = LazyLock::new(|| {
    let canary = |what: &str, kind, value: &str| Canary::new(format!("canary 1, {what}"), kind, value);
    Needles::build(&[canary("name", CanaryKind::Name, NAME), canary("e-mail", CanaryKind::Email, EMAIL)], &[])
        .expect("needles")
});

/// The address that is given.
pub(crate) const EMAIL: &str = "vlorentine@brasquille.example";

/// A page, a script and a worker's script, as a web client has them.
pub(crate) fn pages(folder: &Path) {
    std::fs::create_dir_all(folder.join("assets")).expect("folder");
    let page = "<!doctype html><link rel=icon href=/mark.svg><script type=module src=/assets/a-1.js></script><p>Hello";
    for name in ["index.html", "practice.html", "check.html"] {
        std::fs::write(folder.join(name), page).expect(name);
    }
    std::fs::write(folder.join("mark.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>").expect("mark");
    std::fs::write(folder.join("assets/a-1.js"), "export const a = 'a page says this';").expect("script");
    std::fs::write(folder.join("assets/sealed-worker-1.js"), "onmessage = () => {};").expect("worker");
}

/// A host, and the proxy before it.
pub(crate) struct Scene {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) proxy: SocketAddr,
    pub(crate) origin: String,
    _running: Running,
    stop: Option<oneshot::Sender<()>>,
    recording: JoinHandle<u64>,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        pages(&folder.path().join("web"));
        let config = Config {
            port: 0,
            data: folder.path().join("data"),
            web: Some(folder.path().join("web")),
            ..Config::default()
        };
        let running = Host::start(config, Arc::new(ManualClock::at(MONDAY))).await.expect("started");
        let origin = format!("http://{}", running.addr);
        let to = Address::parse(&origin).expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        let proxy = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        let file = folder.path().join("t.har");
        let minute = Arc::new(|| "2026-11-23T08:00:00Z".to_owned());
        let recording = tokio::spawn(async move {
            let stopped = async { _ = stopped.await };
            record(listener, &to, None, &file, minute, stopped).await.expect("recorded")
        });
        Self { folder, proxy, origin, _running: running, stop: Some(stop), recording }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("t.har")
    }

    /// Ends the recording, and reads it. Gives what was written, and how many exchanges.
    pub(crate) async fn stop(&mut self) -> (Value, u64) {
        self.stop.take().expect("once").send(()).expect("it runs");
        let count = (&mut self.recording).await.expect("ends");
        let text = std::fs::read_to_string(self.file()).expect("a recording");
        (serde_json::from_str(&text).expect("JSON"), count)
    }
}

/// A practice is made, a visit is booked, confirmed, moved and cancelled, and both look at it. Gives the practice.
pub(crate) async fn play(at: SocketAddr) -> Published {
    let mut owner = Member::new(at);
    let practice = create(&mut owner, &Look::SMALL, MONDAY).await;
    let mut patient = Patient::new(at);
    patient.must(MONDAY, "open", json!({ "fragment": practice.link })).await;
    let wanted = json!({ "visitType": practice.visit_type(0), "practitioner": null });
    let days = patient.must(MONDAY, "times", wanted).await;
    let start = |at: usize| days["days"][0]["times"][at]["start"].clone();
    let chosen = json!({ "visitType": practice.visit_type(0), "practitioner": null, "start": start(3) });
    patient.must(MONDAY, "hold", chosen).await;
    let mut filled = form(NAME, "A reason");
    filled["email"] = json!(EMAIL);
    let booked = patient.must(MONDAY, "book", json!({ "form": filled })).await;
    owner.must(MONDAY, "sync", json!({})).await;
    let agenda = owner.must(MONDAY, "agenda", json!({ "from": "2026-11-01", "to": "2027-11-01" })).await;
    assert_eq!(agenda["items"][0]["name"], NAME);
    let mut elsewhere = Patient::new(at);
    elsewhere.must(MONDAY, "open", json!({ "fragment": booked["manageLink"] })).await;
    assert_eq!(elsewhere.must(MONDAY, "read", json!({})).await["state"], "confirmed");
    elsewhere.must(MONDAY, "move", json!({ "start": start(9), "practitioner": null })).await;
    elsewhere.must(MONDAY, "cancel", json!({ "text": "" })).await;
    owner.must(MONDAY, "sync", json!({})).await;
    practice
}

/// Judges a recording.
pub(crate) fn judged(file: &Path, origin: Option<&str>) -> Report {
    let policy = Policy::embedded().expect("policy");
    let about = About { host: "h".to_owned(), auditor: None, key: None };
    let mut audit = Audit::begin(about, Minute::new(MONDAY));
    let origin = origin.and_then(Origin::of);
    let mut judge = Judge::new(&policy, Some(&NEEDLES), origin, Place::of("traffic t.har"), &mut audit);
    let recording = har::read(file, &mut |exchange| judge.exchange(&exchange)).expect("a recording");
    judge.finish(recording.by_proxy);
    audit.end(Minute::new(MONDAY))
}

/// Check and place of each finding, rows aside.
pub(crate) fn named(report: &Report) -> Vec<(Check, String)> {
    let name = |finding: &souspli_auditor::Finding| {
        let lasting = souspli_auditor::audit::lasting(&finding.place);
        (finding.check, lasting.path.join(" › "))
    };
    let mut all: Vec<_> = report.findings.iter().map(name).collect();
    all.dedup();
    all
}
