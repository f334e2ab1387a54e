//! The signatures of an event (`docs/spec/events.md` §1). Whether its author may act is judged by who knows the roster.

use souspli_attest::{SigningKey, record_id, sha256};
use souspli_protocol::event::{Event, Operation};
use souspli_protocol::{Context, Digest, Label, Signature, VerifyingKey};

use crate::kdf::bound;

/// Which check of an event failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The event belongs to another practice or calendar.
    #[error("the event belongs to another calendar")]
    Context,
    /// The record id does not follow from the manage and view keys.
    #[error("the record does not follow from its keys")]
    Record,
    /// The author's signature does not verify.
    #[error("the author's signature does not verify")]
    Author,
    /// The manage signature of a create does not verify.
    #[error("the manage signature does not verify")]
    Manage,
}

impl VerifyError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Context => "wrong_context",
            Self::Record => "wrong_record",
            Self::Author => "bad_author_signature",
            Self::Manage => "bad_manage_signature",
        }
    }
}

/// Verifies that an event belongs to this practice, that its record follows from its keys, and its signatures.
pub fn verify(event: &Event, context: &Context) -> Result<(), VerifyError> {
    let header = event.header();
    if header.context != *context {
        return Err(VerifyError::Context);
    }
    if header.record != record_id(&header.manage, &header.view) {
        return Err(VerifyError::Record);
    }
    let hash = sha256(event.signed_bytes());
    let holds = |label, key: &VerifyingKey, signature: &Signature| {
        souspli_attest::verify(key, &statement(label, context, &hash), signature).is_ok()
    };
    if !holds(Label::SignEvent, &header.author, &event.author_signature()) {
        return Err(VerifyError::Author);
    }
    let create = header.operation == Operation::Create;
    if create && !holds(Label::SignEventManage, &header.manage, &event.manage_signature()) {
        return Err(VerifyError::Manage);
    }
    Ok(())
}

/// Signs what the signatures of an event cover.
pub(super) fn sign(label: Label, context: &Context, unsigned: &[u8], key: &SigningKey) -> Signature {
    key.sign(&statement(label, context, &sha256(unsigned)))
}

/// The session that held the time agrees to the event that takes it over (`docs/spec/http.md` §2).
pub fn sign_session(context: &Context, event_hash: &Digest, session: &SigningKey) -> Signature {
    session.sign(&bound(Label::SignEventSession, context, &[event_hash.as_bytes()]))
}

fn statement(label: Label, context: &Context, unsigned: &Digest) -> Vec<u8> {
    bound(label, context, &[unsigned.as_bytes()])
}
