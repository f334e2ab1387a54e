//! What the host says is claimed, against the chain (`docs/spec/claims.md` §6): a set that hides a claim or invents one
//! contradicts it.

use std::collections::{BTreeMap, BTreeSet};

use souspli_crypto::gids;
use souspli_crypto::keys::GidKey;
use souspli_protocol::sizes::{CLAIMS, WINDOWS};
use souspli_protocol::{Gid, RecordId};

use super::Unlocked;
use super::ledger::{Claims, Record};
use crate::record::{Entry, claimed_ids};
use crate::trust::{Availability, Distrust};

impl Unlocked {
    /// Compares the claimed-id set with the chain, where it stands for all of the chain that is known: as many ids as
    /// there are records that claim, and among them those of every time that the practice knows to be taken. Decoys
    /// are counted only.
    pub(super) fn check_claims(&mut self) -> Result<(), Distrust> {
        let Some(availability) = &self.availability else { return Ok(()) };
        let statement = &availability.statement;
        if statement.sequence != self.chain.sequence || self.compared == availability.claim_set {
            return Ok(());
        }
        let first = statement.first_window;
        let told = first..first.saturating_add(u32::try_from(WINDOWS).unwrap_or(7));
        let claiming = self.ledger.claiming().filter(|window| told.contains(window)).count();
        if usize::try_from(availability.taken.count()) != Ok(claiming * CLAIMS) {
            return Err(Distrust::BadClaimSet);
        }
        let keys = self.gid_keys(told);
        if self.ledger.whole().any(|record| self.is_hidden(record, availability, &keys)) {
            return Err(Distrust::BadClaimSet);
        }
        self.compared = availability.claim_set;
        Ok(())
    }

    /// Whether a time that is taken is missing in the set. A record that never claimed what it names hides nothing.
    fn is_hidden(&self, record: &Record, availability: &Availability, keys: &BTreeMap<u32, GidKey>) -> bool {
        let missing = |ids: &[Gid]| ids.iter().any(|id| !availability.taken.contains(id));
        let Some(header) = record.claiming().map(Entry::header).filter(|_| record.story.is_live()) else {
            return false;
        };
        let Some(key) = keys.get(&header.window) else { return false };
        if let Some(claims) = record.claims() {
            return claims.ids.as_deref().is_some_and(missing);
        }
        let appointment = &record.story.appointment;
        missing(&gids(key, &self.context, &appointment.occupied())) && claimed_ids(header, appointment, key).is_some()
    }

    /// Looks at what each of these claims that takes time, where nobody has yet.
    #[inline(never)]
    pub(super) fn look_at_claims(&mut self, ids: &[RecordId]) {
        let records = ids.iter().filter_map(|id| Some((*id, self.ledger.get(id).ok()?)));
        let new = records.filter(|(_, record)| record.story.is_live() && record.claims().is_none());
        let new: Vec<(RecordId, &Record)> = new.collect();
        let keys = self.gid_keys(new.iter().filter_map(|(_, record)| Some(record.claiming()?.header().window)));
        let found = new.into_iter().filter_map(|(id, record)| Some((id, look(record, &keys)?)));
        for (id, claims) in found.collect::<Vec<_>>() {
            self.ledger.set_claims(&id, claims);
        }
    }

    /// The keys of claim ids in these windows, those before the generation left out.
    pub(super) fn gid_keys(&self, windows: impl IntoIterator<Item = u32>) -> BTreeMap<u32, GidKey> {
        let key = |window| Some((window, self.access.advance_to(&self.context, window).ok()?.k_gid(&self.context)));
        let windows: BTreeSet<u32> = windows.into_iter().collect();
        windows.into_iter().filter_map(key).collect()
    }
}

/// What the event that took a record's time claims; `None` in a window before the generation.
#[inline(never)]
fn look(record: &Record, keys: &BTreeMap<u32, GidKey>) -> Option<Claims> {
    let header = record.claiming()?.header();
    let ids = claimed_ids(header, &record.story.appointment, keys.get(&header.window)?);
    Some(Claims { event: record.story.claiming, ids })
}
