//! RFC 6962 §2.1 as it is written: recursive, over any function that gives the hash of a range of leaves.

use souspli_protocol::Digest;
use souspli_tlog::entry::{leaf_hash, node_hash};

/// The largest power of two that is smaller than `n`; `n` is at least two.
pub(crate) fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
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
