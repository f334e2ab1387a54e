//! Making and opening what a practice publishes (`docs/spec/publications.md`).

mod grants;
mod identity;
mod links;
mod lists;
mod sealed;

pub use grants::{Grant, GrantError, GrantTo, open_grant, publish_grants};
pub use identity::{BadIdentity, Identity, LOG_ORIGIN_LIMIT, ROSTER_LIMIT, RosterRow, WITNESS_POLICY_LIMIT};
pub use links::{LinkEntry, find_link_row, open_link_row, publish_links};
pub use lists::{publish_acl, publish_registration};
pub use sealed::{
    identity_opening, open_catalogue, open_hours, open_identity, open_identity_with, open_rules, plain_limit,
    publish_catalogue, publish_hours, publish_identity, publish_rules,
};

use souspli_attest::{SigningKey, calendar_id, fingerprint, sha256};
use souspli_protocol::publication::{Publication, PublicationKind, PublicationStatement};
use souspli_protocol::{Context, Label, VerifyingKey};

use crate::keys::{CalendarKey, CalendarKeyError};
use crate::{CannotOpen, CannotSeal};

/// Where and when a publication stands: its statement without signer and payload hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Whose.
    pub context: Context,
    /// The calendar's version that it makes.
    pub version: u64,
    /// Epoch, window, or 0.
    pub slot: u32,
    /// First minute of its validity.
    pub not_before: u32,
    /// First minute after it.
    pub not_after: u32,
    /// Generation of the calendar key in use.
    pub key_generation: u32,
    /// Window of the calendar key in use.
    pub key_window: u32,
}

/// Why a publication is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The plaintext does not fit; nothing is ever cut.
    #[error("the text has {length} bytes, {limit} fit")]
    TooLong {
        /// Bytes that were given.
        length: usize,
        /// Bytes that fit.
        limit: usize,
    },
    /// More rows than the table has.
    #[error("{count} rows were given, there are {limit}")]
    TooMany {
        /// Rows that were given.
        count: usize,
        /// Rows that there are.
        limit: usize,
    },
    /// The calendar key is of another generation or of a later window than the place says.
    #[error("the calendar key does not reach this place")]
    WrongKey,
    /// The root's kinds name FP, and this is not its key.
    #[error("the signer is not the root of this calendar")]
    WrongSigner,
    /// A seal could not be made.
    #[error(transparent)]
    Seal(#[from] CannotSeal),
}

impl PublishError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::TooMany { .. } => "too_many",
            Self::WrongKey => "wrong_key",
            Self::WrongSigner => "wrong_signer",
            Self::Seal(_) => "cannot_seal",
        }
    }
}

/// Which check of a publication failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// Another kind than was asked for.
    #[error("this is another kind of publication")]
    Kind,
    /// Another practice or calendar.
    #[error("the publication belongs to another calendar")]
    Context,
    /// The payload is not the one that was signed.
    #[error("the payload is not the one that was signed")]
    Payload,
    /// A kind of the root's, signed by another key.
    #[error("the signer is not the root")]
    Root,
    /// The registration's root is not the one that the link names.
    #[error("the root is not the one that the link names")]
    WrongRoot,
    /// The calendar does not follow from root and nonce.
    #[error("the calendar does not follow from the root")]
    WrongCalendar,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
    /// The box is under a key of another generation, or of a window before this key's.
    #[error("this calendar key does not open it")]
    WrongKey,
    /// The box does not open.
    #[error(transparent)]
    CannotOpen(#[from] CannotOpen),
    /// Bytes hide in the padding.
    #[error("the padding is not zero")]
    Padding,
    /// The plaintext is not an identity.
    #[error(transparent)]
    Identity(#[from] BadIdentity),
}

impl PublicationError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kind => "wrong_kind",
            Self::Context => "wrong_context",
            Self::Payload => "wrong_payload",
            Self::Root | Self::WrongRoot => "wrong_root",
            Self::WrongCalendar => "wrong_calendar",
            Self::Signature => "bad_signature",
            Self::WrongKey => "wrong_key",
            Self::CannotOpen(error) => error.code(),
            Self::Padding => "bad_padding",
            Self::Identity(error) => error.code(),
        }
    }
}

impl From<CalendarKeyError> for PublicationError {
    fn from(_: CalendarKeyError) -> Self {
        Self::WrongKey
    }
}

/// Signs a payload. The root's kinds are refused under any other key.
fn publish(
    kind: PublicationKind,
    place: &Place,
    payload: &[u8],
    signer: &SigningKey,
) -> Result<Publication, PublishError> {
    let statement = statement(kind, place, signer.verifying_key(), payload);
    if kind.signed_by_root() && fingerprint(&statement.signer) != place.context.fp {
        return Err(PublishError::WrongSigner);
    }
    let signature = signer.sign(&statement.encode());
    let limit = kind.payload_len();
    Publication::assemble(statement, payload, &signature).ok_or(PublishError::TooLong { length: payload.len(), limit })
}

fn statement(kind: PublicationKind, place: &Place, signer: VerifyingKey, payload: &[u8]) -> PublicationStatement {
    PublicationStatement {
        kind,
        context: place.context,
        version: place.version,
        slot: place.slot,
        not_before: place.not_before,
        not_after: place.not_after,
        signer,
        key_generation: place.key_generation,
        key_window: place.key_window,
        payload_hash: sha256(payload),
    }
}

/// Verifies kind, calendar, payload hash and signature, and that the root's kinds are signed by the root.
///
/// Whether a member may sign the other kinds, and whether version and time are right, is judged by who knows the
/// roster, the pins and the clock (§6).
pub fn verify_publication(
    publication: &Publication,
    kind: PublicationKind,
    context: &Context,
) -> Result<(), PublicationError> {
    let statement = publication.statement();
    if statement.kind != kind {
        return Err(PublicationError::Kind);
    }
    if statement.context != *context {
        return Err(PublicationError::Context);
    }
    if statement.payload_hash != sha256(publication.payload()) {
        return Err(PublicationError::Payload);
    }
    if kind.signed_by_root() && fingerprint(&statement.signer) != context.fp {
        return Err(PublicationError::Root);
    }
    souspli_attest::verify(&statement.signer, publication.statement_bytes(), &publication.signature())
        .map_err(|_| PublicationError::Signature)
}

/// Verifies a registration against the FP and calendar of a link, and gives the root key and the nonce (§6, 1).
pub fn verify_registration(
    publication: &Publication,
    context: &Context,
) -> Result<(VerifyingKey, [u8; 32]), PublicationError> {
    if publication.statement().kind != PublicationKind::Registration {
        return Err(PublicationError::Kind);
    }
    let (nonce, root) = publication.payload().split_first_chunk::<32>().ok_or(PublicationError::Payload)?;
    let root = VerifyingKey::try_from(root).map_err(|_| PublicationError::Payload)?;
    if fingerprint(&root) != context.fp {
        return Err(PublicationError::WrongRoot);
    }
    if calendar_id(&context.fp, nonce) != context.calendar {
        return Err(PublicationError::WrongCalendar);
    }
    verify_publication(publication, PublicationKind::Registration, context)?;
    Ok((root, *nonce))
}

/// Info and AAD of a publication's box (§1).
fn box_bound(label: Label, place: &Place, signer: &VerifyingKey) -> Vec<u8> {
    place
        .context
        .write(label)
        .u64(4, place.version)
        .u32(5, place.slot)
        .u32(6, place.key_generation)
        .u32(7, place.key_window)
        .bytes(8, signer.as_bytes())
        .finish()
}

/// Where an existing publication stands.
fn place_of(statement: &PublicationStatement) -> Place {
    Place {
        context: statement.context,
        version: statement.version,
        slot: statement.slot,
        not_before: statement.not_before,
        not_after: statement.not_after,
        key_generation: statement.key_generation,
        key_window: statement.key_window,
    }
}

/// The calendar key of a place, from one of the same generation and no later window.
fn key_at(place: &Place, key: &CalendarKey) -> Option<CalendarKey> {
    (key.generation() == place.key_generation).then(|| key.advance_to(&place.context, place.key_window).ok()).flatten()
}
