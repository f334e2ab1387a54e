//! A commit that waits for a standby, and whose wait is cancelled, is no acknowledgement.
//!
//! On its own, since for as long as it runs every commit on the server waits for a standby that there is not.

mod server;

use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::Arguments;
use souspli_store::{AppendError, Store, StoreError};
use souspli_store_contract::checks::verify_chain;
use souspli_store_contract::fixture::{Draft, NOW, Practice, claims, linker};
use souspli_store_contract::harness::test;
use souspli_store_postgres::{Options, PostgresStore};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::server::{administrator, create, drop_database};

/// Names the standbys that commits wait for, and waits until the server knows.
async fn wait_for_standbys(db: &mut PgConnection, names: &str) {
    let sql = format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'");
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *db).await.expect("set");
    sqlx::query("SELECT pg_reload_conf()").execute(&mut *db).await.expect("reloaded");
    for _ in 0..100 {
        let sql = "SELECT current_setting('synchronous_standby_names')";
        let now: String = sqlx::query_scalar(sql).fetch_one(&mut *db).await.expect("read");
        if now == names {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the server did not take the setting");
}

/// Cancels the session that waits for a standby, once there is one.
async fn cancel_the_wait(db: &mut PgConnection, name: &str) {
    let sql = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'SyncRep'";
    for _ in 0..250 {
        if sqlx::query(sql).bind(name).fetch_optional(&mut *db).await.expect("asked").is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no commit waits for a standby");
}

async fn a_commit_that_may_not_be_replicated_is_not_acknowledged() -> Result<(), String> {
    let (name, url) = create().await?;
    let store = PostgresStore::connect(&url, Options::default()).await.map_err(|error| error.to_string())?;
    let practice = Practice::registered(1, &store).await;
    let write = Draft::create(&practice, 1).claims(claims(1)).write();
    let mut db = administrator().await?;
    wait_for_standbys(&mut db, "nobody").await;
    let appending = tokio::spawn({
        let (store, write) = (std::sync::Arc::new(store), write.clone());
        async move {
            let appended = store.append(&write, NOW, linker()).await;
            (store, appended)
        }
    });
    cancel_the_wait(&mut db, &name).await;
    wait_for_standbys(&mut db, "").await;
    let (store, appended) = appending.await.expect("no panic");
    let unknown = matches!(appended, Err(AppendError::Store(StoreError::UnknownOutcome(_))));
    assert!(unknown, "{appended:?}");
    assert!(!store.append(&write, NOW, linker()).await.expect("the same bytes again").new);
    assert_eq!(verify_chain(store.as_ref(), &practice).await, 4);
    store.close().await;
    drop_database(&name).await;
    Ok(())
}

/// Runs the test and puts the server's setting back, whatever came of it.
async fn with_the_setting_put_back() -> Result<(), String> {
    let outcome = tokio::spawn(a_commit_that_may_not_be_replicated_is_not_acknowledged()).await;
    wait_for_standbys(&mut administrator().await?, "").await;
    outcome.map_err(|error| error.to_string())?
}

fn main() -> ExitCode {
    let name = "postgres::a_commit_that_may_not_be_replicated_is_not_acknowledged";
    libtest_mimic::run(&Arguments::from_args(), vec![test(name, with_the_setting_put_back())]).exit_code()
}
