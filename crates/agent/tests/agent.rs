//! The program as a person runs it, against a real host.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use souspli_agent::driver::Driver;
use souspli_agent::host::Host as Address;
use souspli_agent::now;
use souspli_agent::shelf::Shelf;
use souspli_client::patient::Patient;
use souspli_server::{Config, Host, Running, SystemClock};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

struct Scene {
    folder: TempDir,
    host: Running,
}

impl Scene {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config { port: 0, data: folder.path().join("host"), ..Config::default() };
        let host = Host::start(config, std::sync::Arc::new(SystemClock)).await.expect("the host starts");
        Self { folder, host }
    }

    fn origin(&self) -> String {
        format!("http://{}", self.host.addr)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn souspli(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_souspli"));
        command.args(arguments).env("SOUSPLI_HOST", self.origin()).env("SOUSPLI_STATE", self.path("state"));
        command.env("LANG", "C").env_remove("LC_ALL").env_remove("SOUSPLI_ACCOUNT_KEY").stdin(Stdio::null());
        command.kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        self.souspli(arguments).output().await.expect("it runs")
    }

    async fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    async fn demo(&self) -> String {
        let data = self.path("demo");
        self.must(&["demo", "--data", data.to_str().expect("a path")]).await
    }

    fn kit(&self) -> String {
        self.path("demo/demo.txt").to_str().expect("a path").to_owned()
    }

    fn kit_value(&self, name: &str) -> String {
        let kit = std::fs::read_to_string(self.kit()).expect("a kit");
        let line = kit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.expect("a value").to_owned()
    }

    async fn agenda(&self) -> Vec<Value> {
        let agenda = self.must(&["agenda", "--json", "--to", "2099-01-01", "--kit", &self.kit()]).await;
        let mut agenda: Value = serde_json::from_str(&agenda).expect("JSON");
        agenda["items"].as_array_mut().expect("items").drain(..).collect()
    }

    /// A patient books the first free time of the first visit type.
    async fn book(&self, name: &str) -> Value {
        let mut device = Driver::new(Address::at(&self.origin(), None).expect("an address"), Shelf::in_memory());
        let patient = Patient::new(Box::new(rand_core::UnwrapErr(getrandom::SysRng)));
        let mut call = async |call: &str, arguments: Value| -> Value {
            let value = device.run(patient.start(call, &arguments.to_string(), now())).await;
            value.expect(call).parse().expect("JSON")
        };
        let opened = call("open", json!({ "fragment": self.kit_value("booking-link") })).await;
        let visit = opened["practice"]["visitTypes"][0].clone();
        let mut wanted = json!({ "visitType": visit["id"], "practitioner": null });
        let times = call("times", wanted.clone()).await;
        let days = times["days"].as_array().expect("days");
        let start = days.iter().find_map(|day| day["times"].get(0)).expect("a free time")["start"].clone();
        wanted["start"] = start;
        call("hold", wanted).await;
        let form = json!({ "name": name, "email": "", "phone": "+33 6 00 00 00 00", "language": "en", "reason": "",
            "answers": [], "consents": { "email": false, "sms": false } });
        call("book", json!({ "form": form })).await
    }
}

fn lines_of(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

/// One practice for all: filling it takes longest.
#[tokio::test]
async fn the_program_from_the_demonstration_to_ctrl_c() {
    let scene = Scene::new().await;
    the_demonstration_fills_once_and_everything_in_it_opens(&scene).await;
    a_desk_member_reads_no_reason_and_a_wrong_key_is_told_apart_from_a_host_that_is_away(&scene).await;
    watch_confirms_as_bookings_come_prints_no_name_and_ends_cleanly(&scene).await;
    a_demonstration_that_was_cut_short_goes_on(&scene).await;
}

async fn the_demonstration_fills_once_and_everything_in_it_opens(scene: &Scene) {
    let told = scene.demo().await;
    assert!(told.contains("36 bookings") && told.contains(&scene.kit_value("account-key")), "{told}");
    let items = scene.agenda().await;
    assert_eq!(items.len(), 36);
    assert_eq!(items.iter().filter(|item| item["state"] == "confirmed").count(), 35);
    assert!(scene.demo().await.contains("agenda"));
    assert_eq!(scene.agenda().await.len(), 36, "run twice it does not double");

    let printed = scene.must(&["agenda", "--lang", "fr", "--to", "2099-01-01", "--kit", &scene.kit()]).await;
    assert!(printed.contains("Patient One  ·") && printed.contains("annulé"), "{printed}");
    let shown = items.iter().find(|item| item["state"] == "confirmed").expect("confirmed");
    let record = shown["record"].as_str().expect("an id");
    let sheet = scene.must(&["show", &record[..12], "--kit", &scene.kit()]).await;
    assert!(sheet.contains(shown["name"].as_str().expect("a name")) && sheet.contains(record), "{sheet}");
    let late = scene.run(&["decline", record, "--kit", &scene.kit()]).await;
    assert_eq!(late.status.code(), Some(1), "an answer is given once");
    assert!(lines_of(&late.stderr).contains("This booking is confirmed: nothing was changed."));
    let cancelled = scene.must(&["cancel", record, "--kit", &scene.kit()]).await;
    assert!(cancelled.starts_with("State            cancelled"), "{cancelled}");
    assert!(scene.must(&["publish", "--kit", &scene.kit()]).await.contains("published as they stand"));
}

async fn a_desk_member_reads_no_reason_and_a_wrong_key_is_told_apart_from_a_host_that_is_away(scene: &Scene) {
    let write = |name: &str, value: &str| {
        std::fs::write(scene.path(name), value).expect("written");
        scene.path(name).to_str().expect("a path").to_owned()
    };
    let key = write("key", &scene.kit_value("desk-account-key"));
    let passphrase = write("passphrase", &format!("{}\n", scene.kit_value("desk-passphrase")));
    let desk = ["--account-key-file", &key, "--passphrase-file", &passphrase];
    let record = scene.agenda().await[3]["record"].as_str().expect("an id").to_owned();
    let sheet = scene.must(&[&["show", &record][..], &desk].concat()).await;
    assert!(sheet.contains("not for this member") && sheet.contains("Who"), "{sheet}");

    let wrong = write("wrong", "not the passphrase");
    let output = scene.run(&["agenda", "--account-key-file", &key, "--passphrase-file", &wrong]).await;
    assert_eq!(output.status.code(), Some(3), "{}", lines_of(&output.stderr));
    assert!(lines_of(&output.stderr).contains("others on this machine can read it"));
    let output = scene.run(&["agenda", "--host", "http://127.0.0.1:9", "--kit", &scene.kit()]).await;
    assert_eq!(output.status.code(), Some(4));
    let output = scene.run(&["show", "nothing", "--kit", &scene.kit()]).await;
    assert_eq!(output.status.code(), Some(1));
    let output = scene.run(&["agenda"]).await;
    assert_eq!(output.status.code(), Some(2), "there is no terminal to ask on");
}

async fn watch_confirms_as_bookings_come_prints_no_name_and_ends_cleanly(scene: &Scene) {
    let mut watch = scene.souspli(&["watch", "--verbose", "--kit", &scene.kit()]);
    let mut watch = watch.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
    let mut next = async || {
        let line = timeout(Duration::from_mins(1), lines.next_line()).await;
        line.expect("in time").expect("read").expect("a line")
    };
    assert!(next().await.contains("Watching"));
    let booked = scene.book("Patient Seen").await;
    let line = next().await;
    let record = booked["record"].as_str().expect("an id");
    assert!(line.contains(record) && line.ends_with("confirmed") && !line.contains("Seen"), "{line}");
    assert!(scene.agenda().await.iter().any(|item| item["record"] == record && item["state"] == "confirmed"));

    interrupt(watch.id().expect("running")).await;
    assert!(next().await.starts_with("Stopped."));
    assert!(watch.wait().await.expect("ended").success());
}

async fn interrupt(id: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {id}")]).status().await;
    assert!(sent.expect("sh").success());
}

async fn a_demonstration_that_was_cut_short_goes_on(scene: &Scene) {
    let kit = std::fs::read_to_string(scene.kit()).expect("a kit");
    let before = scene.agenda().await.len();
    std::fs::write(scene.kit(), kit.replace("filled-in: yes", "filled-in: no")).expect("written");
    assert!(scene.demo().await.contains("Filled in"));
    assert_eq!(scene.agenda().await.len(), before);

    let elsewhere = Scene::new().await;
    copy(Path::new(&scene.kit()), &elsewhere.path("demo/demo.txt"));
    let data = elsewhere.path("demo");
    let output = elsewhere.run(&["demo", "--data", data.to_str().expect("a path")]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(lines_of(&output.stderr).contains("Move it away"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
    std::fs::copy(from, to).expect("copied");
}
