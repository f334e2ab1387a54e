//! The contract on SQLite, and what is true of SQLite only.

mod older;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::Trial;
use souspli_store::{AppendError, OpenError, Store, StoreError};
use souspli_store_contract::checks::verify_chain;
use souspli_store_contract::fixture::{Draft, NOW, Practice, claims, linker};
use souspli_store_contract::harness::{Database, Running, run, test};
use souspli_store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

struct Sqlite;

struct Empty {
    store: Arc<SqliteStore>,
    folder: TempDir,
}

impl Database for Sqlite {
    type Empty = Empty;

    fn empty(&self) -> Running<Result<Empty, String>> {
        Box::pin(async {
            let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
            let store = SqliteStore::open(folder.path(), Options::default()).map_err(|error| error.to_string())?;
            Ok(Empty { store: Arc::new(store), folder })
        })
    }

    fn store(empty: &Empty) -> Arc<dyn Store> {
        empty.store.clone()
    }

    fn finish(empty: Empty) -> Running<()> {
        Box::pin(async move {
            empty.store.close().await;
            let db = rusqlite::Connection::open(empty.folder.path().join("souspli.db")).expect("the file");
            let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
            assert_eq!(sound, "ok");
        })
    }
}

fn open(folder: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(folder, Options::default())
}

async fn a_second_process_is_told_who_holds_the_folder() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let error = open(&folder.path().join("nowhere")).expect_err("no folder");
    assert!(matches!(error, OpenError::Folder(..)), "{error}");
    let store = open(folder.path()).expect("first");
    let error = open(folder.path()).expect_err("second");
    assert!(matches!(error, OpenError::Locked(_)), "{error}");
    assert_eq!(error.to_string(), format!("another process holds {}", folder.path().display()));
    store.close().await;
    open(folder.path()).expect("the first is closed").close().await;
    Ok(())
}

async fn what_was_acknowledged_is_there_after_a_new_start() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let store = open(folder.path()).expect("new");
    let practice = Practice::registered(1, &store).await;
    let write = Draft::create(&practice, 1).claims(claims(1)).stored(&store).await;
    store.close().await;
    assert!(!folder.path().join("souspli.db-wal").exists(), "a clean end leaves one file");
    let store = open(folder.path()).expect("again");
    assert_eq!(verify_chain(&store, &practice).await, 4);
    let last = store.last_event(practice.calendar(), write.event.header().record).await.expect("read");
    assert_eq!(last.map(|event| event.event), Some(write.event));
    assert_eq!(store.claims(practice.calendar(), 0, u32::MAX, NOW).await.expect("claims").claimed, claims(1).ids());
    store.close().await;
    Ok(())
}

async fn newer_data_is_refused_and_left_alone() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    open(folder.path()).expect("new").close().await;
    let file = folder.path().join("souspli.db");
    let db = rusqlite::Connection::open(&file).expect("the file");
    db.pragma_update(None, "user_version", 99).expect("a later release's version");
    drop(db);
    let before = std::fs::read(&file).expect("bytes");
    let error = open(folder.path()).expect_err("newer");
    assert!(matches!(error, OpenError::NewerData { found: 99, known: 6 }), "{error}");
    assert!(std::fs::read(&file).expect("bytes") == before, "the file was changed");
    Ok(())
}

/// Somebody works on the file with another program: it is waited for, then writes are "busy", reads go on.
async fn a_file_that_another_program_has_locked_is_busy() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let store = open(folder.path()).expect("new");
    let practice = Practice::registered(1, &store).await;
    let shell = rusqlite::Connection::open(folder.path().join("souspli.db")).expect("the file");
    shell.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let write = Draft::create(&practice, 1).claims(claims(1)).write();
    let refused = store.append(&write, NOW, linker()).await;
    assert!(matches!(refused, Err(AppendError::Store(StoreError::Busy(_)))), "{refused:?}");
    assert_eq!(verify_chain(&store, &practice).await, 3);
    shell.execute_batch("ROLLBACK").expect("given back");
    assert!(store.append(&write, NOW, linker()).await.expect("the same bytes again").new);
    store.close().await;
    Ok(())
}

fn main() -> ExitCode {
    let more: Vec<Trial> = vec![
        test("sqlite::a_second_process_is_told_who_holds_the_folder", a_second_process_is_told_who_holds_the_folder()),
        test(
            "sqlite::what_was_acknowledged_is_there_after_a_new_start",
            what_was_acknowledged_is_there_after_a_new_start(),
        ),
        test("sqlite::newer_data_is_refused_and_left_alone", newer_data_is_refused_and_left_alone()),
        test("sqlite::data_of_version_two_read_as_before", older::data_of_version_two_read_as_before()),
        test(
            "sqlite::a_file_that_another_program_has_locked_is_busy",
            a_file_that_another_program_has_locked_is_busy(),
        ),
    ];
    run(Sqlite, more)
}
