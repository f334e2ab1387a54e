//! Something stands beside the declared tables of a SQLite file.

use souspli_auditor::Check::{Canary, MissingObject, UndeclaredObject};

use super::{at, encodings, one};
use crate::{Leak, Switch};

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "sqlite/shadow-table",
        "keeps a second list of patients in a table of its own",
        &[at(UndeclaredObject, &["table patient"]), at(Canary, &["table patient", "column name"])],
        Leak::Sqlite(|host| {
            host.run("CREATE TABLE patient (name TEXT, phone TEXT)");
            for (_, person) in host.copy().known() {
                let insert = "INSERT INTO patient VALUES (?1, ?2)";
                host.db().execute(insert, [&person.name, &encodings::e164(&person.phone)]).expect("inserted");
            }
        }),
    )
    .also(&[&["table patient"]]),
    one(
        "sqlite/trigger",
        "copies each new event aside",
        &[at(UndeclaredObject, &["table event", "trigger copied"])],
        Leak::Sqlite(|host| {
            host.run(
                "CREATE TABLE aside (record BLOB, bytes BLOB);
                 CREATE TRIGGER copied AFTER INSERT ON event BEGIN
                     INSERT INTO aside VALUES (new.record, new.bytes);
                 END",
            );
        }),
    )
    .also(&[&["table aside"]]),
    one(
        "sqlite/view",
        "has a view that lists bookings by practice and minute",
        &[at(UndeclaredObject, &["view agenda"])],
        Leak::Sqlite(|host| {
            host.run("CREATE VIEW agenda AS SELECT calendar, record, sequence FROM event ORDER BY calendar, sequence");
        }),
    ),
    one(
        "sqlite/expression-index",
        "has an index over the first bytes of sealed bodies, to find equal ones",
        &[at(UndeclaredObject, &["table event", "index by_body"])],
        Leak::Sqlite(|host| host.run("CREATE INDEX by_body ON event (substr(bytes, 4226, 64))")),
    ),
    one(
        "sqlite/partial-index-with-a-name",
        "has an index whose condition names a patient",
        &[at(UndeclaredObject, &["table record", "index vip"])],
        Leak::Sqlite(|host| {
            let name = &host.copy().person(3).name;
            host.run(&format!("CREATE INDEX vip ON record (record) WHERE hash <> CAST('{name}' AS BLOB)"));
        }),
    ),
    one(
        "sqlite/comment",
        "writes a note about a patient into the text of a table's definition",
        &[at(UndeclaredObject, &["table unmerged"])],
        Leak::Sqlite(|host| {
            let name = &host.copy().person(4).name;
            host.run(&format!(
                "PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = replace(sql, 'object', '/* ask {name} */ object') WHERE name = 'unmerged';
                 PRAGMA writable_schema = RESET;"
            ));
        }),
    ),
    one(
        "sqlite/full-text-search",
        "has a full-text index over the reasons",
        &[at(UndeclaredObject, &["virtual table words"])],
        Leak::Sqlite(|host| {
            host.run("CREATE VIRTUAL TABLE words USING fts5(reason)");
            for (_, person) in host.copy().known() {
                host.db().execute("INSERT INTO words VALUES (?1)", [&person.reason]).expect("inserted");
            }
        }),
    )
    .also(&[&["shadow table *"], &["virtual table words"], &["table words*"]]),
    one(
        "sqlite/generated-column",
        "has a generated column that shows whether a body is the standard one",
        &[at(UndeclaredObject, &["table event", "column empty_note"])],
        Leak::Sqlite(|host| {
            host.run(
                "ALTER TABLE event ADD COLUMN empty_note INTEGER AS (hex(substr(bytes, 6290, 2)) < '8000') VIRTUAL",
            );
        }),
    ),
    one(
        "sqlite/user-version",
        "keeps how many patients there are in the file's header",
        &[at(UndeclaredObject, &["user_version"])],
        Leak::Sqlite(|host| host.run("PRAGMA user_version = 47001")),
    ),
    one(
        "sqlite/dropped-index",
        "has dropped an index that the policy declares",
        &[at(MissingObject, &["table vault_locator", "index vault_locator_of"])],
        Leak::Sqlite(|host| host.run("DROP INDEX vault_locator_of")),
    ),
];
