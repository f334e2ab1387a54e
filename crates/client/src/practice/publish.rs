//! Settings: what is offered, when, and publishing it in one batch.

use souspli_attest::event_hash;
use souspli_booking::catalogue::{Catalogue, CatalogueError};
use souspli_booking::problem::Invalid;
use souspli_booking::rules::{Rules, RulesError};
use souspli_booking::zone::Zone;
use souspli_crypto::keys::Role;
use souspli_crypto::publish::{open_rules, publish_catalogue, publish_hours, publish_rules};
use souspli_protocol::Digest;
use souspli_protocol::problem::Code;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::sizes::{EPOCH_MINUTES, EPOCHS_AHEAD};

use super::setup::Places;
use super::{Session, Unlocked};
use crate::failure::Failure;
use crate::flow::Io;
use crate::seal::Rng;
use crate::trust::Distrust;

/// Published hours may be used for as long as the epochs that are signed ahead.
pub(super) const HOURS_LIFE: u32 = EPOCHS_AHEAD * EPOCH_MINUTES;
/// A calendar file's zone reaches this far back and ahead.
const VTIMEZONE_BACK: u32 = 400 * 1_440;
const VTIMEZONE_AHEAD: u32 = 800 * 1_440;
/// How often a batch is made anew when another device has published in between.
pub(super) const TRIES: u32 = 4;

/// The settings that a session was shown last, or published: what it publishes next was made of these.
pub(super) struct Seen {
    catalogue_hash: Digest,
    offer: (Catalogue, Rules),
}

impl Session {
    /// Catalogue and rules as they are published; `None` before the first time.
    pub(super) async fn settings(&mut self, io: &Io, now: u32) -> Result<Option<(Catalogue, Rules)>, Failure> {
        self.refresh(io, now).await?;
        self.end_lapse(io, now).await?;
        if self.open()?.practice.is_none() {
            return Ok(None);
        }
        let rules = self.fetch_rules(io).await?;
        let practice = self.open()?.practice()?;
        let (catalogue_hash, offer) = (practice.catalogue_hash, (practice.catalogue.clone(), rules));
        self.open()?.seen = Some(Seen { catalogue_hash, offer: offer.clone() });
        Ok(Some(offer))
    }

    /// A practice whose keys ran out because nobody opened it is silent like one that has published nothing, and is
    /// none: an owner signs on, another member says so.
    async fn end_lapse(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        if self.open()?.practice.is_some() || self.published(io, PublicationKind::Catalogue, 0).await?.is_none() {
            return Ok(());
        }
        if self.open()?.root.is_some() {
            self.sign_epochs(io, now).await?;
        }
        self.open()?.practice.as_ref().map(|_| ()).ok_or_else(|| Distrust::EpochExpired.into())
    }

    /// Publishes catalogue, rules and the hours of seven windows; the booking link is given out with the first time.
    /// `settings_changed` where others were published since this session saw them: nobody's are replaced unseen.
    pub(super) async fn publish(
        &mut self,
        io: &Io,
        catalogue: Catalogue,
        rules: Rules,
        now: u32,
    ) -> Result<(), Failure> {
        // Patients believe an owner's catalogue alone: anybody else's would take the practice off the air.
        if self.open()?.member.content.role != Role::Owner {
            return Err(Failure::new("owner_only"));
        }
        let mut tries = TRIES;
        let offer = (catalogue, rules);
        loop {
            self.refresh(io, now).await?;
            self.end_lapse(io, now).await?;
            self.check_seen(io, &offer).await?;
            tries -= 1;
            match self.publish_offer(io, offer.0.clone(), &offer.1, now).await {
                Err(failure) if failure.is(Code::StaleVersion) && tries > 0 => {}
                Err(failure) => return Err(failure),
                Ok(catalogue_hash) => {
                    self.open()?.seen = Some(Seen { catalogue_hash, offer });
                    return Ok(());
                }
            }
        }
    }

    /// Whether what is published is what this session saw last, or what it is about to publish: an answer may have been
    /// lost.
    async fn check_seen(&mut self, io: &Io, offer: &(Catalogue, Rules)) -> Result<(), Failure> {
        let open = self.open()?;
        let Some(practice) = open.practice.as_deref() else { return Ok(()) };
        if open.seen.as_ref().is_some_and(|seen| seen.catalogue_hash == practice.catalogue_hash) {
            return Ok(());
        }
        let published = practice.catalogue.clone();
        let published = (published, self.fetch_rules(io).await?);
        let seen = self.open()?.seen.as_ref().map(|seen| &seen.offer);
        let known = same(&published, offer) || seen.is_some_and(|seen| same(&published, seen));
        if known { Ok(()) } else { Err(Failure::new("settings_changed")) }
    }

    /// Publishes settings over those that were fetched last, and gives the hash of the catalogue.
    pub(super) async fn publish_offer(
        &mut self,
        io: &Io,
        mut catalogue: Catalogue,
        rules: &Rules,
        now: u32,
    ) -> Result<Digest, Failure> {
        io.progress(1, 3).await;
        let zone = Zone::new(&catalogue.zone).map_err(|_| Failure::new("form").in_field("zone"))?;
        catalogue.vtimezone = zone.vtimezone(now.saturating_sub(VTIMEZONE_BACK), now.saturating_add(VTIMEZONE_AHEAD));
        let (hash, batch) = self.settings_batch(&catalogue, rules, &zone, now)?;
        io.progress(2, 3).await;
        self.publish_batch(io, &batch).await?;
        io.progress(3, 3).await;
        self.refresh(io, now).await.map(|()| hash)
    }

    /// The published rules, opened.
    pub(super) async fn fetch_rules(&mut self, io: &Io) -> Result<Rules, Failure> {
        let published = self.published(io, PublicationKind::Rules, 0).await?;
        let publication = published.ok_or_else(|| Failure::new("not_published"))?;
        let open = self.open()?;
        let signer = open.practice()?.identity.member(&publication.statement().signer);
        signer.ok_or(Distrust::NotRostered)?;
        let plain = open_rules(&publication, &open.staff).map_err(|error| Failure::new(error.code()))?;
        Rules::decode(plain.expose_secret()).map_err(|_| Failure::new("bad_rules"))
    }

    fn settings_batch(
        &mut self,
        catalogue: &Catalogue,
        rules: &Rules,
        zone: &Zone,
        now: u32,
    ) -> Result<(Digest, Vec<Publication>), Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let made = |error: souspli_crypto::publish::PublishError| Failure::new(error.code());
        let offered = catalogue.encode().map_err(|error| catalogue_failure(&error))?;
        let private = rules.encode().map_err(|error| rules_failure(&error))?;
        let mut places = Places::of_access(open.context, &open.access, open.version, now);
        let rng = &mut self.rng;
        let first =
            publish_catalogue(&places.next(0), &offered, &open.access, open.keys.signing(), rng).map_err(made)?;
        let hash = event_hash(first.bytes());
        let second = publish_rules(&places.next(0), &private, &open.staff, open.keys.signing(), rng).map_err(made)?;
        let mut batch = vec![first, second];
        batch.extend(hours_batch(open, catalogue, rules, hash, zone, &mut places, now, rng)?);
        Ok((hash, batch))
    }
}

/// Whether two offers say the same; the zone's table is renewed by itself, and is nobody's change.
fn same(one: &(Catalogue, Rules), other: &(Catalogue, Rules)) -> bool {
    let vtimezone = String::new();
    let plain = |catalogue: &Catalogue| Catalogue { vtimezone: vtimezone.clone(), ..catalogue.clone() };
    one.1 == other.1 && plain(&one.0) == plain(&other.0)
}

/// The hours of the seven windows from now on.
#[expect(clippy::too_many_arguments, reason = "all of it goes into every window's hours")]
pub(super) fn hours_batch(
    open: &Unlocked,
    catalogue: &Catalogue,
    rules: &Rules,
    catalogue_hash: Digest,
    zone: &Zone,
    places: &mut Places,
    now: u32,
    rng: &mut Rng,
) -> Result<Vec<Publication>, Failure> {
    let until = now.saturating_add(HOURS_LIFE);
    let windows = rules.expand_all(catalogue, catalogue_hash, zone, now, until);
    let windows = windows.map_err(|_| Failure::new("hours_too_fine").in_field("rules"))?;
    let mut batch = Vec::with_capacity(windows.len());
    for hours in windows {
        let plain = hours.encode().map_err(|_| Failure::new("hours_too_fine").in_field("rules"))?;
        let place = places.next_window(hours.window);
        let publication = publish_hours(&place, &plain, &open.access, open.keys.signing(), rng);
        batch.push(publication.map_err(|error| Failure::new(error.code()))?);
    }
    Ok(batch)
}

fn catalogue_failure(error: &CatalogueError) -> Failure {
    match error {
        CatalogueError::Invalid(invalid) => invalid_failure(invalid),
        CatalogueError::TooLarge { by } => {
            Failure::new("catalogue_too_large").in_field("catalogue").with("by", *by as u64)
        }
        CatalogueError::Tlv(_) => Failure::new("bad_catalogue"),
    }
}

fn rules_failure(error: &RulesError) -> Failure {
    match error {
        RulesError::Invalid(invalid) => invalid_failure(invalid),
        RulesError::TooLarge { by } => Failure::new("rules_too_large").in_field("rules").with("by", *by as u64),
        RulesError::Tlv(_) => Failure::new("bad_rules"),
    }
}

/// The first field that cannot be published as it is.
fn invalid_failure(invalid: &[Invalid]) -> Failure {
    use souspli_booking::problem::Problem;
    let Some(first) = invalid.first() else { return Failure::new("form") };
    let failure = Failure::new(first.problem.code()).in_field(first.field.clone());
    match first.problem {
        Problem::TooLong { bytes, limit } => failure.with("length", bytes as u64).with("limit", limit as u64),
        Problem::TooMany { count, limit } => failure.with("count", count as u64).with("limit", limit as u64),
        Problem::OutOfRange { value, min, max } => {
            failure.with("value", value.into()).with("min", min.into()).with("max", max.into())
        }
        _ => failure,
    }
}
