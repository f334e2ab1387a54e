//! Accepted events and claiming events (`docs/spec/evidence.md` §1).

use std::io::BufRead;

use souspli_attest::{claims_digest, event_hash, leaf_of};
use souspli_protocol::Digest;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{Event, Header};
use souspli_protocol::receipt::{Link, Receipt};

use super::file::{Draft, Lines};
use super::verdict::Doubt;
use crate::receipt::HostKeys;

/// An event that the host has signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    event: Event,
    hash: Digest,
    receipt: Receipt,
}

impl Accepted {
    /// An event and its receipt; refused where the receipt is for something else. Who signed it is not checked here.
    pub fn new(event: Event, receipt: Receipt) -> Result<Self, Doubt> {
        let hash = event_hash(event.bytes());
        let link = receipt.statement.link;
        if leaf_of(&hash) == link.leaf && event.header().context == link.context {
            Ok(Self { event, hash, receipt })
        } else {
            Err(Doubt::Event)
        }
    }

    pub(super) fn header(&self) -> &Header {
        self.event.header()
    }

    pub(super) fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    pub(super) fn hash(&self) -> Digest {
        self.hash
    }

    pub(super) fn link(&self) -> &Link {
        &self.receipt.statement.link
    }

    pub(super) fn sequence(&self) -> u64 {
        self.link().sequence
    }

    /// Whether it changes what its record claims.
    pub(super) fn claims_or_releases(&self) -> bool {
        self.header().release || !self.header().claims.is_zero()
    }

    pub(super) fn write(&self, name: &str, draft: &mut Draft) {
        draft.add(name, self.event.bytes());
        draft.add("receipt", &self.receipt.encode());
    }
}

/// An event that takes time, with the ids that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claiming {
    pub(super) accepted: Accepted,
    pub(super) ids: ClaimIds,
}

impl Claiming {
    /// An accepted event and its ids; refused where the ids are not those of its digest.
    pub fn new(accepted: Accepted, ids: ClaimIds) -> Result<Self, Doubt> {
        let header = accepted.header();
        if claims_digest(&header.context, header.window, &ids) == header.claims {
            Ok(Self { accepted, ids })
        } else {
            Err(Doubt::Claims)
        }
    }

    pub(super) fn header(&self) -> &Header {
        self.accepted.header()
    }

    /// How many ids both claim.
    pub(super) fn shared(&self, other: &Self) -> usize {
        self.ids.ids().iter().filter(|id| other.ids.ids().binary_search(id).is_ok()).count()
    }

    pub(super) fn write(&self, draft: &mut Draft) {
        draft.add("event", self.accepted.event.bytes());
        draft.add("claims", &self.ids.encode());
        draft.add("receipt", &self.accepted.receipt.encode());
    }
}

/// Whether two places are of one practice, calendar and generation.
pub(super) fn one_chain(one: &Link, other: &Link) -> Result<(), Doubt> {
    if one.context == other.context && one.generation == other.generation { Ok(()) } else { Err(Doubt::Calendar) }
}

impl<R: BufRead> Lines<R> {
    /// An event, if one is next, that is not verified before its receipt is there.
    pub(super) fn event(&mut self, name: &str) -> Result<Option<Event>, Doubt> {
        let Some(bytes) = self.take_if(name)? else { return Ok(None) };
        Event::parse(bytes).map(Some).map_err(|_| Doubt::Event)
    }

    /// An accepted event under this name.
    pub(super) fn accepted(&mut self, name: &str, keys: &HostKeys) -> Result<Option<Accepted>, Doubt> {
        let Some(event) = self.event(name)? else { return Ok(None) };
        Accepted::new(event, self.receipt("receipt", keys)?).map(Some)
    }

    /// A claiming event.
    pub(super) fn claiming(&mut self, keys: &HostKeys) -> Result<Claiming, Doubt> {
        let event = Event::parse(self.take("event")?).map_err(|_| Doubt::Event)?;
        let ids = ClaimIds::decode(&self.take("claims")?).ok_or(Doubt::Claims)?;
        Claiming::new(Accepted::new(event, self.receipt("receipt", keys)?)?, ids)
    }
}
