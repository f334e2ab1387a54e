//! Data of an earlier version: everything in them reads as before, and they go on.

use std::path::Path;

use rusqlite::Connection;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::vault::SealedVault;
use souspli_protocol::{RecordId, VerifyingKey};
use souspli_store::{
    AppendError, Calendar, ClaimsNow, Entry, EventWrite, Listed, Store, StoredEvent, StoredPublication, VaultError,
};
use souspli_store_contract::checks::{claimed, sorted, verify_chain};
use souspli_store_contract::fixture::{Draft, NOW, Practice, WINDOW, claims, linker, locator, vault};

use super::open;

/// The data of version 2.
const TWO: [&str; 2] = [
    include_str!("../../../../migrations/sqlite/0001_host.sql"),
    include_str!("../../../../migrations/sqlite/0002_host_key.sql"),
];
/// What tells the files of a host from others.
const APPLICATION: i64 = 0x536f_7573;
const HOST: VerifyingKey = VerifyingKey([0x21; 32]);
const SESSION: VerifyingKey = VerifyingKey([0xa; 32]);
const EXTENDED: VerifyingKey = VerifyingKey([0xb; 32]);

/// What was written, record by record.
struct Filled {
    practices: [Practice; 2],
    moved: EventWrite,
    released: EventWrite,
    purged: EventWrite,
    other: EventWrite,
}

/// Everything that can be read of a practice.
#[derive(Debug, PartialEq)]
struct Everything {
    calendar: Option<Calendar>,
    publications: Vec<StoredPublication>,
    chain: Vec<Listed>,
    records: Vec<Vec<StoredEvent>>,
    last: Vec<Option<StoredEvent>>,
    claims: Vec<ClaimsNow>,
    holds: Vec<bool>,
    vault: Option<SealedVault>,
}

/// Events, moved, released and purged ones, claims, holds, publications and vaults of version 2 survive.
pub(crate) async fn data_of_version_two_read_as_before() -> Result<(), String> {
    let folder = || tempfile::tempdir().map_err(|error| error.to_string());
    let (now, older) = (folder()?, folder()?);
    let store = open(now.path()).expect("new");
    let filled = fill(&store).await;
    store.close().await;
    purge(now.path(), filled.purged.event.header().record);
    let store = open(now.path()).expect("again");
    let before = filled.read(&store).await;
    let mut waiting = store.unmerged(100).await.expect("read");
    store.close().await;
    as_version_two(now.path(), older.path());

    let store = open(older.path()).expect("brought up to date");
    assert!(filled.read(&store).await == before, "something reads otherwise");
    let purged = before[0].chain.iter().filter(|listed| listed.entry == Entry::Publication).count();
    assert_eq!(purged, 5, "four publications and the purged event");
    // Of what was purged nobody knows any more what its leaf is the hash of.
    waiting.retain(|leaf| leaf.object != filled.purged.hash);
    waiting.sort_unstable_by_key(|leaf| leaf.id);
    let mut found = store.unmerged(100).await.expect("read");
    found.sort_unstable_by_key(|leaf| leaf.id);
    assert!(found == waiting && waiting.len() == 12, "{found:?}");
    assert!(store.bind_host(HOST).await.expect("read") && !store.bind_host(SESSION).await.expect("read"));
    filled.goes_on(&store).await;
    store.close().await;
    check_files(older.path(), now.path());
    Ok(())
}

async fn fill(store: &dyn Store) -> Filled {
    assert!(store.bind_host(HOST).await.expect("bound"));
    let practices = [Practice::registered(1, store).await, Practice::registered(2, store).await];
    let [one, two] = &practices;
    let first = Draft::create(one, 1).claims(claims(1)).stored(store).await;
    let moved = Draft::after(&first).claims(claims(2)).seed(7).stored(store).await;
    let booked = Draft::create(one, 2).claims(claims(3)).stored(store).await;
    let released = Draft::after(&booked).release().stored(store).await;
    let purged = Draft::create(one, 3).claims(claims(4)).stored(store).await;
    let other = Draft::create(two, 4).claims(claims(1)).stored(store).await;
    for (session, number) in [(SESSION, 5), (EXTENDED, 6)] {
        store.hold(one.calendar(), session, WINDOW, &claims(number), NOW, NOW + 10).await.expect("free");
    }
    store.extend_hold(one.calendar(), EXTENDED, NOW, 10).await.expect("once");
    one.publish(store, PublicationKind::Hours, WINDOW, 4).await;
    store.create_vault(&vault(1, 1, 1, 1), [locator(1), locator(2)]).await.expect("stored");
    Filled { practices, moved, released, purged, other }
}

/// What a purge leaves of an event: its place in the chain, and where its record stands.
fn purge(folder: &Path, record: RecordId) {
    let db = file(folder);
    assert_eq!(db.execute("DELETE FROM event WHERE record = ?1", [record.0]).expect("deleted"), 1);
}

/// Writes the same rows into tables of version 2.
fn as_version_two(from: &Path, to: &Path) {
    let db = file(to);
    for sql in TWO {
        db.execute_batch(sql).expect("tables");
    }
    db.pragma_update(None, "application_id", APPLICATION).expect("ours");
    db.pragma_update(None, "user_version", 2).expect("version");
    db.execute("ATTACH ?1 AS source", [from.join("souspli.db").to_string_lossy()]).expect("both");
    for table in tables(&db) {
        // What waits now was kept as leaves then.
        let rows = match table.as_str() {
            "leaf" => format!("SELECT rowid, calendar, sequence, leaf, {NOW} FROM source.chain"),
            table => format!("SELECT * FROM source.{table}"),
        };
        let sql = format!("INSERT INTO main.{table} {rows}");
        assert_ne!(db.execute(&sql, []).expect("copied"), 0, "{table} is empty");
    }
}

fn tables(db: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut names = db.prepare(sql).expect("names");
    let names = names.query_map([], |row| row.get(0)).expect("names");
    names.collect::<Result<_, _>>().expect("names")
}

fn file(folder: &Path) -> Connection {
    Connection::open(folder.join("souspli.db")).expect("the file")
}

/// One whole file with the tables of a new one, and the copy of what was there before.
fn check_files(folder: &Path, new: &Path) {
    let db = file(folder);
    let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(sound, "ok");
    let copy = Connection::open(folder.join("souspli.before-3.db")).expect("the copy");
    assert_eq!(copy.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).expect("version"), 2);
    assert_eq!(tables(&db), tables(&file(new)));
}

impl Filled {
    fn records(&self) -> [RecordId; 4] {
        [&self.moved, &self.released, &self.purged, &self.other].map(|write| write.event.header().record)
    }

    async fn read(&self, store: &dyn Store) -> [Everything; 2] {
        let [one, two] = &self.practices;
        [self.read_one(store, one).await, self.read_one(store, two).await]
    }

    async fn read_one(&self, store: &dyn Store, practice: &Practice) -> Everything {
        let id = practice.calendar();
        let (mut records, mut last, mut claims, mut holds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for record in self.records() {
            records.push(store.record(id, record).await.expect("read"));
            last.push(store.last_event(id, record).await.expect("read"));
        }
        for minute in [NOW, NOW + 10, NOW + 20] {
            claims.push(store.claims(id, 0, u32::MAX, minute).await.expect("read"));
            for session in [SESSION, EXTENDED] {
                holds.push(store.holds(id, session, minute).await.expect("read"));
            }
        }
        let mut publications = store.publications(id, PublicationKind::Hours, 0, u32::MAX).await.expect("read");
        publications.extend(store.publication(id, PublicationKind::Acl, 0).await.expect("read"));
        verify_chain(store, practice).await;
        Everything {
            calendar: store.calendar(id).await.expect("read"),
            publications,
            chain: store.chain(id, 0, 64).await.expect("read"),
            records,
            last,
            claims,
            holds,
            vault: store.vault(locator(2)).await.expect("read"),
        }
    }

    /// What is stored is known again, what is taken stays taken, and each record goes on where it stood.
    async fn goes_on(&self, store: &dyn Store) {
        let one = &self.practices[0];
        let again = store.append(&self.moved, NOW, linker()).await.expect("the same bytes");
        assert!(!again.new);
        let newest = |draft: Draft| draft.with(|header| header.version = 4);
        for number in [2, 4, 5, 6] {
            let refused = newest(Draft::create(one, 10)).claims(claims(number)).append(store).await;
            assert!(matches!(refused, Err(AppendError::Taken)), "{number}: {refused:?}");
        }
        let back = newest(Draft::after(&self.released)).claims(claims(3)).append(store).await;
        assert!(matches!(back, Err(AppendError::Released)), "{back:?}");
        newest(Draft::after(&self.purged)).release().stored(store).await;
        newest(Draft::after(&self.moved)).claims(claims(1)).stored(store).await;
        newest(Draft::create(one, 11)).claims(claims(5)).session(SESSION).stored(store).await;
        assert_eq!(claimed(store, one).await, sorted(&[claims(1), claims(5)]));
        let exists = store.create_vault(&vault(1, 2, 1, 2), [locator(1), locator(2)]).await;
        assert!(matches!(exists, Err(VaultError::Exists)), "{exists:?}");
        assert_eq!(verify_chain(store, one).await, 12);
    }
}
