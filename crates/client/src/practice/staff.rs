//! The keys that open events, by epoch: from the root vault of an owner, or from a member's grants.

use std::collections::BTreeMap;

use souspli_crypto::envelope::{self, open_clinical, open_desk};
use souspli_crypto::keys::EpochSeeds;
use souspli_crypto::publish::{Grant, Identity};
use souspli_crypto::{PrivateKey, Secret};
use souspli_protocol::Context;
use souspli_protocol::event::Event;
use souspli_protocol::sizes::CLINICAL;

use crate::body::BodyD;
use crate::record::Said;
use crate::trust::Distrust;

/// Parsed private keys of one epoch.
pub(super) struct EpochKeys {
    seeds: Seeds,
    desk: PrivateKey,
    clinical: [Option<PrivateKey>; CLINICAL],
}

/// The seeds that the keys came from, for a hand-over.
pub(super) struct Seeds {
    pub(super) desk: Secret<32>,
    pub(super) clinical: [Option<Secret<32>>; CLINICAL],
}

impl EpochKeys {
    pub(super) fn new(seeds: Seeds) -> Self {
        let desk = PrivateKey::from_seed(&seeds.desk);
        let clinical = seeds.clinical.each_ref().map(|seed| seed.as_ref().map(PrivateKey::from_seed));
        Self { seeds, desk, clinical }
    }

    pub(super) fn seeds(&self) -> &Seeds {
        &self.seeds
    }
}

impl From<&EpochSeeds> for EpochKeys {
    fn from(seeds: &EpochSeeds) -> Self {
        let clinical = seeds.clinical.each_ref().map(|seed| Some(seed.duplicate()));
        Self::new(Seeds { desk: seeds.desk.duplicate(), clinical })
    }
}

impl From<Grant> for EpochKeys {
    fn from(grant: Grant) -> Self {
        Self::new(Seeds { desk: grant.desk, clinical: grant.clinical })
    }
}

/// What opened of an event: plaintext of d, and of c where this member may read it.
pub(super) type Plain = (Vec<u8>, Option<Vec<u8>>);

/// Opens events of every epoch that this member has keys for.
#[derive(Default)]
pub(super) struct Openers {
    epochs: BTreeMap<u32, EpochKeys>,
    /// Identities of epochs before the current one: they say who was a member then.
    pub(super) identities: BTreeMap<u32, Identity>,
}

impl Openers {
    pub(super) fn add(&mut self, epoch: u32, keys: EpochKeys) {
        self.epochs.insert(epoch, keys);
    }

    pub(super) fn knows(&self, epoch: u32) -> bool {
        self.epochs.contains_key(&epoch)
    }

    pub(super) fn epochs(&self) -> impl Iterator<Item = (&u32, &EpochKeys)> {
        self.epochs.iter()
    }

    /// Verifies an event's signatures and opens what this member may read of it.
    pub(super) fn open(&self, event: &Event, context: &Context) -> Result<Plain, Distrust> {
        envelope::verify(event, context).map_err(|_| Distrust::BadEvent)?;
        let keys = self.epochs.get(&event.header().epoch).ok_or(Distrust::EpochExpired)?;
        let d = open_desk(event, &keys.desk).map_err(|_| Distrust::BadEvent)?;
        let d = d.expose_secret().to_vec();
        let clinical = BodyD::decode(&d, context).map_err(|_| Distrust::BadEvent)?.clinical;
        let key = clinical.and_then(|index| keys.clinical.get(usize::from(index))).and_then(Option::as_ref);
        let c = key.map(|key| open_clinical(event, key)).transpose().map_err(|_| Distrust::BadEvent)?;
        // Both wraps must lead to the same body d: the commitments in the header see to it.
        Ok((d, c.map(|both| both.c.expose_secret().to_vec())))
    }
}

/// Reads what was opened.
#[inline(never)]
pub(super) fn read(context: &Context, (d, c): &Plain) -> Result<Said, Distrust> {
    Said::read(context, d, c.as_deref())
}
