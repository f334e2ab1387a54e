//! What may occur once, and what must also stand elsewhere. Fingerprints go to disk; they are compared there.

use rusqlite::types::Value as Stored;
use souspli_attest::sha256;

use super::AuditError;
use super::report::{Report, at_row};
use super::scratch::{Scratch, signed};
use super::table::TableAudit;
use crate::random::Block;
use crate::{Check, Finding};

/// Repetitions that are looked up; each has two rows or more.
const LOOKED_UP: u32 = 64;
/// Numbers of blocks begin here; below are columns, each with a number of its own.
const BLOCKS: i64 = 1 << 32;

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) table: usize,
    pub(crate) column: usize,
    pub(crate) row: u64,
    /// First byte in the column's value.
    pub(crate) at: usize,
}

/// Remembers a block that may occur once anywhere in the database.
pub(crate) fn block(scratch: &Scratch, kind: Block, value: &[u8], spot: Spot) -> Result<(), AuditError> {
    remember(scratch, BLOCKS.saturating_add(kind as i64), value, spot)
}

/// Remembers a value of a column in which each may occur once.
pub(crate) fn value(scratch: &Scratch, value: &[u8], spot: Spot) -> Result<(), AuditError> {
    let column = i64::try_from(spot.table).unwrap_or_default().saturating_mul(4_096);
    let number = column.saturating_add(i64::try_from(spot.column).unwrap_or_default());
    remember(scratch, number, value, spot)
}

fn remember(scratch: &Scratch, number: i64, value: &[u8], spot: Spot) -> Result<(), AuditError> {
    let mut insert = scratch.db.prepare_cached("INSERT INTO once VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    insert.execute((number, print(value), spot.table, spot.column, signed(spot.row), spot.at))?;
    Ok(())
}

/// Sixteen bytes of SHA-256: two different values with the same ones are not found in the world.
fn print(value: &[u8]) -> [u8; 16] {
    sha256(value).0.first_chunk().copied().unwrap_or_default()
}

/// Whether a value is among those that may occur once.
pub(crate) fn has_print(scratch: &Scratch, value: &[u8]) -> Result<bool, AuditError> {
    let mut select = scratch.db.prepare_cached("SELECT 1 FROM once WHERE print = ?1")?;
    Ok(select.exists([print(value)])?)
}

/// Says what occurs again.
pub(crate) fn report(scratch: &Scratch, tables: &[TableAudit<'_>], report: &mut Report) -> Result<(), AuditError> {
    let sql = "SELECT block, print, count(*) FROM once GROUP BY block, print HAVING count(*) > 1 LIMIT ?1";
    let mut select = scratch.db.prepare(sql)?;
    let again = select.query_map([LOOKED_UP], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let again: Vec<(i64, Vec<u8>, i64)> = again.collect::<Result<_, _>>()?;
    if again.is_empty() {
        return Ok(());
    }
    let sql = "SELECT tab, col, row, at FROM once WHERE block = ?1 AND print = ?2 LIMIT 3";
    let mut places = scratch.db.prepare(sql)?;
    for (number, print, count) in again {
        let spots = places.query_map((number, print), |row| {
            let (row_number, at) = (row.get::<_, i64>(2)?, row.get(3)?);
            Ok(Spot { table: row.get(0)?, column: row.get(1)?, row: row_number.unsigned_abs(), at })
        })?;
        let spots: Vec<Spot> = spots.collect::<Result<_, _>>()?;
        say(scratch, tables, name(number), count, &spots, report);
    }
    Ok(())
}

fn name(number: i64) -> &'static str {
    let kinds = [
        Block::Encapsulation,
        Block::Share,
        Block::Ciphertext,
        Block::Salt,
        Block::Signature,
        Block::SignaturePoint,
        Block::Key,
        Block::Commitment,
        Block::Random,
    ];
    let kind = kinds.into_iter().find(|kind| BLOCKS.saturating_add(*kind as i64) == number);
    kind.map_or("value", Block::name)
}

fn say(scratch: &Scratch, tables: &[TableAudit<'_>], what: &str, count: i64, spots: &[Spot], report: &mut Report) {
    let place = |spot: &Spot| {
        let table = tables.get(spot.table)?;
        let column = at_row(&table.column_place(spot.column)?, spot.row);
        Some(if spot.at == 0 { column } else { column.at(format!("byte {}", spot.at)) })
    };
    let mut places = spots.iter().filter_map(|spot| Some((place(spot)?, spot)));
    let Some((first, spot)) = places.next() else { return };
    let mut finding = Finding::new(Check::Repeated, first).fact("what", what).fact("times", count);
    if let Some(key) = scratch.key_of(spot.table, spot.row) {
        finding = finding.fact("key", key);
    }
    for (other, _) in places {
        finding = finding.fact("again", other);
    }
    report.add(what, finding);
}

/// Remembers a value that other columns refer to; `column` is `table.column`.
pub(crate) fn named(scratch: &Scratch, column: &str, value: &[u8]) -> Result<(), AuditError> {
    scratch.db.prepare_cached("INSERT OR IGNORE INTO named VALUES (?1, ?2)")?.execute((column, value))?;
    Ok(())
}

/// Remembers a value that must also stand in another column.
pub(crate) fn referred(scratch: &Scratch, value: &[u8], spot: Spot) -> Result<(), AuditError> {
    let mut insert = scratch.db.prepare_cached("INSERT OR IGNORE INTO referred VALUES (?1, ?2, ?3, ?4)")?;
    insert.execute((spot.table, spot.column, value, signed(spot.row)))?;
    Ok(())
}

/// Says which values stand in none of the columns that they must also stand in.
pub(crate) fn report_references(
    scratch: &Scratch,
    tables: &[TableAudit<'_>],
    report: &mut Report,
) -> Result<(), AuditError> {
    for (table, column, declared) in tables.iter().flat_map(TableAudit::references) {
        let marks = vec!["?"; declared.same_as.len()].join(", ");
        let sql = format!(
            "SELECT r.row FROM referred AS r WHERE r.tab = {} AND r.col = {column}
             AND NOT EXISTS (SELECT 1 FROM named AS n WHERE n.col IN ({marks}) AND n.value = r.value) ORDER BY r.row",
            table.number
        );
        let columns = declared.same_as.iter().map(|column| Stored::Text(column.clone()));
        let mut select = scratch.db.prepare(&sql)?;
        let rows = select.query_map(rusqlite::params_from_iter(columns), |row| row.get::<_, i64>(0))?;
        let Some(place) = table.column_place(column) else { continue };
        for row in rows {
            let row = row?.unsigned_abs();
            let finding = Finding::new(Check::WrongShape, at_row(&place, row));
            let finding = finding.fact("expected", format!("a value of {}", declared.same_as.join(" or ")));
            let finding = finding.fact("found", "another one");
            report.add("reference", table.keyed(scratch, finding, row));
        }
    }
    Ok(())
}
