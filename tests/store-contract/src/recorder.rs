//! Notes which methods of the trait the behaviours call: none may be forgotten on any database.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

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

/// The text of the trait: its methods are read from it, so that a new one is missed at once.
const TRAIT: &str = include_str!("../../../crates/store/src/lib.rs");

/// The methods that were called so far.
#[derive(Debug, Default)]
pub struct Called(Mutex<BTreeSet<&'static str>>);

impl Called {
    /// Methods of the trait that nobody called.
    pub fn missing(&self) -> Vec<&'static str> {
        let called = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let methods = TRAIT.split("async fn ").skip(1).filter_map(|rest| rest.split('(').next());
        methods.filter(|method| !called.contains(method)).collect()
    }

    fn note(&self, method: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(method);
    }
}

/// A store that notes what is called.
pub struct Recorder {
    store: Arc<dyn Store>,
    called: Arc<Called>,
}

impl Recorder {
    /// Notes calls of this store there.
    pub fn new(store: Arc<dyn Store>, called: Arc<Called>) -> Self {
        Self { store, called }
    }
}

macro_rules! passes_on {
    ($(async fn $name:ident(&self $(, $argument:ident: $type:ty)*) -> $output:ty;)*) => {
        #[async_trait]
        impl Store for Recorder {
            $(async fn $name(&self $(, $argument: $type)*) -> $output {
                self.called.note(stringify!($name));
                self.store.$name($($argument),*).await
            })*
        }
    };
}

passes_on! {
    async fn bind_host(&self, key: VerifyingKey) -> Result<bool, StoreError>;
    async fn calendar(&self, calendar: CalendarId) -> Result<Option<Calendar>, StoreError>;
    async fn publish(&self, batch: &[Publication], minute: u32, linker: &Arc<dyn Linker>) -> Result<Vec<Sealed>, PublishError>;
    async fn publication(&self, calendar: CalendarId, kind: PublicationKind, slot: u32) -> Result<Option<StoredPublication>, StoreError>;
    async fn publications(&self, calendar: CalendarId, kind: PublicationKind, from: u32, to: u32) -> Result<Vec<StoredPublication>, StoreError>;
    async fn hold(&self, calendar: CalendarId, session: VerifyingKey, window: u32, claims: &ClaimIds, now: u32, until: u32) -> Result<(), HoldError>;
    async fn extend_hold(&self, calendar: CalendarId, session: VerifyingKey, now: u32, minutes: u32) -> Result<u32, HoldError>;
    async fn release_hold(&self, calendar: CalendarId, session: VerifyingKey) -> Result<(), StoreError>;
    async fn holds(&self, calendar: CalendarId, session: VerifyingKey, now: u32) -> Result<bool, StoreError>;
    async fn sweep_holds(&self, now: u32) -> Result<u64, StoreError>;
    async fn append(&self, write: &EventWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, AppendError>;
    async fn last_event(&self, calendar: CalendarId, record: RecordId) -> Result<Option<StoredEvent>, StoreError>;
    async fn record(&self, calendar: CalendarId, record: RecordId) -> Result<Vec<StoredEvent>, StoreError>;
    async fn chain(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<Vec<Listed>, StoreError>;
    async fn claims(&self, calendar: CalendarId, from: u32, to: u32, now: u32) -> Result<ClaimsNow, StoreError>;
    async fn erase(&self, write: &EraseWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, EraseError>;
    async fn erased(&self, write: &EraseWrite) -> Result<Option<Appended>, StoreError>;
    async fn purge_records(&self, through: u32, limit: u32) -> Result<u64, StoreError>;
    async fn purge_hours(&self, through: u32) -> Result<u64, StoreError>;
    async fn tombstone(&self, calendar: CalendarId, record: RecordId) -> Result<Option<Tombstone>, StoreError>;
    async fn scrub(&self, now: u32) -> Result<bool, StoreError>;
    async fn note_read(&self, read: &Read, linker: &Arc<dyn Linker>) -> Result<(), StoreError>;
    async fn calendars_to_close(&self, minute: u32) -> Result<Vec<CalendarId>, StoreError>;
    async fn close_reads(&self, calendar: CalendarId, minute: u32, linker: &Arc<dyn Linker>) -> Result<u64, StoreError>;
    async fn journal(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<JournalNow, StoreError>;
    async fn create_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError>;
    async fn replace_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError>;
    async fn vault(&self, locator: Locator) -> Result<Option<SealedVault>, StoreError>;
    async fn ping(&self) -> Result<(), StoreError>;
    async fn lease(&self, holder: [u8; 16], now: u32, until: u32, fence: u64) -> Result<Option<Lease>, StoreError>;
    async fn unmerged(&self, limit: u32) -> Result<Vec<Unmerged>, StoreError>;
    async fn oldest_unmerged(&self) -> Result<Option<u32>, StoreError>;
    async fn merge(&self, fence: u64, head: TreeHead, merged: &[Merged]) -> Result<bool, StoreError>;
    async fn place(&self, leaf: LeafId) -> Result<Option<u64>, StoreError>;
    async fn leaf(&self, calendar: CalendarId, sequence: u64) -> Result<Option<StoredLeaf>, StoreError>;
    async fn standing(&self) -> Result<Standing, StoreError>;
    async fn restore(&self, generation: u32, fence: u64, head: TreeHead, minute: u32, linker: &Arc<dyn Linker>) -> Result<u64, StoreError>;
    async fn notices(&self, calendar: CalendarId) -> Result<Vec<Sealed>, StoreError>;
    async fn close(&self) -> ();
}
