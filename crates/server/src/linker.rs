//! Heads, receipts and notices: made for the transaction that accepts, and given out after it (`docs/spec/events.md` §6).

use std::sync::Arc;

use souspli_attest::{event_hash, head_after, leaf_of};
use souspli_protocol::Digest;
use souspli_protocol::receipt::{Link, Receipt, ReceiptStatement};
use souspli_protocol::restore::Notice;
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_store::Linker;

use crate::host_key::HostKey;

/// Signs receipts with the host's receipt key.
pub(crate) struct ReceiptLinker(pub(crate) Arc<HostKey>);

impl Linker for ReceiptLinker {
    fn seal(&self, link: &Link, minute: u32) -> (Digest, Vec<u8>) {
        let statement = ReceiptStatement { link: *link, minute, mmd: MMD_MINUTES };
        let signature = self.0.sign_receipt(&statement.encode());
        (head_after(link), Receipt { statement, signature }.encode())
    }

    fn notice(&self, notice: &Notice) -> Vec<u8> {
        let mut bytes = notice.encode();
        let signature = self.0.sign_receipt(&bytes);
        bytes.extend_from_slice(signature.as_bytes());
        bytes
    }

    fn leaf(&self, object: &Digest) -> Digest {
        leaf_of(object)
    }

    fn hash(&self, bytes: &[u8]) -> Digest {
        event_hash(bytes)
    }
}
