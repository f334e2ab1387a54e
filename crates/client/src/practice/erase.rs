//! Erasing records: asking for it, and forgetting what others had erased (`docs/spec/events.md` §8).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use souspli_attest::sha256;
use souspli_protocol::RecordId;
use souspli_protocol::erase::{Erase, EraseStatement};
use souspli_protocol::problem::Code;
use souspli_protocol::sizes::{EVENT_LIFE_MINUTES, epoch_of};
use souspli_protocol::wire::{Appended, Blob, EraseBody};

use super::page::Erased;
use super::{Session, Unlocked};
use crate::failure::Failure;
use crate::flow::{Io, apart};
use crate::http::calendar_path;
use crate::record::verify_receipt;

impl Session {
    /// Has a record erased at the host, and forgets it here.
    pub(super) async fn erase(&mut self, io: &Io, record: RecordId, now: u32) -> Result<Value, Failure> {
        let open = self.open()?;
        open.root()?;
        let context = open.context;
        let last = open.ledger.get(&record)?.last()?;
        let (revision, hash, author) = (last.header().revision, last.hash, open.keys.verifying_key());
        let not_after = now.saturating_add(EVENT_LIFE_MINUTES);
        let statement = EraseStatement { context, record, revision, hash, author, not_after };
        let bytes = Erase { statement, signature: open.keys.signing().sign(&statement.encode()) }.encode();
        let path = calendar_path(&context.calendar, "erasures");
        let body = EraseBody { erase: Blob(bytes.clone()) };
        let answer: Result<Appended, Failure> = self.host.post(io, path, &body).await;
        match answer {
            Ok(answer) => {
                verify_receipt(&answer.receipt.0, &sha256(&bytes), &self.open()?.practice()?.promiser())?;
            }
            // With its window, or by another device: it is to go from this one all the same.
            Err(failure) if failure.is(Code::RecordErased) => {
                apart(self.forget_records(io, &BTreeSet::from([record]))).await?;
            }
            Err(failure) if failure.is(Code::RevisionConflict) => {
                return apart(self.follow(io, now)).await.and(Err(failure));
            }
            Err(failure) => return Err(failure),
        }
        let mut changed = apart(self.follow(io, now)).await?;
        changed.push(record);
        changed.sort_unstable();
        changed.dedup();
        Ok(json!({ "changed": changed }))
    }

    /// The records that members had erased. What somebody signed who stands in no roster is not followed.
    pub(super) async fn asked_for(&mut self, io: &Io, erases: &[Erased]) -> Result<BTreeSet<RecordId>, Failure> {
        let strange = erases.iter().filter(|erased| !self.knows_member(erased)).map(|erased| epoch_of(erased.minute));
        let epochs: BTreeSet<u32> = strange.collect();
        apart(self.learn_rosters(io, epochs)).await?;
        let by_members = erases.iter().filter(|erased| self.knows_member(erased));
        Ok(by_members.map(|erased| erased.erase.statement.record).collect())
    }

    fn knows_member(&self, erased: &Erased) -> bool {
        self.unlocked.as_deref().is_some_and(|open| open.is_rostered(&erased.erase.statement.author))
    }

    /// Forgets records: in the index that the device keeps, in what waits to be sent, and here.
    pub(super) async fn forget_records(&mut self, io: &Io, records: &BTreeSet<RecordId>) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        apart(self.forget_rows(io, records)).await?;
        let open = self.open()?;
        let waiting: Vec<_> = open.later.iter().filter(|waiting| records.contains(&waiting.record)).collect();
        let names: Vec<String> = waiting.into_iter().map(|waiting| open.later_name(waiting.id)).collect();
        for name in names {
            io.forget(name).await;
        }
        let open = self.open()?;
        open.later.retain(|waiting| !records.contains(&waiting.record));
        open.forget(records);
        Ok(())
    }
}

impl Unlocked {
    fn forget(&mut self, records: &BTreeSet<RecordId>) {
        for record in records {
            self.ledger.forget(record);
        }
    }
}
