//! Events on their way: kept sealed until the host has them, sent again as they are after a lost answer or a crash
//! (`docs/spec/events.md` §5).

use serde::Serialize;
use souspli_attest::event_hash;
use souspli_attest::restore::decode_earlier;
use souspli_crypto::Secret;
use souspli_protocol::event::Event;
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::EVENT;
use souspli_protocol::wire::{Append, Appended, Blob, Resubmit};
use souspli_protocol::{Digest, RecordId, Signature, VerifyingKey, Work};
use zeroize::Zeroizing;

use super::ledger::Record;
use super::links::qr;
use super::{Session, Unlocked};
use crate::body::{BodyD, Desk};
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::record::verify_receipt;
use crate::trust::Distrust;

/// How often the same bytes are sent before the outcome is left open.
const TRIES: u32 = 3;
/// Where sealed bytes wait until the host has them.
const OUTBOX: &str = "outbox/";

/// An event, and what goes with it.
pub(super) struct Outgoing {
    pub(super) event: Event,
    /// The ids that it claims, encoded, or nothing.
    pub(super) claims: Vec<u8>,
    /// What the private link of a booking is made of that was typed in for a patient.
    pub(super) cap_seed: Option<Secret<32>>,
    /// The receipts that it has had, where a restore has lost it; or nothing.
    pub(super) earlier: Vec<u8>,
}

/// A private link to print for a patient.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaperLink {
    /// The fragment.
    manage_link: String,
    /// The whole address as a QR code: an SVG document.
    qr_svg: String,
}

/// What became of an event that was sent again.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resent {
    record: RecordId,
    event: Digest,
    /// Why the host refused it for good; `None`: it is kept.
    refused: Option<&'static str>,
    /// Whom a booking was for that was typed in.
    name: Option<String>,
    /// And how to reach them.
    phone: Option<String>,
    /// The private link of such a booking, once it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<PaperLink>,
}

/// What became of the outbox.
pub(super) struct Settled {
    /// What is known of.
    pub(super) resent: Vec<Resent>,
    /// How many entries still wait: it is not known whether the host has them.
    pub(super) waiting: usize,
}

/// An outbox entry that was sent again, and with what outcome.
pub(super) struct Delivered {
    pub(super) name: String,
    outgoing: Outgoing,
    outcome: Result<(), Failure>,
}

impl Session {
    /// Keeps the sealed bytes, sends them until the host says yes or no, follows the chain to them, and only then
    /// forgets them.
    pub(super) async fn send(&mut self, io: &Io, outgoing: &Outgoing, now: u32) -> Result<(), Failure> {
        let hash = event_hash(outgoing.event.bytes());
        let name = self.keep_outgoing(io, outgoing, &hash).await;
        let outcome = match self.deliver(io, outgoing).await {
            Ok(()) => self.read_back(io, outgoing, now).await,
            Err(failure) if failure.is(Code::StaleVersion) => self.refresh(io, now).await.and(Err(failure)),
            Err(failure) if failure.is(Code::RevisionConflict) => self.follow(io, now).await.and(Err(failure)),
            Err(failure) => Err(failure),
        };
        let finished = outcome.as_ref().err().is_none_or(|failure| failure.code != "outcome_unknown");
        if let Some(name) = name.filter(|_| finished) {
            io.forget(name).await;
        }
        outcome
    }

    /// Sends again what a lost connection or a crash left behind; `settle` says what became of it.
    pub(super) async fn resend(&mut self, io: &Io) -> Result<Vec<Delivered>, Failure> {
        let mut waiting = self.on_their_way(io).await?;
        // What a restore has lost goes back in the old order, and before what was written since.
        waiting.sort_by_key(|(_, outgoing)| outgoing.place());
        let mut delivered = Vec::new();
        for (name, outgoing) in waiting {
            if self.open()?.restored.refused.contains_key(&name) {
                continue;
            }
            let outcome = self.deliver(io, &outgoing).await;
            delivered.push(Delivered { name, outgoing, outcome });
        }
        Ok(delivered)
    }

    async fn on_their_way(&mut self, io: &Io) -> Result<Vec<(String, Outgoing)>, Failure> {
        let prefix = format!("{OUTBOX}{}/", self.open()?.member.vault());
        let kept = io.load(&prefix).await;
        let open = self.open()?;
        let mut waiting = Vec::new();
        for (name, sealed) in kept {
            let Ok(plain) = open.local.open_outbox(name.as_bytes(), &sealed) else { continue };
            let Some(outgoing) = Outgoing::decode(plain.expose_secret()) else { continue };
            waiting.push((name, outgoing));
        }
        let unkept = std::mem::take(&mut open.restored.unkept);
        for outgoing in unkept {
            let copy = Outgoing {
                event: outgoing.event.clone(),
                claims: outgoing.claims.clone(),
                cap_seed: None,
                earlier: outgoing.earlier.clone(),
            };
            waiting.push((open.outbox_name(&outgoing.hash()), copy));
            open.restored.unkept.push(outgoing);
        }
        Ok(waiting)
    }

    /// How many events that a restore has lost still wait, those aside that the host does not take.
    pub(super) async fn lost_on_their_way(&mut self, io: &Io) -> Result<usize, Failure> {
        let waiting = self.on_their_way(io).await?;
        let refused = &self.open()?.restored.refused;
        let waits =
            |(name, outgoing): &&(String, Outgoing)| !outgoing.earlier.is_empty() && !refused.contains_key(name);
        Ok(waiting.iter().filter(waits).count())
    }

    /// Keeps what a restore has lost; `None` where storage refuses.
    pub(super) async fn keep_lost(&mut self, io: &Io, outgoing: &Outgoing) -> Option<String> {
        self.keep_outgoing(io, outgoing, &outgoing.hash()).await
    }

    /// After the chain was followed: forgets what is kept or refused for good, and tells of each.
    pub(super) async fn settle(&mut self, io: &Io, delivered: Vec<Delivered>) -> Result<Settled, Failure> {
        let mut settled = Settled { resent: Vec::new(), waiting: 0 };
        for Delivered { name, outgoing, outcome } in delivered {
            let refused = match outcome {
                Err(failure) if failure.code == "outcome_unknown" => {
                    settled.waiting += 1;
                    continue;
                }
                Err(failure) => Some(failure.code),
                Ok(()) if self.open()?.has(&outgoing) => None,
                Ok(()) => return Err(Distrust::ReadBackDiffers.into()),
            };
            let open = self.open()?;
            let resent = open.resent(&outgoing, refused)?;
            let lost = !outgoing.earlier.is_empty();
            if lost && refused.is_some() {
                // A person decides: what stands there now is in the agenda, and this one is shown beside it.
                open.restored.refused.insert(name, resent);
                continue;
            }
            open.restored.unkept.retain(|unkept| unkept.hash() != outgoing.hash());
            if !lost {
                settled.resent.push(resent);
            }
            io.forget(name).await;
        }
        Ok(settled)
    }

    /// What was acknowledged must be in the chain as it was sent. Until it was seen there it counts as unknown.
    async fn read_back(&mut self, io: &Io, outgoing: &Outgoing, now: u32) -> Result<(), Failure> {
        match self.follow(io, now).await {
            Ok(_) if self.open()?.has(outgoing) => Ok(()),
            Ok(_) => Err(Distrust::ReadBackDiffers.into()),
            Err(failure) if failure.is_final() => Err(failure),
            Err(_) => Err(Failure::new("outcome_unknown")),
        }
    }

    async fn deliver(&mut self, io: &Io, outgoing: &Outgoing) -> Result<(), Failure> {
        let calendar = self.open()?.context.calendar;
        let (again, body) = (outgoing.again(), outgoing.body());
        for _ in 0..TRIES {
            let outcome: Result<Appended, Failure> = match &again {
                Some(again) => self.host.post(io, calendar_path(&calendar, "resubmissions"), again).await,
                None => self.host.post(io, calendar_path(&calendar, "events"), &body).await,
            };
            match outcome {
                Ok(answer) => {
                    verify_receipt(&answer.receipt.0, &outgoing.hash(), &self.open()?.practice()?.promiser())?;
                    return Ok(());
                }
                Err(failure) if failure.is_final() => return Err(failure),
                Err(_) => {}
            }
        }
        Err(Failure::new("outcome_unknown"))
    }

    async fn keep_outgoing(&mut self, io: &Io, outgoing: &Outgoing, hash: &Digest) -> Option<String> {
        let open = self.unlocked.as_deref()?;
        let name = open.outbox_name(hash);
        let sealed = open.local.seal_outbox(name.as_bytes(), &outgoing.encode(), &mut self.rng).ok()?;
        io.keep(name.clone(), sealed).await.ok().map(|()| name)
    }
}

impl Unlocked {
    /// What an event is called in the outbox.
    pub(super) fn outbox_name(&self, hash: &Digest) -> String {
        format!("{OUTBOX}{}/{hash}", self.member.vault())
    }

    /// The private link of a booking that was typed in.
    pub(super) fn paper_link(&self, record: RecordId, cap_seed: &Secret<32>) -> Result<PaperLink, Failure> {
        let opens = Opens::Manage { record, cap_seed: *cap_seed.expose_secret() };
        let manage_link = PrivateLink { context: self.context, opens }.encode();
        let qr_svg = qr(&format!("{}/#{manage_link}", self.member.content.host_origin))?;
        Ok(PaperLink { manage_link, qr_svg })
    }

    fn has(&self, outgoing: &Outgoing) -> bool {
        let hash = event_hash(outgoing.event.bytes());
        let id = outgoing.event.header().record;
        let there = |record: &Record| record.entries.iter().any(|entry| entry.hash == hash);
        // Of a record that does not verify, not every event is kept in the ledger; it was none before the restore either.
        let unreadable = !outgoing.earlier.is_empty() && self.ledger.broken.contains_key(&id);
        unreadable || self.ledger.get(&id).is_ok_and(there)
    }

    fn resent(&self, outgoing: &Outgoing, refused: Option<&'static str>) -> Result<Resent, Failure> {
        let record = outgoing.event.header().record;
        let kept = outgoing.cap_seed.as_ref().filter(|_| refused.is_none());
        let link = kept.map(|cap_seed| self.paper_link(record, cap_seed)).transpose()?;
        let plain = self.openers.open(&outgoing.event, &self.context).ok();
        let said = plain.and_then(|(d, _)| BodyD::decode(&d, &self.context).ok());
        let (name, phone) = match said.map(|said| said.content) {
            Some(Desk::Booked { contact, .. }) => (Some(contact.name), Some(contact.phone)),
            _ => (None, None),
        };
        Ok(Resent { record, event: outgoing.hash(), refused, name, phone, link })
    }
}

impl Outgoing {
    /// event || number of bytes of claims (u16) || claims || seed, or earlier receipts, or nothing.
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let claims = u16::try_from(self.claims.len()).unwrap_or_default().to_be_bytes();
        let seed = self.cap_seed.as_ref().map(|seed| seed.expose_secret().as_slice()).unwrap_or_default();
        Zeroizing::new([self.event.bytes(), &claims, &self.claims, seed, &self.earlier].concat())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (event, rest) = bytes.split_at_checked(EVENT)?;
        let (claims, rest) = rest.split_first_chunk::<2>()?;
        let (claims, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*claims)))?;
        let cap_seed = <[u8; 32]>::try_from(rest).ok().map(Secret::new);
        let earlier = if cap_seed.is_some() { Vec::new() } else { rest.to_vec() };
        decode_earlier(&earlier).ok()?;
        Some(Self { event: Event::parse(event.to_vec()).ok()?, claims: claims.to_vec(), cap_seed, earlier })
    }

    /// Its hash.
    pub(super) fn hash(&self) -> Digest {
        event_hash(self.event.bytes())
    }

    /// Where it stood last before a restore; what is new comes after all of that.
    fn place(&self) -> (u32, u64) {
        let last = decode_earlier(&self.earlier).ok().and_then(|receipts| receipts.last().copied());
        last.map_or((u32::MAX, 0), |receipt| (receipt.statement.link.generation, receipt.statement.link.sequence))
    }

    /// The body that brings it back.
    fn again(&self) -> Option<Resubmit> {
        let blob = |bytes: &[u8]| Blob(bytes.to_vec());
        let (event, claims, earlier) = (blob(self.event.bytes()), blob(&self.claims), blob(&self.earlier));
        (!self.earlier.is_empty()).then_some(Resubmit { event, claims, earlier })
    }

    fn body(&self) -> Append {
        Append {
            event: Blob(self.event.bytes().to_vec()),
            claims: Blob(self.claims.clone()),
            session: VerifyingKey::ZERO,
            session_signature: Signature::ZERO,
            work: Work::ZERO,
        }
    }
}
