//! The real binary, to be killed.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use super::databases::Scratch;

/// The real binary.
pub(crate) struct Process {
    child: Child,
    pub(crate) addr: SocketAddr,
}

impl Process {
    pub(crate) fn start(scratch: &Scratch) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_souspli-server"));
        command.args(["serve", "--port", "0", "--data"]).arg(scratch.folder.path());
        command.env("SOUSPLI_LIMITS__ADDRESS_BURST", "0").env("SOUSPLI_LIMITS__LINK_BURST", "0");
        command.env("SOUSPLI_LOG_FILTER", "off");
        if let Some(url) = &scratch.url {
            command.env("SOUSPLI_DATABASE_URL", url);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("runs");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped")).read_line(&mut line).expect("a line");
        let addr = line.trim().rsplit("http://").next().and_then(|addr| addr.parse().ok());
        Self { addr: addr.unwrap_or_else(|| panic!("it did not start: {line}")), child }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("kill -9");
        self.child.wait().expect("ended");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
