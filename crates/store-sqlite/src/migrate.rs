//! Brings data up to the version that this program knows, after a backup; refuses newer data.
//!
//! The version is SQLite's own `user_version`: no table, no time of installation.

use std::fs::File;
use std::path::Path;

use rusqlite::Connection;
use souspli_store::OpenError;

use crate::connection::unusable;

/// Every migration, in order; the version of data is how many it has seen.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_host.sql"),
    include_str!("../../../migrations/sqlite/0002_host_key.sql"),
    include_str!("../../../migrations/sqlite/0003_arrival.sql"),
    include_str!("../../../migrations/sqlite/0004_log.sql"),
    include_str!("../../../migrations/sqlite/0005_journal.sql"),
    include_str!("../../../migrations/sqlite/0006_erasure.sql"),
    include_str!("../../../migrations/sqlite/0007_restore.sql"),
];

/// "Sous" in SQLite's header: tells our files from others.
const APPLICATION: i64 = 0x536f_7573;

/// The version of the data, if this program can go on with it; nothing is changed.
pub(crate) fn check(db: &Connection, file: &Path, migrations: &[&str]) -> Result<i64, OpenError> {
    let found = pragma(db, "user_version")?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if found == 0 && !is_empty(db)? || found > 0 && pragma(db, "application_id")? != APPLICATION {
        return Err(OpenError::Unusable(format!("{} is the database of another program", file.display())));
    }
    if found > known { Err(OpenError::NewerData { found, known }) } else { Ok(found) }
}

/// Applies what is missing in data of a version, each migration in a transaction of its own.
pub(crate) fn migrate(db: &Connection, file: &Path, found: i64, migrations: &[&str]) -> Result<(), OpenError> {
    let mut missing = (1..).zip(migrations).filter(|(version, _)| *version > found).peekable();
    if found > 0 && missing.peek().is_some() {
        back_up(db, file, found)?;
    }
    for (version, sql) in missing {
        apply(db, version, sql).map_err(|error| unusable(&error))?;
    }
    Ok(())
}

fn apply(db: &Connection, version: i64, sql: &str) -> rusqlite::Result<()> {
    let transaction = db.unchecked_transaction()?;
    transaction.execute_batch(sql)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()?;
    tracing::info!(version, "the data was brought up to date");
    Ok(())
}

/// Copies the data beside itself, whole and durable, before anything is changed.
fn back_up(db: &Connection, file: &Path, found: i64) -> Result<(), OpenError> {
    let backup = file.with_extension(format!("before-{}.db", found + 1));
    let unfinished = backup.with_extension("unfinished");
    let failed = |error| OpenError::Folder(backup.clone(), error);
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).map_err(failed)?;
    }
    db.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()]).map_err(|error| unusable(&error))?;
    File::options().write(true).open(&unfinished).and_then(|copy| copy.sync_all()).map_err(failed)?;
    std::fs::rename(&unfinished, &backup).map_err(failed)?;
    tracing::info!(backup = %backup.display(), "the data was copied before it is brought up to date");
    Ok(())
}

fn pragma(db: &Connection, name: &str) -> Result<i64, OpenError> {
    db.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| unusable(&error))
}

fn is_empty(db: &Connection) -> Result<bool, OpenError> {
    let count = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    count.map(|count| count == 0).map_err(|error| unusable(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{make_durable, open};

    const ONE: &str = "CREATE TABLE one (x INTEGER) STRICT;";
    const TWO: &str = "CREATE TABLE two (x INTEGER) STRICT;";

    fn start(db: &Connection, file: &Path, migrations: &[&str]) -> Result<(), OpenError> {
        let found = check(db, file, migrations)?;
        make_durable(db)?;
        migrate(db, file, found, migrations)
    }

    fn tables(db: &Connection) -> i64 {
        db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).expect("count")
    }

    #[test]
    fn older_data_is_copied_then_changed_and_newer_data_is_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("souspli.db");
        let db = open(&file).expect("open");
        start(&db, &file, &[ONE]).expect("first");
        db.execute_batch("INSERT INTO one VALUES (7)").expect("insert");
        let backup = folder.path().join("souspli.before-2.db");
        assert!(!backup.exists(), "new data needs no copy");
        start(&db, &file, &[ONE, TWO]).expect("second");
        assert_eq!(tables(&db), 2);
        let copy = Connection::open(&backup).expect("copy");
        assert_eq!(tables(&copy), 1);
        assert_eq!(copy.query_row("SELECT x FROM one", [], |row| row.get::<_, i64>(0)).expect("row"), 7);
        let error = start(&db, &file, &[ONE]).expect_err("newer");
        assert!(matches!(error, OpenError::NewerData { found: 2, known: 1 }), "{error}");
        assert_eq!(tables(&db), 2);
    }

    #[test]
    fn a_failed_migration_leaves_the_version_before_it() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("souspli.db");
        let db = open(&file).expect("open");
        let broken = format!("{TWO} CREATE TABLE one (y INTEGER) STRICT;");
        start(&db, &file, &[ONE, &broken]).expect_err("table exists");
        assert_eq!((tables(&db), pragma(&db, "user_version").expect("version")), (1, 1));
        start(&db, &file, &[ONE, TWO]).expect("mended");
        assert_eq!(tables(&db), 2);
    }

    #[test]
    fn the_database_of_another_program_is_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("souspli.db");
        let db = open(&file).expect("open");
        db.execute_batch(ONE).expect("foreign table");
        assert!(matches!(start(&db, &file, &[TWO]), Err(OpenError::Unusable(_))));
        assert_eq!(tables(&db), 1);
    }
}
