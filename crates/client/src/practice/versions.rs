//! Entries of the chain that show no event must be publications: there are as many as the calendar has versions, and a
//! signature of the practice's vouches for the newest (`docs/spec/publications.md` §8). So a host cannot keep a booking
//! back by showing nothing in its place.

use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::sizes::{EPOCHS_AHEAD, WINDOWS};

use super::{Session, Unlocked};
use crate::failure::Failure;
use crate::flow::Io;
use crate::trust::Distrust;

impl Session {
    /// Verifies that no more entries of the chain show nothing than were published, or erased at a member's wish.
    pub(super) async fn check_versions(&mut self, io: &Io) -> Result<(), Failure> {
        let chain = self.open()?.chain;
        if chain.young > chain.accounted {
            return Err(Distrust::BadChain.into());
        }
        let published = chain.publications;
        self.vouch_for(io, published).await
    }

    /// Verifies that the practice has signed a publication of a version or of a later one. Which one is the newest is
    /// not known: those that a batch ends with are asked for first.
    pub(super) async fn vouch_for(&mut self, io: &Io, version: u64) -> Result<(), Failure> {
        for (kind, slot) in self.open()?.newest() {
            if self.open()?.pins.vouched >= version {
                return Ok(());
            }
            self.published(io, kind, slot).await?;
        }
        if self.open()?.pins.vouched >= version { Ok(()) } else { Err(Distrust::BadChain.into()) }
    }
}

impl Unlocked {
    /// Takes note of the version of a publication that verifies.
    pub(super) fn vouch(&mut self, publication: &Publication) {
        let statement = publication.statement();
        let roster = self.practice.as_deref().map(|practice| &practice.identity);
        let by_a_member = roster.is_some_and(|identity| identity.member(&statement.signer).is_some());
        if statement.kind.signed_by_root() || by_a_member {
            self.pins.vouched = self.pins.vouched.max(statement.version);
        }
    }

    /// What may be the newest publication, where it is neither in the profile nor among the hours.
    fn newest(&self) -> Vec<(PublicationKind, u32)> {
        use PublicationKind::{Acl, Grants, Hours, Identity, Rules};
        let Some(practice) = self.practice.as_deref() else { return Vec::new() };
        let epoch = practice.identity.epoch;
        let (first, last) = (epoch.saturating_sub(EPOCHS_AHEAD), epoch.saturating_add(EPOCHS_AHEAD));
        let grants = (first..=epoch.saturating_add(1)).rev().map(|epoch| (Grants, epoch));
        let identities = (epoch.saturating_add(1)..=last).rev().map(|epoch| (Identity, epoch));
        // The host serves seven windows by the UTC date (ADR 0009).
        let served = self.availability.as_ref().map_or(0, |availability| availability.statement.first_window);
        let after = served.saturating_add(u32::try_from(WINDOWS).unwrap_or(7));
        let hours = [after, after.saturating_add(1), served.saturating_sub(1)].map(|window| (Hours, window));
        grants.chain(identities).chain(hours).chain([(Acl, 0), (Rules, 0)]).collect()
    }
}
