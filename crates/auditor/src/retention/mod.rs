//! What had to be erased by now, and what erasing must leave behind.
//!
//! A record of window w is due when window w + 4 has come, and so are hours published for w. Of what was erased the
//! skeleton stays: a tombstone for the record, a gap for each of its events, the chain's rows with leaf and receipt.

mod facts;
#[cfg(test)]
mod tests;

use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::WINDOW_DAYS;
use souspli_protocol::{CalendarId, RecordId};

use crate::audit::{Audit, Looked};
use crate::database::{AuditError, Source};
use crate::{Area, Check, Finding, Place};
use facts::Facts;

/// Windows that are kept after a record's own.
const KEPT: u32 = 3;
/// Minutes of a day: so long a host may take to erase what has become due.
const DAY: u32 = 1_440;
/// Days from 1970-01-01 to the Monday on which window 0 begins (ADR 0009).
const FIRST_MONDAY: u32 = 4;
/// Findings of a kind that are told one by one.
const TOLD: u32 = 64;

/// What is looked for.
const CHECKS: &[Check] = &[Check::NotPurged, Check::SkeletonGone, Check::NotInDatabase];

/// The first window of which nothing is due at a minute, for a host that had a day to erase what became due.
fn kept_from(minute: u32) -> u32 {
    let days = (minute.saturating_sub(DAY) / DAY).saturating_sub(FIRST_MONDAY);
    days.checked_div(WINDOW_DAYS).unwrap_or_default().saturating_sub(KEPT)
}

/// Looks at a database. `now` is the auditor's minute; where the data know of a later one, that is the present.
pub fn audit(source: &Source, place: &Place, now: u32, audit: &mut Audit) -> Result<(), AuditError> {
    let facts = Facts::read(source)?;
    let kept = kept_from(now.max(facts.newest_minute()?));
    for finding in not_purged(&facts, place, kept)?.into_iter().chain(skeleton(&facts, place)?) {
        audit.find(finding);
    }
    let (rows, bytes) = (facts.rows, facts.bytes);
    let checks = CHECKS.to_vec();
    audit.looked(Looked { area: Area::Retention, place: place.clone(), checks, rows, bytes, seconds: 0 });
    Ok(())
}

type Row = ([u8; 16], [u8; 16], u32);

fn not_purged(facts: &Facts, place: &Place, kept: u32) -> Result<Vec<Finding>, AuditError> {
    let mut findings = Vec::new();
    let record = |(calendar, record, window): Row, table: &str, what: &str| {
        let finding = Finding::new(Check::NotPurged, place.at(format!("table {table}"))).fact("found", what);
        let finding = finding.fact("calendar", CalendarId(calendar)).fact("record", RecordId(record));
        finding.fact("window", window).fact("expected", format!("nothing of a window before {kept}"))
    };
    let due = "SELECT calendar, record, window FROM record WHERE window < ?1 ORDER BY window LIMIT ?2";
    let rows = facts.rows_of(due, kept, TOLD)?;
    findings.extend(rows.into_iter().map(|row| record(row, "record", "a record that is due")));
    // An event whose record has no row any more: by the window that it names itself.
    let due = "SELECT e.calendar, e.record, max(e.window) FROM event AS e WHERE NOT EXISTS
               (SELECT 1 FROM record AS r WHERE r.calendar = e.calendar AND r.record = e.record)
               GROUP BY e.calendar, e.record HAVING max(e.window) < ?1 LIMIT ?2";
    let rows = facts.rows_of(due, kept, TOLD)?;
    findings.extend(rows.into_iter().map(|row| record(row, "event", "events that are due")));
    // Hours have no record; a kind and a slot tell them.
    let hours = u32::from(PublicationKind::Hours.id());
    for (calendar, slot) in facts.hours(hours, kept, TOLD)? {
        let finding = Finding::new(Check::NotPurged, place.at("table publication")).fact("found", "hours that are due");
        let finding = finding.fact("calendar", CalendarId(calendar)).fact("window", slot);
        findings.push(finding.fact("expected", format!("nothing of a window before {kept}")));
    }
    Ok(findings)
}

/// What erasing must leave: as many gaps as the tombstones have events, each a row of the chain; and no rows of a record
/// that is said to be erased.
fn skeleton(facts: &Facts, place: &Place) -> Result<Vec<Finding>, AuditError> {
    let mut findings = Vec::new();
    if !facts.has_tombstones {
        return Ok(findings);
    }
    for (calendar, events, gaps) in facts.gaps(TOLD)? {
        let finding = Finding::new(Check::SkeletonGone, place.at("table gap")).fact("calendar", CalendarId(calendar));
        findings.push(finding.fact("expected", events).fact("found", gaps));
    }
    for (calendar, sequence) in facts.gaps_without_link(TOLD)? {
        let finding = Finding::new(Check::SkeletonGone, place.at("table chain")).fact("calendar", CalendarId(calendar));
        findings.push(finding.fact("expected", "leaf and receipt of what was erased").fact("sequence", sequence));
    }
    for (calendar, sequence) in facts.lost(TOLD)? {
        let finding = Finding::new(Check::NotInDatabase, place.at("table chain"));
        let finding = finding.fact("calendar", CalendarId(calendar)).fact("sequence", sequence);
        findings.push(finding.fact("expected", "an event, a publication, an erase, or a mark that it was erased"));
    }
    let still = "SELECT t.calendar, t.record, t.window FROM tombstone AS t WHERE
                 EXISTS (SELECT 1 FROM record AS r WHERE r.calendar = t.calendar AND r.record = t.record) OR
                 EXISTS (SELECT 1 FROM event AS e WHERE e.calendar = t.calendar AND e.record = t.record) LIMIT ?2 + ?1";
    for (calendar, record, window) in facts.rows_of(still, 0, TOLD)? {
        let finding = Finding::new(Check::NotPurged, place.at("table tombstone"));
        let finding =
            finding.fact("found", "a record that is said to be erased").fact("calendar", CalendarId(calendar));
        findings.push(finding.fact("record", RecordId(record)).fact("window", window));
    }
    Ok(findings)
}
