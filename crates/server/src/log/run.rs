//! The thread that merges each minute.

use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::log::sequencer::{Died, Halt, Sequencer, Step, Stop, Turn};
use crate::log::witness::Witnesses;
use crate::random::random;
use crate::state::Shared;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// The thread, to be waited for.
pub(crate) struct Runner(JoinHandle<()>);

impl Runner {
    /// Waits for its end; the host has been told to stop.
    pub(crate) async fn end(self) {
        let _ = tokio::task::spawn_blocking(move || self.0.join()).await;
    }
}

/// Starts merging.
pub(crate) fn start(host: &Arc<Shared>, sequencer: Sequencer) -> std::io::Result<Runner> {
    let (host, runtime) = (Arc::downgrade(host), Handle::current());
    let thread = std::thread::Builder::new().name("souspli-log".to_owned());
    thread.spawn(move || each_minute(&host, sequencer, &runtime)).map(Runner)
}

fn each_minute(host: &Weak<Shared>, mut sequencer: Sequencer, runtime: &Handle) {
    let (mut last, mut witnesses) = (None, Witnesses::default());
    while let Some(host) = host.upgrade()
        && !host.is_stopping()
    {
        let now = host.clock.minute();
        if last != Some(now) {
            last = Some(now);
            minute(&host, &mut sequencer, &mut witnesses, runtime, now);
        }
        drop(host);
        std::thread::sleep(LOOK);
    }
    if let Some(host) = host.upgrade() {
        sequencer.give_back(host.store.as_ref(), runtime, host.clock.minute());
    }
}

fn minute(host: &Shared, sequencer: &mut Sequencer, witnesses: &mut Witnesses, runtime: &Handle, now: u32) {
    if !host.log.has_halted() && merge(host, sequencer, runtime, now) {
        witnesses.ask(&host.log, sequencer, runtime);
    }
    match runtime.block_on(host.store.oldest_unmerged()) {
        Ok(oldest) => host.log.look(oldest, now),
        Err(error) => tracing::warn!(%error, "it is not known how long leaves have waited"),
    }
}

/// Merges all that waits, batch after batch; whether anything was merged.
fn merge(host: &Shared, sequencer: &mut Sequencer, runtime: &Handle, now: u32) -> bool {
    let random = |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(32) {
            chunk.copy_from_slice(random::<32>()?.get(..chunk.len())?);
        }
        Some(())
    };
    let mut watch = |_: Step| Ok::<(), Died>(());
    let mut merged = false;
    loop {
        match sequencer.turn(host.store.as_ref(), runtime, now, &random, &mut watch) {
            Ok(Turn::Others) => return merged,
            Ok(Turn::Merged { size, more }) => {
                host.log.merged(size);
                merged = true;
                if !more || host.is_stopping() {
                    return merged;
                }
            }
            Err(Stop::Halt(halt)) => {
                host.log.halt(&halt);
                return merged;
            }
            Err(stop) => {
                tracing::error!(error = %stop, "nothing was merged into the log; the next minute tries again");
                return merged;
            }
        }
    }
}

impl super::Log {
    fn merged(&self, size: u64) {
        self.size.store(size, super::Ordering::Relaxed);
    }

    fn halt(&self, halt: &Halt) {
        self.halted.store(true, super::Ordering::Relaxed);
        tracing::error!(
            error = %halt,
            "the log is stopped until the host is started anew: something does not fit together, and nothing is signed any more"
        );
    }
}
