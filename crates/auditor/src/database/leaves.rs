//! The database against the public log: what the one says that it has put there, the other must hold, and in time.

use std::fs::File;
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use souspli_protocol::Digest;
use souspli_protocol::sizes::MMD_MINUTES;

use super::report::{Report, at_row};
use super::scratch::Scratch;
use super::table::TableAudit;
use super::{AuditError, Unchecked};
use crate::audit::Gap;
use crate::{Check, Finding};

/// The leaf hashes of a log, in its order; a private file, gone with this.
#[derive(Debug)]
pub struct Leaves {
    file: BufWriter<File>,
    size: u64,
}

/// Why a log could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlogged {
    /// By its code.
    pub gap: Gap,
    /// In a sentence.
    pub why: String,
}

impl Leaves {
    /// None yet.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), size: 0 })
    }

    /// Takes the next ones.
    pub fn add(&mut self, leaves: &[Digest]) -> std::io::Result<()> {
        for leaf in leaves {
            self.file.write_all(leaf.as_bytes())?;
        }
        self.size = self.size.saturating_add(u64::try_from(leaves.len()).unwrap_or_default());
        Ok(())
    }

    /// How many there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The one at a place.
    fn at(&mut self, place: u64) -> std::io::Result<Digest> {
        let start = place.saturating_mul(u64::try_from(Digest::SIZE).unwrap_or_default());
        let mut leaf = [0; Digest::SIZE];
        self.file.seek(SeekFrom::Start(start))?;
        self.file.get_mut().read_exact(&mut leaf)?;
        Ok(Digest(leaf))
    }
}

/// Says what is not in the log where the database says that it is, and what has waited too long.
pub(super) fn report(
    scratch: &Scratch,
    tables: &[TableAudit<'_>],
    log: Option<&mut dyn FnMut() -> Result<Leaves, Unlogged>>,
    report: &mut Report,
    unchecked: &mut Vec<Unchecked>,
) -> Result<(), AuditError> {
    let whole = |name: &str| tables.iter().find(|table| table.is_whole(name));
    let (Some(merged), Some(unmerged), Some(chain)) = (whole("merged"), whole("unmerged"), whole("chain")) else {
        return Ok(());
    };
    report_late(scratch, unmerged, report)?;
    let Some(log) = log else { return Ok(()) };
    match log() {
        Ok(mut leaves) => {
            let beyond = compare(scratch, chain, &mut leaves, report)?;
            if beyond > 0 {
                let why = format!("the log that was read has {} entries; {beyond} lie behind", leaves.size());
                unchecked.push(Unchecked { place: merged.place.clone(), gap: Gap::Changed, why });
            }
            Ok(())
        }
        Err(Unlogged { gap, why }) => {
            unchecked.push(Unchecked { place: merged.place.clone(), gap, why });
            Ok(())
        }
    }
}

/// The newest minute that the database knows is its present: a copy may be old.
fn report_late(scratch: &Scratch, table: &TableAudit<'_>, report: &mut Report) -> Result<(), AuditError> {
    let Some(place) = table.place_of("minute") else { return Ok(()) };
    let sql = "SELECT row, minute FROM unmerged WHERE minute + ?1 < (SELECT max(minute) FROM chain) ORDER BY minute";
    let mut select = scratch.db.prepare(sql)?;
    let mut rows = select.query([MMD_MINUTES])?;
    while let Some(row) = rows.next()? {
        let (row, minute) = (row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?);
        let finding = Finding::new(Check::NotInLog, at_row(&place, row));
        let finding = finding.fact("expected", format!("a place in the log within {MMD_MINUTES} minutes"));
        let finding = finding.fact("minute", minute);
        report.add("late", table.keyed(scratch, finding, row));
    }
    Ok(())
}

/// Compares what lies in both; how many places are behind the end of the log. What the database itself does not believe
/// to be in the log is named elsewhere.
fn compare(
    scratch: &Scratch,
    chain: &TableAudit<'_>,
    leaves: &mut Leaves,
    report: &mut Report,
) -> Result<u64, AuditError> {
    let Some(leaf) = chain.place_of("leaf") else { return Ok(0) };
    let mut beyond = 0_u64;
    let sql = "SELECT m.place, c.row, c.leaf FROM merged AS m
               JOIN chain AS c ON c.calendar = m.calendar AND c.sequence = m.sequence
               WHERE m.stream = 1 AND m.place IS NOT NULL AND c.leaf IS NOT NULL ORDER BY m.place";
    let Ok(mut select) = scratch.db.prepare(sql) else { return Ok(0) };
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let at = row.get::<_, i64>(0)?.unsigned_abs();
        let said: Vec<u8> = row.get(2)?;
        if at >= leaves.size() {
            beyond = beyond.saturating_add(1);
            continue;
        }
        let logged = leaves.at(at).map_err(|error| AuditError::Scratch(error.to_string()))?;
        if logged.as_bytes()[..] != said[..] {
            let row = row.get::<_, i64>(1)?.unsigned_abs();
            let finding = Finding::new(Check::NotInLog, at_row(&leaf, row));
            let finding = finding.fact("expected", "the leaf that the log holds at its place");
            report.add("other", chain.keyed(scratch, finding.fact("entry", at), row));
        }
    }
    Ok(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_found_at_their_places() {
        let mut leaves = Leaves::new().expect("a file");
        for n in 0..40_u8 {
            leaves.add(&[Digest([n; 32]), Digest([n + 100; 32])]).expect("written");
        }
        assert_eq!(leaves.size(), 80);
        for (place, byte) in [(0, 0), (1, 100), (78, 39), (79, 139), (6, 3)] {
            assert_eq!(leaves.at(place).expect("read"), Digest([byte; 32]));
        }
        assert!(leaves.at(80).is_err());
    }
}
