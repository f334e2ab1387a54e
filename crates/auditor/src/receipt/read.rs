//! Files that hold a receipt: a proof file, or the receipt alone.

use souspli_client::log::{VouchedReceipt, Voucher};
use souspli_protocol::from_base64url;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::tlv::TlvError;
use souspli_tlog::proof::{MAX_PROOF, Proof, ProofError};

/// What a proof file begins with.
const PROOF: &[u8] = b"c2sp.org/tlog-proof@";
/// Most characters of a receipt as text: line ends and spaces around it are let pass.
const MAX_TEXT: usize = 2 * (Receipt::SIZE + Voucher::SIZE);

/// Why bytes hold no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReceipt {
    /// A proof file that does not read.
    #[error("the proof file is malformed: {0}")]
    Proof(#[from] ProofError),
    /// A proof file of something else: its extra line is no receipt.
    #[error("the proof file carries no receipt: {0}")]
    NoReceipt(TlvError),
    /// Neither a proof file nor a receipt in bytes or base64url.
    #[error("this is neither a proof file nor a receipt")]
    Shape,
}

/// What a file gives. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The receipt.
    pub receipt: Receipt,
    /// The proof around it, if there is one.
    pub proof: Option<Proof>,
    /// What the receipt is believed by, where the file says so (`docs/spec/log.md` §9).
    pub voucher: Option<Voucher>,
}

impl Given {
    /// Reads a file.
    pub fn read(bytes: &[u8]) -> Result<Self, BadReceipt> {
        if bytes.starts_with(PROOF) {
            if bytes.len() > MAX_PROOF {
                return Err(ProofError::TooLong.into());
            }
            let proof = Proof::decode(bytes)?;
            let given = VouchedReceipt::read(&proof.extra);
            // Where it is neither, what is wrong with it as a receipt is told.
            let given = match given {
                Some(given) => given,
                None => Receipt::decode(&proof.extra)
                    .map(|receipt| VouchedReceipt { receipt, voucher: None })
                    .map_err(BadReceipt::NoReceipt)?,
            };
            return Ok(Self { receipt: given.receipt, proof: Some(proof), voucher: given.voucher });
        }
        let text = || {
            let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_TEXT)?;
            VouchedReceipt::read(&from_base64url(text.trim()).ok()?)
        };
        let VouchedReceipt { receipt, voucher } = VouchedReceipt::read(bytes).or_else(text).ok_or(BadReceipt::Shape)?;
        Ok(Self { receipt, proof: None, voucher })
    }
}
