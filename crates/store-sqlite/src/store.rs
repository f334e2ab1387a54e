//! The trait's methods: each hands a unit to the writer or a question to a reader.

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

use crate::append::Append;
use crate::erase::{Erase, PurgeHours, PurgeRecords};
use crate::hold::{ExtendHold, Hold, ReleaseHold, SweepHolds};
use crate::host::BindHost;
use crate::journal::{CloseReads, NoteRead};
use crate::log::{Merge, TakeLease};
use crate::publish::Publish;
use crate::restore::Restore;
use crate::vault::{CreateVault, ReplaceVault};
use crate::{SqliteStore, calendar, erase, hold, journal, log, read, restore, vault};

impl SqliteStore {
    /// Takes note where something was erased.
    fn noted(&self, erased: u64) -> u64 {
        if erased > 0 {
            self.scrubbing.note();
        }
        erased
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn bind_host(&self, key: VerifyingKey) -> Result<bool, StoreError> {
        self.writer.run(BindHost { key }).await
    }

    async fn calendar(&self, calendar: CalendarId) -> Result<Option<Calendar>, StoreError> {
        self.readers.run(move |db| Ok(calendar::read(db, calendar)?)).await
    }

    async fn publish(
        &self,
        batch: &[Publication],
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<Vec<Sealed>, PublishError> {
        self.writer.run(Publish { batch: batch.to_vec(), minute, linker: linker.clone() }).await
    }

    async fn publication(
        &self,
        calendar: CalendarId,
        kind: PublicationKind,
        slot: u32,
    ) -> Result<Option<StoredPublication>, StoreError> {
        self.readers.run(move |db| read::publication(db, calendar, kind, slot)).await
    }

    async fn publications(
        &self,
        calendar: CalendarId,
        kind: PublicationKind,
        from: u32,
        to: u32,
    ) -> Result<Vec<StoredPublication>, StoreError> {
        self.readers.run(move |db| read::publications(db, calendar, kind, from, to)).await
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
        self.writer.run(Hold { calendar, session, window, claims: *claims, now, until }).await
    }

    async fn extend_hold(
        &self,
        calendar: CalendarId,
        session: VerifyingKey,
        now: u32,
        minutes: u32,
    ) -> Result<u32, HoldError> {
        self.writer.run(ExtendHold { calendar, session, now, minutes }).await
    }

    async fn release_hold(&self, calendar: CalendarId, session: VerifyingKey) -> Result<(), StoreError> {
        self.writer.run(ReleaseHold { calendar, session }).await
    }

    async fn holds(&self, calendar: CalendarId, session: VerifyingKey, now: u32) -> Result<bool, StoreError> {
        self.readers.run(move |db| Ok(hold::holds(db, calendar, session, now)?)).await
    }

    async fn sweep_holds(&self, now: u32) -> Result<u64, StoreError> {
        self.writer.run(SweepHolds { now }).await
    }

    async fn append(&self, write: &EventWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, AppendError> {
        self.writer.run(Append { write: write.clone(), minute, linker: linker.clone() }).await
    }

    async fn last_event(&self, calendar: CalendarId, record: RecordId) -> Result<Option<StoredEvent>, StoreError> {
        self.readers.run(move |db| read::last_event(db, calendar, record)).await
    }

    async fn record(&self, calendar: CalendarId, record: RecordId) -> Result<Vec<StoredEvent>, StoreError> {
        self.readers.run(move |db| read::events(db, calendar, record, 0)).await
    }

    async fn chain(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<Vec<Listed>, StoreError> {
        self.readers.run(move |db| read::chain(db, calendar, since, limit)).await
    }

    async fn claims(&self, calendar: CalendarId, from: u32, to: u32, now: u32) -> Result<ClaimsNow, StoreError> {
        self.readers.run(move |db| read::claims(db, calendar, from, to, now)).await
    }

    async fn erase(&self, write: &EraseWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, EraseError> {
        let erased = self.writer.run(Erase { write: *write, minute, linker: linker.clone() }).await?;
        self.scrubbing.note();
        Ok(erased)
    }

    async fn erased(&self, write: &EraseWrite) -> Result<Option<Appended>, StoreError> {
        let write = *write;
        self.readers.run(move |db| erase::stored(db, &write)).await
    }

    async fn purge_records(&self, through: u32, limit: u32) -> Result<u64, StoreError> {
        Ok(self.noted(self.writer.run(PurgeRecords { through, limit }).await?))
    }

    async fn purge_hours(&self, through: u32) -> Result<u64, StoreError> {
        Ok(self.noted(self.writer.run(PurgeHours { through }).await?))
    }

    async fn tombstone(&self, calendar: CalendarId, record: RecordId) -> Result<Option<Tombstone>, StoreError> {
        self.readers.run(move |db| erase::tombstone(db, calendar, record)).await
    }

    async fn scrub(&self, _now: u32) -> Result<bool, StoreError> {
        let (file, scrubbing) = (self.file.clone(), self.scrubbing.clone());
        let scrubbed = tokio::task::spawn_blocking(move || scrubbing.run(&file)).await;
        scrubbed.unwrap_or_else(|_| Err(StoreError::Failed("scrubbing panicked".to_owned())))
    }

    async fn note_read(&self, read: &Read, linker: &Arc<dyn Linker>) -> Result<(), StoreError> {
        self.writer.run(NoteRead { read: *read, linker: linker.clone() }).await
    }

    async fn calendars_to_close(&self, minute: u32) -> Result<Vec<CalendarId>, StoreError> {
        self.readers.run(move |db| journal::to_close(db, minute)).await
    }

    async fn close_reads(
        &self,
        calendar: CalendarId,
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<u64, StoreError> {
        self.writer.run(CloseReads { calendar, minute, linker: linker.clone() }).await
    }

    async fn journal(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<JournalNow, StoreError> {
        self.readers.run(move |db| journal::now(db, calendar, since, limit)).await
    }

    async fn create_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError> {
        self.writer.run(CreateVault { vault: vault.clone(), locators }).await
    }

    async fn replace_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError> {
        self.writer.run(ReplaceVault { vault: vault.clone(), locators }).await
    }

    async fn vault(&self, locator: Locator) -> Result<Option<SealedVault>, StoreError> {
        self.readers.run(move |db| vault::at(db, locator)).await
    }

    async fn lease(&self, holder: [u8; 16], now: u32, until: u32, fence: u64) -> Result<Option<Lease>, StoreError> {
        self.writer.run(TakeLease { holder, now, until, fence }).await
    }

    async fn unmerged(&self, limit: u32) -> Result<Vec<Unmerged>, StoreError> {
        self.readers.run(move |db| log::unmerged(db, limit)).await
    }

    async fn oldest_unmerged(&self) -> Result<Option<u32>, StoreError> {
        self.readers.run(log::oldest_unmerged).await
    }

    async fn merge(&self, fence: u64, head: TreeHead, merged: &[Merged]) -> Result<bool, StoreError> {
        self.writer.run(Merge { fence, head, merged: merged.to_vec() }).await
    }

    async fn place(&self, leaf: LeafId) -> Result<Option<u64>, StoreError> {
        self.readers.run(move |db| log::place(db, leaf)).await
    }

    async fn leaf(&self, calendar: CalendarId, sequence: u64) -> Result<Option<StoredLeaf>, StoreError> {
        self.readers.run(move |db| log::leaf(db, calendar, sequence)).await
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        self.readers.run(restore::standing).await
    }

    async fn restore(
        &self,
        generation: u32,
        fence: u64,
        head: TreeHead,
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<u64, StoreError> {
        self.writer.run(Restore { generation, fence, head, minute, linker: linker.clone() }).await
    }

    async fn notices(&self, calendar: CalendarId) -> Result<Vec<Sealed>, StoreError> {
        self.readers.run(move |db| restore::notices(db, calendar)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.readers.run(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
