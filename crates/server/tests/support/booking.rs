//! One patient's attempt: holds, events, and the keys that sign them.

use souspli_attest::{SigningKey, claims_digest, event_hash, record_id, sha256};
use souspli_protocol::claims::{ClaimIds, HoldRequest, HoldStatement};
use souspli_protocol::event::{
    AuthorKind, Event, Header, Operation, PLAIN_C, PLAIN_D, Parts, WRAP_CLINICAL, WRAP_DESK, WRAP_PATIENT,
};
use souspli_protocol::request::{event_statement, manage_statement, session_statement};
use souspli_protocol::sizes::{CLAIMS, TAG};
use souspli_protocol::wire::{Append, Blob, Empty, Hold};
use souspli_protocol::{Digest, Gid, RecordId, Signature, VerifyingKey, Work};

use super::client::{Answer, Client};
use super::practice::Practice;
use super::{random, random_bytes};

/// Keys of a record and of the session that books it.
pub(crate) struct Booking {
    pub(crate) manage: SigningKey,
    pub(crate) view: SigningKey,
    pub(crate) session: SigningKey,
    pub(crate) claims: ClaimIds,
}

/// 24 claim ids that stand for one start: starts with different numbers share none.
pub(crate) fn claims_of(start: u64) -> ClaimIds {
    let mut ids = [Gid::ZERO; CLAIMS];
    for (n, id) in (0_u64..).zip(ids.iter_mut()) {
        let hash = sha256(&[start.to_be_bytes(), n.to_be_bytes()].concat());
        id.0.copy_from_slice(&hash.0[..16]);
    }
    ClaimIds::new(ids).expect("distinct")
}

impl Booking {
    pub(crate) fn of(claims: &ClaimIds) -> Self {
        let key = || SigningKey::from_seed(&random());
        Self { manage: key(), view: key(), session: key(), claims: *claims }
    }

    pub(crate) fn new() -> Self {
        Self::of(&claims_of(u64::from_be_bytes(random())))
    }

    pub(crate) fn record(&self) -> RecordId {
        record_id(&self.manage.verifying_key(), &self.view.verifying_key())
    }

    pub(crate) fn hold_request(&self, practice: &Practice) -> HoldRequest {
        let statement = HoldStatement {
            context: practice.context,
            link: practice.link.verifying_key(),
            session: self.session.verifying_key(),
            window: practice.window(),
            version: practice.version,
            claims: claims_digest(&practice.context, practice.window(), &self.claims),
        };
        self.sign_hold(practice, statement)
    }

    pub(crate) fn sign_hold(&self, practice: &Practice, statement: HoldStatement) -> HoldRequest {
        let signed = statement.encode();
        HoldRequest {
            statement,
            claims: self.claims,
            link_signature: practice.link.sign(&signed),
            session_signature: self.session.sign(&signed),
        }
    }

    pub(crate) async fn hold(&self, client: &mut Client, practice: &Practice) -> Answer {
        let hold = Blob(self.hold_request(practice).encode());
        client.post(&practice.path("holds"), &Hold { hold, work: Work::ZERO }).await
    }

    /// The answer to a hold, or `None` where the connection broke.
    pub(crate) async fn try_hold(&self, client: &mut Client, practice: &Practice) -> Option<Answer> {
        let hold = Blob(self.hold_request(practice).encode());
        client.try_post(&practice.path("holds"), &Hold { hold, work: Work::ZERO }).await
    }

    pub(crate) async fn extend(&self, client: &mut Client, practice: &Practice) -> Answer {
        client.signed(&self.session, &practice.context, &practice.path("holds/extend"), &Empty {}).await
    }

    pub(crate) async fn release(&self, client: &mut Client, practice: &Practice) -> Answer {
        client.signed(&self.session, &practice.context, &practice.path("holds/release"), &Empty {}).await
    }

    /// The header of the create.
    pub(crate) fn header(&self, practice: &Practice) -> Header {
        Header {
            context: practice.context,
            record: self.record(),
            revision: 0,
            previous: Digest::ZERO,
            operation: Operation::Create,
            author_kind: AuthorKind::Link,
            author: practice.link.verifying_key(),
            manage: self.manage.verifying_key(),
            view: self.view.verifying_key(),
            window: practice.window(),
            claims: claims_digest(&practice.context, practice.window(), &self.claims),
            release: false,
            version: practice.version,
            identity: practice.identity,
            catalogue: Digest(random()),
            hours: Digest(random()),
            claim_set: Digest(random()),
            epoch: practice.epoch(),
            not_after: practice.now + 1_440,
            head: Digest::ZERO,
            commit_d: Digest(random()),
            commit_c: Digest(random()),
        }
    }

    /// The header of an append by the patient, without claims.
    pub(crate) fn append_header(&self, practice: &Practice, revision: u32, previous: Digest) -> Header {
        Header {
            revision,
            previous,
            operation: Operation::Append,
            author_kind: AuthorKind::Manage,
            author: self.manage.verifying_key(),
            claims: Digest::ZERO,
            ..self.header(practice)
        }
    }

    /// An event with random sealed parts, signed by its author and, on a create, by the manage key.
    pub(crate) fn event(&self, practice: &Practice, header: &Header) -> Event {
        let parts = random_bytes(WRAP_DESK + WRAP_CLINICAL + WRAP_PATIENT + PLAIN_D + PLAIN_C + 2 * TAG);
        let (wrap_desk, rest) = parts.split_at(WRAP_DESK);
        let (wrap_clinical, rest) = rest.split_at(WRAP_CLINICAL);
        let (wrap_patient, rest) = rest.split_at(WRAP_PATIENT);
        let (body_d, body_c) = rest.split_at(PLAIN_D + TAG);
        let parts = Parts { wrap_desk, wrap_clinical, wrap_patient, body_d, body_c };
        let unsigned = Event::unsigned(header, &parts).expect("sizes");
        let hash = sha256(&unsigned);
        let author = match header.author_kind {
            AuthorKind::Link => &practice.link,
            AuthorKind::Manage => &self.manage,
            AuthorKind::Member => &practice.member,
        };
        let manage = match header.operation {
            Operation::Create => self.manage.sign(&manage_statement(&header.context, &hash)),
            Operation::Append => Signature::ZERO,
        };
        let signature = author.sign(&event_statement(&header.context, &hash));
        Event::assemble(unsigned, &signature, &manage).expect("shape")
    }

    /// The create, with the hold of this session quoted or not.
    pub(crate) fn create(&self, practice: &Practice, held: bool) -> Append {
        self.body(practice, &self.event(practice, &self.header(practice)), held)
    }

    /// The body that carries an event, with the claims if it has any.
    pub(crate) fn body(&self, practice: &Practice, event: &Event, held: bool) -> Append {
        let claims = if event.header().claims.is_zero() { Vec::new() } else { self.claims.encode() };
        let (session, session_signature) = if held {
            let statement = session_statement(&practice.context, &event_hash(event.bytes()));
            (self.session.verifying_key(), self.session.sign(&statement))
        } else {
            (VerifyingKey::ZERO, Signature::ZERO)
        };
        Append {
            event: Blob(event.bytes().to_vec()),
            claims: Blob(claims),
            session,
            session_signature,
            work: Work::ZERO,
        }
    }

    pub(crate) async fn send(&self, client: &mut Client, practice: &Practice, body: &Append) -> Answer {
        client.post(&practice.path("events"), body).await
    }

    /// Books without a hold; gives the event's hash.
    pub(crate) async fn book(&self, client: &mut Client, practice: &Practice) -> Digest {
        let body = self.create(practice, false);
        self.send(client, practice, &body).await.json::<souspli_protocol::wire::Appended>(201);
        event_hash(&body.event.0)
    }
}
