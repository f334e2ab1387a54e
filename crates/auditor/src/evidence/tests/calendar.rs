//! A calendar as a host keeps it, by the rules of `docs/spec/claims.md` §5; and what a host does that breaks them.

use std::collections::BTreeMap;

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::{SigningKey, claims_digest, event_hash, head_after, leaf_of, record_id, sha256};
use souspli_protocol::claims::{ClaimIds, ClaimSetStatement};
use souspli_protocol::event::{
    AuthorKind, Event, HEADER, Header, Operation, PLAIN_C, PLAIN_D, Parts, WRAP_CLINICAL, WRAP_DESK, WRAP_PATIENT,
};
use souspli_protocol::receipt::{Link, Receipt, ReceiptStatement};
use souspli_protocol::sizes::{EVENT, MMD_MINUTES, TAG, WINDOWS};
use souspli_protocol::{CalendarId, Context, Digest, Fingerprint, Gid, RecordId, Signature, VerifyingKey};

use super::super::Entry;

/// The window that the tests book in.
pub(crate) const WINDOW: u32 = 737;
/// The minute at which the tests begin.
pub(crate) const NOW: u32 = 29_000_000;

/// What a host knows of a record.
#[derive(Debug, Clone)]
struct Record {
    keys: [VerifyingKey; 2],
    revision: u32,
    hash: Digest,
    claims: Option<ClaimIds>,
    released: bool,
}

/// A calendar with its host's receipt key.
pub(crate) struct Calendar {
    pub(crate) key: SigningKey,
    pub(crate) context: Context,
    pub(crate) generation: u32,
    pub(crate) version: u64,
    pub(crate) minute: u32,
    pub(crate) chain: Vec<Entry>,
    head: Digest,
    records: Vec<(RecordId, Record)>,
    /// By id: whose, in which window.
    owners: BTreeMap<Gid, (RecordId, u32)>,
    noise: u64,
}

/// The ids of 24 granules from a start on: two starts less than 24 apart share some.
pub(crate) fn granules(start: u64) -> ClaimIds {
    let id = |place: usize| {
        let hash = sha256(&[&b"gid"[..], &(start + place as u64).to_be_bytes()].concat());
        Gid(*hash.0.first_chunk().expect("32 bytes"))
    };
    ClaimIds::new(std::array::from_fn(id)).expect("distinct")
}

impl Calendar {
    /// A calendar that has published what every calendar begins with.
    pub(crate) fn new(host: u8, calendar: u8) -> Self {
        let context = Context { fp: Fingerprint([calendar; 32]), calendar: CalendarId([calendar; 16]) };
        let mut calendar = Self {
            key: SigningKey::from_seed(&[host; 32]),
            context,
            generation: 0,
            version: 0,
            minute: NOW,
            chain: Vec::new(),
            head: Digest::ZERO,
            records: Vec::new(),
            owners: BTreeMap::new(),
            noise: u64::from(calendar),
        };
        for _ in 0..3 {
            calendar.publish();
        }
        calendar
    }

    /// The sequence of the newest entry.
    pub(crate) fn sequence(&self) -> u64 {
        self.chain.len() as u64
    }

    /// How many records there are.
    pub(crate) fn records(&self) -> usize {
        self.records.len()
    }

    /// Accepts a publication.
    pub(crate) fn publish(&mut self) -> u64 {
        self.version += 1;
        let object = sha256(&self.noise(64));
        self.accept(object, None, None)
    }

    /// Books, if the time is free.
    pub(crate) fn book(&mut self, ids: &ClaimIds, window: u32) -> Option<u64> {
        ids.ids().iter().all(|id| !self.owners.contains_key(id)).then(|| self.book_anyway(ids, window))
    }

    /// Books whatever the time is.
    pub(crate) fn book_anyway(&mut self, ids: &ClaimIds, window: u32) -> u64 {
        let keys = [self.noise(32), self.noise(32)].map(|key| VerifyingKey(*key.first_chunk().expect("32 bytes")));
        let id = record_id(&keys[0], &keys[1]);
        let record = Record { keys, revision: 0, hash: Digest::ZERO, claims: None, released: false };
        self.records.push((id, record));
        self.write(self.records.len() - 1, Some(*ids), window, false)
    }

    /// Moves a record, if the time is free.
    pub(crate) fn shift(&mut self, place: usize, ids: &ClaimIds, window: u32) -> Option<u64> {
        let (id, record) = self.records.get(place)?;
        let free = ids.ids().iter().all(|gid| self.owners.get(gid).is_none_or(|(owner, _)| owner == id));
        (free && !record.released).then(|| self.write(place, Some(*ids), window, false))
    }

    /// Cancels a record.
    pub(crate) fn release(&mut self, place: usize) -> Option<u64> {
        self.records.get(place)?;
        Some(self.write(place, None, WINDOW, true))
    }

    /// Adds something to a record that changes no claim.
    pub(crate) fn note(&mut self, place: usize) -> Option<u64> {
        self.records.get(place)?;
        Some(self.write(place, None, WINDOW, false))
    }

    /// The signed set of seven windows, as `times` serves it: statement and set. `held` ids are held by somebody.
    pub(crate) fn told(&mut self, first_window: u32, held: &[Gid]) -> (Vec<u8>, Vec<u8>) {
        let windows = first_window..first_window + WINDOWS as u32;
        let claimed = self.owners.iter().filter(|(_, (_, window))| windows.contains(window)).map(|(id, _)| *id);
        let claimed: Vec<Gid> = claimed.collect();
        self.tell(first_window, &claimed, held)
    }

    /// The same about any ids.
    pub(crate) fn tell(&mut self, first_window: u32, claimed: &[Gid], held: &[Gid]) -> (Vec<u8>, Vec<u8>) {
        let seed = *self.noise(16).first_chunk().expect("16 bytes");
        let set = ClaimSet::build(seed, claimed, held).expect("a set");
        let (filter_hash, held_hash) = set.hashes();
        let statement = ClaimSetStatement {
            context: self.context,
            generation: self.generation,
            sequence: self.sequence(),
            version: self.version,
            first_window,
            minute: self.minute,
            filter_hash,
            held_hash,
        };
        (self.sign(&statement), set.encode())
    }

    /// A statement with the host's signature.
    pub(crate) fn sign(&self, statement: &ClaimSetStatement) -> Vec<u8> {
        let statement = statement.encode();
        let signature = self.key.sign(&statement);
        [&statement[..], signature.as_bytes()].concat()
    }

    /// What is claimed now.
    pub(crate) fn claimed(&self) -> Vec<Gid> {
        self.owners.keys().copied().collect()
    }

    /// Signs a receipt for any place.
    pub(crate) fn receipt(&self, link: Link) -> Receipt {
        let statement = ReceiptStatement { link, minute: self.minute, mmd: MMD_MINUTES };
        Receipt { statement, signature: self.key.sign(&statement.encode()) }
    }

    fn write(&mut self, place: usize, claims: Option<ClaimIds>, window: u32, release: bool) -> u64 {
        let (id, record) = self.records[place].clone();
        let event = self.event(&id, &record, claims.as_ref(), window, release);
        let hash = event_hash(event.bytes());
        if claims.is_some() || release {
            for gid in record.claims.iter().flat_map(|claims| *claims.ids()) {
                if self.owners.get(&gid).is_some_and(|(owner, _)| *owner == id) {
                    self.owners.remove(&gid);
                }
            }
        }
        for gid in claims.iter().flat_map(|claims| *claims.ids()) {
            self.owners.insert(gid, (id, window));
        }
        let stays = record.claims.filter(|_| !release);
        let now = Record {
            revision: event.header().revision + 1,
            hash,
            claims: claims.or(stays),
            released: record.released || release,
            ..record
        };
        self.records[place] = (id, now);
        self.accept(hash, Some(event), claims)
    }

    fn event(
        &mut self,
        id: &RecordId,
        record: &Record,
        claims: Option<&ClaimIds>,
        window: u32,
        release: bool,
    ) -> Event {
        let create = record.revision == 0;
        let header = Header {
            context: self.context,
            record: *id,
            revision: record.revision,
            previous: record.hash,
            operation: if create { Operation::Create } else { Operation::Append },
            author_kind: if create { AuthorKind::Link } else { AuthorKind::Manage },
            author: record.keys[0],
            manage: record.keys[0],
            view: record.keys[1],
            window,
            claims: claims.map_or(Digest::ZERO, |claims| claims_digest(&self.context, window, claims)),
            release,
            version: self.version,
            identity: Digest::ZERO,
            catalogue: Digest::ZERO,
            hours: Digest::ZERO,
            claim_set: Digest::ZERO,
            epoch: 0,
            not_after: u32::MAX,
            head: Digest::ZERO,
            commit_d: Digest::ZERO,
            commit_c: Digest::ZERO,
        };
        let sealed = self.noise(EVENT - HEADER);
        let mut rest = &sealed[..];
        let mut part = |len| rest.split_off(..len).expect("enough");
        let parts = Parts {
            wrap_desk: part(WRAP_DESK),
            wrap_clinical: part(WRAP_CLINICAL),
            wrap_patient: part(WRAP_PATIENT),
            body_d: part(PLAIN_D + TAG),
            body_c: part(PLAIN_C + TAG),
        };
        let unsigned = Event::unsigned(&header, &parts).expect("sizes");
        let manage = if create { Signature([5; 64]) } else { Signature::ZERO };
        Event::assemble(unsigned, &Signature([4; 64]), &manage).expect("shape")
    }

    fn accept(&mut self, object: Digest, event: Option<Event>, claims: Option<ClaimIds>) -> u64 {
        let link = Link {
            context: self.context,
            generation: self.generation,
            sequence: self.sequence() + 1,
            previous: self.head,
            leaf: leaf_of(&object),
        };
        self.head = head_after(&link);
        self.chain.push(Entry { receipt: self.receipt(link), event, claims });
        link.sequence
    }

    /// Bytes that look random.
    fn noise(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len + 32);
        while bytes.len() < len {
            self.noise += 1 << 8;
            bytes.extend(sha256(&self.noise.to_be_bytes()).0);
        }
        bytes.truncate(len);
        bytes
    }
}
