//! A file judged by itself, without a network: what the page `/check` says (`docs/spec/log.md` §9).

use souspli_protocol::receipt::{GENERATION, Receipt};
use souspli_protocol::sizes::{CLOCK_SKEW_MINUTES, MMD_MINUTES};
use souspli_protocol::{Context, from_base64url};
use souspli_tlog::proof::{MAX_PROOF, Proof};
use souspli_tlog::tree::verify_inclusion;

use super::follow::read;
use super::leaf::until;
use super::voucher::{VouchedReceipt, Voucher};
use crate::trust::Distrust;

/// What a proof file begins with.
const PROOF: &[u8] = b"c2sp.org/tlog-proof@";

/// What a file shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The log holds it, and a quorum has confirmed that.
    Included {
        /// Leaves of the log.
        size: u64,
        /// Which leaf.
        index: u64,
        /// Witnesses that confirmed, and when (minutes): none where the practice asks for none.
        witnesses: Vec<(String, u32)>,
    },
    /// The host has promised it, and has time.
    Promised,
    /// The host has promised it, its time is over by this clock, and the file does not show that it was kept.
    Unproven,
    /// Nothing: the check that failed.
    Nothing(&'static str),
}

/// A file, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it shows.
    pub shown: Shown,
    /// The practice, where its voucher verifies.
    pub practice: Option<Context>,
    /// The receipt, where the host of that practice has signed it.
    pub receipt: Option<Receipt>,
    /// The log's origin.
    pub origin: String,
}

impl Checked {
    fn nothing(code: &'static str) -> Self {
        Self { shown: Shown::Nothing(code), practice: None, receipt: None, origin: String::new() }
    }
}

/// Judges a file; `now` is the device's UTC minute.
pub fn check_file(bytes: &[u8], now: u32) -> Checked {
    let (given, proof) = match take_apart(bytes) {
        Ok(given) => given,
        Err(code) => return Checked::nothing(code),
    };
    let VouchedReceipt { receipt, voucher } = given;
    let Some(vouched) = voucher.as_ref().map(Voucher::verify) else { return Checked::nothing("no_voucher") };
    let vouched = match vouched {
        Ok(vouched) => vouched,
        Err(distrust) => return Checked::nothing(distrust.code()),
    };
    let (keys, context) = (vouched.keys, vouched.context);
    let mut checked = Checked { practice: Some(context), origin: keys.log.name().to_owned(), ..Checked::nothing("") };
    let statement = &receipt.statement;
    let is_signed = souspli_attest::verify(&keys.receipt, &statement.encode(), &receipt.signature).is_ok();
    let is_of_this = statement.link.context == context
        && statement.link.generation == GENERATION
        && statement.mmd == MMD_MINUTES
        && statement.minute <= now.saturating_add(CLOCK_SKEW_MINUTES);
    if !is_signed || !is_of_this {
        return Checked { shown: Shown::Nothing(Distrust::BadReceipt.code()), ..checked };
    }
    checked.receipt = Some(receipt);
    checked.shown = match proof {
        None if now > until(&receipt) => Shown::Unproven,
        None => Shown::Promised,
        Some(proof) => match included(&proof, &receipt, &keys, now) {
            Ok(shown) => shown,
            Err(distrust) => Shown::Nothing(distrust.code()),
        },
    };
    checked
}

/// The receipt of a file, and the proof around it.
fn take_apart(bytes: &[u8]) -> Result<(VouchedReceipt, Option<Proof>), &'static str> {
    if bytes.len() > MAX_PROOF {
        return Err("too_large");
    }
    if bytes.is_empty() {
        return Err("empty");
    }
    if bytes.starts_with(PROOF) {
        let proof = Proof::decode(bytes).map_err(|_| Distrust::BadProof.code())?;
        let given = VouchedReceipt::read(&proof.extra).ok_or("no_receipt")?;
        return Ok((given, Some(proof)));
    }
    let text = || core::str::from_utf8(bytes).ok().and_then(|text| from_base64url(text.trim()).ok());
    let bare = VouchedReceipt::read(bytes).or_else(|| VouchedReceipt::read(&text()?));
    Ok((bare.ok_or("no_proof_file")?, None))
}

fn included(proof: &Proof, receipt: &Receipt, keys: &super::Keys, now: u32) -> Result<Shown, Distrust> {
    let seen = read(&proof.checkpoint.encode(), keys, now)?;
    let checkpoint = seen.checkpoint();
    verify_inclusion(&receipt.statement.link.leaf, proof.index, checkpoint.size, &proof.path, &checkpoint.root)
        .map_err(|_| Distrust::BadProof)?;
    if !seen.has_quorum() {
        return Err(Distrust::NoQuorum);
    }
    let minute = |seconds: u64| u32::try_from(seconds / 60).unwrap_or(u32::MAX);
    let witnesses = seen.cosigned.iter().map(|(name, time)| (name.clone(), minute(*time))).collect();
    Ok(Shown::Included { size: checkpoint.size, index: proof.index, witnesses })
}
