//! Carries flows out: one effect at a time, its outcome back in. Decides nothing.

use std::io::{self, IsTerminal, Write};

use souspli_client::failure::Failure;
use souspli_client::flow::{Effect, Flow, Outcome, Step};

use crate::host::Host;
use crate::shelf::Shelf;

/// A device: a host that it speaks to, and a shelf for sealed bytes.
#[derive(Debug)]
pub struct Driver {
    /// The host.
    pub host: Host,
    shelf: Shelf,
    /// What came of the request that was sent ahead: at once, with one thread.
    ahead: Option<Outcome>,
    progress: bool,
}

impl Driver {
    /// A device.
    pub fn new(host: Host, shelf: Shelf) -> Self {
        Self { host, shelf, ahead: None, progress: false }
    }

    /// Shows how far the work is, where a person looks on.
    pub fn with_progress(mut self) -> Self {
        self.progress = io::stderr().is_terminal();
        self
    }

    /// Carries a flow to its end.
    pub async fn run<T: 'static>(&mut self, mut flow: Flow<T>) -> Result<T, Failure> {
        let mut shown = false;
        let mut outcome = Outcome::Go;
        loop {
            match flow.step(outcome) {
                Step::Do(Effect::Progress { done, total }) => {
                    shown |= self.show(done, total);
                    outcome = Outcome::Go;
                }
                Step::Do(effect) => outcome = self.carry_out(effect).await,
                Step::Done(result) => {
                    if shown {
                        eprint!("\r\x1b[K");
                    }
                    return result;
                }
            }
        }
    }

    async fn carry_out(&mut self, effect: Effect) -> Outcome {
        match effect {
            Effect::Send(request) => self.host.send(&request).await,
            Effect::SendAhead(request) => {
                self.ahead = Some(self.host.send(&request).await);
                Outcome::Go
            }
            Effect::Answer => self.ahead.take().unwrap_or(Outcome::Offline),
            Effect::Keep { key, bytes } => self.shelf.keep(key, bytes).map_or(Outcome::Refused, |()| Outcome::Kept),
            Effect::Cache { key, bytes } => {
                let _ = self.shelf.keep(key, bytes);
                Outcome::Go
            }
            Effect::Load { prefix } => self.shelf.load(&prefix).map_or(Outcome::Refused, Outcome::Loaded),
            Effect::Forget { key } => self.shelf.forget(&key).map_or(Outcome::Refused, |()| Outcome::Go),
            // One thread: the flow opens all events itself.
            Effect::Pass { .. } | Effect::Look | Effect::Receive => Outcome::Refused,
            Effect::Progress { .. } => Outcome::Go,
        }
    }

    fn show(&self, done: u32, total: u32) -> bool {
        if self.progress {
            let of = if total == u32::MAX { String::new() } else { format!("/{total}") };
            eprint!("\r\x1b[K… {done}{of}");
            let _ = io::stderr().flush();
        }
        self.progress
    }
}
