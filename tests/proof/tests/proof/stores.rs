//! Real databases with leaves that wait, and sequencers over them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use souspli_attest::sha256;
use souspli_protocol::Digest;
use souspli_server::log::{Died, Sequencer, Step, Stop, Turn, sequencer};
use souspli_store::{LeafId, Store};
use souspli_store_contract::fixture::{Draft, NOW, Practice, claims};
use souspli_store_postgres::PostgresStore;
use souspli_store_sqlite::SqliteStore;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A host without its process: database, data folder, log folder.
pub(crate) struct Scene {
    pub(crate) runtime: Runtime,
    pub(crate) store: Arc<dyn Store>,
    data: TempDir,
    practice: Practice,
    written: std::cell::Cell<u64>,
    /// Every leaf that was ever accepted, with its object.
    pub(crate) accepted: std::cell::RefCell<BTreeMap<LeafId, Digest>>,
}

impl Scene {
    /// An empty database of a kind, with one practice.
    pub(crate) fn new(kind: Kind) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runs");
        let data = tempfile::tempdir().expect("folder");
        // As a host starts: its key first, the database then.
        sequencer(data.path(), &data.path().join("log"), [0; 16], false).expect("a key is made");
        let store = runtime.block_on(open(kind, data.path()));
        let practice = runtime.block_on(Practice::registered(1, store.as_ref()));
        let scene = Self {
            runtime,
            store,
            data,
            practice,
            written: std::cell::Cell::new(0),
            accepted: std::cell::RefCell::default(),
        };
        scene.remember();
        scene
    }

    /// The same host with another database.
    pub(crate) fn with_store(self, store: Arc<dyn Store>) -> Self {
        Self { store, ..self }
    }

    /// Books so many times.
    pub(crate) fn book(&self, times: u64) {
        let first = self.written.get();
        self.written.set(first + times);
        let bookings = (first..first + times).map(|number| {
            let (draft, store) = (Draft::create(&self.practice, number).claims(claims(number)), self.store.clone());
            self.runtime.spawn(async move { drop(draft.stored(store.as_ref()).await) })
        });
        for booking in bookings.collect::<Vec<_>>() {
            self.runtime.block_on(booking).expect("booked");
        }
        self.remember();
    }

    fn remember(&self) {
        for leaf in self.waiting() {
            self.accepted.borrow_mut().insert(leaf.id, leaf.object);
        }
    }

    /// What waits.
    pub(crate) fn waiting(&self) -> Vec<souspli_store::Unmerged> {
        self.runtime.block_on(self.store.unmerged(100_000)).expect("read")
    }

    /// Where a leaf lies.
    pub(crate) fn place(&self, id: LeafId) -> Option<u64> {
        self.runtime.block_on(self.store.place(id)).expect("read")
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// The log's folder.
    pub(crate) fn log(&self) -> PathBuf {
        self.data.path().join("log")
    }

    /// A new process's sequencer.
    pub(crate) fn sequencer(&self, holder: u8) -> Sequencer {
        sequencer(self.data.path(), &self.log(), [holder; 16], false).expect("opened")
    }

    /// A turn that nobody watches.
    pub(crate) fn turn(&self, sequencer: &mut Sequencer, now: u32) -> Result<Turn, Stop> {
        self.watched(sequencer, now, &mut |_| Ok(()))
    }

    /// A turn with somebody who may let it die.
    pub(crate) fn watched(
        &self,
        sequencer: &mut Sequencer,
        now: u32,
        watch: &mut dyn FnMut(Step) -> Result<(), Died>,
    ) -> Result<Turn, Stop> {
        sequencer.turn(self.store.as_ref(), self.runtime.handle(), now, &random(), watch)
    }

    /// A log that has two batches: one of the practice's first publications, one of so many bookings.
    pub(crate) fn with_log(self, bookings: u64) -> Self {
        let mut sequencer = self.sequencer(200);
        self.turn(&mut sequencer, NOW - 10).expect("merged");
        self.book(bookings);
        self.turn(&mut sequencer, NOW - 9).expect("merged");
        self
    }
}

/// Different bytes each time; where they come from matters to nobody here.
pub(crate) fn random() -> impl Fn(&mut [u8]) -> Option<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    |bytes| {
        for chunk in bytes.chunks_mut(32) {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&sha256(&count.to_be_bytes()).0[..chunk.len()]);
        }
        Some(())
    }
}

async fn open(kind: Kind, folder: &Path) -> Arc<dyn Store> {
    match kind {
        Kind::Sqlite => Arc::new(SqliteStore::open(folder, souspli_store_sqlite::Options::default()).expect("opened")),
        Kind::Postgres => Arc::new(
            PostgresStore::connect(&database().await, souspli_store_postgres::Options::default())
                .await
                .expect("opened"),
        ),
    }
}

/// A new database on the server of the tests.
pub(crate) async fn database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("SOUSPLI_TEST_POSTGRES").expect("SOUSPLI_TEST_POSTGRES names a PostgreSQL server");
    let name = format!("souspli_proof_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let options: PgConnectOptions = server.parse().expect("an address");
    let mut db = options.connect().await.expect("connected");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut db).await.expect("created");
    let (rest, _) = server.rsplit_once('/').expect("a database is named");
    format!("{rest}/{name}")
}
