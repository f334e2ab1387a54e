//! Dumps that `pg_dump` writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use souspli_auditor::Check;
use souspli_auditor::database::{AuditError, Outcome, Source, Wanted, audit};
use souspli_auditor::policy::Policy;

use crate::postgres::{Copy, honest, url};
use crate::search::Words;
use crate::{audited, found, lines, must_find};

/// `pg_dump` on the path, or where Debian keeps it.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    let mut programs = std::env::split_paths(&path).chain(debian).map(|folder| folder.join("pg_dump"));
    programs.find(|program| program.is_file()).expect("pg_dump, which comes with PostgreSQL")
}

/// Dumps a database into a folder.
fn dumped(database: &str, folder: &Path, arguments: &[&str]) -> PathBuf {
    let file = folder.join("host.dump");
    let mut dump = Command::new(program());
    dump.args(arguments).arg("--file").arg(&file).arg(url(database));
    assert!(dump.status().expect("pg_dump runs").success());
    file
}

fn of(file: PathBuf) -> Outcome {
    let known = &honest().known;
    audited(&Source::Dump(file), Some(&Words::of(known)), known)
}

#[test]
fn an_honest_dump_gives_no_finding_in_any_format() {
    let copy = Copy::new();
    for arguments in [&["--format=plain"][..], &["--format=custom"], &["--format=tar"], &["--format=directory"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let outcome = of(dumped(&copy.0, folder.path(), arguments));
        assert!(outcome.findings.is_empty(), "{arguments:?}: {}", lines(&outcome));
        assert!(outcome.unchecked.is_empty(), "{arguments:?}: {:?}", outcome.unchecked);
        let rows: u64 = outcome.looked.iter().map(|looked| looked.rows).sum();
        assert!(outcome.looked.len() == 23 && rows > 5_000, "{:?}", outcome.looked);
    }
}

#[test]
fn what_is_in_a_database_is_named_in_its_dump() {
    let copy = Copy::new();
    copy.run(
        "CREATE SCHEMA shadow;
         CREATE TABLE shadow.event (who text, \"At\" timestamptz);
         INSERT INTO shadow.event VALUES ('Adèle Martineau', now());
         CREATE UNLOGGED TABLE scratch (x int CHECK (x <> 17));
         CREATE VIEW agenda AS SELECT record FROM record;
         CREATE MATERIALIZED VIEW kept AS SELECT 'Somebody'::text AS who;
         CREATE SEQUENCE patients;
         CREATE TYPE specialty AS ENUM ('podology', 'oncology');
         CREATE DOMAIN phone AS text;
         CREATE FUNCTION opened() RETURNS text LANGUAGE sql AS $$ SELECT 'Bruno Petitjean; /*' $$;
         CREATE FUNCTION copied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER copied AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION copied();
         CREATE RULE also AS ON INSERT TO hold DO ALSO NOTHING;
         ALTER TABLE vault ENABLE ROW LEVEL SECURITY;
         CREATE POLICY mine ON vault USING (true);
         CREATE STATISTICS pairs ON window_number, released FROM record;
         CREATE INDEX by_hex ON record (encode(record, 'hex'));
         CREATE INDEX of_some ON claim (owner) WHERE until <> 0;
         CREATE UNIQUE INDEX again ON calendar (head);
         DROP INDEX vault_locator_of;
         CREATE PUBLICATION leaks FOR ALL TABLES;
         COMMENT ON COLUMN record.record IS 'Chloé Dubois-Marchand';
         SELECT lo_from_bytea(0, 'Bruno Petitjean'::bytea || decode(repeat('00', 20000), 'hex'));
         ALTER TABLE unmerged ALTER COLUMN minute SET DEFAULT 17;
         ALTER TABLE claim ADD CHECK (until <> 33612345678);
         ALTER TABLE hold ALTER COLUMN until SET STATISTICS 500;
         ALTER TABLE record ADD COLUMN note text DEFAULT 'Elsa Roy, née Oz';
         UPDATE event SET bytes = bytes || '\\x00' WHERE sequence = 130;",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = of(dumped(&copy.0, folder.path(), &["--format=custom"]));
    let undeclared: [&[&str]; 23] = [
        &["schema shadow"],
        &["table shadow.event", "column who"],
        &["table scratch", "constraint scratch_x_check"],
        &["view agenda"],
        &["materialized view kept"],
        &["sequence patients"],
        &["type specialty"],
        &["domain phone"],
        &["function opened"],
        &["trigger copied"],
        &["rule also"],
        &["table vault", "change enable row level security"],
        &["policy mine"],
        &["statistics pairs"],
        &["table record", "index by_hex"],
        &["table claim", "index of_some"],
        &["table calendar", "index again"],
        &["publication leaks"],
        &["comment column public.record.record"],
        &["large objects of the database", "column data"],
        &["table claim", "constraint claim_until_check"],
        &["table hold", "column until"],
        &["table record", "column note"],
    ];
    for path in undeclared {
        must_find(&outcome, Check::UndeclaredObject, path);
    }
    must_find(&outcome, Check::UndeclaredObject, &["table unmerged", "column minute"]);
    must_find(&outcome, Check::MissingObject, &["table vault_locator", "index vault_locator_of"]);
    must_find(&outcome, Check::Canary, &["function opened"]);
    must_find(&outcome, Check::Canary, &["comment column public.record.record"]);
    must_find(&outcome, Check::Canary, &["large objects of the database", "column data", "row 1"]);
    must_find(&outcome, Check::Canary, &["table shadow.event", "column who"]);
    must_find(&outcome, Check::TimeTooFine, &["table shadow.event", "column At"]);
    must_find(&outcome, Check::ClearRun, &["table record", "column note"]);
    must_find(&outcome, Check::WrongShape, &["table event", "column bytes"]);
    assert!(!found(&outcome, Check::WrongShape, &["table record"]), "{}", lines(&outcome));
}

#[test]
fn what_cannot_be_read_of_a_dump_is_said() {
    let copy = Copy::new();
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = of(dumped(&copy.0, folder.path(), &["--inserts"]));
    assert!(
        outcome.unchecked.iter().any(|unchecked| unchecked.place.path == ["table event"]),
        "{:?}",
        outcome.unchecked
    );

    let schema = of(dumped(&copy.0, folder.path(), &["--schema-only"]));
    assert!(schema.findings.is_empty(), "{}", lines(&schema));
    assert!(schema.unchecked.iter().any(|unchecked| unchecked.place.path == ["table event"]), "{:?}", schema.unchecked);

    let policy = Policy::embedded().expect("policy");
    let refused =
        |file: &Path| audit(&Source::Dump(file.to_owned()), Wanted::by(&policy), &mut |_| {}).expect_err("refused");
    let archive = dumped(&copy.0, folder.path(), &["--format=custom"]);
    let bytes = std::fs::read(&archive).expect("read");
    std::fs::write(&archive, &bytes[..bytes.len() / 2]).expect("written");
    assert!(matches!(refused(&archive), AuditError::Unreadable(_)), "an archive that ends early");
    std::fs::write(&archive, "a text of somebody's").expect("written");
    assert!(matches!(refused(&archive), AuditError::Foreign(_)));
    std::fs::write(&archive, "-- PostgreSQL database dump\n").expect("written");
    assert!(matches!(refused(&archive), AuditError::Foreign(_)));
    assert!(matches!(refused(&folder.path().join("nothing")), AuditError::Unreadable(_)));
}
