//! A practice, its patients, and a host as a process of its own that is killed, put back and started again.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::spawned::Spawned;
use souspli_journey::{MONDAY, Member, Patient};
use souspli_server::restore::{Restoring, restore};
use souspli_server::{Config, ManualClock};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

pub(crate) const TWO_HOURS: u32 = 120;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

pub(crate) struct Scene {
    kind: Kind,
    host: Option<Spawned>,
    pub(crate) owner: Member,
    pub(crate) published: Published,
    pub(crate) now: u32,
    folder: tempfile::TempDir,
    database: Option<String>,
    /// Where the host listened when the devices were made: a name that does not change.
    port: Door,
}

/// A booking with its patient's page.
pub(crate) struct Booked {
    page: Patient,
    fragment: String,
    visit_type: String,
}

impl Scene {
    pub(crate) async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(new_database().await),
        };
        let port = Door::free();
        let host = start(&folder.path().join("data"), database.as_deref(), MONDAY, &port);
        let mut owner = Member::new(port.addr());
        let published = create(&mut owner, &Look::SMALL, MONDAY).await;
        Self { kind, host: Some(host), owner, published, now: MONDAY, folder, database, port }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn copy(&self) -> PathBuf {
        self.folder.path().join("copy")
    }

    /// Time goes by; the log of every minute's end is merged.
    pub(crate) fn wait(&mut self, minutes: u32) {
        let file = self.data().join("log").join("checkpoint");
        let checkpoint = || std::fs::read(&file).ok();
        let (before, now) = (checkpoint(), self.now + minutes);
        self.host.as_mut().expect("runs").set(now);
        let merged = async {
            for _ in 0..600 {
                if checkpoint() != before && self.waiting(now).await == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("nothing is merged");
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(merged));
        self.now = now;
    }

    /// How many leaves of before a minute wait for the log.
    async fn waiting(&self, minute: u32) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM unmerged WHERE minute < {minute}"));
        if let Some(url) = &self.database {
            let mut db = sqlx::PgConnection::connect(url).await.expect("the database");
            return sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("a number");
        }
        let options = SqliteConnectOptions::new().filename(self.data().join("souspli.db"));
        let mut db = options.connect().await.expect("the database");
        sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("a number")
    }

    pub(crate) async fn book(&mut self, name: &str) -> Booked {
        let mut page = Patient::new(self.addr());
        page.must(self.now, "open", json!({ "fragment": self.published.link })).await;
        let visit_type = self.published.visit_type(0).to_owned();
        let mut wanted = json!({ "visitType": visit_type, "practitioner": null });
        let times = page.must(self.now, "times", wanted.clone()).await;
        let mut days = times["days"].as_array().expect("days").iter();
        wanted["start"] = days.find_map(|day| day["times"].get(0)).expect("free")["start"].clone();
        page.must(self.now, "hold", wanted).await;
        let booking = page.must(self.now, "book", json!({ "form": form(name, "A reason") })).await;
        let fragment = booking["manageLink"].as_str().expect("a private link").to_owned();
        Booked { page: Patient::new(self.addr()), fragment, visit_type }
    }

    /// Moves a booking to the last time of the first day.
    pub(crate) async fn move_later(&self, booked: &mut Booked) -> Value {
        booked.open(self).await;
        let wanted = json!({ "visitType": booked.visit_type, "practitioner": null });
        let times = booked.page.must(self.now, "times", wanted).await;
        let day = times["days"].as_array().expect("days").iter().find(|day| day["times"].get(0).is_some());
        let last = day.expect("a day")["times"].as_array().expect("times").last().expect("a time").clone();
        booked.page.must(self.now, "move", json!({ "start": last["start"], "practitioner": null })).await
    }

    pub(crate) async fn cancel(&self, booked: &mut Booked) {
        booked.open(self).await;
        booked.page.must(self.now, "cancel", json!({ "text": "" })).await;
    }

    pub(crate) async fn publish(&mut self, name: &str) {
        self.owner.must(self.now, "settings", json!({})).await;
        let mut catalogue = self.published.catalogue.clone();
        catalogue["name"] = json!(name);
        let rules = self.published.rules.clone();
        self.owner.must(self.now, "publish", json!({ "catalogue": catalogue, "rules": rules })).await;
    }

    /// Several patients book at once, all the time.
    pub(crate) fn load(&self, patients: usize) -> Load {
        let stop = Arc::new(AtomicBool::new(false));
        let patient = |own| {
            let (stop, addr, now) = (Arc::clone(&stop), self.addr(), self.now);
            let (link, visit_type) = (self.published.link.clone(), self.published.visit_type(0).to_owned());
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(book_until(addr, &link, &visit_type, now, own, &stop))
            })
        };
        let threads = (0..patients).map(patient).collect();
        Load { stop, threads }
    }

    pub(crate) async fn sync(&mut self) -> Value {
        self.owner.must(self.now, "sync", json!({})).await
    }

    pub(crate) async fn agenda(&mut self) -> Value {
        let span = json!({ "from": "2026-11-01", "to": "2027-12-31" });
        self.owner.must(self.now, "agenda", span).await
    }

    pub(crate) async fn agenda_of(&self, member: &mut Member) -> Value {
        member.must(self.now, "agenda", json!({ "from": "2026-11-01", "to": "2027-12-31" })).await
    }

    /// The owner on a device that has never been used.
    pub(crate) async fn unlocked(&self) -> Member {
        let mut member = Member::new(self.addr());
        let unlock = json!({ "accountKey": self.published.account_key, "passphrase": PASSPHRASE });
        member.must(self.now, "unlock", unlock).await;
        member
    }

    /// The owner's page is loaded again: what the device keeps is left.
    pub(crate) async fn reload(&mut self) {
        self.owner.reload();
        let unlock = json!({ "accountKey": self.published.account_key, "passphrase": PASSPHRASE });
        self.owner.must(self.now, "unlock", unlock).await;
    }

    /// Copies the database while the host runs, as an operator does; and the log's folder, as an operator must not.
    pub(crate) fn back_up(&self) {
        let copy = self.copy();
        match &self.database {
            None => {
                sqlite(&self.data(), format!("VACUUM INTO '{}'", copy.display()));
            }
            Some(url) => run(Command::new(postgres("pg_dump")).args(["-Fc", "-f"]).arg(&copy).arg(url)),
        }
        copy_folder(&self.data().join("log"), &self.folder.path().join("log-then"));
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        drop(self.host.take());
    }

    pub(crate) fn start(&mut self) {
        self.host = Some(start(&self.data(), self.database.as_deref(), self.now, &self.port));
    }

    /// The old database is there, and the host is started as if it were the newest.
    pub(crate) fn refuses_to_start(&mut self) {
        self.put_back();
        let said = Spawned::refused(binary(), &self.data(), self.database.as_deref(), self.now);
        assert!(said.contains("older copy") && said.contains("souspli-server restore"), "{said}");
    }

    /// Puts the copy in the place of the database, by hand.
    fn put_back(&self) {
        match &self.database {
            None => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(self.data().join(format!("souspli.db{end}")));
                }
                std::fs::copy(self.copy(), self.data().join("souspli.db")).expect("copied");
            }
            Some(url) => {
                let restore = ["--clean", "--if-exists", "--exit-on-error", "-d"];
                run(Command::new(postgres("pg_restore")).args(restore).arg(url).arg(self.copy()));
            }
        }
    }

    /// `souspli-server restore`; gives what it says.
    pub(crate) fn restore(&mut self) -> String {
        if self.kind == Kind::Postgres {
            self.put_back();
        }
        let copy = (self.kind == Kind::Sqlite).then(|| self.copy());
        let config = Config {
            data: self.data(),
            database_url: self.database.clone().map(souspli_server::config::Secret::new),
            ..Config::default()
        };
        // A host that died held the row for three minutes; the copy of two hours ago says so of then.
        let clock = ManualClock::at(self.now);
        let how = Restoring { copy, dry_run: false, even_so: false };
        let report =
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(restore(&config, &how, &clock)));
        report.expect("restored").to_string()
    }

    /// The notice's leaf waits no longer, and was never merged.
    pub(crate) fn keep_the_notice_out_of_the_log(&self) {
        sqlite(&self.data(), "DELETE FROM unmerged WHERE stream = 3".to_owned());
    }

    /// What an evil operator does: log and database go back together. Gives where the true ones are.
    pub(crate) fn roll_back_silently(&self) -> PathBuf {
        let aside = self.folder.path().join("true");
        copy_folder(&self.data().join("log"), &aside.join("log"));
        std::fs::remove_dir_all(self.data().join("log")).expect("removed");
        copy_folder(&self.folder.path().join("log-then"), &self.data().join("log"));
        self.put_back();
        aside
    }

    pub(crate) fn undo(&self, aside: &Path) {
        std::fs::remove_dir_all(self.data().join("log")).expect("removed");
        copy_folder(&aside.join("log"), &self.data().join("log"));
    }
}

impl Booked {
    /// The page as it is open looks again.
    pub(crate) async fn look(&mut self, scene: &Scene) -> Value {
        self.page.must(scene.now, "read", json!({})).await
    }

    pub(crate) async fn open(&mut self, scene: &Scene) {
        self.page.must(scene.now, "open", json!({ "fragment": self.fragment })).await;
    }

    /// The page of the private link, loaded anew.
    pub(crate) async fn read(&mut self, scene: &Scene) -> Value {
        self.page.reload();
        self.open(scene).await;
        self.page.must(scene.now, "read", json!({})).await
    }

    pub(crate) async fn fails(&mut self, scene: &Scene) -> String {
        self.page.reload();
        self.page.fails(scene.now, "open", json!({ "fragment": self.fragment })).await
    }
}

/// Patients who book one after the other, until they are told to stop.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<u32>>,
}

impl Load {
    /// Stops it, and gives how many bookings were acknowledged.
    pub(crate) fn stop(self) -> u32 {
        self.stop.store(true, Ordering::SeqCst);
        self.threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    }
}

/// Books times from the end of what is free, each thread its own; one that is taken meanwhile is another's.
async fn book_until(addr: SocketAddr, link: &str, visit_type: &str, now: u32, own: usize, stop: &AtomicBool) -> u32 {
    let mut booked = 0;
    while !stop.load(Ordering::SeqCst) {
        let mut page = Patient::new(addr);
        page.must(now, "open", json!({ "fragment": link })).await;
        let mut wanted = json!({ "visitType": visit_type, "practitioner": null });
        let times = page.must(now, "times", wanted.clone()).await;
        let days = times["days"].as_array().expect("days").iter().rev();
        let free: Vec<&Value> = days.flat_map(|day| day["times"].as_array().expect("times").iter().rev()).collect();
        wanted["start"] = free[own * 40]["start"].clone();
        if page.call(now, "hold", wanted).await.is_err() {
            continue;
        }
        page.must(now, "book", json!({ "form": form(&format!("Load {own} {booked}"), "A reason") })).await;
        booked += 1;
    }
    booked
}

/// A port that the host takes again and again.
pub(crate) struct Door(u16);

impl Door {
    fn free() -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        Self(listener.local_addr().expect("an address").port())
    }

    fn addr(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.0))
    }
}

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_clocked-host"))
}

fn start(data: &Path, database: Option<&str>, now: u32, port: &Door) -> Spawned {
    Spawned::start_on(binary(), data, database, now, port.0)
}

/// Does something to the database of a data folder, beside the host.
fn sqlite(data: &Path, sql: String) {
    let done = async {
        let options = SqliteConnectOptions::new().filename(data.join("souspli.db"));
        let mut db = options.connect().await.expect("the database");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut db).await.expect("done");
        db.close().await.expect("closed");
    };
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(done));
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A program of PostgreSQL's, on the path or where Debian keeps it.
fn postgres(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = (15..30).map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    let mut programs = std::env::split_paths(&path).chain(debian).map(|folder| folder.join(program));
    programs.find(|program| program.is_file()).expect("a program that comes with PostgreSQL")
}

async fn new_database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("SOUSPLI_TEST_POSTGRES").expect("SOUSPLI_TEST_POSTGRES names a PostgreSQL server");
    let name = format!("souspli_restore_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut db = sqlx::PgConnection::connect(&server).await.expect("the server");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut db).await.expect("created");
    let (base, _) = server.rsplit_once('/').expect("a database in the address");
    format!("{base}/{name}")
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else if entry.path().extension().is_none_or(|end| end != "unfinished") {
            // A file that is replaced meanwhile is the old one or the new one.
            let _ = std::fs::copy(entry.path(), target);
        }
    }
}
