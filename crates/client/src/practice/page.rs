//! A page of the calendar's chain, as the host gives it.

use souspli_attest::{event_hash, head_after, sha256, verify};
use souspli_protocol::Digest;
use souspli_protocol::erase::Erase;
use souspli_protocol::event::Event;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{Blob, SyncAnswer, SyncEntry};

use super::setup::utc_window;
use super::{Chain, Link};
use crate::record::{Promiser, promises, verify_earlier, verify_link, verify_place};
use crate::trust::Distrust;

/// A page of the chain: in order and without a gap. Its events and their receipts are not verified yet.
pub(super) struct Page {
    /// The chain at its end.
    pub(super) chain: Chain,
    /// Its head after each entry.
    pub(super) heads: Vec<Digest>,
    pub(super) events: Vec<Fetched>,
    pub(super) erases: Vec<Erased>,
    /// Whether more follows.
    pub(super) more: bool,
}

/// An event of the chain with its receipt; neither is verified.
pub(super) struct Fetched {
    pub(super) event: Event,
    pub(super) receipt: Receipt,
    /// Receipts of places that restores have lost: verified.
    pub(super) earlier: Vec<Receipt>,
}

/// A record that a member has had erased; signature and receipt are verified.
pub(super) struct Erased {
    pub(super) erase: Erase,
    /// When the host took it.
    pub(super) minute: u32,
}

impl Page {
    #[inline(never)]
    pub(super) fn read(answer: SyncAnswer, since: Chain, host: &Promiser<'_>, now: u32) -> Result<Self, Distrust> {
        let Promiser { context, receipt_key, restores } = *host;
        let mut entries = answer.entries.into_iter();
        if since.sequence > 0 {
            let known = entries.next().ok_or(Distrust::RolledBack)?;
            let link = decode(&known)?.statement.link;
            if link.sequence != since.sequence || head_after(&link) != since.head {
                return Err(Distrust::RolledBack);
            }
        }
        let (heads, events, erases) = (Vec::new(), Vec::new(), Vec::new());
        let mut page = Self { chain: since, heads, events, erases, more: answer.more };
        for entry in entries {
            let receipt = decode(&entry)?;
            let link = &receipt.statement.link;
            if page.chain.sequence.checked_add(1) != Some(link.sequence) || link.previous != page.chain.head {
                return Err(Distrust::BadChain);
            }
            verify_place(&receipt, restores)?;
            let link = match (entry.event, entry.erase, entry.erased) {
                (Some(event), None, false) => {
                    let hash = || event_hash(&event.0);
                    let parsed = Event::parse(event.0.clone()).map_err(|_| {
                        promises(&receipt, &hash(), context, receipt_key).err().unwrap_or(Distrust::BadEvent)
                    })?;
                    let earlier = if entry.earlier.0.is_empty() {
                        Vec::new()
                    } else {
                        verify_earlier(&entry.earlier.0, &hash(), host)?
                    };
                    page.events.push(Fetched { event: parsed, receipt, earlier });
                    Link::Event
                }
                (None, Some(erase), false) => {
                    let erased = Erased::read(&erase, &receipt, host)?;
                    let events = u64::from(erased.erase.statement.revision).saturating_add(1);
                    page.erases.push(erased);
                    Link::Erase { events }
                }
                (None, None, erased) => {
                    verify_link(&receipt, context, receipt_key)?;
                    let due = utc_window(receipt.statement.minute) < utc_window(now);
                    if erased { Link::Gap { due } } else { Link::Publication }
                }
                _ => return Err(Distrust::BadChain),
            };
            page.chain = page.chain.after(&receipt, link);
            page.heads.push(page.chain.head);
            if !restores.agree(page.chain.sequence, &page.chain.head) {
                return Err(Distrust::ForkedRestore);
            }
        }
        Ok(page)
    }
}

impl Erased {
    fn read(bytes: &Blob, receipt: &Receipt, host: &Promiser<'_>) -> Result<Self, Distrust> {
        promises(receipt, &sha256(&bytes.0), host.context, host.receipt_key)?;
        let erase = Erase::decode(&bytes.0).map_err(|_| Distrust::BadChain)?;
        let statement = &erase.statement;
        let signed = verify(&statement.author, &statement.encode(), &erase.signature).is_ok();
        if !signed || statement.context != *host.context {
            return Err(Distrust::BadChain);
        }
        Ok(Self { erase, minute: receipt.statement.minute })
    }
}

fn decode(entry: &SyncEntry) -> Result<Receipt, Distrust> {
    Receipt::decode(&entry.receipt.0).map_err(|_| Distrust::BadReceipt)
}
