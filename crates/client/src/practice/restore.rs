//! After a restore of the host's (`docs/spec/restore.md` §4 to §6): what was lost is brought back, and the practice says
//! that its chain goes on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use souspli_attest::restore::Restores;
use souspli_crypto::publish::publish_countersignature;
use souspli_protocol::Digest;
use souspli_protocol::event::Event;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::Publication;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::restore::{Accepted, Notice};
use souspli_protocol::wire::{Blob, Publish, Published};

use super::index::{INDEX, Page};
use super::ledger::Ledger;
use super::outbox::{Outgoing, Resent};
use super::setup::Places;
use super::{Chain, Session, Unlocked};
use crate::body::{BodyD, Desk};
use crate::failure::Failure;
use crate::flow::{Io, apart};
use crate::http::calendar_path;
use crate::record::{claims_of, promises};
use crate::trust::Distrust;

/// The restores under which this device has followed the chain.
const RESTORED: &str = "restored/";
/// Batches that this device has published.
const PUBLISHED: &str = "published/";
/// How many of them it keeps.
const BATCHES: usize = 8;

/// What a session knows of restores.
#[derive(Default)]
pub(super) struct Restored {
    /// Those under which the chain was followed.
    restores: Restores,
    /// How far it was known when the newest of them was found.
    known: u64,
    /// Leaves of lost places.
    lost: BTreeMap<(u32, u64), Digest>,
    /// The newest of them that is proven to be in the log.
    pub(super) proven: u32,
    /// Something was found that is to be sent again at once.
    pub(super) fresh: bool,
    /// What is to be sent again and could not be kept.
    pub(super) unkept: Vec<Outgoing>,
    /// What the host did not take back, by the names in the outbox.
    pub(super) refused: BTreeMap<String, Resent>,
}

/// The newest restore, as the practice sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RestoredView {
    /// Which of the host's restores it is.
    generation: u32,
    /// When.
    minute: u32,
    /// How many there were of this practice.
    times: usize,
    /// Whether a member has accepted it.
    accepted: bool,
    /// Whether this session has seen the proof that it is in the public log.
    proven: bool,
    /// Whether what was published is missing.
    settings_missing: bool,
    /// Events that are on their way back.
    waiting: usize,
    /// Events that the host cannot take back, since something else stands there now.
    refused: Vec<Resent>,
}

/// What a device holds of the chain.
#[derive(Default)]
struct Held {
    heads: BTreeMap<u64, Digest>,
    events: Vec<(Event, Digest, Receipt, Vec<Receipt>)>,
    /// Pages, and where they end.
    pages: Vec<(String, u64)>,
}

impl Session {
    /// What this device knows of restores.
    pub(super) async fn load_restored(&mut self, io: &Io) {
        let Some(name) = self.unlocked.as_deref().map(|open| open.named(RESTORED)) else { return };
        let kept = io.load(&name).await;
        let Some(open) = self.unlocked.as_deref_mut() else { return };
        let sealed = kept.iter().find(|(key, _)| *key == name);
        let plain = sealed.and_then(|(_, sealed)| open.local.open_index(name.as_bytes(), sealed).ok());
        if let Some((known, restores)) = plain.and_then(|plain| read(plain.expose_secret())) {
            (open.restored.known, open.restored.restores) = (known, restores);
        }
    }

    /// Whether what has failed comes of a restore that this session did not know of; then it has begun anew.
    pub(super) async fn is_restored(&mut self, io: &Io, failure: &Failure, now: u32) -> Result<bool, Failure> {
        let may_be = ["rolled_back", "bad_receipt", "bad_claim_set", "bad_notice"].contains(&failure.code);
        if !may_be {
            return Ok(false);
        }
        apart(self.refresh(io, now)).await?;
        self.begin_anew(io).await
    }

    /// Begins with what a new restore has left, where there is one.
    pub(super) async fn begin_anew(&mut self, io: &Io) -> Result<bool, Failure> {
        let found = self.take_restore(io).await?;
        if found {
            self.load_index(io).await?;
        }
        Ok(found)
    }

    /// Takes note of a new restore: what it has lost of what this device holds goes to the outbox, and only then is the
    /// rest begun with anew. Whether there was one.
    pub(super) async fn take_restore(&mut self, io: &Io) -> Result<bool, Failure> {
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref() else { return Ok(false) };
        let now = practice.restores.clone();
        let Some(left) = now.common(&open.restored.restores) else { return Ok(false) };
        let held = apart(self.held(io)).await?;
        let open = self.open()?;
        if held.heads.get(&left).is_some_and(|head| !now.agree(left, head)) {
            return Err(Distrust::ForkedRestore.into());
        }
        let lost = open.lost(&held, &now)?;
        open.restored.known = held.heads.last_key_value().map_or(0, |(sequence, _)| *sequence);
        open.restored.fresh |= !lost.is_empty();
        for outgoing in lost {
            if self.keep_lost(io, &outgoing).await.is_none() {
                self.open()?.restored.unkept.push(outgoing);
            }
        }
        for (name, end) in held.pages {
            if end > left {
                io.forget(name).await;
            }
        }
        let open = self.open()?;
        open.restored.restores = now;
        (open.chain, open.ledger, open.compared, open.judged) = (Chain::START, Ledger::default(), Digest::ZERO, None);
        (open.heads, open.trail, open.journal) = (BTreeSet::new(), Vec::new(), None);
        let (name, plain) = (open.named(RESTORED), open.restored.write());
        let (open, rng) = (self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?, &mut self.rng);
        let sealed = open.local.seal_index(name.as_bytes(), &plain, rng);
        if let Ok(sealed) = sealed {
            let _ = io.keep(name, sealed).await;
        }
        Ok(true)
    }

    async fn held(&mut self, io: &Io) -> Result<Held, Failure> {
        let mut held = Held::default();
        for (name, sealed) in io.load(&self.open()?.named_in(INDEX)).await {
            let open = self.open()?;
            let Ok(plain) = open.local.open_index(name.as_bytes(), &sealed) else { continue };
            let Some(page) = Page::read(plain.expose_secret()) else { continue };
            held.heads.extend((page.after.saturating_add(1)..).zip(page.heads));
            let events = page.rows.into_iter().map(|row| (row.event, row.hash, row.receipt, row.earlier));
            held.events.extend(events);
            held.pages.push((name, page.chain.sequence));
        }
        let open = self.open()?;
        held.heads.extend((1..).zip(open.trail.iter().copied()));
        for (_, record) in open.ledger.iter() {
            let entries = record.entries.iter().cloned();
            held.events.extend(entries.map(|entry| (entry.event, entry.hash, entry.receipt, entry.earlier)));
        }
        Ok(held)
    }

    /// Publishes again what this device had published and the host has lost, the same bytes, as long as the next version
    /// is there.
    pub(super) async fn republish(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        let open = self.open()?;
        if !open.is_amber() || open.version >= open.pins.vouched {
            return Ok(());
        }
        let mut batches = io.load(&open.named_in(PUBLISHED)).await;
        batches.sort_unstable();
        let path = calendar_path(&open.context.calendar, "publications");
        for (_, bytes) in batches {
            let Some(batch) = split(&bytes) else { continue };
            let next = self.open()?.version.saturating_add(1);
            let first = batch.first().map(|first| first.statement().version);
            let last = batch.last().map(|last| last.statement().version);
            if first != Some(next) {
                continue;
            }
            let publications = batch.into_iter().map(|each| Blob(each.bytes().to_vec())).collect();
            let answer: Result<Published, Failure> = self.host.post(io, path.clone(), &Publish { publications }).await;
            match answer {
                Ok(_) => self.open()?.version = last.unwrap_or(next),
                // What has grown old meanwhile, or was published by another device first.
                Err(failure) if failure.is_final() => break,
                Err(failure) => return Err(failure),
            }
        }
        // The profile vouches for what came back; no receipt has to be believed here.
        apart(self.refresh(io, now)).await
    }

    /// Keeps a batch that was published, until enough others have been.
    pub(super) async fn keep_published(&mut self, io: &Io, batch: &[Publication]) -> Result<(), Failure> {
        let Some(version) = batch.first().map(|first| first.statement().version) else { return Ok(()) };
        let prefix = self.open()?.named_in(PUBLISHED);
        let _ = io.keep(format!("{prefix}{version:016x}"), join(batch)).await;
        let mut kept: Vec<String> = io.load(&prefix).await.into_iter().map(|(name, _)| name).collect();
        kept.sort_unstable();
        let old = kept.len().saturating_sub(BATCHES);
        for name in kept.into_iter().take(old) {
            io.forget(name).await;
        }
        Ok(())
    }

    /// Countersigns by itself where nothing is missing that this device knew, and it knew all that the host has kept.
    pub(super) async fn accept_whole(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        let open = self.open()?;
        let newest = open.restored.restores.newest().map_or(0, |notice| notice.sequence);
        let whole = open.restored.known >= newest
            && open.version >= open.pins.vouched
            && open.restored.refused.is_empty()
            && open.ledger.broken.is_empty();
        if !open.is_amber() || !whole || self.lost_on_their_way(io).await? > 0 {
            return Ok(());
        }
        match self.countersign(io, now).await {
            // Another device was faster, or has published something: the next look tells.
            Err(failure) if failure.is(Code::StaleVersion) => Ok(()),
            outcome => outcome,
        }
    }

    /// Accepts that the chain goes on from where it stands, as this session has followed it.
    pub(super) async fn countersign(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        apart(self.follow(io, now)).await?;
        apart(self.refresh(io, now)).await?;
        let open = self.open()?;
        let Some(notice) = open.practice()?.restores.newest().copied().filter(|_| open.is_amber()) else {
            return Ok(());
        };
        let accepted = Accepted { generation: notice.generation, sequence: open.chain.sequence, head: open.chain.head };
        let mut places = Places::of_access(open.context, &open.access, open.version, now);
        let made = publish_countersignature(&places.next(notice.generation), &accepted, open.keys.signing());
        let publication = made.map_err(|error| Failure::new(error.code()))?;
        apart(self.publish_batch(io, &[publication])).await?;
        apart(self.refresh(io, now)).await
    }

    /// Puts something aside that the host cannot take back: a person has seen to it.
    pub(super) async fn put_aside(&mut self, io: &Io, event: &Digest) -> Result<(), Failure> {
        let open = self.open()?;
        let name = open.outbox_name(event);
        open.restored.refused.remove(&name).ok_or_else(|| Failure::new("no_record"))?;
        open.restored.unkept.retain(|outgoing| outgoing.hash() != *event);
        io.forget(name).await;
        Ok(())
    }

    /// The newest restore; `None` where there was none.
    pub(super) async fn restored_view(&mut self, io: &Io) -> Result<Option<RestoredView>, Failure> {
        let open = self.open()?;
        let Some(notice) = open.practice.as_deref().and_then(|practice| practice.restores.newest()).copied() else {
            return Ok(None);
        };
        let waiting = self.lost_on_their_way(io).await?;
        let open = self.open()?;
        Ok(Some(RestoredView {
            generation: notice.generation,
            minute: notice.minute,
            times: open.practice()?.restores.notices().len(),
            accepted: !open.is_amber(),
            proven: open.restored.proven >= notice.generation,
            settings_missing: open.is_amber() && open.version < open.pins.vouched,
            waiting,
            refused: open.restored.refused.values().cloned().collect(),
        }))
    }
}

impl Unlocked {
    /// Whether the host has restored an older copy, and the practice has not accepted it.
    pub(super) fn is_amber(&self) -> bool {
        self.practice.as_deref().is_some_and(crate::trust::Practice::is_amber)
    }

    /// Takes note of lost places that events had: two leaves at one place are two chains.
    pub(super) fn see_lost(&mut self, earlier: &[Receipt]) -> Result<(), Distrust> {
        for receipt in earlier {
            let link = &receipt.statement.link;
            let leaf = self.restored.lost.entry((link.generation, link.sequence)).or_insert(link.leaf);
            if *leaf != link.leaf {
                return Err(Distrust::ForkedRestore);
            }
        }
        Ok(())
    }

    /// What restores have lost of what is held, in the old order.
    fn lost(&self, held: &Held, now: &Restores) -> Result<Vec<Outgoing>, Failure> {
        let key = self.practice()?.identity.receipt_key;
        let mut lost = BTreeMap::new();
        for (event, hash, receipt, earlier) in &held.events {
            let link = &receipt.statement.link;
            let place = (link.generation, link.sequence);
            let is_lost = now.lost(place.0, place.1) && promises(receipt, hash, &self.context, &key).is_ok();
            if !is_lost || lost.contains_key(&place) {
                continue;
            }
            let earlier = earlier.iter().chain([receipt]).flat_map(Receipt::encode).collect();
            let claims = self.claims_again(event).unwrap_or_default();
            lost.insert(place, Outgoing { event: event.clone(), claims, cap_seed: None, earlier });
        }
        Ok(lost.into_values().collect())
    }

    /// The ids that an event claims, made again from the time that it names; `None` where it claims others, or none.
    fn claims_again(&self, event: &Event) -> Option<Vec<u8>> {
        let header = event.header();
        if header.claims.is_zero() {
            return None;
        }
        let (d, _) = self.openers.open(event, &self.context).ok()?;
        let said = BodyD::decode(&d, &self.context).ok()?.content;
        let (Desk::Booked { appointment, .. } | Desk::Moved { appointment, .. } | Desk::Blocked { appointment, .. }) =
            said
        else {
            return None;
        };
        Some(claims_of(&self.context, &appointment, header.window, &self.access).ok()?.encode())
    }

    /// Under which name the journal of reads lies on the device: it goes back with the host's database, and what was kept
    /// of it before stays as it was.
    pub(super) fn journal_of(&self) -> String {
        let vault = self.member.vault();
        match self.restored.restores.generation() {
            0 => vault.to_string(),
            generation => format!("{vault}.{generation}"),
        }
    }

    fn named(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.member.vault())
    }

    fn named_in(&self, prefix: &str) -> String {
        format!("{}/", self.named(prefix))
    }
}

impl Restored {
    /// `known (u64) || notice*`, sealed: the notices without their signatures.
    fn write(&self) -> Vec<u8> {
        let notices = self.restores.notices().iter().flat_map(Notice::encode);
        self.known.to_be_bytes().into_iter().chain(notices).collect()
    }
}

fn read(bytes: &[u8]) -> Option<(u64, Restores)> {
    let (known, notices) = bytes.split_first_chunk::<8>()?;
    let (notices, []) = notices.as_chunks::<{ Notice::SIZE }>() else { return None };
    let notices = notices.iter().map(|notice| Notice::decode(notice)).collect::<Result<_, _>>().ok()?;
    Some((u64::from_be_bytes(*known), Restores::new(notices).ok()?))
}

/// Publications one after the other, each behind its length (u32).
fn join(batch: &[Publication]) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    batch.iter().flat_map(|each| [&length(each.bytes())[..], each.bytes()].concat()).collect()
}

fn split(mut bytes: &[u8]) -> Option<Vec<Publication>> {
    let mut batch = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let (publication, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        batch.push(Publication::parse(publication.to_vec()).ok()?);
        bytes = rest;
    }
    bytes.is_empty().then_some(batch)
}
