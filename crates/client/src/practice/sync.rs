//! Following the calendar's chain: receipts in order, events verified and opened once, kept sealed on the device. Each
//! page goes through three hands: fetched and put in order, opened (in two workers), taken into index and ledger.

use std::collections::BTreeSet;

use souspli_attest::{event_hash, head_after};
use souspli_protocol::event::{AuthorKind, Event, Header};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{Counter, Sync, SyncAnswer, SyncEntry};
use souspli_protocol::{Context, Digest, RecordId, VerifyingKey};

use super::opening::{Fetched, Opening, Row};
use super::staff::read;
use super::{Chain, Session, Unlocked};
use crate::failure::Failure;
use crate::flow::Io;
use crate::record::{Entry, promises, verify_link};
use crate::trust::{Distrust, identity_of_epoch};

impl Session {
    /// Fetches, verifies and opens what is new. Gives the records that changed.
    pub(super) async fn follow(&mut self, io: &Io, now: u32) -> Result<Vec<RecordId>, Failure> {
        if self.open()?.practice.is_none() {
            self.refresh(io, now).await?;
        }
        if self.open()?.practice.is_none() {
            return Ok(Vec::new());
        }
        let mut changed = Vec::new();
        let since = self.open()?.chain;
        let page = self.fetch_page(io, since).await?;
        if !page.heads.is_empty() {
            let first = self.begin_page(io, page).await?;
            changed = self.take_pages(io, first, now).await?;
            self.judge()?;
        }
        self.check_versions(io).await?;
        self.open()?.check_claims()?;
        changed.sort_unstable();
        changed.dedup();
        Ok(changed)
    }

    /// Fetches what follows an entry, and verifies that it continues the chain without a gap.
    async fn fetch_page(&mut self, io: &Io, since: Chain) -> Result<Page, Failure> {
        let answer = self.ask(io, "sync", &following(since)).await?;
        self.read_page(answer, since)
    }

    /// Receives the page after this one; where that fails, asks for it once more.
    async fn next_page(&mut self, io: &Io, page: &Page) -> Result<Option<Page>, Failure> {
        if !page.more {
            return Ok(None);
        }
        let next = match self.host.answer(io).await {
            Ok(answer) => self.read_page(answer, page.chain)?,
            // Also where its nonce has grown old meanwhile.
            Err(_) => self.fetch_page(io, page.chain).await?,
        };
        Ok(Some(next).filter(|next| !next.heads.is_empty()))
    }

    fn read_page(&mut self, answer: SyncAnswer, since: Chain) -> Result<Page, Failure> {
        let open = self.open()?;
        let receipt_key = open.practice()?.identity.receipt_key;
        Ok(Page::read(answer, since, &open.context, &receipt_key)?)
    }

    /// Takes a page whose events are being opened, and all that follow it. The second worker has always something to
    /// open: it gets its part of the next page while this one is in the middle of its own.
    async fn take_pages(&mut self, io: &Io, first: (Page, Opening), now: u32) -> Result<Vec<RecordId>, Failure> {
        let mut changed = Vec::new();
        let (mut page, mut opening) = first;
        // Whoever wrote may have become a member since the last look.
        self.refresh(io, now).await?;
        while self.open()?.practice.is_some() {
            self.open_half(&mut opening)?;
            let next = self.begin_next(io, &page, now).await;
            if self.open()?.practice.is_none() {
                break;
            }
            let rows = self.finish_opening(io, opening).await?;
            // What was opened is kept, whatever became of the next page.
            changed.extend(self.take_page(io, &page, rows).await?);
            self.open()?.match_claims();
            let Some(following) = next? else { break };
            (page, opening) = following;
            io.progress(u32::try_from(page.chain.sequence).unwrap_or(u32::MAX), u32::MAX).await;
        }
        Ok(changed)
    }

    /// The page after this one, which was asked for when this one began.
    async fn begin_next(&mut self, io: &Io, page: &Page, now: u32) -> Result<Option<(Page, Opening)>, Failure> {
        let Some(next) = self.next_page(io, page).await? else { return Ok(None) };
        let next = self.begin_page(io, next).await?;
        if !next.0.more {
            // What counts is that of the chain's end, or later.
            self.refresh(io, now).await?;
        }
        Ok(Some(next))
    }

    /// Has the events of a page opened, and asks for the next one.
    async fn begin_page(&mut self, io: &Io, mut page: Page) -> Result<(Page, Opening), Failure> {
        let events = std::mem::take(&mut page.events);
        let mut epochs: Vec<u32> = events.iter().map(|fetched| fetched.event.header().epoch).collect();
        epochs.sort_unstable();
        epochs.dedup();
        self.learn_epochs(io, &epochs).await?;
        let opening = self.begin_opening(io, events).await?;
        if page.more {
            self.ask_ahead(io, "sync", &following(page.chain)).await?;
        }
        Ok((page, opening))
    }

    /// Puts an opened page into the index and the ledger. Gives the records that changed.
    async fn take_page(&mut self, io: &Io, page: &Page, mut rows: Vec<Row>) -> Result<Vec<RecordId>, Failure> {
        self.learn_identities(io, &rows).await?;
        // Before the page is kept: a later session, which may not know the roster of that epoch, believes it.
        self.open()?.check_authors(page, &mut rows);
        self.keep_page(io, page.chain, &page.heads, &rows).await;
        let open = self.open()?;
        open.chain = page.chain;
        Ok(open.take_all(rows))
    }

    /// Identities of the epochs in which members wrote, where they are not the current one.
    async fn learn_identities(&mut self, io: &Io, rows: &[Row]) -> Result<(), Failure> {
        for epoch in self.open()?.unknown_identities(rows)? {
            let found = self.published(io, PublicationKind::Identity, epoch).await?;
            let publication = found.ok_or(Distrust::BadIdentity)?;
            let open = self.open()?;
            let identity = identity_of_epoch(&open.context, &publication, epoch, &open.access)?;
            open.openers.identities.insert(epoch, identity);
        }
        Ok(())
    }
}

impl Unlocked {
    /// Epochs in which members wrote, and of which this session has not the identity.
    #[inline(never)]
    fn unknown_identities(&self, rows: &[Row]) -> Result<BTreeSet<u32>, Failure> {
        let current = self.practice()?.identity.epoch;
        let headers = rows.iter().map(|row| row.event.header());
        let members = headers.filter(|header| header.author_kind == AuthorKind::Member).map(|header| header.epoch);
        Ok(members.filter(|epoch| *epoch != current && !self.openers.identities.contains_key(epoch)).collect())
    }

    /// Marks what was not written by a member that saw this chain.
    #[inline(never)]
    fn check_authors(&mut self, page: &Page, rows: &mut [Row]) {
        self.heads.extend(&page.heads);
        for row in rows {
            if let Err(distrust) = self.by_a_member(row.event.header()) {
                row.plain = Err(distrust);
            }
        }
    }

    /// Takes a page's events, and gives their records.
    #[inline(never)]
    fn take_all(&mut self, rows: Vec<Row>) -> Vec<RecordId> {
        let changed = rows.iter().map(|row| row.event.header().record).collect();
        for row in rows {
            self.take(row);
        }
        changed
    }

    /// Takes an opened event into the ledger; what does not verify is marked there.
    #[inline(never)]
    pub(super) fn take(&mut self, row: Row) {
        let entry = Entry { event: row.event, hash: row.hash, receipt: row.receipt };
        let id = entry.header().record;
        self.ledger.see(entry.header());
        match row.plain.and_then(|plain| read(&self.context, &plain)) {
            Ok(said) => {
                let _ = self.ledger.take(entry, &said);
            }
            Err(distrust) => {
                self.ledger.broken.insert(id, distrust);
            }
        }
    }

    /// Whether the author of an event was a member in its epoch, if it says so, and saw this chain: a head that is none
    /// of its own means that the host shows another one to another device.
    fn by_a_member(&self, header: &Header) -> Result<(), Distrust> {
        if header.author_kind != AuthorKind::Member {
            return Ok(());
        }
        let current = self.practice.as_deref().map(|practice| &practice.identity);
        let identity = current
            .filter(|identity| identity.epoch == header.epoch)
            .or_else(|| self.openers.identities.get(&header.epoch));
        identity.and_then(|identity| identity.member(&header.author)).ok_or(Distrust::NotRostered)?;
        if header.head.is_zero() || self.heads.contains(&header.head) { Ok(()) } else { Err(Distrust::BadChain) }
    }
}

/// A page of the chain: in order and without a gap. Its events and their receipts are not verified yet.
struct Page {
    /// The chain at its end.
    chain: Chain,
    /// Its head after each entry.
    heads: Vec<Digest>,
    events: Vec<Fetched>,
    /// Whether more follows.
    more: bool,
}

impl Page {
    #[inline(never)]
    fn read(answer: SyncAnswer, since: Chain, context: &Context, receipt_key: &VerifyingKey) -> Result<Self, Distrust> {
        let mut entries = answer.entries.into_iter();
        if since.sequence > 0 {
            let known = entries.next().ok_or(Distrust::RolledBack)?;
            let link = decode(&known)?.statement.link;
            if link.sequence != since.sequence || head_after(&link) != since.head {
                return Err(Distrust::RolledBack);
            }
        }
        let mut page = Self { chain: since, heads: Vec::new(), events: Vec::new(), more: answer.more };
        for entry in entries {
            let receipt = decode(&entry)?;
            let link = &receipt.statement.link;
            if page.chain.sequence.checked_add(1) != Some(link.sequence) || link.previous != page.chain.head {
                return Err(Distrust::BadChain);
            }
            page.chain = page.chain.after(&receipt, entry.event.is_none());
            page.heads.push(page.chain.head);
            match entry.event {
                Some(event) => {
                    let hash = || event_hash(&event.0);
                    let event = Event::parse(event.0.clone()).map_err(|_| {
                        promises(&receipt, &hash(), context, receipt_key).err().unwrap_or(Distrust::BadEvent)
                    })?;
                    page.events.push(Fetched { event, receipt });
                }
                None => verify_link(&receipt, context, receipt_key)?,
            }
        }
        Ok(page)
    }
}

/// What asks for all after an entry. It begins with that entry: a host that has lost or changed it is found out.
fn following(since: Chain) -> Sync {
    Sync { since: Counter(since.sequence.saturating_sub(1)) }
}

fn decode(entry: &SyncEntry) -> Result<Receipt, Distrust> {
    Receipt::decode(&entry.receipt.0).map_err(|_| Distrust::BadReceipt)
}
