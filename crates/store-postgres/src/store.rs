//! The trait's methods: each runs a unit or a read.

use std::sync::Arc;

use async_trait::async_trait;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::vault::SealedVault;
use souspli_protocol::{CalendarId, Locator, RecordId, VerifyingKey};
use souspli_store::{
    AppendError, Appended, Calendar, ClaimsNow, EraseError, EraseWrite, EventWrite, HoldError, JournalNow, LeafId,
    Lease, Linker, Listed, Merged, PublishError, Read, Sealed, Standing, Store, StoreError, StoredEvent, StoredLeaf,
    StoredPublication, Tombstone, TreeHead, Unmerged, VaultError,
};

use crate::append::{Append, append};
use crate::erase::{Erase, PurgeHours, PurgeRecords};
use crate::hold::{ExtendHold, Hold, ReleaseHold, SweepHolds};
use crate::host::BindHost;
use crate::journal::{CloseReads, NoteRead};
use crate::log::{Merge, TakeLease};
use crate::publish::Publish;
use crate::restore::Restore;
use crate::unit::{read as ask, run};
use crate::vault::{CreateVault, ReplaceVault};
use crate::{PostgresStore, calendar, erase, hold, journal, log, read, restore, vault};

#[async_trait]
impl Store for PostgresStore {
    async fn bind_host(&self, key: VerifyingKey) -> Result<bool, StoreError> {
        run(self, BindHost { key }).await
    }

    async fn calendar(&self, calendar: CalendarId) -> Result<Option<Calendar>, StoreError> {
        ask(self, move |db| Box::pin(calendar::read(db, calendar))).await
    }

    async fn publish(
        &self,
        batch: &[Publication],
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<Vec<Sealed>, PublishError> {
        run(self, Publish { batch: batch.to_vec(), minute, linker: linker.clone(), heads: self.heads.clone() }).await
    }

    async fn publication(
        &self,
        calendar: CalendarId,
        kind: PublicationKind,
        slot: u32,
    ) -> Result<Option<StoredPublication>, StoreError> {
        let slot = u64::from(slot);
        let found = ask(self, move |db| Box::pin(read::publications(db, calendar, kind, slot, slot + 1))).await?;
        Ok(found.into_iter().next())
    }

    async fn publications(
        &self,
        calendar: CalendarId,
        kind: PublicationKind,
        from: u32,
        to: u32,
    ) -> Result<Vec<StoredPublication>, StoreError> {
        ask(self, move |db| Box::pin(read::publications(db, calendar, kind, from.into(), to.into()))).await
    }

    async fn hold(
        &self,
        calendar: CalendarId,
        session: VerifyingKey,
        window: u32,
        claims: &ClaimIds,
        now: u32,
        until: u32,
    ) -> Result<(), HoldError> {
        run(self, Hold { calendar, session, window, claims: *claims, now, until }).await
    }

    async fn extend_hold(
        &self,
        calendar: CalendarId,
        session: VerifyingKey,
        now: u32,
        minutes: u32,
    ) -> Result<u32, HoldError> {
        run(self, ExtendHold { calendar, session, now, minutes }).await
    }

    async fn release_hold(&self, calendar: CalendarId, session: VerifyingKey) -> Result<(), StoreError> {
        run(self, ReleaseHold { calendar, session }).await
    }

    async fn holds(&self, calendar: CalendarId, session: VerifyingKey, now: u32) -> Result<bool, StoreError> {
        ask(self, move |db| Box::pin(hold::holds(db, calendar, session, now))).await
    }

    async fn sweep_holds(&self, now: u32) -> Result<u64, StoreError> {
        let calendars = ask(self, move |db| Box::pin(hold::with_expired(db, now))).await?;
        let mut swept = 0_u64;
        for calendar in calendars {
            swept = swept.saturating_add(run(self, SweepHolds { calendar, now }).await?);
        }
        Ok(swept)
    }

    async fn append(&self, write: &EventWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, AppendError> {
        let (write, linker, heads) = (Arc::new(write.clone()), linker.clone(), self.heads.clone());
        append(self, Append { write, minute, linker, heads }).await
    }

    async fn last_event(&self, calendar: CalendarId, record: RecordId) -> Result<Option<StoredEvent>, StoreError> {
        Ok(ask(self, move |db| Box::pin(read::events(db, calendar, record, false))).await?.pop())
    }

    async fn record(&self, calendar: CalendarId, record: RecordId) -> Result<Vec<StoredEvent>, StoreError> {
        ask(self, move |db| Box::pin(read::events(db, calendar, record, true))).await
    }

    async fn chain(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<Vec<Listed>, StoreError> {
        ask(self, move |db| Box::pin(read::chain(db, calendar, since, limit))).await
    }

    async fn claims(&self, calendar: CalendarId, from: u32, to: u32, now: u32) -> Result<ClaimsNow, StoreError> {
        ask(self, move |db| Box::pin(read::claims(db, calendar, from, to, now))).await
    }

    async fn erase(&self, write: &EraseWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, EraseError> {
        let (linker, heads) = (linker.clone(), self.heads.clone());
        let erased = run(self, Erase { write: *write, minute, linker, heads }).await?;
        self.scrubbing.note();
        Ok(erased)
    }

    async fn erased(&self, write: &EraseWrite) -> Result<Option<Appended>, StoreError> {
        let write = *write;
        ask(self, move |db| Box::pin(async move { erase::stored(db, &write).await })).await
    }

    async fn purge_records(&self, through: u32, limit: u32) -> Result<u64, StoreError> {
        let Some(calendar) = ask(self, move |db| Box::pin(erase::due(db, through))).await? else { return Ok(0) };
        let purged = run(self, PurgeRecords { calendar, through, limit }).await?;
        self.scrubbing.note();
        Ok(purged)
    }

    async fn purge_hours(&self, through: u32) -> Result<u64, StoreError> {
        let purged = run(self, PurgeHours { through }).await?;
        if purged > 0 {
            self.scrubbing.note();
        }
        Ok(purged)
    }

    async fn tombstone(&self, calendar: CalendarId, record: RecordId) -> Result<Option<Tombstone>, StoreError> {
        ask(self, move |db| Box::pin(erase::tombstone(db, calendar, record))).await
    }

    async fn scrub(&self, now: u32) -> Result<bool, StoreError> {
        self.scrubbing.run(&self.pool, now).await
    }

    async fn note_read(&self, read: &Read, linker: &Arc<dyn Linker>) -> Result<(), StoreError> {
        run(self, NoteRead { read: *read, linker: linker.clone() }).await
    }

    async fn calendars_to_close(&self, minute: u32) -> Result<Vec<CalendarId>, StoreError> {
        ask(self, move |db| Box::pin(journal::to_close(db, minute))).await
    }

    async fn close_reads(
        &self,
        calendar: CalendarId,
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<u64, StoreError> {
        run(self, CloseReads { calendar, minute, linker: linker.clone() }).await
    }

    async fn journal(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<JournalNow, StoreError> {
        ask(self, move |db| Box::pin(journal::now(db, calendar, since, limit))).await
    }

    async fn create_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError> {
        run(self, CreateVault { vault: vault.clone(), locators }).await
    }

    async fn replace_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError> {
        run(self, ReplaceVault { vault: vault.clone(), locators }).await
    }

    async fn vault(&self, locator: Locator) -> Result<Option<SealedVault>, StoreError> {
        ask(self, move |db| Box::pin(vault::at(db, locator))).await
    }

    async fn lease(&self, holder: [u8; 16], now: u32, until: u32, fence: u64) -> Result<Option<Lease>, StoreError> {
        run(self, TakeLease { holder, now, until, fence }).await
    }

    async fn unmerged(&self, limit: u32) -> Result<Vec<Unmerged>, StoreError> {
        ask(self, move |db| Box::pin(log::unmerged(db, limit))).await
    }

    async fn oldest_unmerged(&self) -> Result<Option<u32>, StoreError> {
        ask(self, |db| Box::pin(log::oldest_unmerged(db))).await
    }

    async fn merge(&self, fence: u64, head: TreeHead, merged: &[Merged]) -> Result<bool, StoreError> {
        run(self, Merge { fence, head, merged: merged.to_vec() }).await
    }

    async fn place(&self, leaf: LeafId) -> Result<Option<u64>, StoreError> {
        ask(self, move |db| Box::pin(log::place(db, leaf))).await
    }

    async fn leaf(&self, calendar: CalendarId, sequence: u64) -> Result<Option<StoredLeaf>, StoreError> {
        ask(self, move |db| Box::pin(log::leaf(db, calendar, sequence))).await
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        ask(self, |db| Box::pin(restore::standing(db))).await
    }

    async fn restore(
        &self,
        generation: u32,
        fence: u64,
        head: TreeHead,
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<u64, StoreError> {
        run(self, Restore { generation, fence, head, minute, linker: linker.clone() }).await
    }

    async fn notices(&self, calendar: CalendarId) -> Result<Vec<Sealed>, StoreError> {
        ask(self, move |db| Box::pin(restore::notices(db, calendar))).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        ask(self, |db| Box::pin(async move { Ok(sqlx::query("SELECT 1").execute(db).await.map(drop)?) })).await
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}
