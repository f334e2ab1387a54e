//! Leaks in a PostgreSQL database.

use souspli_auditor::Check::{Canary, CanaryHash, ClearRun, TimeTooFine, UndeclaredObject};

use super::{at, encodings, one};
use crate::copy::hex;
use crate::{Leak, Switch};

/// The switches.
pub(super) const SWITCHES: &[Switch] = &[
    one(
        "postgres/name-column",
        "keeps each patient's name in a column of its own",
        &[at(Canary, &["table record", "column patient"])],
        Leak::Postgres(|host| host.column("patient", "text", |_, person| quoted(&person.name))),
    ),
    one(
        "postgres/jsonb",
        "keeps the reason inside a jsonb document",
        &[at(Canary, &["table record", "column meta"])],
        Leak::Postgres(|host| {
            host.column("meta", "jsonb", |_, person| {
                quoted(&serde_json::json!({ "tags": ["new", person.reason] }).to_string())
            });
        }),
    ),
    one(
        "postgres/text-array",
        "keeps the e-mail address among other tags",
        &[at(Canary, &["table record", "column tags"])],
        Leak::Postgres(|host| {
            host.column("tags", "text[]", |_, person| format!("ARRAY['web', {}]", quoted(&person.email)));
        }),
    ),
    one(
        "postgres/gzip-in-bytea",
        "keeps the whole form compressed in a bytea",
        &[at(Canary, &["table record", "column archive"])],
        Leak::Postgres(|host| {
            host.column("archive", "bytea", |_, person| {
                format!("'\\x{}'", hex(&encodings::gzip(encodings::form(person).as_bytes())))
            });
        }),
    ),
    one(
        "postgres/phone-sha256",
        "keeps SHA-256 of the telephone number, made by the database",
        &[at(CanaryHash, &["table record", "column who"])],
        Leak::Postgres(|host| {
            host.column("who", "bytea", |_, person| {
                format!("sha256(convert_to({}, 'UTF8'))", quoted(&encodings::e164(&person.phone)))
            });
        }),
    ),
    one(
        "postgres/created-at",
        "keeps when a booking came, to the microsecond",
        &[at(TimeTooFine, &["table event", "column created_at"])],
        Leak::Postgres(|host| {
            host.run(
                "ALTER TABLE event ADD COLUMN created_at timestamptz;
                 UPDATE event SET created_at = to_timestamp(1795420800 + sequence * 137.041013);",
            );
        }),
    ),
    one(
        "postgres/visit-timestamp",
        "keeps when the visit begins",
        &[at(TimeTooFine, &["table record", "column starts"])],
        Leak::Postgres(|host| {
            host.column("starts", "timestamptz", |booking, _| format!("to_timestamp({})", booking.start * 60));
        }),
    ),
    one(
        "postgres/other-schema",
        "keeps a second list of patients in another schema",
        &[at(UndeclaredObject, &["table analytics.visitor"]), at(Canary, &["table analytics.visitor", "column name"])],
        Leak::Postgres(|host| {
            let names: Vec<String> =
                host.copy().known().map(|(_, person)| format!("({})", quoted(&person.name))).collect();
            host.run(&format!(
                "CREATE SCHEMA analytics; CREATE TABLE analytics.visitor (name text);
                 INSERT INTO analytics.visitor VALUES {};",
                names.join(", ")
            ));
        }),
    )
    .also(&[&["schema analytics"], &["table analytics.visitor"]]),
    one(
        "postgres/trigger-and-function",
        "tells another program of each new event",
        &[at(UndeclaredObject, &["trigger told on public.event"]), at(UndeclaredObject, &["function public.tell()"])],
        Leak::Postgres(|host| {
            host.run(
                "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
                     BEGIN PERFORM pg_notify('events', encode(new.record, 'hex')); RETURN new; END $$;
                 CREATE TRIGGER told AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION tell();",
            );
        }),
    ),
    one(
        "postgres/comment",
        "notes a patient's name in the comment of a column",
        &[at(UndeclaredObject, &["comment public.record.record"]), at(Canary, &["comment public.record.record"])],
        Leak::Postgres(|host| {
            let note = quoted(&format!("for {} see the other list", host.copy().person(8).name));
            host.run(&format!("COMMENT ON COLUMN record.record IS {note}"));
        }),
    ),
    one(
        "postgres/large-object",
        "keeps forms in large objects",
        &[
            at(UndeclaredObject, &["large objects of the database"]),
            at(Canary, &["large objects of the database", "column data"]),
        ],
        Leak::Postgres(|host| {
            let form = encodings::form(host.copy().person(2));
            host.run(&format!("SELECT lo_from_bytea(0, '\\x{}')", hex(form.as_bytes())));
        }),
    )
    .also(&[&["large object *"], &["large objects of the database"]]),
    one(
        "postgres/expression-index",
        "has an index over the last bytes of sealed bodies",
        &[at(UndeclaredObject, &["table event", "index by_tail"])],
        Leak::Postgres(|host| host.run("CREATE INDEX by_tail ON event (substring(bytes FROM 8000 FOR 32))")),
    ),
    one(
        "postgres/materialized-view",
        "keeps what is in a view that counts bookings by practice and day",
        &[at(UndeclaredObject, &["materialized view daily"])],
        Leak::Postgres(|host| {
            host.run("CREATE MATERIALIZED VIEW daily AS SELECT calendar, minute / 1440 AS day, count(*) FROM unmerged GROUP BY 1, 2");
        }),
    ),
    one(
        "postgres/enum-of-specialties",
        "declares the specialties as a type",
        &[at(UndeclaredObject, &["type public.specialty"])],
        Leak::Postgres(|host| host.run("CREATE TYPE specialty AS ENUM ('oncology', 'psychiatry', 'addictology')")),
    ),
    one(
        "postgres/database-setting",
        "notes a word in a setting of the database",
        &[at(UndeclaredObject, &["setting souspli.note"])],
        Leak::Postgres(|host| {
            let name = quoted(&host.copy().person(5).name);
            host.run(&format!("ALTER DATABASE {} SET souspli.note = {name}", host.name()));
        }),
    ),
    one(
        "postgres/foreign-table",
        "has a table that lies on another server",
        &[at(UndeclaredObject, &["foreign table far"])],
        Leak::Postgres(|host| {
            host.run(
                "CREATE FOREIGN DATA WRAPPER elsewhere;
                 CREATE SERVER other FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'warehouse.example');
                 CREATE FOREIGN TABLE far (who text) SERVER other;",
            );
        }),
    )
    .also(&[&["foreign-data wrapper elsewhere"], &["server other"], &["foreign table far"]]),
    one(
        "postgres/publication",
        "replicates everything to whoever subscribes",
        &[at(UndeclaredObject, &["publication warehouse"])],
        Leak::Postgres(|host| host.run("CREATE PUBLICATION warehouse FOR ALL TABLES")),
    ),
    one(
        "postgres/clear-run-in-a-vault",
        "writes a hint into a sealed vault",
        &[at(ClearRun, &["table vault", "column bytes"])],
        Leak::Postgres(|host| {
            host.run("UPDATE vault SET bytes = overlay(bytes PLACING 'hint: the dog and 1987' FROM 120001)");
        }),
    )
    .also(&[&["table vault"]]),
    one(
        "postgres/half-hidden-name",
        "keeps four letters of the name and stars",
        &[at(UndeclaredObject, &["table record", "column display"])],
        Leak::Postgres(|host| {
            host.column("display", "text", |_, person| {
                let begin: String = person.name.chars().take(4).collect();
                quoted(&format!("{begin}*******"))
            });
        }),
    ),
];

/// A text as SQL writes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
