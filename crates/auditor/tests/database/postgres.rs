//! Leaks in a PostgreSQL database.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use souspli_attest::sha256;
use souspli_auditor::Check;
use souspli_auditor::audit::Gap;
use souspli_auditor::database::{AuditError, KnownBooking, KnownValue, Outcome, Source, Unchecked, Wanted, audit};
use souspli_auditor::policy::Policy;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::search::Words;
use crate::{audited, fact_of, found, honest, lines, must_find};

const VARIABLE: &str = "SOUSPLI_TEST_POSTGRES";

fn server() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} names a PostgreSQL server where databases may be created; `cargo xtask test` starts one")
    })
}

/// Runs SQL at a database of the server, or at the server's own.
fn run(database: Option<&str>, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut db = PgConnection::connect(&database.map_or_else(server, url)).await.expect("connected");
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut db).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        db.close().await.expect("closed");
    });
}

pub(crate) fn url(database: &str) -> String {
    let server = server();
    let (rest, _) = server.rsplit_once('/').expect("the server's URL names a database");
    format!("{rest}/{database}")
}

fn name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("souspli_audit_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The database of an honest host that was stopped; made once, and left to the server that is thrown away.
pub(crate) struct Honest {
    pub(crate) database: String,
    pub(crate) known: Vec<KnownBooking>,
}

pub(crate) fn honest() -> &'static Honest {
    static HONEST: OnceLock<Honest> = OnceLock::new();
    HONEST.get_or_init(|| {
        let database = name();
        run(None, &format!("CREATE DATABASE {database}"));
        let folder = tempfile::tempdir().expect("a folder");
        let known = honest::fill(folder.path().to_owned(), Some(url(&database)));
        Honest { database, known }
    })
}

/// A copy of the honest database, to be changed.
pub(crate) struct Copy(pub(crate) String);

impl Copy {
    pub(crate) fn new() -> Self {
        let copy = name();
        run(None, &format!("CREATE DATABASE {copy} TEMPLATE {}", honest().database));
        Self(copy)
    }

    pub(crate) fn run(&self, sql: &str) {
        run(Some(&self.0), sql);
    }

    fn audited(&self) -> Outcome {
        let known = &honest().known;
        audited(&self.source(), Some(&Words::of(known)), known)
    }

    pub(crate) fn source(&self) -> Source {
        Source::Postgres(url(&self.0))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        run(None, &format!("DROP DATABASE {} WITH (FORCE)", self.0));
    }
}

/// Other tests have databases of their own at the same server.
fn is_of_the_server(unchecked: &Unchecked) -> bool {
    unchecked.place.path == ["server"]
}

#[test]
fn an_honest_database_gives_no_finding() {
    let copy = Copy::new();
    let outcome = copy.audited();
    assert!(outcome.findings.is_empty(), "{}", lines(&outcome));
    assert!(outcome.unchecked.iter().all(is_of_the_server), "{:?}", outcome.unchecked);
    let rows: u64 = outcome.looked.iter().map(|looked| looked.rows).sum();
    assert!(outcome.looked.len() == 22 && rows > 5_000, "{:?}", outcome.looked);
    // Even after the server has gathered statistics.
    copy.run("ANALYZE");
    let outcome = copy.audited();
    assert!(outcome.findings.is_empty(), "{}", lines(&outcome));
}

#[test]
fn what_is_made_beside_the_tables_is_named() {
    let copy = Copy::new();
    copy.run(
        "CREATE SCHEMA shadow;
         CREATE TABLE shadow.event (who text);
         INSERT INTO shadow.event VALUES ('Somebody');
         CREATE UNLOGGED TABLE scratch (x int);
         CREATE VIEW agenda AS SELECT record FROM record;
         CREATE MATERIALIZED VIEW kept AS SELECT 'Somebody'::text AS who;
         CREATE SEQUENCE patients;
         CREATE TYPE specialty AS ENUM ('podology', 'oncology');
         CREATE DOMAIN phone AS text CHECK (value <> '+33 6 00 00 00 00');
         CREATE FUNCTION opened() RETURNS text LANGUAGE sql AS $$ SELECT 'Somebody' $$;
         CREATE PROCEDURE tidy() LANGUAGE sql AS $$ SELECT 1 $$;
         CREATE FUNCTION copied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER copied AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION copied();
         CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
         CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION noted();
         CREATE RULE also AS ON INSERT TO hold DO ALSO NOTHING;
         ALTER TABLE vault ENABLE ROW LEVEL SECURITY;
         CREATE POLICY mine ON vault USING (true);
         CREATE STATISTICS pairs ON window_number, released FROM record;
         CREATE INDEX by_hex ON record (encode(record, 'hex'));
         CREATE INDEX of_some ON claim (owner) WHERE until <> 0;
         CREATE UNIQUE INDEX again ON calendar (head);
         DROP INDEX vault_locator_of;
         CREATE PUBLICATION leaks FOR ALL TABLES;
         CREATE FOREIGN DATA WRAPPER elsewhere;
         CREATE SERVER other FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'somewhere');
         CREATE FOREIGN TABLE far (x int) SERVER other;
         COMMENT ON COLUMN record.record IS 'Adèle Martineau';
         COMMENT ON TABLE chain IS 'seen by the staff';
         COMMENT ON SCHEMA public IS 'Cabinet du Port';
         SELECT lo_from_bytea(0, 'Bruno Petitjean'::bytea);
         ALTER TABLE unmerged ALTER COLUMN minute SET DEFAULT 17;
         ALTER TABLE claim ADD CHECK (until <> 33612345678);
         ALTER TABLE hold ALTER COLUMN until SET STATISTICS 500;
         ALTER TABLE version ADD COLUMN gone text;
         ALTER TABLE version DROP COLUMN gone;
         ALTER TABLE event SET (fillfactor = 71);",
    );
    copy.run(&format!("ALTER DATABASE {} SET souspli.note = 'Somebody'", copy.0));
    let outcome = copy.audited();
    let undeclared: [&[&str]; 33] = [
        &["schema shadow"],
        &["table shadow.event", "column who"],
        &["table scratch"],
        &["view agenda"],
        &["materialized view kept", "column who"],
        &["sequence public.patients"],
        &["type public.specialty"],
        &["type public.phone"],
        &["constraint phone_check"],
        &["function public.opened()"],
        &["procedure public.tidy()"],
        &["trigger copied on public.event"],
        &["event trigger noted"],
        &["rule also on public.hold"],
        &["policy mine on public.vault"],
        &["statistics object public.pairs"],
        &["table record", "index by_hex"],
        &["table claim", "index of_some"],
        &["table calendar", "index again"],
        &["publication leaks"],
        &["foreign-data wrapper elsewhere"],
        &["server other"],
        &["foreign table far"],
        &["comment public.record.record"],
        &["comment public.chain"],
        &["comment schema public"],
        &["large objects of the database", "column data"],
        &["table unmerged", "column minute"],
        &["table claim", "constraint claim_until_check"],
        &["table hold", "column until"],
        &["table version", "dropped column ........pg.dropped.5........"],
        &["table event"],
        &["setting souspli.note"],
    ];
    for path in undeclared {
        must_find(&outcome, Check::UndeclaredObject, path);
    }
    assert!(
        // Other tests have databases of their own meanwhile, which nobody asked about.
        outcome.unchecked.iter().all(|one| one.gap == Gap::LeftOut || one.why.contains("no rows of its own")),
        "{:?}",
        outcome.unchecked
    );
    must_find(&outcome, Check::MissingObject, &["table vault_locator", "index vault_locator_of"]);
    must_find(&outcome, Check::Canary, &["comment public.record.record"]);
    must_find(&outcome, Check::Canary, &["large objects of the database", "column data", "row 1"]);
    must_find(&outcome, Check::ClearRun, &["large objects of the database", "column data"]);
    assert!(!found(&outcome, Check::WrongShape, &[]), "rows are as before:\n{}", lines(&outcome));
}

fn text<'a>(booking: &'a KnownBooking, name: &str) -> &'a str {
    let field = booking.fields.iter().find(|field| field.name == name).expect("a field");
    let KnownValue::Text(text) = &field.value else { panic!("{name} is a text") };
    text
}

#[test]
fn columns_and_values_that_tell_are_named() {
    let copy = Copy::new();
    let known = &honest().known;
    copy.run(
        "ALTER TABLE record ADD COLUMN meta jsonb, ADD COLUMN made timestamptz, ADD COLUMN phone_hash bytea,
             ADD COLUMN who text, ADD COLUMN tags text[], ADD COLUMN near float8, ADD COLUMN shape point",
    );
    let updates = known.iter().map(|booking| {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        format!(
            "UPDATE record SET meta = '{{\"reason\": \"{reason}\"}}', made = to_timestamp({order} * 17.5), who = '{name}',
                 phone_hash = '\\x{hash}', tags = ARRAY['{email}'], near = {order} / 3.0, shape = '(1,2)'
             WHERE record = '\\x{record}';",
            reason = text(booking, "reason").replace('\'', "''"),
            name = text(booking, "name"),
            email = text(booking, "email"),
            order = booking.order,
            hash = hex(&sha256(text(booking, "phone").as_bytes()).0),
            record = hex(&booking.record.0)
        )
    });
    copy.run(&updates.collect::<String>());
    copy.run(
        "UPDATE event SET bytes = overlay(bytes PLACING 'douleur dos ' FROM 4601) WHERE sequence IN (60, 90, 120);
         UPDATE event SET bytes = bytes || '\\x00' WHERE sequence = 130;
         UPDATE claim SET gid = substring(gid FROM 1 FOR 15) || set_byte('\\x00', 0, (get_byte(gid, 3) % 17)::int);
         UPDATE unmerged SET minute = minute * 60000 + 123;
         UPDATE record SET claims = claims[1:23] WHERE array_length(claims, 1) = 24 AND revision = 1;
         UPDATE chain SET receipt = (SELECT receipt FROM chain WHERE sequence = 70 ORDER BY calendar LIMIT 1) WHERE sequence = 80;
         UPDATE _sqlx_migrations SET installed_on = now(), execution_time = 17 WHERE version = 1;",
    );
    let outcome = copy.audited();
    for column in ["column meta", "column who", "column tags"] {
        must_find(&outcome, Check::UndeclaredObject, &["table record", column]);
        must_find(&outcome, Check::ClearRun, &["table record", column]);
        must_find(&outcome, Check::Canary, &["table record", column]);
    }
    assert_eq!(fact_of(&outcome, Check::UndeclaredObject, &["table record", "column meta"], "looks"), "json");
    must_find(&outcome, Check::TimeTooFine, &["table record", "column made"]);
    must_find(&outcome, Check::CanaryHash, &["table record", "column phone_hash"]);
    must_find(&outcome, Check::Correlated, &["table record", "column phone_hash"]);
    must_find(&outcome, Check::ClearRun, &["table event", "column bytes"]);
    must_find(&outcome, Check::WrongShape, &["table event", "column bytes"]);
    must_find(&outcome, Check::NotRandom, &["table claim", "column gid", "byte 15"]);
    must_find(&outcome, Check::TimeTooFine, &["table unmerged", "column minute"]);
    must_find(&outcome, Check::WrongShape, &["table record", "column claims"]);
    must_find(&outcome, Check::Repeated, &["table chain", "column receipt"]);
    must_find(&outcome, Check::WrongShape, &["table chain", "column sequence"]);
    must_find(&outcome, Check::WrongShape, &["table _sqlx_migrations", "column installed_on"]);
    must_find(&outcome, Check::WrongShape, &["table _sqlx_migrations", "column execution_time"]);
}

#[test]
fn what_may_not_be_read_is_said() {
    let copy = Copy::new();
    let role = name();
    copy.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'x'; GRANT SELECT ON calendar, version TO {role};
         ALTER TABLE calendar ENABLE ROW LEVEL SECURITY; CREATE POLICY none ON calendar USING (false);"
    ));
    let (scheme, rest) = url(&copy.0).split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a URL");
    let (_, place) = rest.split_once('@').expect("a user");
    let source = Source::Postgres(format!("{scheme}://{role}:x@{place}"));
    let outcome = audited(&source, None, &[]);
    let unread: Vec<String> = outcome.unchecked.iter().map(|unchecked| unchecked.place.path.join(" ")).collect();
    // A table whose rows a policy would hide is not taken for an empty one.
    for table in ["table event", "table calendar", "table vault"] {
        assert!(unread.contains(&table.to_owned()), "{unread:?}");
    }
    assert!(!unread.contains(&"table version".to_owned()));
    copy.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_server_that_is_not_there_is_an_error_without_its_password() {
    let policy = Policy::embedded().expect("policy");
    for url in ["postgres://somebody:a-password@127.0.0.1:9/none", "no address at all"] {
        let source = Source::Postgres(url.to_owned());
        let error = audit(&source, Wanted::by(&policy), &mut |_| {}).expect_err("no server");
        assert!(matches!(error, AuditError::Unreadable(_)), "{error}");
        assert!(!format!("{error} {error:?} {source:?}").contains("password"), "{error}");
    }
}
