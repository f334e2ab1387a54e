//! What the host says is claimed, against the chain (`docs/spec/claims.md` §6): a set that hides a claim or invents one
//! contradicts it.

use std::collections::{BTreeMap, BTreeSet};

use souspli_crypto::gid;
use souspli_crypto::keys::GidKey;
use souspli_protocol::sizes::{CLAIMS, WINDOWS};

use super::Unlocked;
use super::ledger::Record;
use crate::record::{Entry, claims_match};
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
        let claiming = record.entries.iter().find(|entry| entry.hash == record.story.claiming);
        let Some(header) = claiming.map(Entry::header).filter(|_| record.story.is_live()) else {
            return false;
        };
        let Some(key) = keys.get(&header.window) else { return false };
        let appointment = &record.story.appointment;
        let mut ids = appointment.occupied().into_iter().map(|(id, granule)| gid(key, &self.context, &id, granule));
        ids.any(|id| !availability.taken.contains(&id)) && claims_match(header, appointment, header.window, key)
    }

    /// The keys of claim ids in these windows, those before the generation left out.
    pub(super) fn gid_keys(&self, windows: impl IntoIterator<Item = u32>) -> BTreeMap<u32, GidKey> {
        let key = |window| Some((window, self.access.advance_to(&self.context, window).ok()?.k_gid(&self.context)));
        let windows: BTreeSet<u32> = windows.into_iter().collect();
        windows.into_iter().filter_map(key).collect()
    }
}
