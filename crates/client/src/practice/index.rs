//! The local index: pages of the chain kept sealed on the device, so that each event is opened once on it.

use std::collections::BTreeSet;

use souspli_attest::event_hash;
use souspli_attest::restore::decode_earlier;
use souspli_protocol::event::Event;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::{Digest, RecordId};
use zeroize::Zeroizing;

use super::opening::{Row, read_plain, write_plain};
use super::{Chain, Session};
use crate::failure::Failure;
use crate::flow::Io;
use crate::record::{promises, verify_place};
use crate::trust::Distrust;

/// Sealed pages.
pub(super) const INDEX: &str = "index/";
/// Form of a page; one of another form is fetched anew.
const PAGE: u8 = 3;

impl Session {
    /// Keeps a page sealed. Where storage refuses, its events are opened again.
    pub(super) async fn keep_page(&mut self, io: &Io, chain: Chain, heads: &[Digest], rows: &[Row]) {
        let Some(open) = self.unlocked.as_deref() else { return };
        let name = format!("{INDEX}{}/{:016x}", open.member.vault(), chain.sequence);
        let plain = Page::write(open.chain.sequence, chain, heads, rows);
        let Ok(sealed) = open.local.seal_index(name.as_bytes(), &plain, &mut self.rng) else { return };
        io.cache(name, sealed).await;
    }

    /// Takes records out of the pages that are kept.
    pub(super) async fn forget_rows(&mut self, io: &Io, records: &BTreeSet<RecordId>) -> Result<(), Failure> {
        let prefix = format!("{INDEX}{}/", self.open()?.member.vault());
        for (name, sealed) in io.load(&prefix).await {
            let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
            let Ok(plain) = open.local.open_index(name.as_bytes(), &sealed) else { continue };
            let Some(Page { after, chain, heads, mut rows }) = Page::read(plain.expose_secret()) else { continue };
            let before = rows.len();
            rows.retain(|row| !records.contains(&row.event.header().record));
            if rows.len() == before {
                continue;
            }
            let plain = Page::write(after, chain, &heads, &rows);
            let kept = match open.local.seal_index(name.as_bytes(), &plain, &mut self.rng) {
                Ok(sealed) => io.keep(name.clone(), sealed).await.is_ok(),
                Err(_) => false,
            };
            // What cannot be kept without them is not kept at all.
            if !kept {
                io.forget(name).await;
            }
        }
        Ok(())
    }

    /// Loads the sealed index of this device. A page that does not open, or does not follow the one before, is passed
    /// over; what is missing is fetched.
    pub(super) async fn load_index(&mut self, io: &Io) -> Result<(), Failure> {
        let prefix = format!("{INDEX}{}/", self.open()?.member.vault());
        let mut pages = io.load(&prefix).await;
        pages.sort_unstable();
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref() else { return Ok(()) };
        let (receipt_key, restores) = (practice.identity.receipt_key, practice.restores.clone());
        for (name, sealed) in pages {
            let Ok(plain) = open.local.open_index(name.as_bytes(), &sealed) else { continue };
            let Some(Page { after, chain, heads, rows }) = Page::read(plain.expose_secret()) else { continue };
            let genuine = |row: &Row| {
                promises(&row.receipt, &row.hash, &open.context, &receipt_key).is_ok()
                    && verify_place(&row.receipt, &restores).is_ok()
            };
            let on_this_chain = (after.saturating_add(1)..).zip(&heads).all(|(at, head)| restores.agree(at, head));
            if after != open.chain.sequence || chain.sequence <= after || !on_this_chain || !rows.iter().all(genuine) {
                continue;
            }
            for row in &rows {
                open.see_lost(&row.earlier)?;
            }
            open.heads.extend(&heads);
            open.trail.extend(heads);
            for row in rows {
                open.take(row);
            }
            open.chain = chain;
        }
        open.judge();
        Ok(())
    }
}

impl Row {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.event.bytes());
        out.extend_from_slice(&self.receipt.encode());
        out.push(u8::try_from(self.earlier.len()).unwrap_or_default());
        out.extend(self.earlier.iter().flat_map(Receipt::encode));
        write_plain(self.plain.as_ref().ok(), out);
    }

    fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (event, rest) = bytes.split_at_checked(souspli_protocol::sizes::EVENT)?;
        let (receipt, rest) = rest.split_at_checked(Receipt::SIZE)?;
        let ([earlier], rest) = rest.split_first_chunk::<1>()?;
        let (earlier, rest) = rest.split_at_checked(usize::from(*earlier) * Receipt::SIZE)?;
        let (plain, rest) = read_plain(rest)?;
        let earlier = decode_earlier(earlier).ok()?;
        let event = Event::parse(event.to_vec()).ok()?;
        let hash = event_hash(event.bytes());
        let receipt = Receipt::decode(receipt).ok()?;
        Some((Self { event, hash, receipt, earlier, plain: plain.ok_or(Distrust::BadEvent) }, rest))
    }
}

/// A page of the index, opened.
pub(super) struct Page {
    /// Sequence of the entry that it follows.
    pub(super) after: u64,
    /// The chain at its end.
    pub(super) chain: Chain,
    /// Its head after each entry.
    pub(super) heads: Vec<Digest>,
    pub(super) rows: Vec<Row>,
}

impl Page {
    #[inline(never)]
    fn write(after: u64, chain: Chain, heads: &[Digest], rows: &[Row]) -> Zeroizing<Vec<u8>> {
        let mut plain = Zeroizing::new(vec![PAGE]);
        plain.extend_from_slice(&after.to_be_bytes());
        plain.extend_from_slice(&chain.sequence.to_be_bytes());
        for count in [chain.publications, chain.young, chain.accounted] {
            plain.extend_from_slice(&count.to_be_bytes());
        }
        plain.extend_from_slice(&u16::try_from(heads.len()).unwrap_or_default().to_be_bytes());
        plain.extend(heads.iter().flat_map(|head| head.0));
        for row in rows {
            row.write(&mut plain);
        }
        plain
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (after, rest) = bytes.strip_prefix(&[PAGE])?.split_first_chunk::<8>()?;
        let (sequence, rest) = rest.split_first_chunk::<8>()?;
        let (publications, rest) = rest.split_first_chunk::<8>()?;
        let (young, rest) = rest.split_first_chunk::<8>()?;
        let (accounted, rest) = rest.split_first_chunk::<8>()?;
        let (count, rest) = rest.split_first_chunk::<2>()?;
        let (heads, mut rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*count)) * Digest::SIZE)?;
        let heads: Vec<Digest> = heads.as_chunks().0.iter().copied().map(Digest).collect();
        let mut rows = Vec::new();
        while !rest.is_empty() {
            let (row, after) = Row::read(rest)?;
            rows.push(row);
            rest = after;
        }
        let [sequence, publications, young, accounted] =
            [sequence, publications, young, accounted].map(|number| u64::from_be_bytes(*number));
        let chain = Chain { sequence, publications, young, accounted, head: *heads.last()? };
        Some(Self { after: u64::from_be_bytes(*after), chain, heads, rows })
    }
}
