//! A host in this process, and the program as a person runs it on that host.
#![allow(dead_code)] // each test binary uses its own part

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use souspli_agent::driver::Driver;
use souspli_agent::host::Host as Address;
use souspli_agent::now;
use souspli_agent::shelf::Shelf;
use souspli_client::patient::Patient;
use souspli_client::practice::Practice;
use souspli_server::{Config, Host, Running, SystemClock};
use tempfile::TempDir;
use tokio::process::Command;

/// A host, and a folder for its data and for all that the program is given.
pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    host: Option<Running>,
    port: u16,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let mut scene = Self { folder: tempfile::tempdir().expect("a folder"), host: None, port: 0 };
        scene.start_host().await;
        scene
    }

    /// Starts the host on its data, and on its port once it has one.
    pub(crate) async fn start_host(&mut self) {
        let config = Config { port: self.port, data: self.path("host"), ..Config::default() };
        let host = Host::start(config, std::sync::Arc::new(SystemClock)).await.expect("the host starts");
        self.port = host.addr.port();
        self.host = Some(host);
    }

    pub(crate) async fn stop_host(&mut self) {
        self.host.take().expect("a host").shutdown().await;
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn souspli(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_souspli"));
        command.args(arguments).env("SOUSPLI_HOST", self.origin()).env("SOUSPLI_STATE", self.path("state"));
        command.env("LANG", "C").env_remove("LC_ALL").env_remove("SOUSPLI_ACCOUNT_KEY").stdin(Stdio::null());
        command.kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        self.souspli(arguments).output().await.expect("it runs")
    }

    pub(crate) async fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    pub(crate) async fn demo(&self) -> String {
        let data = self.path("demo");
        self.must(&["demo", "--data", data.to_str().expect("a path")]).await
    }

    pub(crate) fn kit(&self) -> String {
        self.path("demo/demo.txt").to_str().expect("a path").to_owned()
    }

    pub(crate) fn kit_value(&self, name: &str) -> String {
        let kit = std::fs::read_to_string(self.kit()).expect("a kit");
        let line = kit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.expect("a value").to_owned()
    }

    /// A value of the kit in a file of its own, as a service has it.
    pub(crate) fn secret(&self, file: &str, name: &str) -> String {
        self.write(file, &format!("{}\n", self.kit_value(name)))
    }

    pub(crate) fn write(&self, file: &str, text: &str) -> String {
        std::fs::write(self.path(file), text).expect("written");
        self.path(file).to_str().expect("a path").to_owned()
    }

    pub(crate) async fn agenda(&self) -> Vec<Value> {
        let agenda = self.must(&["agenda", "--json", "--to", "2099-01-01", "--kit", &self.kit()]).await;
        let mut agenda: Value = serde_json::from_str(&agenda).expect("JSON");
        agenda["items"].as_array_mut().expect("items").drain(..).collect()
    }

    /// A call of the practice's own session.
    pub(crate) async fn practice(&self, calls: &[(&str, Value)]) -> Value {
        let mut device = Driver::new(Address::at(&self.origin(), None).expect("an address"), Shelf::in_memory());
        let practice = Practice::new(Box::new(rand_core::UnwrapErr(getrandom::SysRng)));
        let unlock = json!({ "accountKey": self.kit_value("account-key"), "passphrase": self.kit_value("passphrase") });
        let mut value = Value::Null;
        for (call, arguments) in [("unlock", unlock)].iter().chain(calls) {
            value = device.run(practice.start(call, &arguments.to_string(), now())).await.expect(call);
        }
        value
    }

    pub(crate) async fn detail(&self, record: &str) -> Value {
        let detail = self.must(&["show", record, "--json", "--kit", &self.kit()]).await;
        serde_json::from_str(&detail).expect("JSON")
    }

    /// A patient books the first free time of the first visit type.
    pub(crate) async fn book(&self, name: &str) -> Value {
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

/// What was printed.
pub(crate) fn lines_of(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}
