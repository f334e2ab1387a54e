//! Devices for tests: the real client over real HTTP to a real host, with everything that passes kept for a look.

#![allow(clippy::missing_panics_doc, clippy::format_collect, reason = "a test panics where something is wrong")]

pub mod crowd;
pub mod practice;
mod second;
pub mod spawned;
mod stream;
pub mod tables;
pub mod view;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rand_core::UnwrapErr;
use serde_json::Value;
use souspli_client::failure::Failure;
use souspli_client::flow::{Effect, Flow, Outcome, Step};
use souspli_client::http::{Request, Response};
use souspli_client::seal::Rng;
use souspli_server::{Config, Host, ManualClock, Running};

pub use second::Second;
pub use stream::Stream;

/// 2026-11-23 08:00 UTC, a Monday.
pub const MONDAY: u32 = 29_923_680;

/// The system's randomness.
pub fn randomness() -> Rng {
    Box::new(UnwrapErr(getrandom::SysRng))
}

/// One request and its answer, as they crossed the wire.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Method and path.
    pub request: String,
    /// Request headers, as sent by the client code.
    pub sent: Vec<(String, String)>,
    /// Request body.
    pub body: Vec<u8>,
    /// Status.
    pub status: u16,
    /// Answer headers.
    pub headers: Vec<(String, String)>,
    /// Answer body.
    pub answer: Vec<u8>,
}

/// What crosses the wires of several devices, in the order in which a host sees it.
pub type Tap = Arc<Mutex<Vec<Exchange>>>;

/// Changes the body of an answer; told the method and the path.
pub type Lie = Box<dyn Fn(&str, Vec<u8>) -> Vec<u8>>;

/// A device: carries out what flows ask, against one host.
pub struct Device {
    host: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    /// What the device keeps.
    pub kept: BTreeMap<String, Vec<u8>>,
    /// Everything that was sent and received.
    pub exchanges: Vec<Exchange>,
    /// Whether storage refuses.
    pub refuses: bool,
    /// Requests from this one on get no answer, although the host receives them.
    pub deaf_from: Option<usize>,
    /// Requests from this one on do not leave.
    pub offline_from: Option<usize>,
    /// Where everything is written down too, among what other devices send.
    pub tap: Option<Tap>,
    /// What becomes of an answer on its way, by method and path.
    pub lie: Option<Lie>,
    ahead: Option<Outcome>,
    /// The page's second worker, where it has one.
    pub second: Option<Second>,
}

impl Device {
    /// A device that knows a host's address.
    pub fn new(host: SocketAddr) -> Self {
        Self::through(HttpConnector::new(), host)
    }

    /// A device with an address of its own on this machine, as hosts see it.
    pub fn from(host: SocketAddr, address: IpAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some(address));
        Self::through(connector, host)
    }

    fn through(connector: HttpConnector, host: SocketAddr) -> Self {
        Self {
            host,
            client: Client::builder(TokioExecutor::new()).build(connector),
            kept: BTreeMap::new(),
            exchanges: Vec::new(),
            refuses: false,
            deaf_from: None,
            offline_from: None,
            tap: None,
            lie: None,
            ahead: None,
            second: None,
        }
    }

    /// Asks another host from now on.
    pub fn turn_to(&mut self, host: SocketAddr) {
        self.host = host;
    }

    /// Drives a flow to its end.
    pub async fn run<T: 'static>(&mut self, mut flow: Flow<T>) -> Result<T, Failure> {
        let mut outcome = Outcome::Go;
        loop {
            match flow.step(outcome) {
                Step::Done(result) => return result,
                Step::Do(effect) => outcome = self.carry_out(effect).await,
            }
        }
    }

    async fn carry_out(&mut self, effect: Effect) -> Outcome {
        match effect {
            Effect::Send(request) => self.send(request).await,
            Effect::SendAhead(request) => {
                self.ahead = Some(self.send(request).await);
                Outcome::Go
            }
            Effect::Answer => self.ahead.take().unwrap_or(Outcome::Offline),
            Effect::Keep { .. } if self.refuses => Outcome::Refused,
            Effect::Keep { key, bytes } => {
                self.kept.insert(key, bytes);
                Outcome::Kept
            }
            Effect::Cache { .. } if self.refuses => Outcome::Go,
            Effect::Cache { key, bytes } => {
                self.kept.insert(key, bytes);
                Outcome::Go
            }
            Effect::Load { prefix } => {
                let kept = self.kept.iter().filter(|(key, _)| key.starts_with(&prefix));
                Outcome::Loaded(kept.map(|(key, bytes)| (key.clone(), bytes.clone())).collect())
            }
            Effect::Forget { key } => {
                self.kept.remove(&key);
                Outcome::Go
            }
            Effect::Pass { bytes } => self.second.as_mut().map_or(Outcome::Refused, |second| second.pass(bytes)),
            Effect::Look => self.second.as_mut().map_or(Outcome::Refused, Second::look),
            Effect::Receive => self.second.as_mut().map_or(Outcome::Refused, Second::receive),
            Effect::Progress { .. } => Outcome::Go,
        }
    }

    async fn send(&mut self, request: Request) -> Outcome {
        let number = self.exchanges.len();
        if self.offline_from.is_some_and(|from| number >= from) {
            return Outcome::Offline;
        }
        let Some(mut exchange) = self.exchange(&request).await else { return Outcome::Offline };
        if let Some(lie) = &self.lie {
            exchange.answer = lie(&exchange.request, exchange.answer);
        }
        let response =
            Response { status: exchange.status, headers: exchange.headers.clone(), body: exchange.answer.clone() };
        if let Some(tap) = &self.tap {
            tap.lock().expect("the tap").push(exchange.clone());
        }
        self.exchanges.push(exchange);
        if self.deaf_from.is_some_and(|from| number >= from) { Outcome::Offline } else { Outcome::Response(response) }
    }

    async fn exchange(&self, request: &Request) -> Option<Exchange> {
        let (mut exchange, answer) = self.open(request).await?;
        exchange.answer = answer.collect().await.ok()?.to_bytes().to_vec();
        Some(exchange)
    }

    /// Sends a request, and gives the answer as soon as it begins.
    async fn open(&self, request: &Request) -> Option<(Exchange, Incoming)> {
        let uri = format!("http://{}{}", self.host, request.path);
        let mut builder = hyper::Request::builder().method(request.method).uri(uri);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let body = request.body.clone().unwrap_or_default();
        let sent = builder.body(Full::new(Bytes::from(body.clone()))).ok()?;
        let answer = self.client.request(sent).await.ok()?;
        let (head, answer) = answer.into_parts();
        let headers = head.headers.iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
        let exchange = Exchange {
            request: format!("{} {}", request.method, request.path),
            sent: request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            body,
            status: head.status.as_u16(),
            headers,
            answer: Vec::new(),
        };
        Some((exchange, answer))
    }
}

/// A patient with a device.
pub struct Patient {
    session: souspli_client::patient::Patient,
    /// The device.
    pub device: Device,
}

/// The worker of a patient's page that follows the public log, with the device that it runs on.
pub struct LogReader {
    session: souspli_client::log::Log,
    /// The device.
    pub device: Device,
}

/// A member of a practice with a device.
pub struct Member {
    session: souspli_client::practice::Practice,
    /// The device.
    pub device: Device,
}

macro_rules! callers {
    ($($who:ident $session:path, ($($rng:expr)?), $value:expr;)*) => {$(
        impl $who {
            /// With a new device.
            pub fn new(host: SocketAddr) -> Self {
                Self { session: <$session>::new($($rng)?), device: Device::new(host) }
            }

            /// The page is loaded again: only what the device keeps is left.
            pub fn reload(&mut self) {
                self.session = <$session>::new($($rng)?);
            }

            /// Carries a call out.
            pub async fn call(&mut self, now: u32, call: &str, arguments: Value) -> Result<Value, Failure> {
                let flow = self.session.start(call, &arguments.to_string(), now);
                self.device.run(flow).await.map($value)
            }

            /// Carries a call out that must succeed.
            pub async fn must(&mut self, now: u32, call: &str, arguments: Value) -> Value {
                let outcome = self.call(now, call, arguments).await;
                outcome.unwrap_or_else(|failure| panic!("{call}: {failure} {:?}", failure.numbers))
            }

            /// Carries a call out that must fail, and gives the code.
            pub async fn fails(&mut self, now: u32, call: &str, arguments: Value) -> String {
                match self.call(now, call, arguments).await {
                    Ok(value) => panic!("{call} gave {value}"),
                    Err(failure) => failure.code.to_owned(),
                }
            }
        }
    )*};
}

callers! {
    Patient souspli_client::patient::Patient, (randomness()), |json: String| json.parse().expect("JSON");
    LogReader souspli_client::log::Log, (), |json: String| json.parse().expect("JSON");
    Member souspli_client::practice::Practice, (randomness()), |value| value;
}

/// A host of a test's own, with a clock that is set by hand.
pub struct TestHost {
    /// The host.
    pub running: Running,
    /// Its clock.
    pub clock: Arc<ManualClock>,
}

impl TestHost {
    /// On SQLite in a folder, or on a PostgreSQL database.
    pub async fn start(data: &Path, database_url: Option<&str>, now: u32) -> Self {
        let clock = Arc::new(ManualClock::at(now));
        let config = Config {
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            data: data.to_owned(),
            database_url: database_url.map(souspli_server::config::Secret::new),
            ..Config::default()
        };
        let running = Host::start(config, clock.clone()).await.expect("the host starts");
        Self { running, clock }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.running.addr
    }
}
