//! From the fingerprint in a link down to an hour: the checks of `docs/spec/publications.md` §6, in its order.
//!
//! Nothing is shown before all of it holds, and nothing is sent because of what failed.

use souspli_attest::claim_set::ClaimSet;
use souspli_attest::{event_hash, sha256, verify};
use souspli_booking::catalogue::Catalogue;
use souspli_booking::hours::Hours;
use souspli_booking::zone::Offsets;
use souspli_crypto::keys::{CalendarKey, LinkKeys, Role};
use souspli_crypto::publish::{
    Identity, PublicationError, find_link_row, open_catalogue, open_hours, open_identity, open_link_row,
    verify_publication, verify_registration,
};
use souspli_protocol::claims::ClaimSetStatement;
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind};
use souspli_protocol::receipt::GENERATION;
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, WINDOWS, epoch_of};
use souspli_protocol::wire::{Blob, Profile, Times, split_signed};
use souspli_protocol::{Context, Digest, VerifyingKey};

use crate::failure::Failure;
use crate::log::Voucher;

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident $code:literal,)*) => {
        /// Which check failed. Each is a hard stop.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        pub enum Distrust { $($(#[$doc])* #[error($code)] $name,)* }

        impl Distrust {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name of this check.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

checks! {
    /// The root key is not the one that the link names.
    WrongRoot "wrong_root",
    /// The calendar does not follow from the root.
    WrongCalendar "wrong_calendar",
    /// The link table is not the root's.
    BadLinks "bad_links",
    /// The link is not in the table.
    LinkRevoked "link_revoked",
    /// The link has expired.
    LinkExpired "link_expired",
    /// The identity is not the root's, or names another practice or epoch.
    BadIdentity "bad_identity",
    /// The identity's epoch is over, or has not begun.
    EpochExpired "epoch_expired",
    /// The catalogue does not verify or does not read.
    BadCatalogue "bad_catalogue",
    /// A signer is not in the roster, or may not sign this.
    NotRostered "not_rostered",
    /// Hours do not verify, do not read, or belong to another window or catalogue.
    BadHours "bad_hours",
    /// The claimed-id set is malformed, or not what the host signed.
    BadClaimSet "bad_claim_set",
    /// Something older than what was already seen.
    RolledBack "rolled_back",
    /// A receipt is not the host's, or not for these bytes.
    BadReceipt "bad_receipt",
    /// The chain of receipts is broken, or has two ends.
    BadChain "bad_chain",
    /// An event does not verify, or its author may not write it.
    BadEvent "bad_event",
    /// The journal of reads does not verify, or says less than it did.
    BadJournal "bad_journal",
    /// A checkpoint is not the log's, or a signature on it does not verify.
    BadCheckpoint "bad_checkpoint",
    /// Two checkpoints that one log has signed are not of one tree.
    LogForked "log_forked",
    /// The log is smaller than it was.
    LogRolledBack "log_rolled_back",
    /// A tile of the log is missing, or is not of the tree that was signed.
    BadTile "bad_tile",
    /// Too few witnesses have confirmed the log within a day.
    NoQuorum "no_quorum",
    /// A proof file does not show that a receipt's leaf is in the log.
    BadProof "bad_proof",
    /// The time of a receipt is over, and the log does not hold its leaf.
    BrokenPromise "broken_promise",
    /// What the host gave back is not what was sent.
    ReadBackDiffers "read_back_differs",
}

impl From<Distrust> for Failure {
    fn from(distrust: Distrust) -> Self {
        Self::new(distrust.code())
    }
}

/// The oldest that is still believed; kept by the session and, where it keeps anything, by the device.
///
/// The calendar's version is the host's to say. What must not go back is what root and owner have signed: so the
/// versions inside the signed statements are pinned too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pins {
    /// Version of the calendar.
    pub version: u64,
    /// Newest epoch seen.
    pub epoch: u32,
    /// Sequence of the newest claimed-id set.
    pub claims: u64,
    /// Signed version of the link table.
    pub links: u64,
    /// Signed version of the newest identity. One of a later epoch is never signed before one of an earlier.
    pub identity: u64,
    /// Signed version of the catalogue.
    pub catalogue: u64,
    /// The highest version that any signature of the practice's vouches for.
    pub vouched: u64,
}

impl Pins {
    const SIZE: usize = 4 + 6 * 8;

    /// Its bytes, for the device: `epoch (u32) || version || claims || links || identity || catalogue || vouched`, u64
    /// each.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::SIZE);
        bytes.extend(self.epoch.to_be_bytes());
        for number in [self.version, self.claims, self.links, self.identity, self.catalogue, self.vouched] {
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Reads bytes that a device kept; `None` for any other length.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (epoch, numbers) = bytes.split_first_chunk::<4>()?;
        let (&[version, claims, links, identity, catalogue, vouched], []) = numbers.as_chunks::<8>() else {
            return None;
        };
        Some(Self {
            epoch: u32::from_be_bytes(*epoch),
            version: u64::from_be_bytes(version),
            claims: u64::from_be_bytes(claims),
            links: u64::from_be_bytes(links),
            identity: u64::from_be_bytes(identity),
            catalogue: u64::from_be_bytes(catalogue),
            vouched: u64::from_be_bytes(vouched),
        })
    }
}

/// A practice whose chain of trust holds.
#[derive(Debug)]
pub struct Practice {
    /// FP and calendar.
    pub context: Context,
    /// Its root key.
    pub root: VerifyingKey,
    /// The calendar's version.
    pub version: u64,
    /// The links that may book, from the root-signed table; most are nobody's.
    pub links: Vec<LinkRow>,
    /// What reads its publications.
    pub access: CalendarKey,
    /// Roster and keys of the current epoch.
    pub identity: Identity,
    /// Publication hash of the identity.
    pub identity_hash: Digest,
    /// What it offers.
    pub catalogue: Catalogue,
    /// Publication hash of the catalogue.
    pub catalogue_hash: Digest,
    /// Minute in which the catalogue was published.
    pub catalogue_since: u32,
    /// What a third party believes this host's receipts by.
    pub voucher: Voucher,
}

/// What the profile's checks come to: a practice that has not published yet is no error.
#[derive(Debug)]
pub enum Verified {
    /// All is there.
    Open(Box<Practice>),
    /// No current identity or no catalogue: "not taking bookings at present".
    Silent,
}

impl Practice {
    /// Whether a key was a link of this practice in a minute.
    pub fn has_link(&self, key: &VerifyingKey, minute: u32) -> bool {
        self.links.iter().any(|row| row.link == *key && minute < row.expires)
    }

    /// Whether its keys ended so long ago that nothing may be sealed to them.
    pub fn has_lapsed(&self, now: u32) -> bool {
        self.identity.epoch.saturating_add(1) < epoch_of(now)
    }
}

/// The published hours and what is taken, verified.
#[derive(Debug)]
pub struct Availability {
    /// Of the windows that have any that are still valid, rising.
    pub hours: Vec<Hours>,
    /// Their publication hashes.
    pub hours_hashes: Vec<Digest>,
    /// What is taken.
    pub taken: ClaimSet,
    /// Digest of the host's statement: events quote it.
    pub claim_set: Digest,
    /// The statement.
    pub statement: ClaimSetStatement,
}

impl Availability {
    /// The offsets of all windows as one table; `None` when nothing is published.
    pub fn offsets(&self) -> Option<Offsets> {
        Offsets::join(self.hours.iter().map(|hours| &hours.offsets)).ok()
    }

    /// Publication hash of a window's hours.
    pub fn hours_hash(&self, window: u32) -> Option<Digest> {
        self.hours.iter().zip(&self.hours_hashes).find(|(hours, _)| hours.window == window).map(|(_, hash)| *hash)
    }
}

/// Where the right to read comes from.
#[derive(Debug)]
pub enum Access<'a> {
    /// A booking link: its row of the table.
    Link(&'a LinkKeys),
    /// An access that was sealed to the reader.
    Key(&'a CalendarKey),
}

/// Checks 1 to 4: registration, links, identity, catalogue.
pub fn verify_profile(
    context: &Context,
    access: &Access<'_>,
    profile: &Profile,
    pins: &mut Pins,
    now: u32,
) -> Result<Verified, Distrust> {
    let registration = parse(&profile.registration, Distrust::WrongRoot)?;
    let (root, _) = verify_registration(&registration, context).map_err(|error| match error {
        PublicationError::WrongCalendar | PublicationError::Context => Distrust::WrongCalendar,
        _ => Distrust::WrongRoot,
    })?;
    let links = parse(&profile.links, Distrust::BadLinks)?;
    check(&links, PublicationKind::Links, context, Distrust::BadLinks)?;
    let access = match access {
        Access::Key(key) => key.duplicate(),
        Access::Link(keys) => open_row(context, keys, &links, now)?,
    };
    let version = profile.version.0;
    let links_version = not_older(&links, pins.links, version)?;
    if version < pins.version || version < pins.vouched {
        return Err(Distrust::RolledBack);
    }
    let Some(identity) = &profile.identity else { return Ok(Verified::Silent) };
    let identity = parse(identity, Distrust::BadIdentity)?;
    let opened = current_identity(context, &identity, &access, pins, now)?;
    let identity_version = not_older(&identity, pins.identity, version)?;
    if version < opened.min_version {
        return Err(Distrust::RolledBack);
    }
    let Some(catalogue) = &profile.catalogue else { return Ok(Verified::Silent) };
    let catalogue = parse(catalogue, Distrust::BadCatalogue)?;
    let offered = owners_catalogue(context, &catalogue, &opened, &access)?;
    let catalogue_version = not_older(&catalogue, pins.catalogue, version)?;
    let voucher = Voucher::make(registration.bytes(), &identity, &access).ok_or(Distrust::BadIdentity)?;
    *pins = Pins {
        version,
        epoch: opened.epoch.max(pins.epoch),
        links: links_version,
        identity: identity_version,
        catalogue: catalogue_version,
        vouched: links_version.max(identity_version).max(catalogue_version).max(pins.vouched),
        ..*pins
    };
    Ok(Verified::Open(Box::new(Practice {
        context: *context,
        root,
        version,
        links: LinkRow::decode_table(links.payload()).ok_or(Distrust::BadLinks)?,
        access,
        identity: opened,
        identity_hash: event_hash(identity.bytes()),
        catalogue: offered,
        catalogue_hash: event_hash(catalogue.bytes()),
        catalogue_since: catalogue.statement().not_before,
        voucher,
    })))
}

/// The version that a verified publication was signed with: not below the pinned one, nor above the calendar's.
fn not_older(publication: &Publication, pinned: u64, calendar: u64) -> Result<u64, Distrust> {
    let version = publication.statement().version;
    if (pinned..=calendar).contains(&version) { Ok(version) } else { Err(Distrust::RolledBack) }
}

/// Checks 5 and 6: hours and the claimed-id set.
pub fn verify_times(practice: &Practice, times: &Times, pins: &mut Pins, now: u32) -> Result<Availability, Distrust> {
    let version = times.version.0;
    if version < pins.version || version < practice.version {
        return Err(Distrust::RolledBack);
    }
    let (statement, signature) = split_signed(&times.statement.0).ok_or(Distrust::BadClaimSet)?;
    verify(&practice.identity.receipt_key, statement, &signature).map_err(|_| Distrust::BadClaimSet)?;
    let claim_set = sha256(statement);
    let statement = ClaimSetStatement::decode(statement).map_err(|_| Distrust::BadClaimSet)?;
    let taken = ClaimSet::decode(&times.claim_set.0).map_err(|_| Distrust::BadClaimSet)?;
    let fresh = statement.minute.abs_diff(now) <= CLOCK_SKEW_MINUTES;
    let of_this_calendar = statement.context == practice.context && statement.generation == GENERATION;
    if !of_this_calendar || statement.version != version || !taken.covered_by(&statement) || !fresh {
        return Err(Distrust::BadClaimSet);
    }
    if statement.sequence < pins.claims {
        return Err(Distrust::RolledBack);
    }
    let mut vouched = pins.vouched;
    let (mut hours, mut hours_hashes) = (Vec::with_capacity(WINDOWS), Vec::with_capacity(WINDOWS));
    for (place, published) in (0..).zip(&times.hours) {
        let Some(published) = published else { continue };
        let window = statement.first_window.checked_add(place).ok_or(Distrust::BadHours)?;
        let (of_window, hash, signed) = members_hours(practice, published, window, version)?;
        vouched = signed.max(vouched);
        if of_window.is_valid(now.saturating_sub(CLOCK_SKEW_MINUTES)) {
            hours.push(of_window);
            hours_hashes.push(hash);
        }
    }
    (pins.version, pins.claims, pins.vouched) = (version, statement.sequence, vouched);
    Ok(Availability { hours, hours_hashes, taken, claim_set, statement })
}

/// An identity of any epoch that the root signed and this access opens: to judge the author of an older event.
pub fn identity_of_epoch(
    context: &Context,
    publication: &Publication,
    epoch: u32,
    access: &CalendarKey,
) -> Result<Identity, Distrust> {
    check(publication, PublicationKind::Identity, context, Distrust::BadIdentity)?;
    if publication.statement().slot != epoch {
        return Err(Distrust::BadIdentity);
    }
    open_identity(publication, access).map_err(|_| Distrust::BadIdentity)
}

/// Reads a publication, or fails as the check that needs it.
pub fn parse(blob: &Blob, distrust: Distrust) -> Result<Publication, Distrust> {
    Publication::parse(blob.0.clone()).map_err(|_| distrust)
}

fn check(
    publication: &Publication,
    kind: PublicationKind,
    context: &Context,
    distrust: Distrust,
) -> Result<(), Distrust> {
    verify_publication(publication, kind, context).map_err(|_| distrust)
}

fn open_row(context: &Context, keys: &LinkKeys, links: &Publication, now: u32) -> Result<CalendarKey, Distrust> {
    let row = find_link_row(links, &keys.verifying_key()).ok_or(Distrust::LinkRevoked)?;
    if row.expires <= now {
        return Err(Distrust::LinkExpired);
    }
    open_link_row(context, keys, &row).map_err(|_| Distrust::BadLinks)
}

fn current_identity(
    context: &Context,
    publication: &Publication,
    access: &CalendarKey,
    pins: &Pins,
    now: u32,
) -> Result<Identity, Distrust> {
    check(publication, PublicationKind::Identity, context, Distrust::BadIdentity)?;
    let statement = publication.statement();
    let begun = statement.not_before <= now.saturating_add(CLOCK_SKEW_MINUTES);
    let over = statement.not_after.saturating_add(CLOCK_SKEW_MINUTES) <= now;
    if !begun || over || statement.slot.saturating_add(1) < epoch_of(now) {
        return Err(Distrust::EpochExpired);
    }
    let span = statement.not_after.saturating_sub(statement.not_before);
    if epoch_of(statement.not_before) != statement.slot || span > souspli_protocol::sizes::EPOCH_MINUTES {
        return Err(Distrust::BadIdentity);
    }
    if statement.slot < pins.epoch {
        return Err(Distrust::RolledBack);
    }
    open_identity(publication, access).map_err(|_| Distrust::BadIdentity)
}

fn owners_catalogue(
    context: &Context,
    publication: &Publication,
    identity: &Identity,
    access: &CalendarKey,
) -> Result<Catalogue, Distrust> {
    check(publication, PublicationKind::Catalogue, context, Distrust::BadCatalogue)?;
    let signer = identity.member(&publication.statement().signer).ok_or(Distrust::NotRostered)?;
    if signer.role != Role::Owner {
        return Err(Distrust::NotRostered);
    }
    let plain = open_catalogue(publication, access).map_err(|_| Distrust::BadCatalogue)?;
    Catalogue::decode(plain.expose_secret()).map_err(|_| Distrust::BadCatalogue)
}

fn members_hours(
    practice: &Practice,
    published: &Blob,
    window: u32,
    version: u64,
) -> Result<(Hours, Digest, u64), Distrust> {
    let publication = parse(published, Distrust::BadHours)?;
    check(&publication, PublicationKind::Hours, &practice.context, Distrust::BadHours)?;
    let statement = publication.statement();
    if statement.slot != window {
        return Err(Distrust::BadHours);
    }
    if statement.version > version {
        return Err(Distrust::RolledBack);
    }
    practice.identity.member(&statement.signer).ok_or(Distrust::NotRostered)?;
    let plain = open_hours(&publication, &practice.access).map_err(|_| Distrust::BadHours)?;
    let hours = Hours::decode(plain.expose_secret()).map_err(|_| Distrust::BadHours)?;
    let belongs = hours.belong_to(&practice.catalogue, &practice.catalogue_hash).is_ok();
    if hours.window != window || !belongs {
        return Err(Distrust::BadHours);
    }
    Ok((hours, event_hash(publication.bytes()), statement.version))
}
