//! What an opened agenda does by itself: epochs signed ahead, grants, hours to the horizon.

use souspli_booking::catalogue::Catalogue;
use souspli_booking::zone::{Zone, offsets_of_vtimezone};
use souspli_crypto::keys::{EpochSeeds, Role};
use souspli_crypto::publish::open_identity;
use souspli_crypto::vault::{OpenVault, RootVault, SlotSecret, member_locator};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::PublicationKind;
use souspli_protocol::sizes::{EPOCHS_AHEAD, WINDOWS, epoch_of};

use super::Session;
use super::publish::{HOURS_LIFE, TRIES, hours_batch};
use super::setup::{HostKeys, Places, grants_publication, identity_publication};
use super::staff::EpochKeys;
use crate::failure::Failure;
use crate::flow::Io;
use crate::trust::{Distrust, identity_of_epoch};

/// Minutes for which the catalogue's table of the zone must be right: more than the seven windows. A table reaches twice
/// as far, so one of this age is renewed.
const ZONE_AHEAD: u32 = 400 * 1_440;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(super) struct Maintained {
    /// Identities that were signed.
    pub(super) epochs: u32,
    /// Windows whose hours were published.
    pub(super) windows: u32,
}

impl Session {
    /// Rotates and pre-signs epochs (owners) or learns the granted ones (other members), and publishes hours to the
    /// horizon (all members). Where another device does the same at this moment, it looks again at what is left to do.
    pub(super) async fn maintain(&mut self, io: &Io, now: u32) -> Result<Maintained, Failure> {
        for _ in 1..TRIES {
            match self.maintain_once(io, now).await {
                Err(failure) if failure.is(Code::StaleVersion) || failure.is(Code::VaultConflict) => {}
                outcome => return outcome,
            }
        }
        self.maintain_once(io, now).await
    }

    async fn maintain_once(&mut self, io: &Io, now: u32) -> Result<Maintained, Failure> {
        io.progress(1, 3).await;
        self.refresh(io, now).await?;
        let epochs = if self.open()?.root.is_some() {
            let signed = self.sign_epochs(io, now).await?;
            self.publish_links(io, now).await?;
            signed
        } else {
            self.learn_epochs(io, &[epoch_of(now), epoch_of(now).saturating_add(1)]).await?;
            0
        };
        io.progress(2, 3).await;
        let windows = self.publish_horizon(io, now).await?;
        io.progress(3, 3).await;
        Ok(Maintained { epochs, windows })
    }

    /// Signs the identities that are missing up to six epochs ahead, and the grants of this epoch and the next.
    pub(super) async fn sign_epochs(&mut self, io: &Io, now: u32) -> Result<u32, Failure> {
        let current = epoch_of(now);
        let last = current.saturating_add(EPOCHS_AHEAD);
        let mut first = last.saturating_add(1);
        let mut host = None;
        while first > current {
            let Some(found) = self.published(io, PublicationKind::Identity, first - 1).await? else {
                first -= 1;
                continue;
            };
            let identity = open_identity(&found, &self.open()?.access).map_err(|error| Failure::new(error.code()))?;
            host = Some(HostKeys::from(&identity));
            break;
        }
        let mut grants = Vec::new();
        for epoch in [current, current.saturating_add(1)] {
            if self.published(io, PublicationKind::Grants, epoch).await?.is_none() {
                grants.push(epoch);
            }
        }
        let missing: Vec<u32> = (first..=last).collect();
        if missing.is_empty() && grants.is_empty() {
            return Ok(0);
        }
        let host = match host {
            Some(host) => host,
            None => self.pinned_host(io, current).await?,
        };
        self.make_seeds(io, current, last).await?;
        let rng = &mut self.rng;
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let root = &open.root()?.content;
        let mut places = Places::new(root, open.version, now);
        let mut batch = Vec::new();
        for epoch in &missing {
            batch.push(identity_publication(root, &places.next_epoch(*epoch), host.clone(), rng)?);
        }
        for epoch in grants {
            batch.push(grants_publication(root, &places.next_epoch(epoch), rng)?);
        }
        self.publish_batch(io, &batch).await?;
        self.refresh(io, now).await?;
        Ok(u32::try_from(missing.len()).unwrap_or(u32::MAX))
    }

    /// The host's keys as an identity of an epoch before this one has them: a host cannot bring new ones in because
    /// nobody opened the practice for long.
    async fn pinned_host(&mut self, io: &Io, current: u32) -> Result<HostKeys, Failure> {
        let epochs: Vec<u32> = self.open()?.root()?.content.epochs.iter().map(|seeds| seeds.epoch).collect();
        for epoch in epochs.into_iter().rev().filter(|epoch| *epoch < current) {
            let Some(found) = self.published(io, PublicationKind::Identity, epoch).await? else { continue };
            let open = self.open()?;
            let identity = identity_of_epoch(&open.context, &found, epoch, &open.access)?;
            return Ok(HostKeys::from(&identity));
        }
        Err(Distrust::BadIdentity.into())
    }

    /// Makes the seeds that the root vault lacks and writes it, before anything is sealed to them.
    async fn make_seeds(&mut self, io: &Io, first: u32, last: u32) -> Result<(), Failure> {
        self.fresh_root(io).await?;
        let rng = &mut self.rng;
        let open = self.unlocked.as_deref_mut().ok_or_else(|| Failure::new("locked"))?;
        let root = &mut open.root.as_mut().ok_or_else(|| Failure::new("owner_only"))?.content;
        let missing: Vec<u32> = (first..=last).filter(|epoch| root.epoch(*epoch).is_none()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        root.epochs.extend(missing.iter().map(|epoch| EpochSeeds::make(*epoch, rng)));
        root.epochs.sort_by_key(|seeds| seeds.epoch);
        let made = root.epochs.iter().filter(|seeds| missing.contains(&seeds.epoch));
        for seeds in made {
            open.openers.add(seeds.epoch, EpochKeys::from(seeds));
        }
        self.write_root(io).await
    }

    /// The root vault as the host has it now: every change begins with it, so that two owners do not overwrite each
    /// other.
    pub(super) async fn fresh_root(&mut self, io: &Io) -> Result<(), Failure> {
        let open = self.open()?;
        let seed = open.member.content.root_slot_seed.as_ref().ok_or_else(|| Failure::new("owner_only"))?.duplicate();
        let sealed = self.vault_at(io, member_locator(&seed)).await?;
        let root: OpenVault<RootVault> = self.open_vault(io, &sealed, &SlotSecret::Member(&seed)).await?;
        let open = self.open()?;
        for seeds in &root.content.epochs {
            if !open.openers.knows(seeds.epoch) {
                open.openers.add(seeds.epoch, EpochKeys::from(seeds));
            }
        }
        open.root = Some(root);
        Ok(())
    }

    /// Whether the hours of all seven windows are there, with more than half of their life to come.
    async fn horizon_is_fresh(&mut self, io: &Io, zone: &Zone, now: u32) -> Result<bool, Failure> {
        let half_life = now.saturating_add(HOURS_LIFE / 2);
        let open = self.open()?;
        let Some(availability) = open.availability.as_ref() else { return Ok(false) };
        let first = availability.statement.first_window;
        let served = first..first.saturating_add(u32::try_from(WINDOWS).unwrap_or(7));
        let fresh = |window: u32| {
            availability.hours.iter().any(|hours| hours.window == window && hours.valid_until > half_life)
        };
        let windows = zone.windows(now).map(|window| window.number);
        let (inside, outside): (Vec<u32>, Vec<u32>) = windows.into_iter().partition(|window| served.contains(window));
        if !inside.into_iter().all(fresh) {
            return Ok(false);
        }
        // The host serves seven windows by the UTC date: the last of the practice's may not be among them yet.
        for window in outside {
            let found = self.published(io, PublicationKind::Hours, window).await?;
            if found.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Publishes the hours of all seven windows when one is missing or more than half of their life is over.
    pub(super) async fn publish_horizon(&mut self, io: &Io, now: u32) -> Result<u32, Failure> {
        let Some(practice) = self.open()?.practice.as_deref() else { return Ok(0) };
        let zone = Zone::new(&practice.catalogue.zone).map_err(|_| Failure::new("form").in_field("zone"))?;
        // By age first, in every zone alike: one whose clocks never change would otherwise be renewed never, and the host
        // would see from the publications which zones those are.
        let is_old = now.saturating_sub(practice.catalogue_since) >= ZONE_AHEAD;
        let is_fresh = !is_old && zone_is_fresh(&practice.catalogue, &zone, now);
        let renews_zone = self.open()?.member.content.role == Role::Owner && !is_fresh;
        if !renews_zone && self.horizon_is_fresh(io, &zone, now).await? {
            return Ok(0);
        }
        let rules = self.fetch_rules(io).await?;
        if renews_zone {
            let catalogue = self.open()?.practice()?.catalogue.clone();
            self.publish_offer(io, catalogue, &rules, now).await?;
            return Ok(u32::try_from(WINDOWS).unwrap_or(7));
        }
        let rng = &mut self.rng;
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let practice = open.practice()?;
        let mut places = Places::of_access(open.context, &open.access, open.version, now);
        let hash = practice.catalogue_hash;
        let batch = hours_batch(open, &practice.catalogue, &rules, hash, &zone, &mut places, now, rng)?;
        self.publish_batch(io, &batch).await?;
        self.refresh(io, now).await?;
        Ok(u32::try_from(batch.len()).unwrap_or(u32::MAX))
    }
}

/// Whether the catalogue's table of the zone says what the database says, for longer than anything can be booked ahead.
fn zone_is_fresh(catalogue: &Catalogue, zone: &Zone, now: u32) -> bool {
    let to = now.saturating_add(ZONE_AHEAD);
    offsets_of_vtimezone(&catalogue.vtimezone).is_some_and(|table| table.within(now, to) == zone.offsets(now, to))
}
