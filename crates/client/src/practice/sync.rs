//! Following the calendar's chain: receipts in order, events verified and opened once, kept sealed on the device.

use souspli_attest::head_after;
use souspli_protocol::event::{AuthorKind, Event, Header};
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{Counter, Sync, SyncAnswer, SyncEntry};
use souspli_protocol::{Digest, RecordId};
use zeroize::Zeroizing;

use super::staff::{Plain, read};
use super::{Chain, Session, Unlocked};
use crate::failure::Failure;
use crate::flow::Io;
use crate::record::{Entry, verify_link, verify_receipt};
use crate::trust::{Distrust, identity_of_epoch};

/// Sealed pages of the local index.
const INDEX: &str = "index/";
/// Form of a page; one of another form is fetched anew.
const PAGE: u8 = 2;

impl Session {
    /// Fetches, verifies and opens what is new. Gives the records that changed.
    pub(super) async fn follow(&mut self, io: &Io, now: u32) -> Result<Vec<RecordId>, Failure> {
        if self.open()?.practice.is_none() {
            self.refresh(io, now).await?;
        }
        if self.open()?.practice.is_none() {
            return Ok(Vec::new());
        }
        let (mut changed, mut pages) = (Vec::new(), 0);
        loop {
            let since = self.open()?.chain;
            // One entry back: a host that has lost or changed the last one is found out here.
            let from = since.sequence.saturating_sub(1);
            let answer: SyncAnswer = self.ask(io, "sync", &Sync { since: Counter(from) }).await?;
            let fresh = self.verify_page(&answer, since)?;
            if fresh.is_empty() {
                break;
            }
            if pages == 0 {
                // Whoever wrote may have become a member since the last look, and what counts may have changed.
                self.refresh(io, now).await?;
                if self.open()?.practice.is_none() {
                    return Ok(Vec::new());
                }
            }
            pages += 1;
            changed.extend(self.take_page(io, fresh).await?);
            if !answer.more {
                break;
            }
            let sequence = self.open()?.chain.sequence;
            io.progress(u32::try_from(sequence).unwrap_or(u32::MAX), u32::MAX).await;
        }
        if pages > 1 {
            self.refresh(io, now).await?;
        }
        if pages > 0 {
            self.judge()?;
        }
        self.check_versions(io).await?;
        self.open()?.check_claims()?;
        changed.sort_unstable();
        changed.dedup();
        Ok(changed)
    }

    /// Verifies that a page continues the chain without a gap, and gives what is new of it.
    fn verify_page<'a>(
        &mut self,
        answer: &'a SyncAnswer,
        since: Chain,
    ) -> Result<Vec<(&'a SyncEntry, Receipt)>, Distrust> {
        let open = self.unlocked.as_deref().ok_or(Distrust::BadChain)?;
        let receipt_key = open.practice.as_deref().ok_or(Distrust::BadIdentity)?.identity.receipt_key;
        let mut entries = answer.entries.iter();
        if since.sequence > 0 {
            let known = entries.next().ok_or(Distrust::RolledBack)?;
            let link = Receipt::decode(&known.receipt.0).map_err(|_| Distrust::BadReceipt)?.statement.link;
            if link.sequence != since.sequence || head_after(&link) != since.head {
                return Err(Distrust::RolledBack);
            }
        }
        let mut chain = since;
        let mut fresh = Vec::new();
        for entry in entries {
            let receipt = Receipt::decode(&entry.receipt.0).map_err(|_| Distrust::BadReceipt)?;
            let link = receipt.statement.link;
            match &entry.event {
                Some(event) => {
                    let hash = souspli_attest::event_hash(&event.0);
                    verify_receipt(&entry.receipt.0, &hash, &open.context, &receipt_key)?
                }
                None => verify_link(&entry.receipt.0, &open.context, &receipt_key)?,
            };
            if chain.sequence.checked_add(1) != Some(link.sequence) || link.previous != chain.head {
                return Err(Distrust::BadChain);
            }
            chain = chain.after(&receipt, entry.event.is_none());
            fresh.push((entry, receipt));
        }
        Ok(fresh)
    }

    /// Opens a page's events, in two workers where there are two, and puts them into the ledger and the index.
    async fn take_page(&mut self, io: &Io, page: Vec<(&SyncEntry, Receipt)>) -> Result<Vec<RecordId>, Failure> {
        let mut chain = self.open()?.chain;
        let (mut events, mut heads) = (Vec::new(), Vec::new());
        for (entry, receipt) in &page {
            chain = chain.after(receipt, entry.event.is_none());
            heads.push(chain.head);
            let Some(bytes) = &entry.event else { continue };
            let event = Event::parse(bytes.0.clone()).map_err(|_| Distrust::BadEvent)?;
            events.push((event, *receipt));
        }
        let mut epochs: Vec<u32> = events.iter().map(|(event, _)| event.header().epoch).collect();
        epochs.sort_unstable();
        epochs.dedup();
        self.learn_epochs(io, &epochs).await?;
        let opened = self.open_all(io, events.iter().map(|(event, _)| event)).await?;
        let mut rows: Vec<Row> =
            events.into_iter().zip(opened).map(|((event, receipt), plain)| Row { event, receipt, plain }).collect();
        self.learn_identities(io, &rows).await?;
        let open = self.open()?;
        open.heads.extend(&heads);
        for row in &mut rows {
            // Before the page is kept: a later session, which may not know the roster of that epoch, believes it.
            if let Err(distrust) = open.by_a_member(row.event.header()) {
                row.plain = Err(distrust);
            }
        }
        self.keep_page(io, chain, &heads, &rows).await;
        let open = self.open()?;
        let changed = rows.iter().map(|row| row.event.header().record).collect();
        for row in rows {
            open.take(row);
        }
        open.chain = chain;
        Ok(changed)
    }

    /// Identities of the epochs in which members wrote, where they are not the current one.
    async fn learn_identities(&mut self, io: &Io, rows: &[Row]) -> Result<(), Failure> {
        for row in rows {
            let header = row.event.header();
            let open = self.open()?;
            let current = open.practice()?.identity.epoch;
            let known = header.epoch == current || open.ledger_identities().contains_key(&header.epoch);
            if header.author_kind != AuthorKind::Member || known {
                continue;
            }
            let found = self.published(io, PublicationKind::Identity, header.epoch).await?;
            let publication = found.ok_or(Distrust::BadIdentity)?;
            let open = self.open()?;
            let identity = identity_of_epoch(&open.context, &publication, header.epoch, &open.access)?;
            open.openers.identities.insert(header.epoch, identity);
        }
        Ok(())
    }

    /// Keeps a page sealed, so that each event is opened once on a device. Where storage refuses, it is opened again.
    async fn keep_page(&mut self, io: &Io, chain: Chain, heads: &[Digest], rows: &[Row]) {
        let Some(open) = self.unlocked.as_deref() else { return };
        let name = format!("{INDEX}{}/{:016x}", open.member.vault(), chain.sequence);
        let mut plain = Zeroizing::new(vec![PAGE]);
        plain.extend_from_slice(&open.chain.sequence.to_be_bytes());
        plain.extend_from_slice(&chain.sequence.to_be_bytes());
        plain.extend_from_slice(&chain.publications.to_be_bytes());
        plain.extend_from_slice(&u16::try_from(heads.len()).unwrap_or_default().to_be_bytes());
        plain.extend(heads.iter().flat_map(|head| head.0));
        for row in rows {
            row.write(&mut plain);
        }
        let Ok(sealed) = open.local.seal_index(name.as_bytes(), &plain, &mut self.rng) else { return };
        let _ = io.keep(name, sealed).await;
    }

    /// Loads the sealed index of this device. A page that does not open, or does not follow the one before, is passed
    /// over; what is missing is fetched.
    pub(super) async fn load_index(&mut self, io: &Io) -> Result<(), Failure> {
        let prefix = format!("{INDEX}{}/", self.open()?.member.vault());
        let mut pages = io.load(&prefix).await;
        pages.sort_unstable();
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref() else { return Ok(()) };
        let receipt_key = practice.identity.receipt_key;
        for (name, sealed) in pages {
            let Ok(plain) = open.local.open_index(name.as_bytes(), &sealed) else { continue };
            let Some(Page { after, chain, heads, rows }) = Page::read(plain.expose_secret()) else { continue };
            let genuine = |row: &Row| {
                let hash = souspli_attest::event_hash(row.event.bytes());
                verify_receipt(&row.receipt.encode(), &hash, &open.context, &receipt_key).is_ok()
            };
            if after != open.chain.sequence || chain.sequence <= after || !rows.iter().all(genuine) {
                continue;
            }
            open.heads.extend(heads);
            for row in rows {
                open.take(row);
            }
            open.chain = chain;
        }
        self.judge()
    }
}

impl Unlocked {
    /// Takes an opened event into the ledger; what does not verify is marked there.
    fn take(&mut self, row: Row) {
        let hash = souspli_attest::event_hash(row.event.bytes());
        let entry = Entry { event: row.event, hash, receipt: row.receipt };
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

    fn ledger_identities(&self) -> &std::collections::BTreeMap<u32, souspli_crypto::publish::Identity> {
        &self.openers.identities
    }
}

/// An event with its receipt and what opened of it.
struct Row {
    event: Event,
    receipt: Receipt,
    plain: Result<Plain, Distrust>,
}

impl Row {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.event.bytes());
        out.extend_from_slice(&self.receipt.encode());
        let empty = (Vec::new(), None);
        let (d, c) = self.plain.as_ref().unwrap_or(&empty);
        for part in [Some(d), c.as_ref()] {
            let length = part.map_or(u32::MAX, |part| u32::try_from(part.len()).unwrap_or(0));
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(part.map(Vec::as_slice).unwrap_or_default());
        }
    }

    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (event, rest) = bytes.split_at_checked(souspli_protocol::sizes::EVENT)?;
        let (receipt, rest) = rest.split_at_checked(Receipt::SIZE)?;
        let (d, rest) = part(rest)?;
        let (c, rest) = part(rest)?;
        let plain = d.filter(|d| !d.is_empty()).map(|d| (d, c)).ok_or(Distrust::BadEvent);
        let event = Event::parse(event.to_vec()).ok()?;
        Some((Self { event, receipt: Receipt::decode(receipt).ok()?, plain }, rest))
    }
}

fn part(bytes: &[u8]) -> Option<(Option<Vec<u8>>, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length);
    if length == u32::MAX {
        return Some((None, rest));
    }
    let (part, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((Some(part.to_vec()), rest))
}

/// A page of the index, opened.
struct Page {
    /// Sequence of the entry that it follows.
    after: u64,
    /// The chain at its end.
    chain: Chain,
    /// Its head after each entry.
    heads: Vec<Digest>,
    rows: Vec<Row>,
}

impl Page {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (after, rest) = bytes.strip_prefix(&[PAGE])?.split_first_chunk::<8>()?;
        let (sequence, rest) = rest.split_first_chunk::<8>()?;
        let (publications, rest) = rest.split_first_chunk::<8>()?;
        let (count, rest) = rest.split_first_chunk::<2>()?;
        let (heads, mut rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*count)) * Digest::SIZE)?;
        let heads: Vec<Digest> = heads.as_chunks().0.iter().copied().map(Digest).collect();
        let mut rows = Vec::new();
        while !rest.is_empty() {
            let (row, after) = Row::read(rest)?;
            rows.push(row);
            rest = after;
        }
        let (sequence, publications) = (u64::from_be_bytes(*sequence), u64::from_be_bytes(*publications));
        let chain = Chain { sequence, publications, head: *heads.last()? };
        Some(Self { after: u64::from_be_bytes(*after), chain, heads, rows })
    }
}
