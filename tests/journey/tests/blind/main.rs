//! Blindness: two practices that differ in everything readable do the same things, and a host cannot tell them apart
//! (`docs/threat-model.md`, column 1).

#![allow(clippy::format_collect, reason = "a test may")]

mod later;
mod plants;
mod play;
mod script;
mod see;

use std::path::Path;

use souspli_journey::view::canaries_in;

use script::{ONE, TWO};
use see::{Findings, Seen, read_files, see};

fn all_values() -> Vec<String> {
    [ONE.typed(), TWO.typed()].concat()
}

fn assert_blind(database: &str, one: &Seen, two: &Seen, disk: &[u8]) {
    let Findings { differences, unexplained, telling_orders } = one.compared(two);
    let heap = [one.heap(), two.heap(), disk.to_vec()].concat();
    let canaries = canaries_in(&heap, &all_values());
    println!(
        "blind: {} requests, {} differences, {} canaries ({database})",
        one.exchanges.len() + two.exchanges.len(),
        differences.len(),
        canaries.len()
    );
    assert!(differences.is_empty(), "{}", differences.iter().take(10).cloned().collect::<Vec<_>>().join("\n"));
    assert!(unexplained.is_empty(), "kept, although nobody sent it: {unexplained:?}");
    assert!(telling_orders.is_empty(), "{telling_orders:?}");
    assert!(canaries.is_empty(), "{canaries:?}");
    assert!(one.rows.values().map(Vec::len).sum::<usize>() > 300, "the tables were read");
    assert!(one.log.len() >= one.exchanges.len(), "the log was read: {} lines", one.log.len());
}

#[tokio::test]
async fn sqlite_sees_no_difference_and_planted_leaks_are_seen() {
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (first, second) = (see(&ONE, one.path(), None).await, see(&TWO, two.path(), None).await);
    assert_blind("sqlite", &first, &second, &[]);

    let unseen = plants::unseen(&first, &second, &all_values());
    assert!(unseen.is_empty(), "leaks that pass: {unseen:?}");
    let path = two.path().join("souspli.db");
    plants::name_into_sqlite(&path, TWO.people[0].name).await;
    let mut disk = Vec::new();
    read_files(two.path(), &mut Vec::new(), &mut disk);
    assert_eq!(canaries_in(&disk, &all_values()), [TWO.people[0].name], "a column that tells");
    let leaking = Seen { rows: souspli_journey::tables::sqlite(&path).await, ..second };
    assert!(!first.compared(&leaking).differences.is_empty(), "a column that tells");
}

#[tokio::test]
async fn postgres_sees_no_difference() {
    let server = std::env::var("SOUSPLI_TEST_POSTGRES")
        .expect("SOUSPLI_TEST_POSTGRES names a PostgreSQL server for tests; `cargo xtask test blind` starts one");
    let urls = [fresh_database(&server, "souspli_blind_one").await, fresh_database(&server, "souspli_blind_two").await];
    let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let first = see(&ONE, one.path(), Some(&urls[0])).await;
    let second = see(&TWO, two.path(), Some(&urls[1])).await;
    let mut disk = Vec::new();
    if let Some(data) = std::env::var_os("SOUSPLI_TEST_POSTGRES_DATA") {
        read_files(Path::new(&data), &mut Vec::new(), &mut disk);
    }
    assert_blind("postgres", &first, &second, &disk);
}

async fn fresh_database(server: &str, name: &str) -> String {
    use sqlx::Connection as _;
    let mut db = sqlx::PgConnection::connect(server).await.expect("the server");
    for statement in [format!("drop database if exists {name} with (force)"), format!("create database {name}")] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut db).await.expect("a fresh database");
    }
    db.close().await.expect("closed");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    let query = server.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    format!("{base}/{name}{query}")
}
