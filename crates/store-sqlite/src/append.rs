//! Events: compare-and-swap on version, revision and previous hash; claims all or none; leaf and head with them
//! (`docs/spec/events.md` §4, `docs/spec/claims.md` §5).

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{Header, Operation};
use souspli_store::{AppendError, Appended, Calendar, EventWrite, Linker};

use crate::claim::{self, Owner, Taking};
use crate::record::{self, Record};
use crate::stop::Stop;
use crate::unit::Unit;
use crate::{calendar, chain, hold};

type Outcome<T> = Result<T, Stop<AppendError>>;

/// Appends one event.
pub(crate) struct Append {
    pub(crate) write: EventWrite,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
}

impl Unit for Append {
    type Done = Appended;
    type Refusal = AppendError;

    fn perform(&self, db: &Connection) -> Outcome<Appended> {
        let header = self.write.event.header();
        let mut calendar =
            calendar::read(db, header.context.calendar)?.ok_or(Stop::Refused(AppendError::NoCalendar))?;
        let record = record::read(db, header.context.calendar, header.record)?;
        if record.is_some()
            && let Some(stored) = self.stored(db)?
        {
            return Ok(stored);
        }
        self.check(&calendar, record.as_ref()).map_err(Stop::Refused)?;
        let claims = self.claim(db, record.as_ref())?;
        self.store(db, &mut calendar, &self.next(record.as_ref(), claims))
    }
}

impl Append {
    fn header(&self) -> &Header {
        self.write.event.header()
    }

    /// The receipt that these very bytes got before.
    fn stored(&self, db: &Connection) -> Outcome<Option<Appended>> {
        let header = self.header();
        let sql = "SELECT chain.sequence, chain.receipt FROM event
                   JOIN chain ON chain.calendar = event.calendar AND chain.sequence = event.sequence
                   WHERE event.calendar = ?1 AND event.record = ?2 AND event.revision = ?3 AND event.hash = ?4";
        let place = (header.context.calendar.0, header.record.0, header.revision, self.write.hash.0);
        let stored = db
            .prepare_cached(sql)?
            .query_row(place, |row| Ok(Appended { sequence: row.get(0)?, receipt: row.get(1)?, new: false }));
        Ok(stored.optional()?)
    }

    fn check(&self, calendar: &Calendar, record: Option<&Record>) -> Result<(), AppendError> {
        let header = self.header();
        match (header.operation, record) {
            (Operation::Create, Some(_)) => return Err(AppendError::RecordExists),
            (Operation::Append, None) => return Err(AppendError::NoRecord),
            (Operation::Append, Some(record))
                if record.revision.checked_add(1) != Some(header.revision) || record.hash != header.previous =>
            {
                return Err(AppendError::RevisionConflict);
            }
            (Operation::Create, None) | (Operation::Append, Some(_)) => {}
        }
        if header.version != calendar.version {
            return Err(AppendError::StaleVersion);
        }
        if self.write.claims.is_some() && record.is_some_and(|record| record.released) {
            return Err(AppendError::Released);
        }
        Ok(())
    }

    /// Takes what the event claims, gives back what it no longer does, and returns what the record has then.
    fn claim(&self, db: &Connection, record: Option<&Record>) -> Outcome<Option<ClaimIds>> {
        let header = self.header();
        let (calendar, owner) = (header.context.calendar, Owner::Record(header.record));
        let old = record.and_then(|record| record.claims);
        let Some(new) = self.write.claims else {
            if !header.release {
                return Ok(old);
            }
            claim::give_back(db, calendar, owner, old.iter().flat_map(ClaimIds::ids))?;
            return Ok(None);
        };
        let session = self.write.hold.map(|hold| hold.session);
        let (window, now) = (header.window, self.minute);
        let taking = Taking { calendar, ids: &new, owner, session, window, until: 0, now };
        if !claim::take(db, &taking)? {
            return Err(Stop::Refused(AppendError::Taken));
        }
        claim::give_back(db, calendar, owner, old.iter().flat_map(|old| claim::without(old, &new)))?;
        if let Some(session) = session {
            hold::end(db, calendar, session)?;
        }
        Ok(Some(new))
    }

    /// Where the record stands after the event.
    #[allow(clippy::large_types_passed_by_value)] // it moves into the record
    fn next(&self, record: Option<&Record>, claims: Option<ClaimIds>) -> Record {
        let header = self.header();
        let stays = record.filter(|_| self.write.claims.is_none());
        Record {
            revision: header.revision,
            hash: self.write.hash,
            window: stays.map_or(header.window, |record| record.window),
            released: header.release || record.is_some_and(|record| record.released),
            claims,
        }
    }

    fn store(&self, db: &Connection, calendar: &mut Calendar, next: &Record) -> Outcome<Appended> {
        let header = self.header();
        let before = calendar.sequence;
        let of = Some((header.record, header.revision));
        let receipt = chain::link(db, calendar, &self.write.hash, of, self.minute, self.linker.as_ref())?;
        calendar::advance(db, calendar, before)?;
        let sql = "INSERT INTO event (calendar, record, revision, sequence, hash, bytes)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        db.prepare_cached(sql)?.execute((
            header.context.calendar.0,
            header.record.0,
            header.revision,
            calendar.sequence,
            self.write.hash.0,
            self.write.event.bytes(),
        ))?;
        record::write(db, header.context.calendar, header.record, next)?;
        Ok(Appended { receipt, new: true, sequence: calendar.sequence })
    }
}
