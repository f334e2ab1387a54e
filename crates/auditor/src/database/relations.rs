//! Rows against each other: what one says of another must be so (`docs/spec/events.md` §4, §6; `claims.md` §3, §5;
//! `publications.md` §1).

use rusqlite::OptionalExtension as _;
use souspli_attest::{claims_digest, verify};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, EPOCH_MINUTES, EVENT_LIFE_MINUTES};
use souspli_protocol::{CalendarId, Context, Fingerprint, VerifyingKey};

use super::report::{Report, at_row};
use super::scratch::Scratch;
use super::table::TableAudit;
use super::{AuditError, Unchecked};
use crate::audit::Gap;
use crate::{Check, Finding, Place};

/// Minutes around a change of epochs in which both are taken (`docs/spec/http.md` §6), and what clocks may differ.
const EPOCH_SLACK: u32 = 60;

/// Something that must hold of two rows.
struct Relation {
    /// The table and column whose rows are named.
    table: &'static str,
    column: &'static str,
    check: Check,
    expected: &'static str,
    /// Gives the numbers of the rows of `table` of which it does not hold.
    rows: &'static str,
}

const CHAIN_OF_EVENT: &str = "LEFT JOIN chain AS c ON c.calendar = e.calendar AND c.sequence = e.sequence";

/// Every relation; `CHAIN_OF_EVENT` is put in for `{chain}`.
const RELATIONS: &[Relation] = &[
    Relation {
        table: "calendar",
        column: "root",
        check: Check::WrongShape,
        expected: "the root key of the registration",
        rows: "SELECT c.row FROM calendar AS c LEFT JOIN publication AS p ON p.calendar = c.calendar AND p.kind = 1
               WHERE p.root IS NOT c.root OR p.fp IS NOT c.fp",
    },
    Relation {
        table: "calendar",
        column: "version",
        check: Check::WrongShape,
        expected: "as many versions as publications",
        rows: "SELECT c.row FROM calendar AS c WHERE (c.version, c.version, 1) IS NOT
               (SELECT count(*), max(v.version), min(v.version) FROM version AS v WHERE v.calendar = c.calendar)",
    },
    Relation {
        table: "calendar",
        column: "sequence",
        check: Check::BrokenChain,
        expected: "as many as the chain has links, without a gap",
        rows: "SELECT c.row FROM calendar AS c WHERE (c.sequence, c.sequence, 1) IS NOT
               (SELECT count(*), max(h.sequence), min(h.sequence) FROM chain AS h WHERE h.calendar = c.calendar)",
    },
    Relation {
        table: "calendar",
        column: "head",
        check: Check::BrokenChain,
        expected: "the head after the chain's last link",
        rows: "SELECT c.row FROM calendar AS c LEFT JOIN chain AS h ON h.calendar = c.calendar AND h.sequence = c.sequence
               WHERE h.head IS NOT c.head",
    },
    Relation {
        table: "calendar",
        column: "generation",
        check: Check::BrokenChain,
        expected: "the generation of the chain's last link, or of a notice that ends the chain there",
        rows: "SELECT c.row FROM calendar AS c JOIN chain AS h ON h.calendar = c.calendar AND h.sequence = c.sequence
               WHERE h.generation IS NOT c.generation AND NOT EXISTS
               (SELECT 1 FROM notice AS n WHERE n.calendar = c.calendar AND n.generation = c.generation
                AND n.sequence = c.sequence AND n.head = c.head)",
    },
    Relation {
        table: "chain",
        column: "receipt",
        check: Check::BrokenChain,
        expected: "the generation of the link before, or one that a notice opens after it",
        rows: "SELECT c.row FROM chain AS c LEFT JOIN chain AS b ON b.calendar = c.calendar AND b.sequence = c.sequence - 1
               WHERE c.generation IS NOT ifnull(b.generation, 0) AND NOT EXISTS
               (SELECT 1 FROM notice AS n WHERE n.calendar = c.calendar AND n.generation = c.generation
                AND n.sequence = c.sequence - 1)",
    },
    Relation {
        table: "notice",
        column: "bytes",
        check: Check::WrongShape,
        expected: "the calendar's fingerprint, and the head of the chain where it ends",
        rows: "SELECT n.row FROM notice AS n JOIN calendar AS c ON c.calendar = n.calendar
               LEFT JOIN chain AS h ON h.calendar = n.calendar AND h.sequence = n.sequence
               WHERE n.fp <> c.fp OR n.sequence > 0 AND h.head IS NOT n.head",
    },
    Relation {
        table: "notice",
        column: "hash",
        check: Check::NotInLog,
        expected: "a place in the log, or among what waits for it",
        rows: "SELECT n.row FROM notice AS n
               LEFT JOIN merged AS m ON m.calendar = n.calendar AND m.stream = 3 AND m.sequence = n.generation
               LEFT JOIN unmerged AS u ON u.calendar = n.calendar AND u.stream = 3 AND u.sequence = n.generation
               WHERE m.row IS NULL AND u.row IS NULL",
    },
    Relation {
        table: "earlier",
        column: "sequence",
        check: Check::NotInDatabase,
        expected: "the event that was brought back there",
        rows: "SELECT l.row FROM earlier AS l LEFT JOIN event AS e ON e.calendar = l.calendar AND e.sequence = l.sequence
               WHERE e.row IS NULL",
    },
    Relation {
        table: "chain",
        column: "receipt",
        check: Check::BrokenChain,
        expected: "the head after the link before",
        rows: "SELECT c.row FROM chain AS c LEFT JOIN chain AS b ON b.calendar = c.calendar AND b.sequence = c.sequence - 1
               WHERE c.previous IS NOT NULL AND c.previous IS NOT CASE c.sequence WHEN 1 THEN zeroblob(32) ELSE b.head END",
    },
    Relation {
        table: "chain",
        column: "receipt",
        check: Check::WrongShape,
        expected: "the calendar's fingerprint",
        rows: "SELECT h.row FROM chain AS h JOIN calendar AS c ON c.calendar = h.calendar
               WHERE h.fp IS NOT NULL AND h.fp <> c.fp",
    },
    Relation {
        table: "chain",
        column: "sequence",
        check: Check::WrongShape,
        expected: "the place of an event, a publication or an erase, or of an event that was erased",
        rows: "SELECT h.row FROM chain AS h LEFT JOIN version AS v ON v.calendar = h.calendar AND v.sequence = h.sequence
               LEFT JOIN gap AS g ON g.calendar = h.calendar AND g.sequence = h.sequence
               LEFT JOIN erase AS x ON x.calendar = h.calendar AND x.sequence = h.sequence
               WHERE (h.record IS NOT NULL) + (v.row IS NOT NULL) + (g.row IS NOT NULL) + (x.row IS NOT NULL) <> 1
               OR (h.record IS NULL) <> (h.revision IS NULL)",
    },
    Relation {
        table: "gap",
        column: "hash",
        check: Check::WrongShape,
        expected: "the hash of the chain's leaf",
        rows: "SELECT g.row FROM gap AS g LEFT JOIN chain AS h ON h.calendar = g.calendar AND h.sequence = g.sequence
               WHERE h.leaf IS NOT g.leaf_of",
    },
    Relation {
        table: "erase",
        column: "hash",
        check: Check::WrongShape,
        expected: "the hash of the chain's leaf, and the calendar's fingerprint",
        rows: "SELECT x.row FROM erase AS x LEFT JOIN chain AS h ON h.calendar = x.calendar AND h.sequence = x.sequence
               LEFT JOIN calendar AS c ON c.calendar = x.calendar WHERE h.leaf IS NOT x.leaf_of OR c.fp IS NOT x.fp",
    },
    Relation {
        table: "tombstone",
        column: "events",
        check: Check::BrokenChain,
        expected: "as many events, with those of the calendar's other tombstones, as the chain has gaps",
        rows: "SELECT max(t.row) FROM tombstone AS t GROUP BY t.calendar
               HAVING sum(t.events) <> (SELECT count(*) FROM gap AS g WHERE g.calendar = t.calendar)",
    },
    Relation {
        table: "gap",
        column: "sequence",
        check: Check::BrokenChain,
        expected: "a tombstone of its calendar",
        rows: "SELECT g.row FROM gap AS g WHERE NOT EXISTS (SELECT 1 FROM tombstone AS t WHERE t.calendar = g.calendar)",
    },
    Relation {
        table: "tombstone",
        column: "why",
        check: Check::WrongShape,
        expected: "an erase that names the record, and no record that is there",
        rows: "SELECT t.row FROM tombstone AS t WHERE EXISTS
               (SELECT 1 FROM record AS r WHERE r.calendar = t.calendar AND r.record = t.record)
               OR t.why = 2 AND NOT EXISTS
               (SELECT 1 FROM erase AS x WHERE x.calendar = t.calendar AND x.record = t.record)",
    },
    Relation {
        table: "chain",
        column: "record",
        check: Check::NotInDatabase,
        expected: "its event",
        rows: "SELECT c.row FROM chain AS c
               LEFT JOIN event AS e ON e.calendar = c.calendar AND e.record = c.record AND e.revision = c.revision
               WHERE c.record IS NOT NULL AND e.row IS NULL",
    },
    Relation {
        table: "chain",
        column: "record",
        check: Check::NotInDatabase,
        expected: "its record",
        rows: "SELECT c.row FROM chain AS c
               LEFT JOIN record AS r ON r.calendar = c.calendar AND r.record = c.record
               WHERE c.record IS NOT NULL AND r.row IS NULL",
    },
    Relation {
        table: "version",
        column: "hash",
        check: Check::WrongShape,
        expected: "the hash of the chain's leaf",
        rows: "SELECT v.row FROM version AS v LEFT JOIN chain AS h ON h.calendar = v.calendar AND h.sequence = v.sequence
               WHERE h.leaf IS NOT v.leaf_of",
    },
    Relation {
        table: "publication",
        column: "bytes",
        check: Check::WrongShape,
        expected: "the publication of that version",
        rows: "SELECT p.row FROM publication AS p
               LEFT JOIN version AS v ON v.calendar = p.calendar AND v.version = p.version
               WHERE p.hash IS NOT NULL AND p.hash IS NOT v.hash",
    },
    Relation {
        table: "publication",
        column: "bytes",
        check: Check::WrongShape,
        expected: "the calendar's fingerprint and root key",
        rows: "SELECT p.row FROM publication AS p JOIN calendar AS c ON c.calendar = p.calendar
               WHERE p.fp <> c.fp OR p.root_signer <> c.root",
    },
    Relation {
        table: "event",
        column: "sequence",
        check: Check::WrongShape,
        expected: "the place of this event in the chain",
        rows: "SELECT e.row FROM event AS e {chain} WHERE c.record IS NOT e.record OR c.revision IS NOT e.revision",
    },
    Relation {
        table: "event",
        column: "bytes",
        check: Check::WrongShape,
        expected: "the event of the chain's leaf",
        rows: "SELECT e.row FROM event AS e {chain} WHERE e.leaf_of IS NOT NULL AND c.leaf IS NOT e.leaf_of",
    },
    Relation {
        table: "event",
        column: "bytes",
        check: Check::WrongShape,
        expected: "the calendar's fingerprint, and a version that it had",
        rows: "SELECT e.row FROM event AS e JOIN calendar AS c ON c.calendar = e.calendar
               LEFT JOIN earlier AS l ON l.calendar = e.calendar AND l.sequence = e.sequence
               WHERE e.fp <> c.fp OR e.version > c.version AND l.row IS NULL",
    },
    Relation {
        table: "event",
        column: "bytes",
        check: Check::WrongShape,
        expected: "hashes of publications of this calendar, or zero",
        rows: "SELECT e.row FROM event AS e
               LEFT JOIN earlier AS l ON l.calendar = e.calendar AND l.sequence = e.sequence
               WHERE e.leaf_of IS NOT NULL AND l.row IS NULL AND EXISTS (
               SELECT 1 FROM (SELECT e.identity AS hash UNION SELECT e.catalogue UNION SELECT e.hours) AS named
               WHERE named.hash <> zeroblob(32) AND NOT EXISTS
               (SELECT 1 FROM version AS v WHERE v.calendar = e.calendar AND v.hash = named.hash))",
    },
    Relation {
        table: "event",
        column: "bytes",
        check: Check::WrongShape,
        expected: "the hash of the event before, or zero",
        rows: "SELECT e.row FROM event AS e JOIN event AS b
               ON b.calendar = e.calendar AND b.record = e.record AND b.revision = e.revision - 1
               WHERE e.previous <> b.hash",
    },
    Relation {
        table: "event",
        column: "bytes",
        check: Check::WrongShape,
        expected: "an epoch and a last minute of the time at which it was taken",
        rows: "SELECT e.row FROM event AS e JOIN chain AS c ON c.calendar = e.calendar AND c.sequence = e.sequence
               LEFT JOIN earlier AS l ON l.calendar = e.calendar AND l.sequence = e.sequence
               WHERE l.row IS NULL AND (e.not_after < c.minute OR e.not_after > c.minute + {life}
               OR e.epoch NOT BETWEEN (c.minute - {slack}) / {epoch} AND (c.minute + {slack}) / {epoch})",
    },
    Relation {
        table: "record",
        column: "hash",
        check: Check::WrongShape,
        expected: "the hash of the chain's leaf for its newest event",
        rows: "SELECT r.row FROM record AS r LEFT JOIN chain AS c
               ON c.calendar = r.calendar AND c.record = r.record AND c.revision = r.revision
               WHERE c.leaf IS NOT r.leaf_of",
    },
    Relation {
        table: "record",
        column: "revision",
        check: Check::WrongShape,
        expected: "the revision of its newest event",
        rows: "SELECT r.row FROM record AS r WHERE r.revision IS NOT
               (SELECT max(c.revision) FROM chain AS c WHERE c.calendar = r.calendar AND c.record = r.record)",
    },
    Relation {
        table: "record",
        column: "window_number",
        check: Check::WrongShape,
        expected: "the window that its newest event with claims names",
        rows: "SELECT r.row FROM record AS r JOIN event AS e ON e.calendar = r.calendar AND e.record = r.record
               WHERE e.revision = (SELECT max(n.revision) FROM event AS n WHERE n.calendar = r.calendar
               AND n.record = r.record AND (n.revision = 0 OR n.claims <> zeroblob(32)))
               AND e.window_number <> r.window_number",
    },
    Relation {
        table: "record",
        column: "released",
        check: Check::WrongShape,
        expected: "what its events say",
        rows: "SELECT r.row FROM record AS r JOIN (SELECT calendar, record, count(*) AS events, max(release) AS release
               FROM event GROUP BY calendar, record) AS e ON e.calendar = r.calendar AND e.record = r.record
               WHERE e.events = r.revision + 1 AND e.release <> r.released",
    },
    Relation {
        table: "unmerged",
        column: "object",
        check: Check::WrongShape,
        expected: "the object and the minute of its place in the chain",
        rows: "SELECT u.row FROM unmerged AS u LEFT JOIN chain AS c
               ON c.calendar = u.calendar AND c.sequence = u.sequence
               WHERE u.stream = 1 AND (c.leaf IS NOT u.leaf_of OR c.minute IS NOT u.minute)",
    },
    Relation {
        table: "merged",
        column: "sequence",
        check: Check::NotInDatabase,
        expected: "a place of the chain, since the log holds it",
        rows: "SELECT m.row FROM merged AS m LEFT JOIN chain AS c
               ON c.calendar = m.calendar AND c.sequence = m.sequence WHERE m.stream = 1 AND c.row IS NULL",
    },
    Relation {
        table: "merged",
        column: "place",
        check: Check::WrongShape,
        expected: "a place that the log has",
        rows: "SELECT m.row FROM merged AS m WHERE m.place >= (SELECT max(s.size) FROM sequencer AS s)",
    },
    Relation {
        table: "chain",
        column: "leaf",
        check: Check::NotInLog,
        expected: "a place in the log, or among what waits for it",
        rows: "SELECT c.row FROM chain AS c
               LEFT JOIN merged AS m ON m.calendar = c.calendar AND m.stream = 1 AND m.sequence = c.sequence
               LEFT JOIN unmerged AS u ON u.calendar = c.calendar AND u.stream = 1 AND u.sequence = c.sequence
               WHERE m.row IS NULL AND u.row IS NULL",
    },
    Relation {
        table: "journal",
        column: "bytes",
        check: Check::BrokenChain,
        expected: "the hash of the row before",
        rows: "SELECT j.row FROM journal AS j
               LEFT JOIN journal AS b ON b.calendar = j.calendar AND b.number = j.number - 1
               WHERE j.previous IS NOT NULL AND j.previous IS NOT CASE j.number WHEN 1 THEN zeroblob(32) ELSE b.hash END",
    },
    Relation {
        table: "journal",
        column: "bytes",
        check: Check::WrongShape,
        expected: "the calendar's fingerprint",
        rows: "SELECT j.row FROM journal AS j JOIN calendar AS c ON c.calendar = j.calendar
               WHERE j.fp IS NOT NULL AND j.fp <> c.fp",
    },
    Relation {
        table: "journal",
        column: "hash",
        check: Check::NotInLog,
        expected: "a place in the log, or among what waits for it",
        rows: "SELECT j.row FROM journal AS j
               LEFT JOIN merged AS m ON m.calendar = j.calendar AND m.stream = 2 AND m.sequence = j.number
               LEFT JOIN unmerged AS u ON u.calendar = j.calendar AND u.stream = 2 AND u.sequence = j.number
               WHERE m.row IS NULL AND u.row IS NULL",
    },
    Relation {
        table: "unmerged",
        column: "object",
        check: Check::WrongShape,
        expected: "the hash of its row of the journal",
        rows: "SELECT u.row FROM unmerged AS u LEFT JOIN journal AS j
               ON j.calendar = u.calendar AND j.number = u.sequence WHERE u.stream = 2 AND u.object IS NOT j.hash",
    },
    Relation {
        table: "merged",
        column: "sequence",
        check: Check::WrongShape,
        expected: "a row of the journal",
        rows: "SELECT m.row FROM merged AS m LEFT JOIN journal AS j
               ON j.calendar = m.calendar AND j.number = m.sequence WHERE m.stream = 2 AND j.row IS NULL",
    },
    Relation {
        table: "claim",
        column: "window_number",
        check: Check::WrongShape,
        expected: "the window of its record, and no end",
        rows: "SELECT o.row FROM claim AS o JOIN record AS r ON r.calendar = o.calendar AND r.record = o.owner
               WHERE o.window_number <> r.window_number OR o.until <> 0",
    },
    Relation {
        table: "claim",
        column: "until",
        check: Check::WrongShape,
        expected: "the end of its hold",
        rows: "SELECT o.row FROM claim AS o JOIN hold AS h ON h.calendar = o.calendar AND h.session = o.owner
               WHERE o.until <> h.until",
    },
    Relation {
        table: "vault_locator",
        column: "vault",
        check: Check::WrongShape,
        expected: "at most two locators of a vault",
        rows: "SELECT max(row) FROM vault_locator GROUP BY vault HAVING count(*) > 2",
    },
];

/// Puts every relation to the facts that were gathered.
pub(crate) fn report(
    scratch: &Scratch,
    tables: &[TableAudit<'_>],
    place: &Place,
    report: &mut Report,
    unchecked: &mut Vec<Unchecked>,
) -> Result<(), AuditError> {
    let whole = |name: &str| tables.iter().find(|table| table.is_whole(name));
    let mut held_back = Vec::new();
    for relation in RELATIONS {
        let needed = [
            "calendar",
            "publication",
            "version",
            "record",
            "event",
            "chain",
            "gap",
            "tombstone",
            "erase",
            "notice",
            "earlier",
            "journal",
            "unmerged",
            "merged",
            "sequencer",
            "claim",
            "hold",
        ];
        let sql = filled(relation.rows);
        let named = |table: &&str| sql.contains(&format!(" {table} ")) || relation.table == *table;
        let missing: Vec<&str> = needed.into_iter().filter(|table| named(table) && whole(table).is_none()).collect();
        let Some(table) = whole(relation.table).filter(|_| missing.is_empty()) else {
            held_back.push(relation.expected);
            continue;
        };
        let Ok(mut select) = scratch.db.prepare(&sql) else {
            held_back.push(relation.expected);
            continue;
        };
        let Some(column) = table.place_of(relation.column) else { continue };
        let rows = select.query_map([], |row| row.get::<_, i64>(0))?;
        for row in rows {
            let row = row?.unsigned_abs();
            let finding = Finding::new(relation.check, at_row(&column, row)).fact("expected", relation.expected);
            report.add(relation.expected, table.keyed(scratch, finding, row));
        }
    }
    if !held_back.is_empty() {
        let why = format!("tables are missing or not as declared; not compared: {}", held_back.join("; "));
        unchecked.push(Unchecked { place: place.clone(), gap: Gap::Damaged, why });
    }
    report_claims(scratch, tables, report)?;
    report_owners(scratch, tables, report)?;
    report_receipts(scratch, tables, place, report, unchecked)
}

fn filled(sql: &str) -> String {
    let life = EVENT_LIFE_MINUTES.saturating_add(CLOCK_SKEW_MINUTES);
    sql.replace("{chain}", CHAIN_OF_EVENT)
        .replace("{life}", &life.to_string())
        .replace("{slack}", &EPOCH_SLACK.to_string())
        .replace("{epoch}", &EPOCH_MINUTES.to_string())
}

/// The claim ids of a record have the digest that its newest event with claims was signed with.
fn report_claims(scratch: &Scratch, tables: &[TableAudit<'_>], report: &mut Report) -> Result<(), AuditError> {
    let whole = |name: &str| tables.iter().find(|table| table.is_whole(name));
    let (Some(table), Some(_)) = (whole("record"), whole("event")) else { return Ok(()) };
    let Some(place) = table.place_of("claims") else { return Ok(()) };
    let sql = "SELECT r.row, r.claims, e.fp, e.calendar, e.window_number, e.claims FROM record AS r
               JOIN event AS e ON e.calendar = r.calendar AND e.record = r.record
               WHERE length(r.claims) > 0 AND e.revision = (SELECT max(n.revision) FROM event AS n
               WHERE n.calendar = r.calendar AND n.record = r.record AND n.claims <> zeroblob(32))";
    let Ok(mut select) = scratch.db.prepare(sql) else { return Ok(()) };
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (ids, digest): (Vec<u8>, Vec<u8>) = (row.get(1)?, row.get(5)?);
        let context = Context { fp: Fingerprint(row.get(2)?), calendar: CalendarId(row.get(3)?) };
        let ids = ClaimIds::decode(&ids);
        let right = ids.is_none_or(|ids| {
            let window = row.get(4).unwrap_or_default();
            digest == claims_digest(&context, window, &ids).as_bytes()
        });
        if !right {
            let row = row.get::<_, i64>(0)?.unsigned_abs();
            let finding = Finding::new(Check::WrongShape, at_row(&place, row));
            let finding = finding.fact("expected", "the claim ids that its event was signed with");
            report.add("digest", table.keyed(scratch, finding, row));
        }
    }
    Ok(())
}

/// The claims of a record are those that its row says.
fn report_owners(scratch: &Scratch, tables: &[TableAudit<'_>], report: &mut Report) -> Result<(), AuditError> {
    let whole = |name: &str| tables.iter().find(|table| table.is_whole(name));
    let (Some(table), Some(_)) = (whole("claim"), whole("record")) else { return Ok(()) };
    let Some(place) = table.place_of("gid") else { return Ok(()) };
    let sql = "SELECT o.row, o.gid, r.row, r.claims FROM claim AS o
               JOIN record AS r ON r.calendar = o.calendar AND r.record = o.owner
               WHERE o.gid IS NOT NULL AND r.claims IS NOT NULL ORDER BY o.calendar, o.owner, o.gid";
    let Ok(mut select) = scratch.db.prepare(sql) else { return Ok(()) };
    let mut rows = select.query([])?;
    let mut owner = Owner::default();
    while let Some(row) = rows.next()? {
        let record: i64 = row.get(2)?;
        if owner.record != Some(record) {
            owner.say(&place, table, scratch, report);
            owner = Owner { record: Some(record), first: row.get(0)?, claims: row.get(3)?, ids: Vec::new() };
        }
        // One more than there may be is enough to tell.
        if owner.ids.len() <= ClaimIds::SIZE {
            owner.ids.extend(row.get::<_, Vec<u8>>(1)?);
        }
    }
    owner.say(&place, table, scratch, report);
    Ok(())
}

/// A record with the ids that are claimed for it, sorted.
#[derive(Default)]
struct Owner {
    record: Option<i64>,
    first: i64,
    claims: Vec<u8>,
    ids: Vec<u8>,
}

impl Owner {
    fn say(&self, place: &Place, table: &TableAudit<'_>, scratch: &Scratch, report: &mut Report) {
        if self.record.is_some() && self.ids != self.claims {
            let row = self.first.unsigned_abs();
            let finding = Finding::new(Check::WrongShape, at_row(place, row));
            let finding = finding.fact("expected", "the claim ids of its record");
            report.add("owner", table.keyed(scratch, finding, row));
        }
    }
}

/// Every receipt is signed by the host that the data belong to.
fn report_receipts(
    scratch: &Scratch,
    tables: &[TableAudit<'_>],
    place: &Place,
    report: &mut Report,
    unchecked: &mut Vec<Unchecked>,
) -> Result<(), AuditError> {
    let Some(table) = tables.iter().find(|table| table.is_whole("chain")) else { return Ok(()) };
    let Some(column) = table.place_of("receipt") else { return Ok(()) };
    let key = scratch.db.query_row("SELECT receipt_key FROM host", [], |row| row.get::<_, [u8; 32]>(0)).optional();
    let Ok(Some(key)) = key else {
        if table.rows > 0 {
            let why = "no receipt key is stored; receipts were not verified".to_owned();
            unchecked.push(Unchecked { place: place.at("table host"), gap: Gap::NotThere, why });
        }
        return Ok(());
    };
    let mut select = scratch.db.prepare("SELECT row, receipt FROM signed")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(1)?;
        let Ok(receipt) = Receipt::decode(&bytes) else { continue };
        if verify(&VerifyingKey(key), &receipt.statement.encode(), &receipt.signature).is_err() {
            let row = row.get::<_, i64>(0)?.unsigned_abs();
            let finding = Finding::new(Check::BadReceipt, at_row(&column, row));
            let finding = finding.fact("expected", "the signature of the stored receipt key");
            report.add("signature", table.keyed(scratch, finding, row));
        }
    }
    Ok(())
}
