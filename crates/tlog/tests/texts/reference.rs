//! Small trees by the definition of RFC 6962 §2.1, and entries for them.

use souspli_protocol::Digest;
use souspli_tlog::entry::{leaf_hash, node_hash};

use crate::definition::split;

/// MTH(D[0:n]) of these leaf hashes.
pub(crate) fn mth(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => souspli_attest::sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// Different leaf hashes.
pub(crate) fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// All ranges of a tree, each hashed once.
pub(crate) struct Ranges {
    leaves: Vec<Digest>,
    known: std::cell::RefCell<std::collections::HashMap<(u64, u64), Digest>>,
}

impl Ranges {
    pub(crate) fn of(leaves: Vec<Digest>) -> Self {
        Self { leaves, known: std::cell::RefCell::default() }
    }

    pub(crate) fn mth(&self, lo: u64, hi: u64) -> Digest {
        if hi - lo < 2 {
            return mth(&self.leaves[lo as usize..hi as usize]);
        }
        if let Some(hash) = self.known.borrow().get(&(lo, hi)) {
            return *hash;
        }
        let k = split(hi - lo);
        let hash = node_hash(&self.mth(lo, lo + k), &self.mth(lo + k, hi));
        self.known.borrow_mut().insert((lo, hi), hash);
        hash
    }
}

/// Entries that differ, in bytes and in length.
pub(crate) fn entries(from: u64, to: u64) -> Vec<Vec<u8>> {
    (from..to).map(|n| [&n.to_be_bytes()[..], &vec![7; (n % 5) as usize]].concat()).collect()
}
