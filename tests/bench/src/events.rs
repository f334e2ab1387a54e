//! Bookings, sealed and signed before any clock runs: what a patient's page sends, byte for byte of its size.

use std::sync::Arc;

use souspli_attest::{claims_digest, event_hash};
use souspli_crypto::Secret;
use souspli_crypto::envelope::{Draft, Patient, Signers, seal};
use souspli_crypto::keys::RecordKeys;
use souspli_journey::randomness;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::{AuthorKind, Header, Operation};
use souspli_protocol::sizes::{CLAIMS, EVENT_LIFE_MINUTES, epoch_of};
use souspli_protocol::wire::{Append, Blob};
use souspli_protocol::{Digest, Gid, Signature, VerifyingKey, Work};

use crate::Outcome;
use crate::connection::post;
use crate::practice::{Practice, random};

/// A booking that is ready to be sent.
pub(crate) struct Prepared {
    /// The practice's place in the list.
    pub(crate) practice: usize,
    /// Hash of the event.
    pub(crate) hash: Digest,
    /// The request that carries it.
    pub(crate) request: Vec<u8>,
}

/// `count` bookings, spread evenly over the practices; on all cores.
pub(crate) async fn prepare(practices: &Arc<Vec<Practice>>, count: usize) -> Outcome<Vec<Prepared>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut parts = Vec::new();
    for core in 0..cores {
        let practices = practices.clone();
        parts.push(tokio::task::spawn_blocking(move || {
            (core..count).step_by(cores).map(|number| one(&practices, number)).collect::<Outcome<Vec<_>>>()
        }));
    }
    let mut prepared = Vec::with_capacity(count);
    for part in parts {
        prepared.extend(part.await??);
    }
    Ok(prepared)
}

fn one(practices: &[Practice], number: usize) -> Outcome<Prepared> {
    let place = number % practices.len().max(1);
    let practice = practices.get(place).ok_or("there is no practice")?;
    let mut ids = [Gid::ZERO; CLAIMS];
    for id in &mut ids {
        *id = Gid(random()?);
    }
    let claims = ClaimIds::new(ids).ok_or("two random ids are the same")?;
    let mut rng = randomness();
    let record = RecordKeys::derive(&practice.context, &Secret::make(&mut rng));
    let draft = Draft {
        header: header(practice, &record, &claims),
        body_d: b"Patient Example, patient@example.org, +33 6 00 00 00 00, 2026-11-30 10:20",
        body_c: b"A reason for the visit, as long as people write them.",
        desk: &practice.epoch.desk,
        clinical: practice.epoch.clinical.first(),
        patient: Some(Patient { key: record.view().sealing().public(), access: &practice.calendar }),
        signers: Signers { author: &practice.link, manage: Some(record.manage()) },
    };
    let event = seal(&draft, &mut rng)?;
    let body = Append {
        event: Blob(event.bytes().to_vec()),
        claims: Blob(claims.encode()),
        session: VerifyingKey::ZERO,
        session_signature: Signature::ZERO,
        work: Work::ZERO,
    };
    let request = post(&practice.path("events"), None, &serde_json::to_vec(&body)?);
    Ok(Prepared { practice: place, hash: event_hash(event.bytes()), request })
}

fn header(practice: &Practice, record: &RecordKeys, claims: &ClaimIds) -> Header {
    Header {
        context: practice.context,
        record: record.record(),
        revision: 0,
        previous: Digest::ZERO,
        operation: Operation::Create,
        author_kind: AuthorKind::Link,
        author: practice.link.verifying_key(),
        manage: record.manage().verifying_key(),
        view: record.view().verifying_key(),
        window: practice.window(),
        claims: claims_digest(&practice.context, practice.window(), claims),
        release: false,
        version: practice.version,
        identity: practice.identity,
        catalogue: Digest::ZERO,
        hours: Digest::ZERO,
        claim_set: Digest::ZERO,
        epoch: epoch_of(practice.now),
        not_after: practice.now + EVENT_LIFE_MINUTES,
        head: Digest::ZERO,
        commit_d: Digest::ZERO,
        commit_c: Digest::ZERO,
    }
}
