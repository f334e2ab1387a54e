//! Publications: a batch whole or not at all, each with the calendar's next version (`docs/spec/publications.md` §1).

use std::sync::Arc;

use async_trait::async_trait;
use souspli_protocol::publication::Publication;
use souspli_protocol::{CalendarId, Digest};
use souspli_store::{Calendar, Linker, PublishError, Sealed};
use sqlx::PgConnection;

use crate::heads::Heads;
use crate::row::bigint;
use crate::stop::Stop;
use crate::unit::Unit;
use crate::{calendar, restore};

type Outcome<T> = Result<T, Stop<PublishError>>;

const STORED: &str = "
    SELECT chain.receipt FROM version
    JOIN chain ON chain.calendar = version.calendar AND chain.sequence = version.sequence
    WHERE version.calendar = $1 AND version.version = $2 AND version.hash = $3";

const WRITE: &str = "
    WITH linked AS (
        INSERT INTO chain (calendar, sequence, leaf, receipt) VALUES ($1, $2, $3, $4)
    ), waiting AS (
        INSERT INTO unmerged (calendar, stream, sequence, object, minute) VALUES ($1, 1, $2, $7, $5)
    ), accepted AS (
        INSERT INTO version (calendar, version, hash, sequence) VALUES ($1, $6, $7, $2)
    )
    INSERT INTO publication (calendar, kind, slot, version, bytes) VALUES ($1, $8, $9, $6, $10)
    ON CONFLICT (calendar, kind, slot) DO UPDATE SET version = excluded.version, bytes = excluded.bytes";

/// Publishes one batch.
pub(crate) struct Publish {
    pub(crate) batch: Vec<Publication>,
    pub(crate) minute: u32,
    pub(crate) linker: Arc<dyn Linker>,
    pub(crate) heads: Arc<Heads>,
}

#[async_trait]
impl Unit for Publish {
    type Done = Vec<Sealed>;
    type Refusal = PublishError;

    fn calendar(&self) -> Option<CalendarId> {
        self.batch.first().map(|publication| publication.statement().context.calendar)
    }

    async fn perform(&self, db: &mut PgConnection) -> Outcome<Vec<Sealed>> {
        let Some(first) = self.batch.first() else { return Ok(Vec::new()) };
        let context = first.statement().context;
        let hashes: Vec<Digest> = self.batch.iter().map(|publication| self.linker.hash(publication.bytes())).collect();
        let stored = calendar::lock(db, context.calendar).await?;
        if stored.is_some()
            && let Some(receipts) = self.stored(db, context.calendar, &hashes).await?
        {
            return Ok(receipts);
        }
        let generation = match stored {
            Some(calendar) => calendar.generation,
            None => restore::generation(db).await?,
        };
        let mut calendar = Calendar::before_batch(stored, &self.batch, generation).map_err(Stop::Refused)?;
        if stored.is_none() {
            calendar::create(db, &calendar).await?;
            if let Some(notice) = calendar.first_notice(self.minute) {
                restore::write(db, &notice, self.linker.as_ref()).await?;
            }
        }
        let before = calendar.sequence;
        let mut receipts = Vec::with_capacity(self.batch.len());
        for (publication, hash) in self.batch.iter().zip(&hashes) {
            receipts.push(self.store(db, &mut calendar, publication, hash).await?);
        }
        calendar::advance(db, &calendar, before).await?;
        self.heads.learn(&calendar);
        Ok(receipts)
    }
}

impl Publish {
    /// The receipts that this very batch got before.
    async fn stored(
        &self,
        db: &mut PgConnection,
        calendar: CalendarId,
        hashes: &[Digest],
    ) -> Outcome<Option<Vec<Sealed>>> {
        let mut receipts = Vec::with_capacity(hashes.len());
        for (publication, hash) in self.batch.iter().zip(hashes) {
            let version = bigint(publication.statement().version);
            let query = sqlx::query_scalar(STORED).bind(calendar.0).bind(version).bind(hash.0);
            let Some(receipt) = query.fetch_optional(&mut *db).await? else { return Ok(None) };
            receipts.push(receipt);
        }
        Ok(Some(receipts))
    }

    async fn store(
        &self,
        db: &mut PgConnection,
        calendar: &mut Calendar,
        publication: &Publication,
        hash: &Digest,
    ) -> Outcome<Sealed> {
        let statement = publication.statement();
        let linked = calendar.link(hash, self.minute, self.linker.as_ref());
        sqlx::query(WRITE)
            .bind(calendar.context.calendar.0)
            .bind(bigint(calendar.sequence))
            .bind(linked.leaf.0)
            .bind(&linked.receipt[..])
            .bind(i64::from(self.minute))
            .bind(bigint(statement.version))
            .bind(hash.0)
            .bind(i64::from(statement.kind.id()))
            .bind(i64::from(statement.slot))
            .bind(publication.bytes())
            .execute(db)
            .await?;
        calendar.version = statement.version;
        Ok(linked.receipt)
    }
}
