//! Events: compare-and-swap on version, revision and previous hash; claims all or none; leaf and head with them
//! (`docs/spec/events.md` §4, `docs/spec/claims.md` §5).

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};
use souspli_protocol::Gid;
use souspli_protocol::event::Header;
use souspli_store::{AppendError, Appended, Calendar, EventWrite, Linker, RecordState};

use crate::claim::{self, Owner, Taking};
use crate::stop::Stop;
use crate::unit::Unit;
use crate::{calendar, chain, erase, hold, record};

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
        if record.is_none() && erase::tombstone(db, header.context.calendar, header.record)?.is_some() {
            return Err(Stop::Refused(AppendError::Erased));
        }
        let change = self.write.apply(&calendar, record.as_ref()).map_err(Stop::Refused)?;
        self.claim(db, &change.freed)?;
        self.store(db, &mut calendar, &change.record)
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

    /// Takes what the event claims and gives back what the record no longer does.
    fn claim(&self, db: &Connection, freed: &[Gid]) -> Outcome<()> {
        let header = self.header();
        let (calendar, owner) = (header.context.calendar, Owner::Record(header.record));
        claim::give_back(db, calendar, owner, freed)?;
        let Some(ids) = &self.write.claims else { return Ok(()) };
        let session = self.write.hold.map(|hold| hold.session);
        let (window, now) = (header.window, self.minute);
        if !claim::take(db, &Taking { calendar, ids, owner, session, window, until: 0, now })? {
            return Err(Stop::Refused(AppendError::Taken));
        }
        session.map_or(Ok(()), |session| hold::end(db, calendar, session))
    }

    fn store(&self, db: &Connection, calendar: &mut Calendar, record: &RecordState) -> Outcome<Appended> {
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
        if !self.write.earlier.is_empty() {
            let sql = "INSERT INTO earlier (calendar, sequence, receipts) VALUES (?1, ?2, ?3)";
            let place = (header.context.calendar.0, calendar.sequence, &self.write.earlier);
            db.prepare_cached(sql)?.execute(place)?;
        }
        record::write(db, header.context.calendar, header.record, record)?;
        Ok(Appended { receipt, new: true, sequence: calendar.sequence })
    }
}
