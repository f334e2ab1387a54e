//! Practices as a host sees them: keys, and what these sign. A host cannot open publications, so what would be sealed in
//! them is random here; the events (`events.rs`) are sealed for real.

use souspli_attest::{SigningKey, calendar_id, event_hash, fingerprint, sha256};
use souspli_crypto::Secret;
use souspli_crypto::keys::{CalendarKey, EpochPublic, EpochSeeds};
use souspli_journey::randomness;
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind, PublicationStatement};
use souspli_protocol::sizes::{ACL_KEYS, EPOCH_MINUTES, LINK_ROWS, epoch_of};
use souspli_protocol::wire::{Blob, Publish, Published};
use souspli_protocol::{Context, Digest, VerifyingKey};

use crate::Outcome;
use crate::connection::Connection;

/// The five publications that a booking needs at the host.
const FIRST: u64 = 5;

/// A practice with one member and one link.
pub(crate) struct Practice {
    /// Who it is.
    pub(crate) context: Context,
    /// The owner's key.
    pub(crate) member: SigningKey,
    /// The booking link's key.
    pub(crate) link: SigningKey,
    /// What events are sealed to.
    pub(crate) epoch: EpochPublic,
    /// What patients may read later.
    pub(crate) calendar: CalendarKey,
    /// The minute in which it acts.
    pub(crate) now: u32,
    /// Version of what it has published.
    pub(crate) version: u64,
    /// Publication hash of the identity of the epoch.
    pub(crate) identity: Digest,
    batch: Vec<Publication>,
}

impl Practice {
    /// A practice that acts in this minute.
    pub(crate) fn new(now: u32) -> Outcome<Self> {
        let mut rng = randomness();
        let (root, nonce) = (SigningKey::from_seed(&random()?), random::<32>()?);
        let fp = fingerprint(&root.verifying_key());
        let mut practice = Self {
            context: Context { fp, calendar: calendar_id(&fp, &nonce) },
            member: SigningKey::from_seed(&random()?),
            link: SigningKey::from_seed(&random()?),
            epoch: EpochSeeds::make(epoch_of(now), &mut rng).public(),
            calendar: CalendarKey::new(1, window_of(now), Secret::make(&mut rng)),
            now,
            version: FIRST,
            identity: Digest::ZERO,
            batch: Vec::new(),
        };
        let registration = [&nonce[..], &root.verifying_key().0].concat();
        let (acl, links) = (practice.acl()?, practice.links()?);
        let (epoch, window) = (epoch_of(now), practice.window());
        for (kind, slot, payload) in [
            (PublicationKind::Registration, 0, registration),
            (PublicationKind::Acl, 0, acl),
            (PublicationKind::Links, 0, links),
            (PublicationKind::Identity, epoch, random_bytes(PublicationKind::Identity.payload_len())?),
            (PublicationKind::Hours, window, random_bytes(PublicationKind::Hours.payload_len())?),
        ] {
            let publication = practice.publication(&root, kind, slot, &payload)?;
            if kind == PublicationKind::Identity {
                practice.identity = event_hash(publication.bytes());
            }
            practice.batch.push(publication);
        }
        Ok(practice)
    }

    /// The window that it is booked in.
    pub(crate) fn window(&self) -> u32 {
        window_of(self.now)
    }

    /// A route of its calendar.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/calendars/{}/{rest}", self.context.calendar)
    }

    /// Has a host take it.
    pub(crate) async fn register(&self, connection: &mut Connection) -> Outcome {
        let publications = self.batch.iter().map(|publication| Blob(publication.bytes().to_vec())).collect();
        connection.post::<_, Published>(&self.path("publications"), &Publish { publications }).await.map(drop)
    }

    fn publication(&self, root: &SigningKey, kind: PublicationKind, slot: u32, payload: &[u8]) -> Outcome<Publication> {
        let by_epoch = kind == PublicationKind::Identity;
        let epoch = (slot.wrapping_mul(EPOCH_MINUTES), slot.wrapping_add(1).wrapping_mul(EPOCH_MINUTES));
        let (not_before, not_after) = if by_epoch { epoch } else { (self.now, u32::MAX) };
        let signer = if kind.signed_by_root() { root } else { &self.member };
        let statement = PublicationStatement {
            kind,
            context: self.context,
            version: u64::try_from(self.batch.len())? + 1,
            slot,
            not_before,
            not_after,
            signer: signer.verifying_key(),
            key_generation: 1,
            key_window: self.window(),
            payload_hash: sha256(payload),
        };
        let signature = signer.sign(&statement.encode());
        Publication::assemble(statement, payload, &signature).ok_or_else(|| "a publication is malformed".into())
    }

    /// The access list: the owner among throw-away keys.
    fn acl(&self) -> Outcome<Vec<u8>> {
        let others = random_bytes((ACL_KEYS - 1) * VerifyingKey::SIZE)?;
        Ok([&self.member.verifying_key().0[..], &others].concat())
    }

    /// The link table: the link among random rows.
    fn links(&self) -> Outcome<Vec<u8>> {
        let mut table = Vec::new();
        for place in 0..LINK_ROWS {
            let link = if place == 0 { self.link.verifying_key() } else { VerifyingKey(random()?) };
            table.extend_from_slice(&LinkRow { link, flags: 0, expires: u32::MAX, sealed: random()? }.encode());
        }
        Ok(table)
    }
}

fn window_of(minute: u32) -> u32 {
    (minute / 1_440 - 4) / 28
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

fn random_bytes(length: usize) -> Outcome<Vec<u8>> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
