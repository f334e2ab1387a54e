//! Events on their way: kept sealed until the host has them, sent again as they are after a lost answer or a crash
//! (`docs/spec/events.md` §5).

use serde::Serialize;
use souspli_attest::event_hash;
use souspli_crypto::Secret;
use souspli_protocol::event::Event;
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::EVENT;
use souspli_protocol::wire::{Append, Appended, Blob};
use souspli_protocol::{Digest, RecordId, Signature, VerifyingKey, Work};
use zeroize::Zeroizing;

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
}

/// A private link to print for a patient.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaperLink {
    /// The fragment.
    manage_link: String,
    /// The whole address as a QR code: an SVG document.
    qr_svg: String,
}

/// What became of an event that was sent again.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Resent {
    record: RecordId,
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
    name: String,
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
        let prefix = format!("{OUTBOX}{}/", self.open()?.member.vault());
        let mut delivered = Vec::new();
        for (name, sealed) in io.load(&prefix).await {
            let Ok(plain) = self.open()?.local.open_outbox(name.as_bytes(), &sealed) else { continue };
            let Some(outgoing) = Outgoing::decode(plain.expose_secret()) else { continue };
            let outcome = self.deliver(io, &outgoing).await;
            delivered.push(Delivered { name, outgoing, outcome });
        }
        Ok(delivered)
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
            settled.resent.push(self.open()?.resent(&outgoing, refused)?);
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
        let context = self.open()?.context;
        let (hash, body) = (event_hash(outgoing.event.bytes()), outgoing.body());
        let path = calendar_path(&context.calendar, "events");
        for _ in 0..TRIES {
            let outcome: Result<Appended, Failure> = self.host.post(io, path.clone(), &body).await;
            match outcome {
                Ok(answer) => {
                    let key = self.open()?.practice()?.identity.receipt_key;
                    verify_receipt(&answer.receipt.0, &hash, &context, &key)?;
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
        let name = format!("{OUTBOX}{}/{hash}", open.member.vault());
        let sealed = open.local.seal_outbox(name.as_bytes(), &outgoing.encode(), &mut self.rng).ok()?;
        io.keep(name.clone(), sealed).await.ok().map(|()| name)
    }
}

impl Unlocked {
    /// The private link of a booking that was typed in.
    pub(super) fn paper_link(&self, record: RecordId, cap_seed: &Secret<32>) -> Result<PaperLink, Failure> {
        let opens = Opens::Manage { record, cap_seed: *cap_seed.expose_secret() };
        let manage_link = PrivateLink { context: self.context, opens }.encode();
        let qr_svg = qr(&format!("{}/#{manage_link}", self.member.content.host_origin))?;
        Ok(PaperLink { manage_link, qr_svg })
    }

    fn has(&self, outgoing: &Outgoing) -> bool {
        let hash = event_hash(outgoing.event.bytes());
        let record = self.ledger.get(&outgoing.event.header().record);
        record.is_ok_and(|record| record.entries.iter().any(|entry| entry.hash == hash))
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
        Ok(Resent { record, refused, name, phone, link })
    }
}

impl Outgoing {
    /// event || number of bytes of claims (u16) || claims || seed, or nothing.
    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let claims = u16::try_from(self.claims.len()).unwrap_or_default().to_be_bytes();
        let seed = self.cap_seed.as_ref().map(|seed| seed.expose_secret().as_slice()).unwrap_or_default();
        Zeroizing::new([self.event.bytes(), &claims, &self.claims, seed].concat())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (event, rest) = bytes.split_at_checked(EVENT)?;
        let (claims, rest) = rest.split_first_chunk::<2>()?;
        let (claims, seed) = rest.split_at_checked(usize::from(u16::from_be_bytes(*claims)))?;
        let seed = if seed.is_empty() { None } else { Some(Secret::new(seed.try_into().ok()?)) };
        Some(Self { event: Event::parse(event.to_vec()).ok()?, claims: claims.to_vec(), cap_seed: seed })
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
