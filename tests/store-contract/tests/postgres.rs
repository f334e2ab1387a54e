//! The contract on PostgreSQL, and what is true of PostgreSQL only.

mod server;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Trial;
use souspli_protocol::VerifyingKey;
use souspli_store::{AppendError, Appended, OpenError, Store, StoreError};
use souspli_store_contract::checks::{claimed, verify_chain};
use souspli_store_contract::fixture::{Draft, NOW, Practice, WINDOW, claims, linker, mixed_claims};
use souspli_store_contract::harness::{Database, Running, run, test};
use souspli_store_postgres::{Options, PostgresStore};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::server::{administrator, create, drop_database};

struct Postgres;

struct Empty {
    store: Arc<PostgresStore>,
    name: String,
}

/// Sessions that wait inside a transaction, once those that are at work had time to end.
async fn left_in_transaction(name: &str) -> i64 {
    let mut db = administrator().await.expect("server");
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND state LIKE 'idle in transaction%'";
    let mut left = 0;
    for _ in 0..20 {
        left = sqlx::query_scalar(sql).bind(name).fetch_one(&mut db).await.expect("counted");
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    left
}

impl Database for Postgres {
    type Empty = Empty;

    fn empty(&self) -> Running<Result<Empty, String>> {
        Box::pin(async {
            let (name, url) = create().await?;
            let store = PostgresStore::connect(&url, Options::default()).await.map_err(|error| error.to_string())?;
            Ok(Empty { store: Arc::new(store), name })
        })
    }

    fn store(empty: &Empty) -> Arc<dyn Store> {
        empty.store.clone()
    }

    fn finish(empty: Empty) -> Running<()> {
        Box::pin(async move {
            assert_eq!(left_in_transaction(&empty.name).await, 0, "transactions were leaked");
            empty.store.close().await;
            drop_database(&empty.name).await;
        })
    }
}

async fn two_hosts_on_one_database_agree() -> Result<(), String> {
    let (name, url) = create().await?;
    let (one, two) = tokio::join!(
        PostgresStore::connect(&url, Options::default()),
        PostgresStore::connect(&url, Options::default()),
    );
    let (one, two) = (one.expect("first"), two.expect("second"));
    let practice = Practice::registered(1, &one).await;
    Draft::create(&practice, 1).claims(claims(1)).stored(&two).await;
    let taken = Draft::create(&practice, 2).claims(claims(1)).append(&one).await;
    assert!(matches!(taken, Err(AppendError::Taken)), "{taken:?}");
    assert_eq!(verify_chain(&two, &practice).await, 4);
    one.close().await;
    two.close().await;
    drop_database(&name).await;
    Ok(())
}

/// Bookings of many practices at once: with a hold, over an expired one, with neither. One whose time is taken is refused
/// and keeps none of the others from sharing a transaction.
async fn bookings_share_transactions() -> Result<(), String> {
    const SESSION: VerifyingKey = VerifyingKey([0xa; 32]);
    const MANY: u64 = 40;
    let (name, url) = create().await?;
    let store = Arc::new(PostgresStore::connect(&url, Options::default()).await.expect("new"));
    let mut bookings = Vec::new();
    for number in 0..MANY {
        let practice = Practice::registered(number, store.as_ref()).await;
        if number % 4 < 3 {
            let until = if number % 4 == 1 { NOW } else { NOW + 10 };
            let held = store.hold(practice.calendar(), SESSION, WINDOW, &claims(7), NOW - 1, until).await;
            held.expect("free");
        }
        // 0: the session's own hold, with some other ids. 1: an expired hold. 2: another's hold. 3: nothing there.
        let draft = Draft::create(&practice, number);
        let draft = match number % 4 {
            0 => draft.claims(mixed_claims(7, 20, 8)).session(SESSION),
            _ => draft.claims(mixed_claims(7, 6, 8)),
        };
        bookings.push((number, practice, draft.write()));
    }
    let appending: Vec<_> = bookings
        .iter()
        .map(|(number, _, write)| {
            let (store, number, write) = (store.clone(), *number, write.clone());
            tokio::spawn(async move { (number, store.append(&write, NOW, linker()).await) })
        })
        .collect();
    for appending in appending {
        let (number, appended) = appending.await.expect("no panic");
        match number % 4 {
            2 => assert!(matches!(appended, Err(AppendError::Taken)), "{number}: {appended:?}"),
            _ => assert!(matches!(appended, Ok(Appended { new: true, sequence: 4, .. })), "{number}: {appended:?}"),
        }
    }
    for (number, practice, write) in &bookings {
        let kept = number % 4 != 2;
        assert_eq!(verify_chain(store.as_ref(), practice).await, if kept { 4 } else { 3 }, "{number}");
        let ids = write.claims.iter().filter(|_| kept).flat_map(|ids| *ids.ids()).collect::<Vec<_>>();
        assert_eq!(claimed(store.as_ref(), practice).await, ids, "{number}");
        let held = store.holds(practice.calendar(), SESSION, NOW).await.expect("read");
        assert_eq!(held, !kept, "{number}");
    }
    let mut db = PgConnection::connect(&url).await.expect("database");
    let sql = "SELECT count(DISTINCT xmin::text) FROM event";
    let transactions: i64 = sqlx::query_scalar(sql).fetch_one(&mut db).await.expect("counted");
    assert!(transactions <= 10, "30 bookings took {transactions} transactions");
    store.close().await;
    drop_database(&name).await;
    Ok(())
}

async fn newer_data_is_refused() -> Result<(), String> {
    let (name, url) = create().await?;
    PostgresStore::connect(&url, Options::default()).await.expect("new").close().await;
    let mut db = PgConnection::connect(&url).await.expect("database");
    let times = "SELECT count(*) FROM _sqlx_migrations WHERE installed_on <> 'epoch' OR execution_time <> 0";
    assert_eq!(sqlx::query_scalar::<_, i64>(times).fetch_one(&mut db).await.expect("counted"), 0);
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (99, 'later', true, '', 0)";
    sqlx::query(later).execute(&mut db).await.expect("a later release's migration");
    let error = PostgresStore::connect(&url, Options::default()).await.expect_err("newer");
    assert!(matches!(error, OpenError::NewerData { found: 99, known: 5 }), "{error}");
    drop_database(&name).await;
    Ok(())
}

async fn a_server_that_is_not_there_is_unreachable() -> Result<(), String> {
    let error = PostgresStore::connect("postgres://nobody:secret@127.0.0.1:1/none", Options::default()).await;
    let error = error.expect_err("no server");
    assert!(matches!(error, OpenError::Unreachable(_)), "{error}");
    assert!(!error.to_string().contains("secret"));
    let error = PostgresStore::connect("not an address", Options::default()).await.expect_err("malformed");
    assert!(matches!(error, OpenError::Unusable(_)), "{error}");
    Ok(())
}

/// The server closes all connections: the next request has a new one, and nothing acknowledged is gone.
async fn broken_connections_are_replaced() -> Result<(), String> {
    let (name, url) = create().await?;
    let store = PostgresStore::connect(&url, Options { connections: 4, ..Options::default() }).await.expect("new");
    let practice = Practice::registered(1, &store).await;
    for number in 0..20 {
        let mut db = administrator().await?;
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1";
        let ended: i64 = sqlx::query_scalar(sql).bind(&name).fetch_one(&mut db).await.expect("ended");
        assert!(ended > 0);
        Draft::create(&practice, number).claims(claims(number)).stored(&store).await;
    }
    assert_eq!(verify_chain(&store, &practice).await, 23);
    store.close().await;
    drop_database(&name).await;
    Ok(())
}

/// A server that takes no connections, as in a failover: writes are "busy", and taken once it is back.
async fn a_server_that_takes_nobody_is_busy() -> Result<(), String> {
    let (name, url) = create().await?;
    let store = PostgresStore::connect(&url, Options::default()).await.expect("new");
    let practice = Practice::registered(1, &store).await;
    let mut db = administrator().await?;
    let locked = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    sqlx::query(AssertSqlSafe(locked)).execute(&mut db).await.expect("locked");
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1";
    sqlx::query(sql).bind(&name).execute(&mut db).await.expect("ended");
    let refused = Draft::create(&practice, 1).claims(claims(1)).append(&store).await;
    assert!(matches!(refused, Err(AppendError::Store(StoreError::Busy(_)))), "{refused:?}");
    assert!(matches!(store.ping().await, Err(StoreError::Busy(_))));
    let opened = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    sqlx::query(AssertSqlSafe(opened)).execute(&mut db).await.expect("opened");
    Draft::create(&practice, 1).claims(claims(1)).stored(&store).await;
    store.close().await;
    drop_database(&name).await;
    Ok(())
}

fn main() -> ExitCode {
    let more: Vec<Trial> = vec![
        test("postgres::two_hosts_on_one_database_agree", two_hosts_on_one_database_agree()),
        test("postgres::bookings_share_transactions", bookings_share_transactions()),
        test("postgres::newer_data_is_refused", newer_data_is_refused()),
        test("postgres::a_server_that_is_not_there_is_unreachable", a_server_that_is_not_there_is_unreachable()),
        test("postgres::broken_connections_are_replaced", broken_connections_are_replaced()),
        test("postgres::a_server_that_takes_nobody_is_busy", a_server_that_takes_nobody_is_busy()),
    ];
    run(Postgres, more)
}
