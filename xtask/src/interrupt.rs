//! Ctrl-C. Every program runs in a process group of its own, so that a signal reaches it through us, once.

use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::failure::{Failure, OrSay, Outcome};

static REQUESTS: AtomicU32 = AtomicU32::new(0);
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Starts to listen. The first signal asks the running programs to end (SIGINT), the second one kills them, the third
/// one ends us as well.
pub(crate) fn watch() -> Outcome {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).or_say("Cannot listen for Ctrl-C")?;
    thread::spawn(move || {
        for _ in &mut signals {
            let signal = match REQUESTS.fetch_add(1, Ordering::SeqCst) {
                0 => "INT",
                1 => "KILL",
                _ => process::exit(130),
            };
            for group in groups().iter() {
                send(signal, *group);
            }
        }
    });
    Ok(())
}

/// Whether a signal has asked us to end.
pub(crate) fn requested() -> bool {
    REQUESTS.load(Ordering::SeqCst) > 0
}

/// An error once a signal has asked us to end.
pub(crate) fn check() -> Outcome {
    if requested() { Err(Failure::Interrupted) } else { Ok(()) }
}

/// A program that signals are passed on to for as long as this lives.
pub(crate) struct Passed(u32);

impl Passed {
    /// Passes signals on to `child`, which leads its own process group.
    pub(crate) fn to(child: &Child) -> Self {
        groups().push(child.id());
        if requested() {
            // The signal came between our last look and the registration.
            send("INT", child.id());
        }
        Self(child.id())
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        groups().retain(|group| *group != self.0);
    }
}

fn groups() -> MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends `signal` to the process group `group`. The standard library sends no signals; the shell does, and is always
/// there, where a program `kill` is not.
pub(crate) fn send(signal: &str, group: u32) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -s {signal} -- -{group}")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if let Err(error) = sent {
        eprintln!("Cannot run `sh` to stop process group {group}: {error}");
    }
}
