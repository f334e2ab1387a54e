//! Following the calendar's chain: receipts in order, events verified and opened once, kept sealed on the device. Each
//! page goes through three hands: fetched and put in order, opened (by two workers), taken into index and ledger.

use std::collections::BTreeSet;

use souspli_protocol::RecordId;
use souspli_protocol::event::{AuthorKind, Header};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::SYNC_PAGE;
use souspli_protocol::wire::{Counter, Sync, SyncAnswer};

use super::opening::{Opening, Row};
use super::page::Page;
use super::staff::read;
use super::{Chain, Session, Unlocked};
use crate::failure::Failure;
use crate::flow::{Io, apart};
use crate::record::Entry;
use crate::trust::{Distrust, identity_of_epoch};

/// The next page is begun with before fewer events wait than this: both workers have enough to do meanwhile.
const ENOUGH: usize = 32;

impl Session {
    /// Fetches, verifies and opens what is new. Gives the records that changed.
    pub(super) async fn follow(&mut self, io: &Io, now: u32) -> Result<Vec<RecordId>, Failure> {
        if self.open()?.practice.is_none() {
            apart(self.refresh(io, now)).await?;
        }
        if self.open()?.practice.is_none() {
            return Ok(Vec::new());
        }
        let mut changed = Vec::new();
        let since = self.open()?.chain;
        let page = apart(self.fetch_page(io, since)).await?;
        if !page.heads.is_empty() {
            changed = apart(self.take_pages(io, page, now)).await?;
            self.open()?.judge();
        }
        apart(self.check_versions(io)).await?;
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

    /// Receives the page that was asked for ahead; where that fails, asks for it once more.
    async fn next_page(&mut self, io: &Io, since: Chain) -> Result<Page, Failure> {
        match self.host.answer(io).await {
            Ok(answer) => self.read_page(answer, since),
            // Also where its nonce has grown old meanwhile.
            Err(_) => apart(self.fetch_page(io, since)).await,
        }
    }

    fn read_page(&mut self, answer: SyncAnswer, since: Chain) -> Result<Page, Failure> {
        let open = self.open()?;
        let receipt_key = open.practice()?.identity.receipt_key;
        let page = Page::read(answer, since, &open.context, &receipt_key)?;
        if let Some(journal) = open.journal.as_deref_mut().filter(|_| page.chain.sequence > 0) {
            // It begins with the entry that is known.
            journal.expect(since.sequence.max(1), page.chain.sequence);
        }
        Ok(page)
    }

    /// Takes a page and all that follow it. The next one is asked for as soon as one is there, and begun with before its
    /// events run out.
    async fn take_pages(&mut self, io: &Io, first: Page, now: u32) -> Result<Vec<RecordId>, Failure> {
        let (mut changed, mut opening) = (Vec::new(), Opening::default());
        let mut next = apart(self.begin_page(io, &mut opening, first)).await;
        // Whoever wrote may have become a member since the last look.
        apart(self.refresh(io, now)).await?;
        let since = self.open()?.chain.sequence;
        let all = self.pages_told(since);
        io.progress(1, all).await;
        while !opening.is_empty() && self.open()?.practice.is_some() {
            match next {
                Ok(Some(chain)) if opening.waiting() < ENOUGH => {
                    next = apart(self.begin_next(io, &mut opening, chain, now)).await;
                    continue;
                }
                // What is there already is opened and kept, whatever became of the next page.
                _ => self.open_some(io, &mut opening).await?,
            }
            while let Some((page, rows)) = opening.next_done() {
                let records = apart(self.take_page(io, &page, rows)).await?;
                // Here, and not in the end when the second worker has nothing to do.
                self.open()?.look_at_claims(&records);
                changed.extend(records);
                io.progress(pages(since, page.chain.sequence).saturating_add(1), all).await;
            }
        }
        next.map(|_| changed)
    }

    /// How many pages follow an entry, as far as the host has said; `u32::MAX` where it has not.
    fn pages_told(&self, since: u64) -> u32 {
        let availability = self.unlocked.as_deref().and_then(|open| open.availability.as_ref());
        let told = availability.map(|availability| availability.statement.sequence).filter(|told| *told > since);
        told.map_or(u32::MAX, |told| pages(since, told))
    }

    /// Begins with the page after this entry, which was asked for when the one before began. Gives its own last entry,
    /// where more follows.
    async fn begin_next(
        &mut self,
        io: &Io,
        opening: &mut Opening,
        chain: Chain,
        now: u32,
    ) -> Result<Option<Chain>, Failure> {
        let page = self.next_page(io, chain).await?;
        if page.heads.is_empty() {
            return Ok(None);
        }
        let next = apart(self.begin_page(io, opening, page)).await?;
        if next.is_none() {
            // What counts is that of the chain's end, or later.
            apart(self.refresh(io, now)).await?;
        }
        Ok(next)
    }

    /// Begins to have the events of a page opened, and asks for the next one. Gives the page's last entry, where more
    /// follows.
    async fn begin_page(&mut self, io: &Io, opening: &mut Opening, mut page: Page) -> Result<Option<Chain>, Failure> {
        let events = std::mem::take(&mut page.events);
        let mut epochs: Vec<u32> = events.iter().map(|fetched| fetched.event.header().epoch).collect();
        epochs.sort_unstable();
        epochs.dedup();
        apart(self.learn_epochs(io, &epochs)).await?;
        let next = page.more.then_some(page.chain);
        opening.add(page, events);
        self.pass_on(io, opening).await?;
        if let Some(chain) = next {
            self.ask_ahead(io, "sync", &following(chain)).await?;
        }
        Ok(next)
    }

    /// Puts an opened page into the index and the ledger. Gives the records that changed.
    async fn take_page(&mut self, io: &Io, page: &Page, mut rows: Vec<Row>) -> Result<Vec<RecordId>, Failure> {
        apart(self.learn_identities(io, &rows)).await?;
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
            let found = apart(self.published(io, PublicationKind::Identity, epoch)).await?;
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
        self.watched.take(row.receipt);
        let entry = Entry { event: row.event, hash: row.hash, receipt: row.receipt };
        let id = entry.header().record;
        self.ledger.see(entry.header());
        match row.plain.and_then(|plain| read(&self.context, &plain)) {
            Ok(said) => {
                self.ledger.place(&entry, Some(&said));
                let _ = self.ledger.take(entry, &said);
            }
            Err(distrust) => {
                self.ledger.place(&entry, None);
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

/// How many pages of the chain lie between two entries.
fn pages(since: u64, until: u64) -> u32 {
    u32::try_from(until.saturating_sub(since).div_ceil(SYNC_PAGE as u64)).unwrap_or(u32::MAX)
}

/// What asks for all after an entry. It begins with that entry: a host that has lost or changed it is found out.
fn following(since: Chain) -> Sync {
    Sync { since: Counter(since.sequence.saturating_sub(1)) }
}
