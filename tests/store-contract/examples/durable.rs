//! Durable bookings a second through each store, with 64 writers at a time: shows whether commits are shared.
//!
//! `durable FOLDER [SECONDS]`; PostgreSQL too where SOUSPLI_TEST_POSTGRES names a server. One booking is what
//! `/v1/calendars/{c}/events` stores: an 8 KiB event, 24 claims, leaf, link with its signed receipt, head.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use souspli_store::Store;
use souspli_store_contract::fixture::{Draft, NOW, Practice, claims, linker};
use souspli_store_postgres::PostgresStore;
use souspli_store_sqlite::SqliteStore;

const WRITERS: [u64; 3] = [1, 16, 64];
/// As many as the limits are measured with; new ones for each figure, since claims spread over more pages as they grow.
const PRACTICES: u64 = 1_000;

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("durable FOLDER [SECONDS]");
        return ExitCode::FAILURE;
    };
    let seconds = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap_or(3);
    match SqliteStore::open(Path::new(&folder), souspli_store_sqlite::Options::default()) {
        Ok(store) => measure("sqlite", Arc::new(store), seconds).await,
        Err(error) => eprintln!("sqlite: {error}"),
    }
    if let Ok(url) = std::env::var("SOUSPLI_TEST_POSTGRES") {
        match PostgresStore::connect(&url, souspli_store_postgres::Options::default()).await {
            Ok(store) => measure("postgres", Arc::new(store), seconds).await,
            Err(error) => eprintln!("postgres: {error}"),
        }
    }
    ExitCode::SUCCESS
}

async fn measure(name: &str, store: Arc<dyn Store>, seconds: u64) {
    for writers in WRITERS {
        let practices = Arc::new(register(&store, writers).await);
        let number = Arc::new(AtomicU64::new(0));
        let (start, busy) = (Instant::now(), processor_millis());
        let end = start + Duration::from_secs(seconds);
        let tasks: Vec<_> = (0..writers)
            .map(|_| tokio::spawn(write_until(end, store.clone(), practices.clone(), number.clone())))
            .collect();
        let mut slowest = Duration::ZERO;
        for task in tasks {
            slowest = slowest.max(task.await.expect("no panic"));
        }
        let done = number.load(Ordering::Relaxed);
        let rate = done * 1_000 / u64::try_from(start.elapsed().as_millis()).unwrap_or(1).max(1);
        let busy = (processor_millis() - busy) * 1_000 / done.max(1);
        let slowest = slowest.as_millis();
        println!("{name}: {writers:3} writers {rate:6} bookings/s, {busy} µs of processor each, slowest {slowest} ms");
    }
    store.close().await;
}

/// Processor time of this process so far, which a busy machine changes less than the clock; 0 where it is not told.
fn processor_millis() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}

/// Practices that no earlier figure or run has used.
async fn register(store: &Arc<dyn Store>, writers: u64) -> Vec<Practice> {
    let run = (u64::from(std::process::id()) << 32) + (writers << 16);
    let registering = (0..PRACTICES).map(|seed| {
        let store = store.clone();
        tokio::spawn(async move { Practice::registered(run + seed, store.as_ref()).await })
    });
    let mut practices = Vec::new();
    for registering in registering.collect::<Vec<_>>() {
        practices.push(registering.await.expect("no panic"));
    }
    practices
}

/// Books one time after another; returns how long the slowest booking took.
async fn write_until(
    end: Instant,
    store: Arc<dyn Store>,
    practices: Arc<Vec<Practice>>,
    number: Arc<AtomicU64>,
) -> Duration {
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let practice = &practices[usize::try_from(number % PRACTICES).expect("small")];
        let write = Draft::create(practice, number).claims(claims(number)).write();
        let begun = Instant::now();
        let appended = store.append(&write, NOW, linker()).await.expect("a free time");
        slowest = slowest.max(begun.elapsed());
        assert!(appended.new);
    }
    slowest
}
