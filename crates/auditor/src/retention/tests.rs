//! Due and not due, whole and broken skeletons.

use rusqlite::Connection;

use super::*;
use crate::audit::{About, Minute};

/// The first minute of a window, by the UTC date.
fn begin(window: u32) -> u32 {
    (window * WINDOW_DAYS + FIRST_MONDAY) * DAY
}

/// A host that is at window 742: it has one record of each of the windows 739 to 742, and has erased one of 738.
const HONEST: &str = "
    CREATE TABLE record (calendar BLOB, record BLOB, window_number INTEGER);
    CREATE TABLE event (calendar BLOB, record BLOB, sequence INTEGER, bytes BLOB);
    CREATE TABLE publication (calendar BLOB, kind INTEGER, slot INTEGER);
    CREATE TABLE chain (calendar BLOB, sequence INTEGER, receipt BLOB);
    CREATE TABLE version (calendar BLOB, sequence INTEGER);
    CREATE TABLE sequencer (until INTEGER);
    CREATE TABLE gap (calendar BLOB, sequence INTEGER);
    CREATE TABLE tombstone (calendar BLOB, record BLOB, window_number INTEGER, events INTEGER, why INTEGER);
    CREATE TABLE erase (calendar BLOB, sequence INTEGER);
    WITH RECURSIVE n (w) AS (SELECT 739 UNION ALL SELECT w + 1 FROM n WHERE w < 742)
    INSERT INTO record SELECT zeroblob(16), CAST(printf('record of win%d', w) AS BLOB), w FROM n;
    INSERT INTO event SELECT calendar, record, window_number - 738, x'00' FROM record;
    INSERT INTO publication VALUES (zeroblob(16), 6, 739), (zeroblob(16), 1, 0);
    INSERT INTO version VALUES (zeroblob(16), 5);
    INSERT INTO gap VALUES (zeroblob(16), 6), (zeroblob(16), 7);
    INSERT INTO tombstone VALUES (zeroblob(16), CAST('record of win738' AS BLOB), 738, 2, 1);
    INSERT INTO erase VALUES (zeroblob(16), 8);
    WITH RECURSIVE n (s) AS (SELECT 1 UNION ALL SELECT s + 1 FROM n WHERE s < 8)
    INSERT INTO chain SELECT zeroblob(16), s, x'00' FROM n;";

fn found(change: &str, now: u32) -> Vec<(Check, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.db");
    let db = Connection::open(&file).expect("a file");
    db.execute_batch(HONEST).expect("filled");
    db.execute_batch(change).expect("changed");
    db.close().expect("closed");
    let about = About { host: "h".to_owned(), auditor: None, key: None };
    let mut collected = Audit::begin(about, Minute::new(0));
    audit(&Source::Sqlite(file), &Place::of("database a.db"), now, &mut collected).expect("read");
    let report = collected.end(Minute::new(0));
    report.findings.iter().map(|finding| (finding.check, finding.place.path.join(" "))).collect()
}

#[test]
fn a_host_that_erases_in_time_gives_no_finding() {
    assert_eq!(found("", begin(742)), []);
    assert_eq!(found("", begin(743) + DAY - 1), [], "a day to erase what has become due");
}

#[test]
fn what_is_due_is_named() {
    let due = found("", begin(743) + DAY);
    let of = |table: &str| (Check::NotPurged, format!("table {table}"));
    assert_eq!(due, [of("publication"), of("record")]);
    // A copy of a host whose clock is further: by its own minutes.
    assert_eq!(found(&format!("INSERT INTO sequencer VALUES ({})", begin(743) + DAY), 0), due);
    // Events without their record are named by the window that they say themselves: here they say none.
    assert_eq!(found("DELETE FROM record WHERE window_number = 739; DELETE FROM publication", begin(743) + DAY), []);
}

#[test]
fn a_skeleton_that_is_broken_is_named() {
    let names = |change: &str| found(change, begin(742));
    let gone = |table: &str| vec![(Check::SkeletonGone, format!("table {table}"))];
    assert_eq!(names("UPDATE tombstone SET events = 3"), gone("gap"));
    assert_eq!(names("DELETE FROM tombstone"), gone("gap"));
    assert_eq!(names("DELETE FROM chain WHERE sequence = 7"), gone("chain"));
    let both = names("DELETE FROM gap WHERE sequence = 6");
    assert_eq!(both, [(Check::NotInDatabase, "table chain".to_owned()), (Check::SkeletonGone, "table gap".to_owned())]);
    assert_eq!(names("DELETE FROM event WHERE sequence = 2"), [(Check::NotInDatabase, "table chain".to_owned())]);
    let still = names("INSERT INTO record VALUES (zeroblob(16), CAST('record of win738' AS BLOB), 742)");
    assert_eq!(still, [(Check::NotPurged, "table tombstone".to_owned())]);
}
