//! The binary: what it says when it cannot start, and how it ends.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use souspli_protocol::problem::Code;
use souspli_protocol::wire::Appended;

use crate::support::TestHost;
use crate::support::booking::Booking;
use crate::support::practice::Practice;

fn server(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_souspli-server"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOUSPLI_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> (i32, String) {
    ended(&server(arguments).output().expect("runs"))
}

fn ended(output: &Output) -> (i32, String) {
    (output.status.code().expect("a code"), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("text")
}

/// A server that listens, and where.
fn started(data: &Path, more: &[&str]) -> (Child, String) {
    started_with(data, more, &[])
}

fn started_with(data: &Path, more: &[&str], environment: &[(&str, &str)]) -> (Child, String) {
    let mut command = server(&[&["serve", "--port", "0", "--data", path(data)], more].concat());
    command.envs(environment.iter().copied());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("a line");
    let address = line.trim().rsplit("http://").next().expect("address").to_owned();
    (child, address)
}

fn kill(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

#[test]
fn the_agents_variables_in_the_same_shell_are_not_the_hosts() {
    let names = ["SOUSPLI_HOST", "SOUSPLI_STATE", "SOUSPLI_CA_FILE", "SOUSPLI_ACCOUNT_KEY"];
    let output = server(&["config", "show"]).envs(names.map(|name| (name, "x"))).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[test]
fn each_failure_has_its_sentence_and_its_code() {
    let data = tempfile::tempdir().expect("folder");
    let data = path(data.path());
    let taken = TcpListener::bind("127.0.0.1:0").expect("port");
    let port = taken.local_addr().expect("address").port().to_string();
    let (code, said) = run(&["serve", "--port", &port, "--data", data]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("is taken") && said.contains("--port"), "{said}");

    let (code, said) = run(&["serve", "--config", "/nowhere.toml", "--data", data]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("/nowhere.toml is not a file"), "{said}");
    let (code, said) = ended(&server(&["serve", "--data", data]).env("SOUSPLI_PROT", "1").output().expect("runs"));
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("prot"), "{said}");
    let (code, said) = run(&["serve", "--database-url", "mysql://x/y", "--port", "0", "--data", data]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("postgres://"), "{said}");
    let (code, said) = run(&["serve", "--prot", "1"]);
    assert_eq!(code, 2, "{said}");

    let file = tempfile::NamedTempFile::new().expect("file");
    let (code, said) = run(&["serve", "--port", "0", "--data", path(file.path())]);
    assert_eq!(code, 8, "{said}");
}

#[test]
fn data_belongs_to_one_process_at_a_time() {
    let data = tempfile::tempdir().expect("folder");
    let (mut first, _) = started(data.path(), &[]);
    let (code, said) = run(&["serve", "--port", "0", "--data", path(data.path())]);
    assert_eq!(code, 5, "{said}");
    assert!(said.contains("in use by another process"), "{said}");
    kill("-TERM", &first);
    assert!(first.wait().expect("ends").success());
    let (mut again, _) = started(data.path(), &[]);
    kill("-INT", &again);
    assert!(again.wait().expect("ends").success());
}

#[test]
fn a_lost_key_is_not_made_anew() {
    let data = tempfile::tempdir().expect("folder");
    let (mut first, _) = started(data.path(), &[]);
    kill("-TERM", &first);
    first.wait().expect("ends");
    fs::remove_file(data.path().join("host.key")).expect("remove");
    let (code, said) = run(&["serve", "--port", "0", "--data", path(data.path())]);
    assert_eq!(code, 9, "{said}");
    assert!(said.contains("host.key is missing"), "{said}");
}

#[test]
fn it_says_that_it_stops_and_logs_nothing_that_came_from_outside() {
    use std::io::Write as _;
    let data = tempfile::tempdir().expect("folder");
    let (mut child, address) = started_with(data.path(), &["--log", "json"], &[("SOUSPLI_LOG_FILTER", "trace")]);
    for path in ["/v1/calendars/canarycanarycanaryca/profile?canary=1", "/canary"] {
        let mut stream = std::net::TcpStream::connect(&address).expect("connect");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: canary\r\nUser-Agent: canary\r\nX-Canary: 1\r\nConnection: close\r\n\r\n"
        )
        .expect("write");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answer");
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
    kill("-TERM", &child);
    assert!(child.wait().expect("ends").success());
    let (mut out, mut log) = (String::new(), String::new());
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("text");
    child.stderr.take().expect("piped").read_to_string(&mut log).expect("text");
    assert!(out.contains("Stopping") && out.trim_end().ends_with("Stopped."), "{out}");
    assert!(!log.contains("canary") && !log.contains("127.0.0.1"), "{log}");
    let lines: Vec<serde_json::Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let request = lines.iter().find(|line| line["code"] == "no_calendar").expect("a line for each request");
    assert_eq!(request["route"], "/v1/calendars/{calendar}/profile");
    assert_eq!((request["method"].as_str(), request["status"].as_u64()), (Some("GET"), Some(404)));
}

/// Whoever read its output has gone; a stop is orderly all the same.
#[test]
fn nobody_need_listen_to_what_it_says() {
    let data = tempfile::tempdir().expect("folder");
    let (mut child, _) = started(data.path(), &[]);
    drop(child.stdout.take());
    kill("-TERM", &child);
    assert!(child.wait().expect("ends").success());
    assert!(!data.path().join("souspli.db-wal").exists(), "the database was not closed");

    let mut command = server(&["config", "show"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Below the reserve nothing new is taken, what is there is read, and the same bytes still get their receipt.
#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_nothing_new() {
    let mut host = TestHost::start().await;
    let practice = Practice::registered(&mut host.client()).await;
    let (booking, other) = (Booking::new(), Booking::new());
    let body = booking.create(&practice, false);
    booking.send(&mut host.client(), &practice, &body).await.json::<Appended>(201);
    host.config.limits.disk_reserve = u32::MAX;
    host.restart().await;
    let mut client = host.client();
    assert_eq!(other.hold(&mut client, &practice).await.problem(), Code::Busy);
    let refused = other.create(&practice, false);
    assert_eq!(other.send(&mut client, &practice, &refused).await.problem(), Code::Busy);
    booking.send(&mut client, &practice, &body).await.json::<Appended>(200);
    assert_eq!(client.get(&practice.path("times")).await.status, 200);
    assert_eq!(client.get("/readyz").await.problem(), Code::Busy);
    assert_eq!(client.get("/healthz").await.status, 200);
}

#[test]
fn config_show_masks_secrets() {
    let output = server(&["config", "show", "--port", "9"])
        .env("SOUSPLI_DATABASE_URL", "postgres://user:canary@host/db")
        .env("SOUSPLI_LIMITS__LINK_BURST", "5")
        .output()
        .expect("runs");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    assert!(shown.contains("postgres://user:***@host/db") && !shown.contains("canary"), "{shown}");
    assert!(shown.contains("port = 9") && shown.contains("limits.link_burst = 5"), "{shown}");
}

#[test]
fn the_document_is_printed() {
    let output = server(&["openapi"]).output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), souspli_server::openapi::document());
}

#[tokio::test]
async fn health_readiness_and_metrics() {
    let host = TestHost::start_with(|config| config.metrics_listen = Some(([127, 0, 0, 1], 0).into())).await;
    let mut client = host.client();
    assert_eq!(client.get("/healthz").await.body, "ok");
    assert_eq!(client.get("/readyz").await.body, "ok");
    client.get("/v1/host").await;
    let address = host.running().metrics_addr.expect("metrics");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("connect");
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, request).await.expect("write");
    let mut text = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut text).await.expect("text");
    assert!(text.contains("content-security-policy: default-src 'none'") && text.contains("nosniff"), "{text}");
    assert!(text.contains("souspli_requests_total{method=\"GET\",route=\"/v1/host\",status=\"200\"} 1"), "{text}");
}
