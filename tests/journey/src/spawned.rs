//! The host as its own process: what it logs and counts is what an operator would see.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A running `souspli-server`.
pub struct Spawned {
    child: Child,
    /// Where it listens.
    pub addr: SocketAddr,
    metrics: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

/// The binary: named by `SOUSPLI_SERVER_BIN`, else beside the test's own.
pub fn server_binary() -> PathBuf {
    if let Some(path) = std::env::var_os("SOUSPLI_SERVER_BIN") {
        return path.into();
    }
    let own = std::env::current_exe().expect("a path");
    let folder = own.parent().and_then(Path::parent).expect("the target folder");
    let binary = folder.join("souspli-server");
    assert!(binary.exists(), "build it first: cargo build -p souspli-server (or set SOUSPLI_SERVER_BIN)");
    binary
}

impl Spawned {
    /// Starts a host with JSON logs and metrics, and waits until it is ready.
    pub fn start(data: &Path, database_url: Option<&str>) -> Self {
        let (port, metrics_port) = (free_port(), free_port());
        let mut command = Command::new(server_binary());
        command.arg("serve").arg("--port").arg(port.to_string()).arg("--data").arg(data);
        command.arg("--metrics-listen").arg(format!("127.0.0.1:{metrics_port}"));
        command.env("SOUSPLI_LOG", "json").env("NO_COLOR", "1").stdin(Stdio::null());
        if let Some(url) = database_url {
            command.arg("--database-url").arg(url);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("souspli-server starts");
        let log = Arc::new(Mutex::new(Vec::new()));
        if let Some(out) = child.stdout.take() {
            collect(out, &log);
        }
        if let Some(err) = child.stderr.take() {
            collect(err, &log);
        }
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let spawned = Self { child, addr: local(port), metrics: local(metrics_port), log };
        for _ in 0..200 {
            if get(spawned.addr, "/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return spawned;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the host is not ready:\n{}", spawned.log().join("\n"));
    }

    /// The log so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("the log").clone()
    }

    /// The metrics now.
    pub fn metrics(&self) -> String {
        get(self.metrics, "/metrics").expect("metrics")
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(stream: impl std::io::Read + Send + 'static, log: &Arc<Mutex<Vec<String>>>) {
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            log.lock().expect("the log").push(line);
        }
    });
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
