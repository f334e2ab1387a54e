//! Whether the log holds what a receipt promises.

use souspli_protocol::problem::Code;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::sizes::CLOCK_SKEW_MINUTES;
use souspli_protocol::wire::{Counter, ProofAnswer, ProofRead};
use souspli_tlog::proof::{MAX_PROOF, Proof};
use souspli_tlog::tree::verify_inclusion;

use super::follow::{Follower, read};
use crate::failure::Failure;
use crate::flow::Io;
use crate::http::{Host, calendar_path};
use crate::trust::Distrust;

/// What came of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// The log holds it; the proof, as the host gave it.
    Included(Box<Proof>),
    /// Not yet, and the host has time.
    Waits,
    /// Not, and the host's time is over.
    Broken,
}

/// What time it is, to a device and to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// The device's UTC minute.
    pub now: u32,
    /// The minute of the newest claim set that the host has signed.
    pub told: u32,
}

impl Time {
    /// Whether the time of a receipt is over: by the host's own word, or by this device's clock however wrong it is.
    pub fn is_over(self, receipt: &Receipt) -> bool {
        let until = until(receipt);
        self.told > until || self.now > until.saturating_add(CLOCK_SKEW_MINUTES)
    }
}

/// The last minute of a receipt's time.
pub(super) fn until(receipt: &Receipt) -> u32 {
    receipt.statement.minute.saturating_add(receipt.statement.mmd)
}

impl Follower {
    /// Asks for the proof of a receipt that was verified before, and verifies it.
    pub async fn leaf(&mut self, host: &mut Host, io: &Io, receipt: &Receipt, time: Time) -> Result<Leaf, Failure> {
        let link = &receipt.statement.link;
        let body = ProofRead { sequence: Counter(link.sequence), leaf: link.leaf };
        let path = calendar_path(&link.context.calendar, "proofs");
        let answer: Result<ProofAnswer, Failure> = host.post(io, path, &body).await;
        let bytes = match answer {
            Ok(ProofAnswer { proof: Some(proof) }) => proof.0,
            Ok(ProofAnswer { proof: None }) => return Ok(waits(receipt, time)),
            Err(failure) if failure.is(Code::NoRecord) || failure.is(Code::NoCalendar) => {
                return Ok(waits(receipt, time));
            }
            Err(failure) => return Err(failure),
        };
        let proof = Some(bytes).filter(|bytes| bytes.len() <= MAX_PROOF).and_then(|bytes| Proof::decode(&bytes).ok());
        let proof = proof.filter(|proof| proof.extra == receipt.encode()).ok_or(Distrust::BadProof)?;
        let seen = read(&proof.checkpoint.encode(), &self.keys, time.now)?;
        let checkpoint = seen.checkpoint();
        verify_inclusion(&link.leaf, proof.index, checkpoint.size, &proof.path, &checkpoint.root)
            .map_err(|_| Distrust::BadProof)?;
        if !seen.has_quorum() {
            return Err(Distrust::NoQuorum.into());
        }
        self.take(host, io, seen, time.now).await?;
        Ok(Leaf::Included(Box::new(proof)))
    }
}

fn waits(receipt: &Receipt, time: Time) -> Leaf {
    if time.is_over(receipt) { Leaf::Broken } else { Leaf::Waits }
}
