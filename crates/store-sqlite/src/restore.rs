//! After a restore (`docs/spec/restore.md` §3): the notices, and the next generation of every chain.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::restore::Notice;
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, VerifyingKey};
use souspli_store::{Calendar, LeafId, Linker, Sealed, Standing, StoreError, Stream, TreeHead};

use crate::log;
use crate::stop::Stop;
use crate::unit::Unit;

type Outcome<T> = Result<T, Stop<StoreError>>;

/// Who merges while nobody does.
const NOBODY: [u8; 16] = [0; 16];

/// Opens the host's next generation.
pub(crate) struct Restore {
    pub(crate) generation: u32,
    pub(crate) fence: u64,
    pub(crate) head: TreeHead,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
}

impl Unit for Restore {
    type Done = u64;
    type Refusal = StoreError;

    fn perform(&self, db: &Connection) -> Outcome<u64> {
        let calendars = all(db)?;
        for calendar in &calendars {
            write(db, &calendar.notice(self.generation, self.minute), self.linker.as_ref())?;
        }
        db.execute("UPDATE calendar SET generation = ?1", [self.generation])?;
        if db.execute("UPDATE host SET generation = ?1", [self.generation])? != 1 {
            return Err(Stop::Damaged("the row of the host"));
        }
        let sql = "INSERT INTO sequencer (one, holder, fence, until, size, root) VALUES (1, ?1, ?2, 0, ?3, ?4)
                   ON CONFLICT (one) DO UPDATE
                   SET holder = excluded.holder, fence = max(fence, excluded.fence), until = 0, size = excluded.size,
                       root = excluded.root";
        db.execute(sql, (NOBODY, self.fence, self.head.size, self.head.root.0))?;
        Ok(u64::try_from(calendars.len()).unwrap_or(u64::MAX))
    }
}

fn all(db: &Connection) -> rusqlite::Result<Vec<Calendar>> {
    let mut select = db.prepare("SELECT calendar, fp, root, version, generation, sequence, head FROM calendar")?;
    let rows = select.query_map([], |row| {
        Ok(Calendar {
            context: Context { calendar: CalendarId(row.get(0)?), fp: Fingerprint(row.get(1)?) },
            root: VerifyingKey(row.get(2)?),
            version: row.get(3)?,
            generation: row.get(4)?,
            sequence: row.get(5)?,
            head: Digest(row.get(6)?),
        })
    })?;
    rows.collect()
}

/// Signs a notice and writes it down; it waits for the log.
pub(crate) fn write(db: &Connection, notice: &Notice, linker: &dyn Linker) -> rusqlite::Result<()> {
    let signed = linker.notice(notice);
    let (calendar, hash) = (notice.context.calendar, linker.hash(&signed));
    let sql = "INSERT INTO notice (calendar, generation, hash, bytes) VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(sql)?.execute((calendar.0, notice.generation, hash.0, &signed))?;
    let leaf = LeafId { calendar, stream: Stream::Notices, sequence: notice.generation.into() };
    log::wait(db, leaf, &hash, notice.minute)
}

/// The notices of a calendar.
pub(crate) fn notices(db: &Connection, calendar: CalendarId) -> Outcome<Vec<Sealed>> {
    let mut select = db.prepare_cached("SELECT bytes FROM notice WHERE calendar = ?1 ORDER BY generation")?;
    let notices = select.query_map([calendar.0], |row| row.get(0))?;
    Ok(notices.collect::<Result<_, _>>()?)
}

/// The host's generation; 0 where the data are nobody's yet.
pub(crate) fn generation(db: &Connection) -> rusqlite::Result<u32> {
    let found = db.prepare_cached("SELECT generation FROM host")?.query_row([], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or_default())
}

/// Where the data stand against the log.
pub(crate) fn standing(db: &Connection) -> Outcome<Standing> {
    let generation = generation(db)?;
    let row = db.prepare_cached("SELECT size, root, until FROM sequencer")?.query_row([], |row| {
        let head = TreeHead { size: row.get(0)?, root: Digest(row.get(1)?) };
        Ok(Standing { generation, head, until: row.get(2)? })
    });
    let none = Standing { generation, head: TreeHead { size: 0, root: Digest::ZERO }, until: 0 };
    Ok(row.optional()?.unwrap_or(none))
}
