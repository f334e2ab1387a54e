//! Claim ids: who takes one first has it (`docs/spec/claims.md` §3).

use rusqlite::Connection;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::{CalendarId, Gid, RecordId, VerifyingKey};

/// Whom an id belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner {
    /// A record, for good.
    Record(RecordId),
    /// The session of a hold.
    Session(VerifyingKey),
}

impl Owner {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Record(record) => record.as_bytes(),
            Self::Session(session) => session.as_bytes(),
        }
    }
}

/// What is to be taken, and for whom.
pub(crate) struct Taking<'a> {
    pub(crate) calendar: CalendarId,
    pub(crate) ids: &'a ClaimIds,
    pub(crate) owner: Owner,
    /// The session whose held ids may be taken over.
    pub(crate) session: Option<VerifyingKey>,
    pub(crate) window: u32,
    /// 0 for a record.
    pub(crate) until: u32,
    pub(crate) now: u32,
}

/// Takes all ids, in sorted order. `false` when one is another's: then the unit must end with an error, so that those
/// taken before it are undone. An expired hold gives way, and so does what the owner or the session has already.
pub(crate) fn take(db: &Connection, taking: &Taking<'_>) -> rusqlite::Result<bool> {
    let mut insert = db.prepare_cached(
        "INSERT INTO claim (calendar, gid, owner, window_number, until) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (calendar, gid) DO UPDATE
         SET owner = excluded.owner, window_number = excluded.window_number, until = excluded.until
         WHERE claim.owner = excluded.owner OR claim.owner = ?6 OR claim.until <> 0 AND claim.until <= ?7",
    )?;
    let session = taking.session.as_ref().map(|session| &session.0[..]);
    for gid in taking.ids.ids() {
        let changed = insert.execute((
            taking.calendar.0,
            gid.0,
            taking.owner.bytes(),
            taking.window,
            taking.until,
            session,
            taking.now,
        ))?;
        if changed != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives back those of the ids that still are the owner's.
pub(crate) fn give_back<'a>(
    db: &Connection,
    calendar: CalendarId,
    owner: Owner,
    ids: impl IntoIterator<Item = &'a Gid>,
) -> rusqlite::Result<()> {
    let mut delete = db.prepare_cached("DELETE FROM claim WHERE calendar = ?1 AND gid = ?2 AND owner = ?3")?;
    for gid in ids {
        delete.execute((calendar.0, gid.0, owner.bytes()))?;
    }
    Ok(())
}
