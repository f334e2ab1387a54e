//! Requests that a member signs, and small things that several of the practice's files need of them.

use souspli_crypto::keys::CodeError;
use souspli_protocol::json::{FromJson, ToJson};
use souspli_protocol::problem::Code;
use souspli_protocol::publication::{Publication, PublicationKind};
use souspli_protocol::wire::{Blob, Profile, PublicationAnswer, PublicationRead, Publish, Published, Times};

use super::{Session, Unlocked};
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::trust::{Access, Distrust, Pins, Verified, parse, verify_profile, verify_times};

impl Session {
    /// A request signed with the member's key.
    pub(super) async fn ask<A: FromJson>(&mut self, io: &Io, route: &str, body: &impl ToJson) -> Result<A, Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let path = calendar_path(&open.context.calendar, route);
        self.host.post_signed(io, &open.context, open.keys.signing(), path, body).await
    }

    /// Sends a request signed with the member's key ahead; `Host::answer` reads what comes of it.
    pub(super) async fn ask_ahead(&mut self, io: &Io, route: &str, body: &impl ToJson) -> Result<(), Failure> {
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        let path = calendar_path(&open.context.calendar, route);
        self.host.post_signed_ahead(io, &open.context, open.keys.signing(), path, body).await
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
                if publication.statement().slot != slot {
                    return Err(Distrust::BadChain.into());
                }
                self.open()?.vouch(&publication);
                Ok(Some(publication))
            }
            Err(failure) if failure.is(Code::NoPublication) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Publishes a batch and verifies the receipts.
    pub(super) async fn publish_batch(&mut self, io: &Io, batch: &[Publication]) -> Result<(), Failure> {
        let calendar = self.open()?.context.calendar;
        if let Some(first) = batch.first().filter(|_| self.open().is_ok_and(|open| open.practice.is_some())) {
            // On a version that nobody has signed, a host could later show an event as if it were a publication.
            self.vouch_for(io, first.statement().version.saturating_sub(1)).await?;
        }
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
                crate::record::verify_receipt(&receipt.0, &hash, &practice.promiser())?;
            }
        }
        let open = self.open()?;
        open.version = batch.last().map_or(open.version, |last| last.statement().version);
        open.pins.vouched = open.pins.vouched.max(open.version);
        self.keep_published(io, batch).await
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
            self.keep_pins(io).await;
            return Ok(());
        }
        Err(Failure::new(Code::StaleVersion.as_str()))
    }

    /// What this device has seen of the practice before, so that a host cannot go back behind it.
    pub(super) async fn load_pins(&mut self, io: &Io) {
        let Some(name) = self.unlocked.as_deref().map(pins_name) else { return };
        let kept = io.load(&name).await;
        let pins = kept.iter().find(|(key, _)| *key == name).and_then(|(_, bytes)| Pins::decode(bytes));
        if let (Some(pins), Some(open)) = (pins, self.unlocked.as_deref_mut()) {
            (open.pins, open.kept_pins) = (pins, pins);
        }
    }

    /// Keeps the pins where they have moved. A device that keeps nothing loses this check, not the practice.
    async fn keep_pins(&mut self, io: &Io) {
        let Some(open) = self.unlocked.as_deref_mut().filter(|open| open.pins != open.kept_pins) else { return };
        open.kept_pins = open.pins;
        let (name, bytes) = (pins_name(open), open.pins.encode());
        let _ = io.keep(name, bytes).await;
    }
}

fn pins_name(open: &Unlocked) -> String {
    format!("pins/{}", open.member.vault())
}

/// A code that was mistyped.
pub(super) fn code_failure(error: CodeError, field: &str) -> Failure {
    let failure = Failure::new(error.code()).in_field(field);
    match error {
        CodeError::WrongLength(length) => failure.with("length", length as u64),
        CodeError::ForeignCharacter(_) | CodeError::Checksum => failure,
    }
}
