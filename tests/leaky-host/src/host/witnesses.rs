//! Three witnesses, of whom two must confirm the log.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use souspli_auditor::witness::{Limits, Logs, Served, Witness, WitnessKey, serve};
use souspli_tlog::vkey::VerifierKey;
use tokio::net::TcpListener;

/// The witnesses of one host, until they are dropped.
#[derive(Debug)]
pub(crate) struct Witnesses {
    /// The lines of a policy that name them (C2SP tlog-policy); the log's own line comes before.
    pub(super) lines: String,
    minute: Arc<AtomicU32>,
    _served: Vec<Served>,
}

impl Witnesses {
    /// Begins to watch a log, at a minute.
    pub(super) async fn watch(folder: &Path, log: &VerifierKey, minute: u32) -> Self {
        let minute = Arc::new(AtomicU32::new(minute));
        let mut lines = String::new();
        let mut served = Vec::new();
        for seed in 1..=3_u8 {
            let key = WitnessKey::new(&format!("witness.example/{seed}"), &[seed; 32]).expect("a key");
            let logs = Logs::new().with_key(&log.to_string()).expect("a log");
            let clock = minute.clone();
            let seconds = Arc::new(move || u64::from(clock.load(Ordering::Relaxed)) * 60);
            let witness = Witness::open(key, logs, &folder.join(format!("witness-{seed}")), seconds).expect("opened");
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
            let at = listener.local_addr().expect("an address");
            let line = format!("witness w{seed} {} http://{at}/w\n", witness.verifier());
            lines.push_str(&line);
            served.push(serve(Arc::new(witness), listener, "/w", Limits::default()).expect("a prefix"));
        }
        lines += "group two 2 w1 w2 w3\nquorum two\n";
        Self { lines, minute, _served: served }
    }

    pub(super) fn set(&self, minute: u32) {
        self.minute.store(minute, Ordering::Relaxed);
    }
}
