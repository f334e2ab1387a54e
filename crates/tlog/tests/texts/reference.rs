//! RFC 6962 §2.1 as it is written: recursive, over any function that gives the hash of a range of leaves.

use souspli_protocol::Digest;
use souspli_tlog::entry::{leaf_hash, node_hash};

/// The largest power of two that is smaller than `n`; `n` is at least two.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

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

/// PATH(m, D[lo:hi]), `m` counted from `lo` (§2.1.1).
pub(crate) fn path(m: u64, lo: u64, hi: u64, mth: &impl Fn(u64, u64) -> Digest) -> Vec<Digest> {
    if hi - lo == 1 {
        return Vec::new();
    }
    let k = split(hi - lo);
    let (mut below, sibling) = if m < k {
        (path(m, lo, lo + k, mth), mth(lo + k, hi))
    } else {
        (path(m - k, lo + k, hi, mth), mth(lo, lo + k))
    };
    below.push(sibling);
    below
}

/// SUBPROOF(m, D[lo:hi], whole) (§2.1.2).
pub(crate) fn subproof(m: u64, lo: u64, hi: u64, whole: bool, mth: &impl Fn(u64, u64) -> Digest) -> Vec<Digest> {
    if m == hi - lo {
        return if whole { Vec::new() } else { vec![mth(lo, hi)] };
    }
    let k = split(hi - lo);
    let (mut below, sibling) = if m <= k {
        (subproof(m, lo, lo + k, whole, mth), mth(lo + k, hi))
    } else {
        (subproof(m - k, lo + k, hi, false, mth), mth(lo, lo + k))
    };
    below.push(sibling);
    below
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

/// A tree of any size whose leaves are all the same, but for one.
pub(crate) struct Uniform {
    perfect: Vec<Digest>,
    marked: Option<(u64, Digest)>,
}

impl Uniform {
    pub(crate) fn new(marked: Option<(u64, Digest)>) -> Self {
        let mut perfect = vec![leaf_hash(b"every leaf")];
        for height in 0..63 {
            perfect.push(node_hash(&perfect[height], &perfect[height]));
        }
        Self { perfect, marked }
    }

    pub(crate) fn mth(&self, lo: u64, hi: u64) -> Digest {
        let n = hi - lo;
        match self.marked {
            Some((at, leaf)) if (lo..hi).contains(&at) && n == 1 => leaf,
            Some((at, _)) if (lo..hi).contains(&at) => self.halves(lo, hi),
            _ if n.is_power_of_two() => self.perfect[n.trailing_zeros() as usize],
            _ => self.halves(lo, hi),
        }
    }

    fn halves(&self, lo: u64, hi: u64) -> Digest {
        let middle = lo + split(hi - lo);
        node_hash(&self.mth(lo, middle), &self.mth(middle, hi))
    }
}
