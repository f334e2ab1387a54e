//! The outbox: a booking's sealed bytes, kept on the device until it is saved (`docs/spec/events.md` §5).

use souspli_crypto::{Secret, derive, open_box, seal_box};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::Event;
use souspli_protocol::sizes::EVENT;
use souspli_protocol::{Context, Label, RecordId, Signature, VerifyingKey};
use zeroize::Zeroizing;

use super::{Right, Session};
use crate::face::BookingView;
use crate::failure::Failure;
use crate::flow::Io;
use crate::seal::Rng;

const PREFIX: &str = "outbox/";
const PLAIN: usize = EVENT + ClaimIds::SIZE + VerifyingKey::SIZE + Signature::SIZE + 32;

/// A booking on its way.
pub(super) struct Waiting {
    pub(super) event: Event,
    pub(super) claims: ClaimIds,
    pub(super) session: VerifyingKey,
    pub(super) session_signature: Signature,
    pub(super) cap_seed: Secret<32>,
}

impl Waiting {
    /// Keeps it, sealed, before it is sent.
    pub(super) async fn keep(&self, io: &Io, key: Secret<32>, rng: &mut Rng) -> Result<(), Failure> {
        let record = self.record();
        let context = self.event.header().context;
        let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN));
        plain.extend_from_slice(self.event.bytes());
        plain.extend_from_slice(&self.claims.encode());
        plain.extend_from_slice(self.session.as_bytes());
        plain.extend_from_slice(self.session_signature.as_bytes());
        plain.extend_from_slice(self.cap_seed.expose_secret());
        let sealed = seal_box(&key, &bound(&context, &record), &plain, rng).map_err(|_| Failure::new("internal"))?;
        io.keep(place(&record), sealed).await
    }

    /// Forgets it: saved, or refused for good.
    pub(super) async fn forget(&self, io: &Io) {
        io.forget(place(&self.record())).await;
    }

    fn record(&self) -> RecordId {
        self.event.header().record
    }

    /// Opens what was kept; `None` for what belongs to another link.
    fn open(sealed: &[u8], record: &RecordId, context: &Context, key: &Secret<32>) -> Option<Self> {
        let plain = open_box(key, &bound(context, record), sealed).ok()?;
        let (event, rest) = plain.expose_secret().split_at_checked(EVENT)?;
        let (claims, rest) = rest.split_at_checked(ClaimIds::SIZE)?;
        let (session, rest) = rest.split_at_checked(VerifyingKey::SIZE)?;
        let (session_signature, cap_seed) = rest.split_at_checked(Signature::SIZE)?;
        Some(Self {
            event: Event::parse(event.to_vec()).ok()?,
            claims: ClaimIds::decode(claims)?,
            session: VerifyingKey::try_from(session).ok()?,
            session_signature: Signature::try_from(session_signature).ok()?,
            cap_seed: Secret::from_slice(cap_seed).ok()?,
        })
    }
}

impl Session {
    /// Finishes what waits: the same bytes are sent again, the record is read, and what came of it is told.
    pub(super) async fn resume(&mut self, io: &Io, now: u32) -> Result<Vec<BookingView>, Failure> {
        let Ok(key) = self.outbox_key() else { return Ok(Vec::new()) };
        let context = self.linked()?.0;
        let mut bookings = Vec::new();
        for (place, sealed) in io.load(PREFIX).await {
            let Some(record) = place.strip_prefix(PREFIX).and_then(|id| id.parse().ok()) else { continue };
            let Some(waiting) = Waiting::open(&sealed, &record, &context, &key) else { continue };
            if self.practice.is_none() {
                self.fetch_practice(io, now).await?;
            }
            let outcome = match self.deliver(io, &waiting).await {
                Ok(receipt) => self.read_back(io, &waiting, &receipt, None, now).await,
                Err(failure) => Err(failure),
            };
            match outcome {
                Ok(booking) => bookings.push(booking),
                // What has arrived is told first. This one stays in the outbox, and is told at the next look.
                Err(_) if !bookings.is_empty() => return Ok(bookings),
                Err(failure) if failure.is_final() => {
                    waiting.forget(io).await;
                    return Err(self.refused(io, failure, now).await);
                }
                Err(failure) => return Err(failure),
            }
            waiting.forget(io).await;
        }
        Ok(bookings)
    }

    /// The outbox of a booking link; whoever has the link in this tab can go on.
    pub(super) fn outbox_key(&self) -> Result<Secret<32>, Failure> {
        let (context, right) = self.linked()?;
        let Right::Book { secret, .. } = right else { return Err(Failure::new("bad_link")) };
        Ok(derive(secret, Label::KeyOutbox, context, &[]))
    }
}

fn place(record: &RecordId) -> String {
    format!("{PREFIX}{record}")
}

fn bound(context: &Context, record: &RecordId) -> Vec<u8> {
    context.write(Label::SealOutbox).bytes(4, record.as_bytes()).finish()
}
