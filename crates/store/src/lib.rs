//! What a host keeps, and the one trait that every database implements.
//!
//! The types are those of sealed and signed objects: what is not sealed does not fit. Each method is one transaction
//! that no caller can cancel halfway (a dropped future leaves the unit of work running to its end; so a linker is shared,
//! not borrowed). Uniqueness is the database's: writes check the rows that they changed. Time is a parameter, minutes
//! since 1970 (u32); a hold is live in the minutes before its `until`.

mod erase;
mod error;
mod journal;
mod rules;
mod shapes;

use std::sync::Arc;

use async_trait::async_trait;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::vault::SealedVault;
use souspli_protocol::{CalendarId, Locator, RecordId, VerifyingKey};

pub use erase::{EraseWrite, Tombstone, Why};
pub use error::{AppendError, EraseError, HoldError, OpenError, PublishError, StoreError, VaultError};
pub use journal::{ClosedRow, JournalHead, JournalNow, Noted, OpenRow, Read, close_rows};
pub use rules::{Change, Linked, RecordState};
pub use shapes::{
    Appended, Calendar, ClaimsNow, Entry, EventWrite, HoldQuoted, LeafId, Lease, Linker, Listed, Merged, Sealed,
    Standing, StoredEvent, StoredLeaf, StoredPublication, Stream, TreeHead, Unmerged,
};

/// A host's database.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Whether the data belong to the host with this receipt key. Data that belong to none become its.
    async fn bind_host(&self, key: VerifyingKey) -> Result<bool, StoreError>;

    /// What the host knows of a calendar, or `None`.
    async fn calendar(&self, calendar: CalendarId) -> Result<Option<Calendar>, StoreError>;

    /// Stores a batch whole or not at all. The versions follow the calendar's; a registration may only come first and
    /// creates the calendar. The newest of each (kind, slot) is what `publication` returns from now on; each takes the
    /// next sequence of the chain and gets its receipt. The same batch again returns the stored receipts.
    async fn publish(
        &self,
        batch: &[Publication],
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<Vec<Vec<u8>>, PublishError>;

    /// The newest publication of a kind and slot.
    async fn publication(
        &self,
        calendar: CalendarId,
        kind: PublicationKind,
        slot: u32,
    ) -> Result<Option<StoredPublication>, StoreError>;

    /// The newest publications of a kind with `from <= slot < to`, by rising slot.
    async fn publications(
        &self,
        calendar: CalendarId,
        kind: PublicationKind,
        from: u32,
        to: u32,
    ) -> Result<Vec<StoredPublication>, StoreError>;

    /// Holds 24 ids for a session until `until`; replaces the session's earlier hold. Ids that are claimed, or held by
    /// another session whose hold has not expired at `now`, are a conflict and nothing is kept.
    async fn hold(
        &self,
        calendar: CalendarId,
        session: VerifyingKey,
        window: u32,
        claims: &ClaimIds,
        now: u32,
        until: u32,
    ) -> Result<(), HoldError>;

    /// Lets a live hold end `minutes` later than it would, once; returns the minute at which it ends then.
    async fn extend_hold(
        &self,
        calendar: CalendarId,
        session: VerifyingKey,
        now: u32,
        minutes: u32,
    ) -> Result<u32, HoldError>;

    /// Gives a hold back; a session without one is no error.
    async fn release_hold(&self, calendar: CalendarId, session: VerifyingKey) -> Result<(), StoreError>;

    /// Whether a session holds a time at `now`.
    async fn holds(&self, calendar: CalendarId, session: VerifyingKey, now: u32) -> Result<bool, StoreError>;

    /// Deletes holds that expired before `now`; returns how many sessions had one.
    async fn sweep_holds(&self, now: u32) -> Result<u64, StoreError>;

    /// Appends an event: the same bytes again return the stored receipt; otherwise compare-and-swap on the calendar's
    /// version and on the record's revision and previous hash, claims in sorted order all or none, leaf and head in the
    /// same transaction.
    async fn append(&self, write: &EventWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, AppendError>;

    /// The last stored event of a record, or `None`.
    async fn last_event(&self, calendar: CalendarId, record: RecordId) -> Result<Option<StoredEvent>, StoreError>;

    /// All events of a record, by revision.
    async fn record(&self, calendar: CalendarId, record: RecordId) -> Result<Vec<StoredEvent>, StoreError>;

    /// Entries of the chain after `since`, at most `limit`, in order.
    async fn chain(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<Vec<Listed>, StoreError>;

    /// All claimed and held ids of the windows `from .. to` (exclusive), with the chain's place, in one snapshot.
    async fn claims(&self, calendar: CalendarId, from: u32, to: u32, now: u32) -> Result<ClaimsNow, StoreError>;

    /// Erases a record that the practice asks for: its events, claims and row go, gaps and a tombstone stay, and the erase
    /// takes its place in the chain (`docs/spec/events.md` §8). The same bytes again return the stored receipt.
    async fn erase(&self, write: &EraseWrite, minute: u32, linker: &Arc<dyn Linker>) -> Result<Appended, EraseError>;

    /// What an erase of these very bytes got, if it is stored.
    async fn erased(&self, write: &EraseWrite) -> Result<Option<Appended>, StoreError>;

    /// Erases records of windows up to `through`, at most `limit` in one transaction; returns how many there were.
    async fn purge_records(&self, through: u32, limit: u32) -> Result<u64, StoreError>;

    /// Deletes hours that were published for windows up to `through`; returns how many there were.
    async fn purge_hours(&self, through: u32) -> Result<u64, StoreError>;

    /// What is left of a record that was erased.
    async fn tombstone(&self, calendar: CalendarId, record: RecordId) -> Result<Option<Tombstone>, StoreError>;

    /// Takes what was deleted out of the database's files, as far as a database lets its client do so. `false` where it has
    /// to be tried again later.
    async fn scrub(&self, now: u32) -> Result<bool, StoreError>;

    /// Writes down what a key is about to be given, in its open row of the hour; closes before what is over by the read's
    /// minute. Nothing is written where the row says so already (`docs/spec/log.md` §7).
    async fn note_read(&self, read: &Read, linker: &Arc<dyn Linker>) -> Result<(), StoreError>;

    /// Calendars with open rows of hours that are over at `minute`.
    async fn calendars_to_close(&self, minute: u32) -> Result<Vec<CalendarId>, StoreError>;

    /// Closes a calendar's rows of hours that are over at `minute`: numbers, hashes, and their leaves wait for the log, in
    /// one transaction. Returns how many there were.
    async fn close_reads(&self, calendar: CalendarId, minute: u32, linker: &Arc<dyn Linker>)
    -> Result<u64, StoreError>;

    /// Closed rows after `since`, at most `limit`, the newest one, and the open ones, in one snapshot.
    async fn journal(&self, calendar: CalendarId, since: u64, limit: u32) -> Result<JournalNow, StoreError>;

    /// Stores a new vault under its locators; the same bytes again are no error.
    async fn create_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError>;

    /// Replaces a vault whose generation is one lower and whose key is the same, and its locators; the same bytes again
    /// are no error.
    async fn replace_vault(&self, vault: &SealedVault, locators: [Locator; 2]) -> Result<(), VaultError>;

    /// The vault under a locator.
    async fn vault(&self, locator: Locator) -> Result<Option<SealedVault>, StoreError>;

    /// Takes the sequencer's row for `holder` until the minute `until`, or keeps it. The fence rises with each new holder,
    /// and to above `fence`: a database that was restored may know of an older one only. `None` where another holds the
    /// row at `now` (`docs/spec/log.md` §5).
    async fn lease(&self, holder: [u8; 16], now: u32, until: u32, fence: u64) -> Result<Option<Lease>, StoreError>;

    /// Leaves that no log has merged yet, the oldest first, at most `limit`.
    async fn unmerged(&self, limit: u32) -> Result<Vec<Unmerged>, StoreError>;

    /// The minute of the oldest leaf that no log has merged yet.
    async fn oldest_unmerged(&self) -> Result<Option<u32>, StoreError>;

    /// Writes down where leaves lie in the log, and its newest checkpoint; they wait no longer. `false`, and nothing is
    /// changed, where `fence` is not the newest. What was written down of a leaf before stays.
    async fn merge(&self, fence: u64, head: TreeHead, merged: &[Merged]) -> Result<bool, StoreError>;

    /// Where a leaf lies in the log; `None` while it waits.
    async fn place(&self, leaf: LeafId) -> Result<Option<u64>, StoreError>;

    /// The leaf at a sequence of a calendar's chain.
    async fn leaf(&self, calendar: CalendarId, sequence: u64) -> Result<Option<StoredLeaf>, StoreError>;

    /// Where the database stands against its log.
    async fn standing(&self) -> Result<Standing, StoreError>;

    /// Opens the host's next generation in all calendars: their notices, which wait for the log, and the newest checkpoint
    /// with the fence under which it was read; nobody holds the sequencer's row then. Returns how many calendars there are
    /// (`docs/spec/restore.md` §3). Nobody else uses the database meanwhile.
    async fn restore(
        &self,
        generation: u32,
        fence: u64,
        head: TreeHead,
        minute: u32,
        linker: &Arc<dyn Linker>,
    ) -> Result<u64, StoreError>;

    /// The notices of a calendar, signed, by rising generation.
    async fn notices(&self, calendar: CalendarId) -> Result<Vec<Sealed>, StoreError>;

    /// Whether the database answers: for readiness.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Finishes what is under way and closes.
    async fn close(&self);
}
