//! The public log, followed by a member's device (`docs/spec/log.md` §8): checkpoints pinned, and each event of the chain
//! asked for once.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use souspli_attest::sha256;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::to_base64url;

use super::{Session, Unlocked};
use crate::failure::Failure;
use crate::flow::{Io, apart};
use crate::log::{EVIDENCE, Follower, Keys, Leaf, Time, VouchedReceipt, evidence};
use crate::trust::Distrust;

/// How many leaves are asked for in one call.
const LEAVES: usize = 64;
/// How far this device has come, in clear.
const PROGRESS: &str = "leaves/";

/// What a session knows of the log.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// The host's receipts for events, by their place in the chain.
    receipts: BTreeMap<u64, Receipt>,
    follower: Option<Box<Follower>>,
    /// Up to which entry of the chain the log was asked for each event; `None` before the device was asked.
    verified: Option<u64>,
}

impl Watched {
    /// Takes note of a receipt that was verified.
    pub(super) fn take(&mut self, receipt: Receipt) {
        self.receipts.insert(receipt.statement.link.sequence, receipt);
    }

    /// The oldest receipts whose time is over and that were not asked for.
    fn due(&self, time: Time) -> Vec<Receipt> {
        let since = self.verified.unwrap_or(0).saturating_add(1);
        let due = self.receipts.range(since..).map(|(_, receipt)| *receipt);
        due.take_while(|receipt| time.is_over(receipt)).take(LEAVES).collect()
    }
}

impl Session {
    /// Looks at the newest checkpoint, then asks for the leaves that are due.
    pub(super) async fn watch_log(&mut self, io: &Io, now: u32) -> Result<Value, Failure> {
        if self.open()?.practice.is_none() {
            apart(self.refresh(io, now)).await?;
        }
        let open = self.open()?;
        let keys = Keys::of(&open.practice()?.identity)?;
        let told = open.availability.as_ref().map_or(0, |availability| availability.statement.minute);
        let place = progress_place(open);
        if open.watched.verified.is_none() {
            let kept = io.load(&place).await.into_iter().find(|(name, _)| *name == place);
            let verified = kept.and_then(|(_, bytes)| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
            self.open()?.watched.verified = Some(verified);
        }
        let known = self.open()?.watched.follower.take().filter(|follower| follower.follows(&keys));
        let mut follower = match known {
            Some(follower) => follower,
            None => Box::new(Follower::load(io, keys, now).await),
        };
        let outcome = apart(self.ask_log(io, &mut follower, Time { now, told })).await;
        self.open()?.watched.follower = Some(follower);
        let checked = outcome?;
        let open = self.open()?;
        let more = !open.watched.due(Time { now, told }).is_empty();
        Ok(json!({ "checked": checked, "more": more, "verified": open.watched.verified }))
    }

    /// What the device keeps to show others.
    pub(super) async fn evidence(&self, io: &Io) -> Value {
        json!({ "files": evidence(io).await })
    }

    async fn ask_log(&mut self, io: &Io, follower: &mut Follower, time: Time) -> Result<usize, Failure> {
        follower.look(&mut self.host, io, time.now).await?;
        let due = self.open()?.watched.due(time);
        let (mut checked, mut outcome) = (0, Ok(()));
        for receipt in due {
            match follower.leaf(&mut self.host, io, &receipt, time).await {
                Ok(Leaf::Included(_)) => {
                    self.open()?.watched.verified = Some(receipt.statement.link.sequence);
                    checked += 1;
                }
                Ok(Leaf::Waits | Leaf::Broken) => {
                    self.keep_broken(io, receipt).await?;
                    outcome = Err(Distrust::BrokenPromise.into());
                }
                Err(failure) => outcome = Err(failure),
            }
            if outcome.is_err() {
                break;
            }
        }
        if checked > 0 {
            let open = self.open()?;
            let (place, verified) = (progress_place(open), open.watched.verified.unwrap_or(0));
            let _ = io.keep(place, verified.to_be_bytes().to_vec()).await;
        }
        outcome.map(|()| checked)
    }

    /// Keeps a receipt with all that a third party needs to believe it.
    async fn keep_broken(&mut self, io: &Io, receipt: Receipt) -> Result<(), Failure> {
        let voucher = self.open()?.practice()?.voucher.clone();
        let text = to_base64url(&VouchedReceipt { receipt, voucher: Some(voucher) }.encode()) + "\n";
        let name = to_base64url(sha256(text.as_bytes()).as_bytes());
        let _ = io.keep(format!("{EVIDENCE}{name}"), text.into_bytes()).await;
        Ok(())
    }
}

fn progress_place(open: &Unlocked) -> String {
    format!("{PROGRESS}{}", open.member.vault())
}
