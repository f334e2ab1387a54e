//! A calendar's chain as somebody keeps it: what evidence is made from.

use std::collections::{BTreeMap, BTreeSet};

use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::Event;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::{Gid, RecordId};

/// One place of a chain.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The host's receipt.
    pub receipt: Receipt,
    /// The event; `None` for a publication, and where the event is not at hand.
    pub event: Option<Event>,
    /// The ids that the event claims, where they are known.
    pub claims: Option<ClaimIds>,
}

impl Entry {
    /// Its place.
    pub fn sequence(&self) -> u64 {
        self.receipt.statement.link.sequence
    }
}

/// Places that claim what another record has: that one's place and theirs. Entries are in the order of the chain; an
/// event whose ids are not known is passed over.
pub fn double_claims(chain: &[Entry]) -> Vec<(u64, u64)> {
    let mut owners: BTreeMap<Gid, RecordId> = BTreeMap::new();
    let mut records: BTreeMap<RecordId, (u64, ClaimIds)> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in chain {
        let Some(header) = entry.event.as_ref().map(Event::header) else { continue };
        if !header.release && header.claims.is_zero() {
            continue;
        }
        if let Some((_, ids)) = records.remove(&header.record) {
            for id in ids.ids() {
                // An id that was another's stays that one's.
                if owners.get(id) == Some(&header.record) {
                    owners.remove(id);
                }
            }
        }
        let Some(claims) = entry.claims.filter(|_| !header.release) else { continue };
        let others: BTreeSet<RecordId> = claims.ids().iter().filter_map(|id| owners.get(id)).copied().collect();
        let since = others.iter().filter_map(|other| records.get(other).map(|(sequence, _)| *sequence));
        found.extend(since.map(|since| (since, entry.sequence())));
        for id in claims.ids() {
            owners.entry(*id).or_insert(header.record);
        }
        records.insert(header.record, (entry.sequence(), claims));
    }
    found
}
