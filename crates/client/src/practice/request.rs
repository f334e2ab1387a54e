//! Requests that a member signs, and small things that several of the practice's files need of them.

use souspli_crypto::keys::CodeError;
use souspli_protocol::json::{FromJson, ToJson};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::wire::{Blob, Profile, PublicationAnswer, PublicationRead, Publish, Published, Times};

use super::Session;
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::trust::{Access, Distrust, Verified, parse, verify_profile, verify_times};

impl Session {
    /// A request signed with the member's key.
    pub(super) async fn ask<A: FromJson>(&mut self, io: &Io, route: &str, body: &impl ToJson) -> Result<A, Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let path = calendar_path(&open.context.calendar, route);
        self.host.post_signed(io, &open.context, open.keys.signing(), path, body).await
    }

    /// The newest publication of a kind and slot; `None` when there is none.
    pub(super) async fn published(
        &mut self,
        io: &Io,
        kind: PublicationKind,
        slot: u32,
    ) -> Result<Option<Publication>, Failure> {
        let body = PublicationRead { kind: kind.id(), slot };
        let answer: Result<PublicationAnswer, Failure> = self.ask(io, "publications/read", &body).await;
        match answer {
            Ok(answer) => {
                let publication = parse(&answer.publication, Distrust::BadChain)?;
                let context = self.open()?.context;
                let verified = souspli_crypto::publish::verify_publication(&publication, kind, &context);
                verified.map_err(|error| Failure::new(error.code()))?;
                if publication.statement().slot == slot {
                    Ok(Some(publication))
                } else {
                    Err(Distrust::BadChain.into())
                }
            }
            Err(failure) if failure.is(Code::NoPublication) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Publishes a batch and verifies the receipts.
    pub(super) async fn publish_batch(&mut self, io: &Io, batch: &[Publication]) -> Result<(), Failure> {
        let calendar = self.open()?.context.calendar;
        let body = Publish { publications: batch.iter().map(|each| Blob(each.bytes().to_vec())).collect() };
        let path = calendar_path(&calendar, "publications");
        let answer: Published = self.host.post(io, path, &body).await?;
        let open = self.open()?;
        if answer.receipts.len() != batch.len() {
            return Err(Distrust::BadReceipt.into());
        }
        if let Some(practice) = open.practice.as_deref() {
            for (publication, receipt) in batch.iter().zip(&answer.receipts) {
                let hash = souspli_attest::event_hash(publication.bytes());
                let key = practice.identity.receipt_key;
                crate::record::verify_receipt(&receipt.0, &hash, &open.context, &key)?;
            }
        }
        open.version = batch.last().map_or(open.version, |last| last.statement().version);
        Ok(())
    }

    /// Fetches and verifies the profile and, once there is a catalogue, hours and claims.
    pub(super) async fn refresh(&mut self, io: &Io, now: u32) -> Result<(), Failure> {
        let calendar = self.open()?.context.calendar;
        for _ in 0..2 {
            let profile: Profile = self.host.get(io, calendar_path(&calendar, "profile")).await?;
            let open = self.open()?;
            let mut pins = open.pins;
            let verified = verify_profile(&open.context, &Access::Key(&open.access), &profile, &mut pins, now)?;
            (open.pins, open.version) = (pins, profile.version.0);
            open.practice = match verified {
                Verified::Open(practice) => Some(practice),
                Verified::Silent => None,
            };
            if open.practice.is_none() {
                return Ok(());
            }
            let times: Times = self.host.get(io, calendar_path(&calendar, "times")).await?;
            let open = self.open()?;
            let Some(practice) = open.practice.as_deref() else { return Ok(()) };
            if times.version.0 > practice.version {
                continue;
            }
            let mut pins = open.pins;
            open.availability = Some(verify_times(practice, &times, &mut pins, now)?);
            open.pins = pins;
            return Ok(());
        }
        Err(Failure::new(Code::StaleVersion.as_str()))
    }
}

/// A code that was mistyped.
pub(super) fn code_failure(error: CodeError, field: &str) -> Failure {
    let failure = Failure::new(error.code()).in_field(field);
    match error {
        CodeError::WrongLength(length) => failure.with("length", length as u64),
        CodeError::ForeignCharacter(_) | CodeError::Checksum => failure,
    }
}
