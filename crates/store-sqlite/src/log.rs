//! The log's side of the database: who merges, what waits, what lies where (`docs/spec/log.md` §5).

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::{CalendarId, Digest};
use souspli_store::{LeafId, Lease, Merged, StoreError, StoredLeaf, Stream, TreeHead, Unmerged};

use crate::stop::Stop;
use crate::unit::Unit;

type Outcome<T> = Result<T, Stop<StoreError>>;

/// An object waits for the log.
pub(crate) fn wait(db: &Connection, leaf: LeafId, object: &Digest, minute: u32) -> rusqlite::Result<()> {
    let sql = "INSERT INTO unmerged (stream, calendar, sequence, object, minute) VALUES (?1, ?2, ?3, ?4, ?5)";
    db.prepare_cached(sql)?.execute((leaf.stream.id(), leaf.calendar.0, leaf.sequence, object.0, minute))?;
    Ok(())
}

/// Takes or keeps the sequencer's row.
pub(crate) struct TakeLease {
    pub(crate) holder: [u8; 16],
    pub(crate) now: u32,
    pub(crate) until: u32,
    pub(crate) fence: u64,
}

impl Unit for TakeLease {
    type Done = Option<Lease>;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Outcome<Option<Lease>> {
        let sql = "INSERT INTO sequencer (one, holder, fence, until, size, root) VALUES (1, ?1, ?4 + 1, ?3, 0, zeroblob(32))
                   ON CONFLICT (one) DO UPDATE
                   SET fence = max(fence, ?4) + (holder <> excluded.holder OR fence < ?4), holder = excluded.holder, until = excluded.until
                   WHERE holder = excluded.holder OR until <= ?2
                   RETURNING fence, size, root";
        let taken = db.prepare_cached(sql)?.query_row((self.holder, self.now, self.until, self.fence), |row| {
            let head = TreeHead { size: row.get(1)?, root: Digest(row.get(2)?) };
            Ok(Lease { fence: row.get(0)?, head })
        });
        Ok(taken.optional()?)
    }
}

/// Writes down where leaves lie.
pub(crate) struct Merge {
    pub(crate) fence: u64,
    pub(crate) head: TreeHead,
    pub(crate) merged: Vec<Merged>,
}

impl Unit for Merge {
    type Done = bool;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Outcome<bool> {
        let sql = "UPDATE sequencer SET size = ?2, root = ?3 WHERE fence = ?1";
        if db.prepare_cached(sql)?.execute((self.fence, self.head.size, self.head.root.0))? == 0 {
            return Ok(false);
        }
        let sql = "INSERT INTO merged (calendar, stream, sequence, place) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (calendar, stream, sequence) DO NOTHING";
        let mut insert = db.prepare_cached(sql)?;
        for Merged { id, place } in &self.merged {
            insert.execute((id.calendar.0, id.stream.id(), id.sequence, place))?;
        }
        // They are the oldest but for what came in the same minutes: they stand at the front.
        let sql = "DELETE FROM unmerged WHERE rowid IN (
                       SELECT waiting.rowid FROM (SELECT rowid, * FROM unmerged ORDER BY rowid LIMIT ?1) AS waiting
                       JOIN merged ON merged.calendar = waiting.calendar AND merged.stream = waiting.stream
                                  AND merged.sequence = waiting.sequence)";
        db.prepare_cached(sql)?.execute([FRONT])?;
        Ok(true)
    }
}

/// Rows at the front of what waits among which those that were just merged are looked for.
const FRONT: u32 = 8_192;

/// The oldest leaves that wait.
pub(crate) fn unmerged(db: &Connection, limit: u32) -> Outcome<Vec<Unmerged>> {
    let sql = "SELECT stream, calendar, sequence, object, minute FROM unmerged ORDER BY rowid LIMIT ?1";
    let mut select = db.prepare_cached(sql)?;
    let mut rows = select.query([limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let stream = Stream::of_id(row.get(0)?).ok_or(Stop::Damaged("a leaf that waits"))?;
        let id = LeafId { stream, calendar: CalendarId(row.get(1)?), sequence: row.get(2)? };
        found.push(Unmerged { id, object: Digest(row.get(3)?), minute: row.get(4)? });
    }
    Ok(found)
}

/// The minute of the oldest leaf that waits.
pub(crate) fn oldest_unmerged(db: &Connection) -> Outcome<Option<u32>> {
    let sql = "SELECT minute FROM unmerged ORDER BY rowid LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
}

/// Where a leaf lies.
pub(crate) fn place(db: &Connection, leaf: LeafId) -> Outcome<Option<u64>> {
    let sql = "SELECT place FROM merged WHERE calendar = ?1 AND stream = ?2 AND sequence = ?3";
    let found = db.prepare_cached(sql)?.query_row((leaf.calendar.0, leaf.stream.id(), leaf.sequence), |row| row.get(0));
    Ok(found.optional()?)
}

/// The leaf and the receipt at a place of the chain.
pub(crate) fn leaf(db: &Connection, calendar: CalendarId, sequence: u64) -> Outcome<Option<StoredLeaf>> {
    let Ok(sequence) = i64::try_from(sequence) else { return Ok(None) };
    let sql = "SELECT leaf, receipt FROM chain WHERE calendar = ?1 AND sequence = ?2";
    let found = db
        .prepare_cached(sql)?
        .query_row((calendar.0, sequence), |row| Ok(StoredLeaf { leaf: Digest(row.get(0)?), receipt: row.get(1)? }));
    Ok(found.optional()?)
}
