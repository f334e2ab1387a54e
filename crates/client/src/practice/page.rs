//! A page of the calendar's chain, as the host gives it.

use souspli_attest::{event_hash, head_after};
use souspli_protocol::event::Event;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{SyncAnswer, SyncEntry};
use souspli_protocol::{Context, Digest, VerifyingKey};

use super::Chain;
use crate::record::{promises, verify_link};
use crate::trust::Distrust;

/// A page of the chain: in order and without a gap. Its events and their receipts are not verified yet.
pub(super) struct Page {
    /// The chain at its end.
    pub(super) chain: Chain,
    /// Its head after each entry.
    pub(super) heads: Vec<Digest>,
    pub(super) events: Vec<Fetched>,
    /// Whether more follows.
    pub(super) more: bool,
}

/// An event of the chain with its receipt; neither is verified.
pub(super) struct Fetched {
    pub(super) event: Event,
    pub(super) receipt: Receipt,
}

impl Page {
    #[inline(never)]
    pub(super) fn read(
        answer: SyncAnswer,
        since: Chain,
        context: &Context,
        receipt_key: &VerifyingKey,
    ) -> Result<Self, Distrust> {
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

fn decode(entry: &SyncEntry) -> Result<Receipt, Distrust> {
    Receipt::decode(&entry.receipt.0).map_err(|_| Distrust::BadReceipt)
}
