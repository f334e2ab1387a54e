//! A host as a process of its own, with its log, its metrics and its files; its clock is set by hand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a host may take to begin.
const START: Duration = Duration::from_mins(2);

/// A running `clocked-host`.
pub struct Spawned {
    child: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    metrics: SocketAddr,
    clock: Option<ChildStdin>,
    said: Receiver<String>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Spawned {
    /// Starts the host that `binary` is, at a minute, and waits until it is ready.
    pub fn start(binary: &Path, data: &Path, database_url: Option<&str>, minute: u32) -> Self {
        Self::start_on(binary, data, database_url, minute, free_port())
    }

    /// Starts a host that must not start, and gives what it says.
    pub fn refused(binary: &Path, data: &Path, database_url: Option<&str>, minute: u32) -> String {
        let mut command = Command::new(binary);
        command.args([free_port().to_string(), free_port().to_string(), minute.to_string()]).arg(data);
        let output = command.args(database_url).stdin(Stdio::null()).output().expect("the host runs");
        assert!(!output.status.success(), "it started");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// The same on a port of one's own.
    pub fn start_on(binary: &Path, data: &Path, database_url: Option<&str>, minute: u32, port: u16) -> Self {
        let metrics_port = free_port();
        let mut command = Command::new(binary);
        command.args([port.to_string(), metrics_port.to_string(), minute.to_string()]).arg(data);
        command.args(database_url).env("NO_COLOR", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the host starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        let (say, said) = mpsc::channel();
        let kept = Arc::clone(&log);
        lines_of(child.stderr.take().expect("its log"), move |line| kept.lock().expect("the log").push(line));
        lines_of(child.stdout.take().expect("its words"), move |line| drop(say.send(line)));
        let clock = child.stdin.take();
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let spawned = Self { child, addr: local(port), metrics: local(metrics_port), clock, said, log };
        spawned.hear("ready");
        spawned
    }

    /// Sets its clock.
    pub fn set(&mut self, minute: u32) {
        let clock = self.clock.as_mut().expect("a clock until it is stopped");
        writeln!(clock, "{minute}").expect("the clock is set");
        self.hear("set");
    }

    /// The log so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("the log").clone()
    }

    /// The metrics now.
    pub fn metrics(&self) -> String {
        let answer = get(self.metrics, "/metrics").expect("metrics");
        answer.split_once("\r\n\r\n").expect("a head and a body").1.to_owned()
    }

    /// Stops it as an operator does, so that nothing of its work is left half done; gives its whole log.
    pub fn stop(mut self) -> Vec<String> {
        drop(self.clock.take());
        let status = self.child.wait().expect("it ends");
        let lines = self.log();
        assert!(status.success(), "{status}: {}", lines.join("\n"));
        lines
    }

    fn hear(&self, word: &str) {
        let said = self.said.recv_timeout(START);
        assert_eq!(said.as_deref(), Ok(word), "{}", self.log().join("\n"));
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(stream: impl std::io::Read + Send + 'static, mut take: impl FnMut(String) + Send + 'static) {
    std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(&mut take));
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

fn get(addr: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&addr, Duration::from_secs(1)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
