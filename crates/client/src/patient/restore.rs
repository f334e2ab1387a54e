//! What a restore of the host's has lost of the booking that this page shows is brought back from what it still holds
//! (`docs/spec/restore.md` §5).

use souspli_crypto::envelope::open_patient;
use souspli_crypto::keys::ViewKeys;
use souspli_protocol::Digest;
use souspli_protocol::problem::Code;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::wire::{Appended, Blob, Resubmit};

use super::Session;
use crate::body::Desk;
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::calendar_path;
use crate::record::{Entry, Said, claims_of, verify_receipt};
use crate::trust::Distrust;

impl Session {
    /// Whether a record that is missing, or shorter than it was, comes of a restore; then what this page holds of it has
    /// been brought back.
    pub(super) async fn brought_back(
        &mut self,
        io: &Io,
        failure: &Failure,
        view: &ViewKeys,
        now: u32,
    ) -> Result<bool, Failure> {
        let gone = failure.is(Code::NoRecord);
        if self.booked.is_none() || !(gone || failure.code == Distrust::RolledBack.code()) {
            return Ok(false);
        }
        if gone {
            self.fetch_practice(io, now).await?;
        }
        let lost = self.lost(view)?;
        let context = self.linked()?.0;
        for (hash, body) in &lost {
            let path = calendar_path(&context.calendar, "resubmissions");
            let answer: Appended = self.host.post(io, path, body).await?;
            verify_receipt(&answer.receipt.0, hash, &self.practice()?.promiser())?;
        }
        Ok(!lost.is_empty())
    }

    /// The events of the booking that restores have lost, in their order, as they are sent again.
    fn lost(&self, view: &ViewKeys) -> Result<Vec<(Digest, Resubmit)>, Failure> {
        let (practice, booked) = (self.practice()?, self.booked.as_ref().ok_or_else(|| Failure::new("no_record"))?);
        let lost = booked.entries.iter().filter(|entry| {
            let link = &entry.receipt.statement.link;
            practice.restores.lost(link.generation, link.sequence)
        });
        let again = |entry: &Entry| {
            let receipts = entry.earlier.iter().chain([&entry.receipt]);
            let earlier = Blob(receipts.flat_map(Receipt::encode).collect());
            let claims = Blob(self.claims_again(entry, view)?);
            Ok((entry.hash, Resubmit { event: Blob(entry.event.bytes().to_vec()), claims, earlier }))
        };
        lost.map(again).collect()
    }

    /// The ids that an event claims, made again from the time that it names.
    fn claims_again(&self, entry: &Entry, view: &ViewKeys) -> Result<Vec<u8>, Failure> {
        let header = entry.header();
        if header.claims.is_zero() {
            return Ok(Vec::new());
        }
        let opened = open_patient(&entry.event, view.sealing()).map_err(|_| Distrust::BadEvent)?;
        let said = Said::read(&header.context, opened.d.expose_secret(), None)?;
        let (Desk::Booked { appointment, .. } | Desk::Moved { appointment, .. }) = said.d.content else {
            return Err(Distrust::BadEvent.into());
        };
        Ok(claims_of(&header.context, &appointment, header.window, &self.practice()?.access)?.encode())
    }
}
