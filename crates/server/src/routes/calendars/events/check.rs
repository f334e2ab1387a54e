//! What the host checks of an event, without opening it (`docs/spec/http.md` §6).

use souspli_attest::{claims_digest, event_hash, record_id, sha256, verify};
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{AuthorKind, Event, Operation};
use souspli_protocol::problem::Code;
use souspli_protocol::request::{event_statement, manage_statement, session_statement};
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, EPOCH_MINUTES, EVENT, EVENT_LIFE_MINUTES, REVISIONS, epoch_of};
use souspli_protocol::wire::{Append, Blob};
use souspli_protocol::{Context, Digest, Signature, VerifyingKey, Work};
use souspli_store::{EventWrite, HoldQuoted};

use crate::directory::{Directory, Known};
use crate::shape::code_of;
use crate::windows;

/// For how many minutes before an epoch begins its identity may be used already.
const EARLY: u32 = 60;

/// An event as it came, taken apart.
pub(crate) struct Submitted {
    pub(crate) event: Event,
    pub(crate) hash: Digest,
    pub(crate) work: Work,
    claims: Claimed,
    session: VerifyingKey,
    session_signature: Signature,
}

/// The claim ids that came with it.
enum Claimed {
    Nothing,
    Ids(Box<ClaimIds>),
    /// Not sorted, or not distinct: refused when claims are looked at.
    Bad,
}

impl Submitted {
    /// Sizes and shape.
    pub(crate) fn parse(body: Append) -> Result<Self, Code> {
        let Append { event: Blob(bytes), claims: Blob(claims), session, session_signature, work } = body;
        if bytes.len() != EVENT || !(claims.is_empty() || claims.len() == ClaimIds::SIZE) {
            return Err(Code::WrongSize);
        }
        let hash = event_hash(&bytes);
        let event = Event::parse(bytes.clone()).map_err(|error| code_of(&bytes, error))?;
        let too_long = event.header().revision >= REVISIONS;
        if too_long || session.is_zero() && !session_signature.is_zero() {
            return Err(Code::BadShape);
        }
        let claims = if claims.is_empty() {
            Claimed::Nothing
        } else {
            ClaimIds::decode(&claims).map_or(Claimed::Bad, |ids| Claimed::Ids(Box::new(ids)))
        };
        Ok(Self { event, hash, work, claims, session, session_signature })
    }

    /// What the store is asked to write.
    pub(crate) fn into_write(self, earlier: Vec<u8>) -> EventWrite {
        let claims = match self.claims {
            Claimed::Ids(ids) => Some(*ids),
            Claimed::Nothing | Claimed::Bad => None,
        };
        let hold = (!self.session.is_zero()).then_some(HoldQuoted { session: self.session });
        EventWrite { event: self.event, hash: self.hash, claims, hold, earlier }
    }
}

/// The author's, on a create the manage key's, and the session's where a hold is quoted.
pub(crate) fn signatures(submitted: &Submitted, context: &Context) -> Result<(), Code> {
    let Submitted { event, hash, session, session_signature, .. } = submitted;
    let header = event.header();
    let unsigned = sha256(event.signed_bytes());
    let author = verify(&header.author, &event_statement(context, &unsigned), &event.author_signature());
    let manage = match header.operation {
        Operation::Create => verify(&header.manage, &manage_statement(context, &unsigned), &event.manage_signature()),
        Operation::Append => Ok(()),
    };
    let session =
        if session.is_zero() { Ok(()) } else { verify(session, &session_statement(context, hash), session_signature) };
    author.and(manage).and(session).map_err(|_| Code::BadSignature)
}

/// Whether the author may write, and whether the record is that of its keys.
pub(crate) fn author(submitted: &Submitted, directory: &Directory, now: u32) -> Result<(), Code> {
    let header = submitted.event.header();
    match header.author_kind {
        AuthorKind::Link => directory.link(&header.author, now)?,
        AuthorKind::Member if !directory.is_member(&header.author) => return Err(Code::NotInAcl),
        AuthorKind::Member | AuthorKind::Manage => {}
    }
    match (record_id(&header.manage, &header.view) == header.record, header.operation) {
        (true, _) => Ok(()),
        (false, Operation::Create) => Err(Code::BadShape),
        (false, Operation::Append) => Err(Code::WrongAuthor),
    }
}

/// `not_after`, version, epoch with its identity, window.
pub(crate) fn times(submitted: &Submitted, known: &Known, now: u32) -> Result<(), Code> {
    let header = submitted.event.header();
    if now > header.not_after {
        return Err(Code::EventExpired);
    }
    // Made by a clock that runs ahead, at most; otherwise it would lie about when it was made.
    if header.not_after > now.saturating_add(EVENT_LIFE_MINUTES + CLOCK_SKEW_MINUTES) {
        return Err(Code::BadShape);
    }
    if header.version != known.version {
        return Err(Code::StaleVersion);
    }
    let soon = epoch_of(now.saturating_add(EARLY));
    let epoch = header.epoch == epoch_of(now) || header.epoch == soon;
    if !epoch || known.directory.identity(header.epoch) != Some(header.identity) {
        return Err(Code::BadEpoch);
    }
    let open = windows::claimable(now);
    // A record may go on after its time; it takes no new time then.
    let past = header.claims.is_zero() && header.operation == Operation::Append && header.window <= *open.end();
    if past || open.contains(&header.window) { Ok(()) } else { Err(Code::BadWindow) }
}

/// 24, sorted, distinct, those of the digest; and there exactly where the event claims. A create always claims.
pub(crate) fn claims(submitted: &Submitted, context: &Context) -> Result<(), Code> {
    let header = submitted.event.header();
    let right = match &submitted.claims {
        Claimed::Nothing => {
            header.claims.is_zero() && header.operation == Operation::Append && submitted.session.is_zero()
        }
        Claimed::Ids(ids) => claims_digest(context, header.window, ids) == header.claims,
        Claimed::Bad => false,
    };
    if right { Ok(()) } else { Err(Code::BadClaims) }
}

const _: () = assert!(EARLY < EPOCH_MINUTES, "only the next epoch is early");
