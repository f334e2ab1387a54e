//! A practice as the host sees it: keys, and what they sign.

use souspli_attest::{SigningKey, calendar_id, event_hash, fingerprint, sha256};
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind, PublicationStatement};
use souspli_protocol::sizes::{ACL_KEYS, EPOCH_MINUTES, LINK_ROWS, epoch_of};
use souspli_protocol::wire::{Blob, Publish};
use souspli_protocol::{Context, Digest, VerifyingKey};

use super::client::{Answer, Client};
use super::{NOW, random, random_bytes};

/// A practice with one member and one link.
pub(crate) struct Practice {
    pub(crate) root: SigningKey,
    pub(crate) member: SigningKey,
    pub(crate) link: SigningKey,
    pub(crate) context: Context,
    pub(crate) version: u64,
    /// The minute in which it acts.
    pub(crate) now: u32,
    /// Publication hash of the identity of that minute's epoch.
    pub(crate) identity: Digest,
    nonce: [u8; 32],
}

/// The window of `NOW`.
pub(crate) fn window() -> u32 {
    window_of(NOW)
}

fn window_of(minute: u32) -> u32 {
    (minute / 1_440 - 4) / 28
}

/// The epoch of `NOW`.
pub(crate) fn epoch() -> u32 {
    epoch_of(NOW)
}

impl Practice {
    pub(crate) fn new() -> Self {
        Self::at(NOW)
    }

    /// A practice that acts in this minute.
    pub(crate) fn at(now: u32) -> Self {
        let root = SigningKey::from_seed(&random());
        let nonce = random();
        let fp = fingerprint(&root.verifying_key());
        Self {
            member: SigningKey::from_seed(&random()),
            link: SigningKey::from_seed(&random()),
            context: Context { fp, calendar: calendar_id(&fp, &nonce) },
            version: 0,
            now,
            identity: Digest::ZERO,
            root,
            nonce,
        }
    }

    /// A practice that a host has taken: registration, acl, links, the current identity and hours of one window.
    pub(crate) async fn registered(client: &mut Client) -> Self {
        let mut practice = Self::new();
        let batch = practice.first_batch();
        practice.publish(client, &batch).await.json::<souspli_protocol::wire::Published>(201);
        practice
    }

    pub(crate) fn window(&self) -> u32 {
        window_of(self.now)
    }

    pub(crate) fn epoch(&self) -> u32 {
        epoch_of(self.now)
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/calendars/{}/{rest}", self.context.calendar)
    }

    pub(crate) async fn publish(&self, client: &mut Client, batch: &[Publication]) -> Answer {
        let publications = batch.iter().map(|publication| Blob(publication.bytes().to_vec())).collect();
        client.post(&self.path("publications"), &Publish { publications }).await
    }

    pub(crate) fn first_batch(&mut self) -> Vec<Publication> {
        let registration = [&self.nonce[..], &self.root.verifying_key().0].concat();
        let registration = self.next(PublicationKind::Registration, 0, &registration);
        let member = self.member.verifying_key();
        let acl = Practice::acl(&[member]);
        let acl = self.next(PublicationKind::Acl, 0, &acl);
        let links = self.links(0, u32::MAX);
        let links = self.next(PublicationKind::Links, 0, &links);
        let identity = self.next_sealed(PublicationKind::Identity, self.epoch());
        self.identity = event_hash(identity.bytes());
        let hours = self.next_sealed(PublicationKind::Hours, self.window());
        vec![registration, acl, links, identity, hours]
    }

    /// An access list with these members among throw-away keys.
    pub(crate) fn acl(members: &[VerifyingKey]) -> Vec<u8> {
        let mut payload = random_bytes(ACL_KEYS * 32);
        for (place, member) in payload.chunks_exact_mut(32).zip(members) {
            place.copy_from_slice(&member.0);
        }
        payload
    }

    /// A link table with the practice's link and random rows.
    pub(crate) fn links(&self, flags: u8, expires: u32) -> Vec<u8> {
        let row = |link, flags, expires| {
            let sealed = random();
            LinkRow { link, flags, expires, sealed }.encode()
        };
        let others = (1..LINK_ROWS).map(|_| row(VerifyingKey(random()), 0, u32::MAX));
        std::iter::once(row(self.link.verifying_key(), flags, expires)).chain(others).flatten().collect()
    }

    /// The next publication, with a payload that would be sealed.
    pub(crate) fn next_sealed(&mut self, kind: PublicationKind, slot: u32) -> Publication {
        self.next(kind, slot, &random_bytes(kind.payload_len()))
    }

    /// The next publication, signed by whom it should be.
    pub(crate) fn next(&mut self, kind: PublicationKind, slot: u32, payload: &[u8]) -> Publication {
        self.version += 1;
        let statement = self.statement(kind, slot, payload);
        self.sign(statement, payload)
    }

    pub(crate) fn statement(&self, kind: PublicationKind, slot: u32, payload: &[u8]) -> PublicationStatement {
        let by_epoch = matches!(kind, PublicationKind::Identity | PublicationKind::Grants);
        let (not_before, not_after) =
            if by_epoch { (slot * EPOCH_MINUTES, (slot + 1) * EPOCH_MINUTES) } else { (self.now, u32::MAX) };
        PublicationStatement {
            kind,
            context: self.context,
            version: self.version,
            slot,
            not_before,
            not_after,
            signer: self.signer(kind).verifying_key(),
            key_generation: 1,
            key_window: self.window(),
            payload_hash: sha256(payload),
        }
    }

    pub(crate) fn sign(&self, statement: PublicationStatement, payload: &[u8]) -> Publication {
        let signature = self.signer(statement.kind).sign(&statement.encode());
        Publication::assemble(statement, payload, &signature).expect("sizes")
    }

    fn signer(&self, kind: PublicationKind) -> &SigningKey {
        if kind.signed_by_root() { &self.root } else { &self.member }
    }
}
