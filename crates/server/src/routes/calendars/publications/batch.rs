//! What the host checks of a batch (`docs/spec/publications.md` §1 to §3): all that can be seen from outside.

use std::collections::HashSet;

use souspli_attest::{calendar_id, fingerprint, sha256, verify};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::{LinkRow, Publication, PublicationKind, PublicationStatement, acl_keys};
use souspli_protocol::sizes::{BATCH, EPOCH_MINUTES, epoch_of};
use souspli_protocol::tlv::TlvError;
use souspli_protocol::wire::Blob;
use souspli_protocol::{CalendarId, Context, VerifyingKey};
use souspli_store::Calendar;

use crate::shape::code_of;
use crate::windows;

/// What a batch can be refused with before the store is asked.
pub(crate) const REFUSALS: [Code; 9] = [
    Code::WrongSize,
    Code::BadShape,
    Code::UnknownSuite,
    Code::WrongContext,
    Code::BadWindow,
    Code::BadEpoch,
    Code::BadSignature,
    Code::NotInAcl,
    Code::WrongAuthor,
];

/// Takes 1 to 32 publications of one calendar apart.
pub(crate) fn parse(blobs: &[Blob], calendar: CalendarId) -> Result<Vec<Publication>, Code> {
    if blobs.is_empty() || blobs.len() > BATCH {
        return Err(Code::BadShape);
    }
    blobs.iter().map(|Blob(bytes)| parse_one(bytes, calendar)).collect()
}

fn parse_one(bytes: &[u8], calendar: CalendarId) -> Result<Publication, Code> {
    let publication = Publication::parse(bytes.to_vec()).map_err(|error| match error {
        // The size is that of the kind that the label names.
        TlvError::Trailing => Code::WrongSize,
        error => code_of(bytes, error),
    })?;
    if publication.statement().context.calendar == calendar { Ok(publication) } else { Err(Code::WrongContext) }
}

/// Whether a batch's first version follows the calendar's.
pub(crate) fn follows(batch: &[Publication], calendar: &Calendar) -> Result<(), Code> {
    let first = batch.first().map(|first| first.statement().version);
    if first == calendar.version.checked_add(1) { Ok(()) } else { Err(Code::StaleVersion) }
}

/// Who may sign what.
pub(crate) struct Authority {
    context: Context,
    root: VerifyingKey,
    members: HashSet<VerifyingKey>,
    /// Generation of the chain.
    generation: u32,
}

impl Authority {
    /// As a calendar stands.
    pub(crate) fn of(calendar: &Calendar, members: &HashSet<VerifyingKey>) -> Self {
        let Calendar { context, root, generation, .. } = *calendar;
        Self { context, root, members: members.clone(), generation }
    }

    /// As a batch that begins with a registration makes it: FP and calendar follow from its payload.
    pub(crate) fn registered(batch: &[Publication]) -> Result<Self, Code> {
        let mut kinds = batch.iter().map(|publication| publication.statement().kind);
        let begins = [PublicationKind::Registration, PublicationKind::Acl, PublicationKind::Links];
        if !begins.into_iter().all(|kind| kinds.next() == Some(kind)) {
            return Err(Code::BadShape);
        }
        let first = batch.first().ok_or(Code::BadShape)?;
        let (nonce, root) = first.payload().split_first_chunk::<32>().ok_or(Code::BadShape)?;
        let root = VerifyingKey::try_from(root).map_err(|_| Code::BadShape)?;
        let fp = fingerprint(&root);
        let context = Context { fp, calendar: calendar_id(&fp, nonce) };
        let statement = first.statement();
        if statement.context != context {
            return Err(Code::WrongContext);
        }
        if statement.version != 1 {
            return Err(Code::StaleVersion);
        }
        Ok(Self { context, root, members: HashSet::new(), generation: 0 })
    }

    fn may_sign(&self, statement: &PublicationStatement) -> Result<(), Code> {
        if statement.kind.signed_by_root() {
            return if statement.signer == self.root { Ok(()) } else { Err(Code::WrongAuthor) };
        }
        if self.members.contains(&statement.signer) { Ok(()) } else { Err(Code::NotInAcl) }
    }
}

/// Checks every publication under the authority that those before it leave.
pub(crate) fn check(batch: &[Publication], mut authority: Authority, now: u32) -> Result<(), Code> {
    let mut version = batch.first().map_or(0, |first| first.statement().version);
    for (n, publication) in batch.iter().enumerate() {
        let statement = publication.statement();
        if statement.context != authority.context {
            return Err(Code::WrongContext);
        }
        if n > 0 && statement.kind == PublicationKind::Registration {
            return Err(Code::BadShape);
        }
        if statement.version != version {
            return Err(Code::StaleVersion);
        }
        version = version.checked_add(1).ok_or(Code::StaleVersion)?;
        slot(statement, authority.generation, now)?;
        authority.may_sign(statement)?;
        payload(publication)?;
        verify(&statement.signer, publication.statement_bytes(), &publication.signature())
            .map_err(|_| Code::BadSignature)?;
        if statement.kind == PublicationKind::Acl {
            authority.members = acl_keys(publication.payload()).collect();
        }
    }
    Ok(())
}

/// Slot and validity. Epochs are valid from their first minute to the next one's; what is countersigned is a
/// restore that was.
fn slot(statement: &PublicationStatement, generation: u32, now: u32) -> Result<(), Code> {
    let PublicationStatement { slot, not_before, not_after, .. } = *statement;
    if not_before > not_after {
        return Err(Code::BadShape);
    }
    match statement.kind {
        PublicationKind::Hours if windows::publishable(windows::current(now)).contains(&slot) => Ok(()),
        PublicationKind::Hours => Err(Code::BadWindow),
        PublicationKind::Identity | PublicationKind::Grants => {
            if !windows::publishable(epoch_of(now)).contains(&slot) {
                return Err(Code::BadEpoch);
            }
            let begin = u64::from(slot) * u64::from(EPOCH_MINUTES);
            let epoch = begin..begin + u64::from(EPOCH_MINUTES);
            let whole = (u64::from(not_before), u64::from(not_after)) == (epoch.start, epoch.end);
            if whole || statement.kind == PublicationKind::Grants { Ok(()) } else { Err(Code::BadEpoch) }
        }
        // One of an earlier restore may come back after a later one.
        PublicationKind::Countersignature if slot > 0 && slot <= generation => Ok(()),
        PublicationKind::Countersignature => Err(Code::BadShape),
        _ if slot == 0 => Ok(()),
        _ => Err(Code::BadShape),
    }
}

fn payload(publication: &Publication) -> Result<(), Code> {
    if sha256(publication.payload()) != publication.statement().payload_hash {
        return Err(Code::BadSignature);
    }
    let readable = publication.statement().kind != PublicationKind::Links
        || LinkRow::decode_table(publication.payload()).is_some();
    if readable { Ok(()) } else { Err(Code::BadShape) }
}
