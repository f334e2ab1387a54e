//! A copy of the honest host, to be changed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;
use souspli_auditor::scan::CanaryPerson;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use crate::host::{Booking, DATA, HOST_LOG, Honest};

/// Names a PostgreSQL server where databases may be created.
pub const SERVER: &str = "SOUSPLI_TEST_POSTGRES";

/// Files of a host, and what the auditor knows of it.
#[derive(Debug)]
pub struct Copy {
    folder: TempDir,
    honest: &'static Honest,
    /// The copy's PostgreSQL database, or it is SQLite.
    database: Option<Database>,
}

impl Copy {
    /// A copy of its files, and of its database.
    pub fn of(honest: &'static Honest) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_folder(&honest.data(), &folder.path().join(DATA));
        for name in [HOST_LOG, crate::host::WITNESSES, crate::host::HOST_INFO, crate::host::CANARIES] {
            std::fs::copy(honest.path().join(name), folder.path().join(name)).expect("copied");
        }
        let database = honest.database.as_deref().map(Database::copy_of);
        Self { folder, honest, database }
    }

    /// Everything.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The host it is a copy of.
    pub fn honest(&self) -> &'static Honest {
        self.honest
    }

    /// The host's data folder.
    pub fn data(&self) -> PathBuf {
        self.path().join(DATA)
    }

    /// The SQLite file, or the PostgreSQL database's address.
    pub fn database(&self) -> String {
        let file = || self.data().join("souspli.db").display().to_string();
        self.database.as_ref().map_or_else(file, |database| url(&database.0))
    }

    /// Each booking of which the auditor knows the contents.
    pub fn known(&self) -> impl Iterator<Item = (&Booking, &CanaryPerson)> {
        self.honest.known()
    }

    /// The nth person whom the auditor invented.
    pub fn person(&self, place: usize) -> &CanaryPerson {
        &self.honest.canaries.persons[place]
    }

    /// Writes a file in the data folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.data().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("written");
    }

    /// Adds lines to the host's log.
    pub fn log(&self, lines: &str) {
        let path = self.path().join(HOST_LOG);
        let before = std::fs::read_to_string(&path).expect("the log");
        std::fs::write(path, before + lines + "\n").expect("written");
    }

    /// Opens the SQLite file.
    pub fn sqlite(&self) -> Connection {
        let db = Connection::open(self.data().join("souspli.db")).expect("opened");
        // As the host opens it: what is overwritten is gone, but for the leak that is put in.
        db.execute_batch("PRAGMA secure_delete = ON").expect("set");
        db
    }
}

/// Copies a folder and what is below it.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("copied");
        }
    }
}

/// A copy on SQLite.
#[derive(Debug)]
pub struct Sqlite {
    copy: Copy,
    db: Connection,
}

impl Sqlite {
    /// Opens a copy's file.
    pub fn of(copy: Copy) -> Self {
        let db = copy.sqlite();
        Self { copy, db }
    }

    /// Runs SQL.
    pub fn run(&self, sql: &str) {
        self.db.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The connection.
    pub fn db(&self) -> &Connection {
        &self.db
    }

    /// The rest.
    pub fn copy(&self) -> &Copy {
        &self.copy
    }

    /// Adds a column to `record`, and says something there of each booking.
    pub fn column<V: rusqlite::ToSql>(&self, name: &str, kind: &str, value: impl Fn(&Booking, &CanaryPerson) -> V) {
        self.run(&format!("ALTER TABLE record ADD COLUMN {name} {kind}"));
        let sql = format!("UPDATE record SET {name} = ?1 WHERE record = ?2");
        let mut update = self.db.prepare(&sql).expect("an update");
        for (booking, person) in self.copy.known() {
            let rows = update.execute(rusqlite::params![value(booking, person), booking.record.0]).expect("updated");
            assert_eq!(rows, 1, "a record of each");
        }
    }

    /// Closes the file as a host does that is stopped.
    pub fn closed(self) -> Copy {
        self.db.close().map_err(|(_, error)| error).expect("closed");
        self.copy
    }
}

/// A copy on PostgreSQL.
#[derive(Debug)]
pub struct Postgres(Copy);

impl Postgres {
    /// Takes a copy's database.
    pub fn of(copy: Copy) -> Self {
        assert!(copy.database.is_some(), "a copy on PostgreSQL");
        Self(copy)
    }

    /// Runs SQL.
    pub fn run(&self, sql: &str) {
        run(&self.0.database(), sql);
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.0.database.as_ref().expect("a database").0
    }

    /// The rest.
    pub fn copy(&self) -> &Copy {
        &self.0
    }

    /// Adds a column to `record`, and puts what an expression says there of each booking.
    pub fn column(&self, name: &str, kind: &str, expression: impl Fn(&Booking, &CanaryPerson) -> String) {
        let mut sql = format!("ALTER TABLE record ADD COLUMN {name} {kind};");
        for (booking, person) in self.0.known() {
            let expression = expression(booking, person);
            let update =
                format!("UPDATE record SET {name} = {expression} WHERE record = '\\x{}';", hex(&booking.record.0));
            sql.push_str(&update);
        }
        self.run(&sql);
    }

    /// All of it again.
    pub fn closed(self) -> Copy {
        self.0
    }
}

/// A database that is dropped with this.
#[derive(Debug)]
struct Database(String);

impl Database {
    fn copy_of(url: &str) -> Self {
        let (_, name) = url.rsplit_once('/').expect("a URL with a database");
        let copy = fresh_name();
        run(&server(), &format!("CREATE DATABASE {copy} TEMPLATE {name}"));
        Self(copy)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&server(), &format!("DROP DATABASE {} WITH (FORCE)", self.0));
    }
}

/// Creates an empty database, and gives its address; it is left to the server, which is one for tests.
pub fn fresh_database() -> String {
    let name = fresh_name();
    run(&server(), &format!("CREATE DATABASE {name}"));
    url(&name)
}

fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("souspli_leaky_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn server() -> String {
    std::env::var(SERVER)
        .unwrap_or_else(|_| panic!("{SERVER} names a PostgreSQL server for tests; `cargo xtask test` starts one"))
}

fn url(database: &str) -> String {
    let server = server();
    let (rest, _) = server.rsplit_once('/').expect("the server's URL names a database");
    format!("{rest}/{database}")
}

/// Runs SQL at a database.
fn run(url: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut db = PgConnection::connect(url).await.expect("connected");
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        db.close().await.expect("closed");
    });
}

/// Bytes as SQL writes them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
