//! Files that hold a receipt: a proof file, or the receipt alone.

use souspli_protocol::from_base64url;
use souspli_protocol::receipt::Receipt;
use souspli_protocol::tlv::TlvError;
use souspli_tlog::proof::{MAX_PROOF, Proof, ProofError};

/// What a proof file begins with.
const PROOF: &[u8] = b"c2sp.org/tlog-proof@";
/// Most characters of a receipt as text: line ends and spaces around it are let pass.
const MAX_TEXT: usize = 2 * Receipt::SIZE;

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
}

impl Given {
    /// Reads a file.
    pub fn read(bytes: &[u8]) -> Result<Self, BadReceipt> {
        if bytes.starts_with(PROOF) {
            if bytes.len() > MAX_PROOF {
                return Err(ProofError::TooLong.into());
            }
            let proof = Proof::decode(bytes)?;
            let receipt = Receipt::decode(&proof.extra).map_err(BadReceipt::NoReceipt)?;
            return Ok(Self { receipt, proof: Some(proof) });
        }
        let bare = |bytes: &[u8]| Receipt::decode(bytes).ok();
        let text = || {
            let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_TEXT)?;
            bare(&from_base64url(text.trim()).ok()?)
        };
        let receipt = bare(bytes).or_else(text).ok_or(BadReceipt::Shape)?;
        Ok(Self { receipt, proof: None })
    }
}
