//! The program as a person runs it, against a real host.

mod scene;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use scene::{Scene, lines_of};

/// One practice for all: filling it takes longest.
#[tokio::test]
async fn the_program_from_the_demonstration_to_ctrl_c() {
    let mut scene = Scene::new().await;
    the_demonstration_fills_once_and_everything_in_it_opens(&scene).await;
    a_desk_member_reads_no_reason_and_a_wrong_key_is_told_apart_from_a_host_that_is_away(&scene).await;
    watch_confirms_as_bookings_come_prints_no_name_and_ends_cleanly(&scene).await;
    watch_waits_for_a_host_that_is_away(&mut scene).await;
    a_practice_that_confirms_by_hand_is_left_to_do_so(&scene).await;
    nothing_on_the_devices_disk_can_be_read(&scene);
    a_kit_of_another_host_is_told(&scene).await;
}

#[tokio::test]
async fn a_demonstration_that_is_killed_is_completed_by_the_next_run() {
    let scene = Scene::new().await;
    let data = scene.path("demo");
    for alive in [200, 1_000, 2_500] {
        let mut demo = scene.souspli(&["demo", "--data", data.to_str().expect("a path")]);
        let mut demo = demo.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        // Where it is by then depends on the machine; wherever that is, the next run goes on from there.
        if timeout(Duration::from_millis(alive), demo.wait()).await.is_err() {
            demo.kill().await.expect("killed");
        }
    }
    assert!(scene.demo().await.contains(&scene.kit_value("account-key")));
    assert_eq!(scene.kit_value("filled-in"), "yes");
    all_of_the_demonstration_is_there_once(&scene).await;
    // Killed after the last booking and before the rest.
    let kit = std::fs::read_to_string(scene.kit()).expect("a kit");
    std::fs::write(scene.kit(), kit.replace("filled-in: yes", "filled-in: no")).expect("written");
    assert!(scene.demo().await.contains("Filled in"));
    all_of_the_demonstration_is_there_once(&scene).await;
}

async fn all_of_the_demonstration_is_there_once(scene: &Scene) {
    let items = scene.agenda().await;
    let names: BTreeSet<&str> = items.iter().filter_map(|item| item["name"].as_str()).collect();
    assert_eq!((items.len(), names.len()), (36, 36));
    let mut happened = Vec::new();
    for item in &items {
        let detail = scene.detail(item["record"].as_str().expect("an id")).await;
        let history = detail["history"].as_array().expect("a history");
        happened.extend(history.iter().filter_map(|event| event["kind"].as_str().map(str::to_owned)));
    }
    let times = |kind: &str| happened.iter().filter(|known| *known == kind).count();
    assert_eq!((times("cancelled"), times("moved"), times("note")), (1, 1, 1), "{happened:?}");
    let (key, words) = (scene.secret("key", "desk-account-key"), scene.secret("words", "desk-passphrase"));
    scene.must(&["agenda", "--account-key-file", &key, "--passphrase-file", &words]).await;
}

#[tokio::test]
async fn shells_and_man_are_told_what_there_is() {
    let scene = Scene::new().await;
    assert!(scene.must(&["completions", "bash"]).await.contains("--passphrase-file"));
    assert!(scene.must(&["man"]).await.contains(".TH souspli 1"));
    scene.must(&["man", scene.folder.path().to_str().expect("a path")]).await;
    let page = std::fs::read_to_string(scene.path("souspli-watch.1")).expect("a page for each command");
    assert!(page.contains("SIGTERM"), "{page}");
    let output = scene.run(&["man", "/nowhere/at/all"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(lines_of(&output.stderr).contains("/nowhere/at/all cannot be written to"));
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
    // The last one: of today's times none may be left.
    let last = items.iter().rfind(|item| item["state"] == "confirmed").expect("confirmed");
    an_appointment_is_moved_to_a_free_time_only(scene, last).await;
    let cancelled = scene.must(&["cancel", record, "--kit", &scene.kit()]).await;
    assert!(cancelled.starts_with("State            cancelled"), "{cancelled}");
    assert!(scene.must(&["publish", "--kit", &scene.kit()]).await.contains("published as they stand"));
}

async fn an_appointment_is_moved_to_a_free_time_only(scene: &Scene, shown: &Value) {
    let record = shown["record"].as_str().expect("an id");
    let at = |field: &str| shown["appointment"][field].as_str().expect("a text");
    // Its own time is taken, by itself.
    let output = scene.run(&["move", record, at("date"), at("time"), "--kit", &scene.kit()]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = lines_of(&output.stderr);
    let free = said.rsplit_once("Free are ").expect("the free times").1.trim().trim_end_matches('.');
    let time = free.rsplit(", ").next().expect("a free time");
    let moved = scene.must(&["move", record, at("date"), time, "--kit", &scene.kit()]).await;
    assert!(moved.contains(&format!(", {time}–")) && moved.contains("moved (practice)"), "{moved}");
}

async fn a_desk_member_reads_no_reason_and_a_wrong_key_is_told_apart_from_a_host_that_is_away(scene: &Scene) {
    let key = scene.secret("key", "desk-account-key");
    let passphrase = scene.secret("passphrase", "desk-passphrase");
    let desk = ["--account-key-file", &key, "--passphrase-file", &passphrase];
    let record = scene.agenda().await[3]["record"].as_str().expect("an id").to_owned();
    let sheet = scene.must(&[&["show", &record][..], &desk].concat()).await;
    assert!(sheet.contains("not for this member") && sheet.contains("Who"), "{sheet}");

    let wrong = scene.write("wrong", "not the passphrase");
    let output = scene.run(&["agenda", "--account-key-file", &key, "--passphrase-file", &wrong]).await;
    assert_eq!(output.status.code(), Some(3), "{}", lines_of(&output.stderr));
    assert!(lines_of(&output.stderr).contains("others on this machine can read it"));
    let output = scene.run(&["agenda", "--host", "http://127.0.0.1:9", "--kit", &scene.kit()]).await;
    assert_eq!(output.status.code(), Some(4));
    let output = scene.run(&["show", "nothing", "--kit", &scene.kit()]).await;
    assert_eq!(output.status.code(), Some(1));
    let turned = scene.run(&["agenda", "--from", "2026-12-02", "--to", "2026-12-01", "--kit", &scene.kit()]).await;
    assert_eq!(turned.status.code(), Some(2), "an empty agenda would say that the day is free");
    let output = scene.run(&["agenda"]).await;
    assert_eq!(output.status.code(), Some(2), "there is no terminal to ask on");
}

async fn watch_confirms_as_bookings_come_prints_no_name_and_ends_cleanly(scene: &Scene) {
    let mut watch = Watching::start(scene, &["--verbose"]);
    assert!(watch.next().await.contains("Watching"));
    let booked = scene.book("Patient Seen").await;
    let line = watch.next().await;
    let record = booked["record"].as_str().expect("an id");
    assert!(line.contains(record) && line.ends_with("confirmed") && !line.contains("Seen"), "{line}");
    assert!(scene.agenda().await.iter().any(|item| item["record"] == record && item["state"] == "confirmed"));
    // What the agenda has confirmed by itself is what was asked for.
    assert!(scene.must(&["confirm", record, "--kit", &scene.kit()]).await.starts_with("State            confirmed"));
    watch.stop("INT").await;
}

async fn watch_waits_for_a_host_that_is_away(scene: &mut Scene) {
    scene.stop_host().await;
    let mut watch = Watching::start(scene, &[]);
    let away = watch.next().await;
    assert!(away.ends_with("[offline]"), "{away}");
    scene.start_host().await;
    assert!(watch.next().await.ends_with("The host answers again."));
    assert!(watch.next().await.contains("Watching"));
    // And again while it is there; what comes meanwhile is answered.
    scene.stop_host().await;
    assert!(watch.next().await.ends_with("[offline]"));
    scene.start_host().await;
    let booked = scene.book("Patient Patient").await;
    assert!(watch.next().await.ends_with("The host answers again."));
    let line = watch.next().await;
    assert!(line.contains(booked["record"].as_str().expect("an id")) && line.ends_with("confirmed"), "{line}");
    watch.stop("TERM").await;
}

async fn a_practice_that_confirms_by_hand_is_left_to_do_so(scene: &Scene) {
    let mut settings = scene.practice(&[("settings", json!({}))]).await;
    settings["catalogue"]["confirm"] = json!("manual");
    let by_hand = json!({ "catalogue": settings["catalogue"], "rules": settings["rules"] });
    // Settings are replaced only by a session that has seen them.
    scene.practice(&[("settings", json!({})), ("publish", by_hand)]).await;

    let mut watch = Watching::start(scene, &[]);
    assert!(watch.next().await.contains("Watching"));
    let (one, other) = (scene.book("Patient Asked").await, scene.book("Patient Refused").await);
    let ids = [&one, &other].map(|booked| booked["record"].as_str().expect("an id"));
    for record in ids {
        let line = watch.next().await;
        assert!(line.contains(record) && line.ends_with("reserved"), "{line}");
    }
    assert_eq!(scene.detail(ids[0]).await["state"], "reserved");
    let confirmed = scene.must(&["confirm", ids[0], "--kit", &scene.kit()]).await;
    assert!(confirmed.starts_with("State            confirmed"), "{confirmed}");
    let words = scene.write("words", "Please call us.");
    let declined = scene.must(&["decline", ids[1], "--text-file", &words, "--kit", &scene.kit()]).await;
    assert!(declined.starts_with("State            declined") && declined.contains("Please call us."), "{declined}");
    let again = scene.run(&["confirm", ids[1], "--kit", &scene.kit()]).await;
    assert_eq!(again.status.code(), Some(1), "an answer is given once");
    for (record, state) in ids.into_iter().zip(["confirmed", "declined"]) {
        let line = watch.next().await;
        assert!(line.contains(record) && line.ends_with(state), "{line}");
    }
    watch.stop("TERM").await;
}

/// The agenda is kept between two commands, and sealed: names, contacts and reasons are in no file of the state folder.
fn nothing_on_the_devices_disk_can_be_read(scene: &Scene) {
    let mut files = 0;
    for entry in std::fs::read_dir(scene.path("state")).expect("a state folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        files += 1;
        // Long enough not to stand in half a megabyte of sealed bytes by chance.
        for word in ["Patient", "example.org", "+33 6 00", "cough", "Consultation", "2026-"] {
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for form in [word.as_bytes(), &wide] {
                assert!(
                    !bytes.windows(form.len()).any(|window| window == form),
                    "{word} lies open in the state folder"
                );
            }
        }
    }
    assert!(files > 2, "the agenda is kept");
}

/// `souspli watch` while it runs.
struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watching {
    fn start(scene: &Scene, options: &[&str]) -> Self {
        let mut command = scene.souspli(&[&["watch", "--kit", &scene.kit()], options].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    /// The next line, but for those that tell of another command on the same state folder, which may still be sending.
    async fn next(&mut self) -> String {
        loop {
            let line = timeout(Duration::from_mins(1), self.lines.next_line()).await;
            let line = line.expect("in time").expect("read").expect("a line");
            if !line.ends_with("sealed bytes that waited here are with the host.") {
                return line;
            }
        }
    }

    /// Ends it with a signal, as a terminal or a service manager does.
    async fn stop(mut self, signal: &str) {
        let id = self.child.id().expect("running");
        let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {id}")]).status().await;
        assert!(sent.expect("sh").success());
        assert!(self.next().await.starts_with("Stopped."));
        assert!(self.child.wait().await.expect("ended").success());
    }
}

async fn a_kit_of_another_host_is_told(scene: &Scene) {
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
