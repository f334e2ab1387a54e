//! Publications: a batch whole or not at all, each with the calendar's next version (`docs/spec/publications.md` §1).

use std::sync::Arc;

use rusqlite::Connection;
use souspli_protocol::publication::Publication;
use souspli_protocol::{CalendarId, Digest};
use souspli_store::{Calendar, Linker, PublishError, Sealed};

use crate::stop::Stop;
use crate::unit::Unit;
use crate::{calendar, chain, restore};

type Outcome<T> = Result<T, Stop<PublishError>>;

/// Publishes one batch.
pub(crate) struct Publish {
    pub(crate) batch: Vec<Publication>,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
}

impl Unit for Publish {
    type Done = Vec<Sealed>;
    type Refusal = PublishError;

    fn perform(&self, db: &Connection) -> Outcome<Vec<Sealed>> {
        let Some(first) = self.batch.first() else { return Ok(Vec::new()) };
        let context = first.statement().context;
        let hashes: Vec<Digest> = self.batch.iter().map(|publication| self.linker.hash(publication.bytes())).collect();
        let stored = calendar::read(db, context.calendar)?;
        if stored.is_some()
            && let Some(receipts) = self.stored(db, context.calendar, &hashes)?
        {
            return Ok(receipts);
        }
        let generation = stored.map_or_else(|| restore::generation(db), |calendar| Ok(calendar.generation))?;
        let mut calendar = Calendar::before_batch(stored, &self.batch, generation).map_err(Stop::Refused)?;
        if stored.is_none() {
            calendar::create(db, &calendar)?;
            if let Some(notice) = calendar.first_notice(self.minute) {
                restore::write(db, &notice, self.linker.as_ref())?;
            }
        }
        let before = calendar.sequence;
        let receipts =
            self.batch.iter().zip(&hashes).map(|(publication, hash)| self.store(db, &mut calendar, publication, hash));
        let receipts = receipts.collect::<rusqlite::Result<_>>()?;
        calendar::advance(db, &calendar, before)?;
        Ok(receipts)
    }
}

impl Publish {
    /// The receipts that this very batch got before.
    fn stored(&self, db: &Connection, calendar: CalendarId, hashes: &[Digest]) -> Outcome<Option<Vec<Sealed>>> {
        let sql = "SELECT chain.receipt FROM version
                   JOIN chain ON chain.calendar = version.calendar AND chain.sequence = version.sequence
                   WHERE version.calendar = ?1 AND version.version = ?2 AND version.hash = ?3";
        let mut select = db.prepare_cached(sql)?;
        let mut receipts = Vec::with_capacity(hashes.len());
        for (publication, hash) in self.batch.iter().zip(hashes) {
            let Ok(version) = i64::try_from(publication.statement().version) else { return Ok(None) };
            let mut rows = select.query((calendar.0, version, hash.0))?;
            let Some(row) = rows.next()? else { return Ok(None) };
            receipts.push(row.get(0)?);
        }
        Ok(Some(receipts))
    }

    fn store(
        &self,
        db: &Connection,
        calendar: &mut Calendar,
        publication: &Publication,
        hash: &Digest,
    ) -> rusqlite::Result<Sealed> {
        let statement = publication.statement();
        let id = calendar.context.calendar.0;
        let receipt = chain::link(db, calendar, hash, None, self.minute, self.linker.as_ref())?;
        let sql = "INSERT INTO version (calendar, version, hash, sequence) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(sql)?.execute((id, statement.version, hash.0, calendar.sequence))?;
        let sql = "INSERT INTO publication (calendar, kind, slot, version, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (calendar, kind, slot) DO UPDATE
                   SET version = excluded.version, bytes = excluded.bytes";
        let kind = statement.kind.id();
        db.prepare_cached(sql)?.execute((id, kind, statement.slot, statement.version, publication.bytes()))?;
        calendar.version = statement.version;
        Ok(receipt)
    }
}
