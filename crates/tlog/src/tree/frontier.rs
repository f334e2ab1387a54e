//! The right edge of a growing tree: all that its root, and every later root, depends on.

use souspli_protocol::Digest;

use super::empty_root;
use crate::entry::{leaf_hash, node_hash};

/// Why something cannot be added at the right edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// A perfect subtree of this height begins at a multiple of its own size, which the tree's size is not.
    #[error("a subtree of height {height} cannot stand at {size}")]
    Place {
        /// Height of the subtree.
        height: u8,
        /// Leaves of the tree so far.
        size: u64,
    },
    /// More than 2^64 - 1 leaves.
    #[error("the tree has no room left")]
    Full,
    /// The hashes are not one for each bit that is set in the size.
    #[error("a tree of this size has another number of perfect subtrees")]
    Peaks,
}

/// The perfect subtrees that a tree is made of, from left to right (RFC 6962 §2.1): one hash for each bit of its size.
///
/// It recomputes a root leaf by leaf, or bundle by bundle where the hash of each bundle of 256 was computed elsewhere
/// (`push_subtree(8, …)`). It is at most 64 hashes, so a copy at every size that matters costs little.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree that has these leaf hashes.
    pub fn of_leaves(leaves: &[Digest]) -> Self {
        let mut frontier = Self::new();
        for leaf in leaves {
            frontier.join(0, *leaf);
        }
        frontier
    }

    /// The tree of `size` leaves whose perfect subtrees have these hashes, the largest first.
    pub fn from_peaks(size: u64, peaks: Vec<Digest>) -> Result<Self, FrontierError> {
        let expected = usize::try_from(size.count_ones()).map_err(|_| FrontierError::Peaks)?;
        if peaks.len() == expected { Ok(Self { size, peaks }) } else { Err(FrontierError::Peaks) }
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of its perfect subtrees, the largest first.
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Adds a leaf hash.
    pub fn push(&mut self, leaf: Digest) -> Result<(), FrontierError> {
        self.push_subtree(0, leaf)
    }

    /// Adds an entry.
    pub fn push_entry(&mut self, entry: &[u8]) -> Result<(), FrontierError> {
        self.push(leaf_hash(entry))
    }

    /// Adds a perfect subtree of 2^`height` leaves by its hash; the tree's size must be a multiple of that.
    pub fn push_subtree(&mut self, height: u8, hash: Digest) -> Result<(), FrontierError> {
        let width = 1_u64.checked_shl(u32::from(height)).ok_or(FrontierError::Full)?;
        if self.size & width.wrapping_sub(1) != 0 {
            return Err(FrontierError::Place { height, size: self.size });
        }
        self.size.checked_add(width).ok_or(FrontierError::Full)?;
        self.join(height, hash);
        Ok(())
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        root_of_peaks(&self.peaks)
    }

    /// Joins a subtree whose place and room have been checked, or are certain because its leaves are in memory.
    fn join(&mut self, height: u8, mut hash: Digest) {
        let mut bit = 1_u64 << (height & 63);
        self.size = self.size.wrapping_add(bit);
        // The bits that the addition cleared are the subtrees that are full now.
        while self.size & bit == 0
            && let Some(left) = self.peaks.pop()
        {
            hash = node_hash(&left, &hash);
            bit <<= 1;
        }
        self.peaks.push(hash);
    }
}

/// Joins the perfect subtrees of a tree, or of a part of one, from the right (RFC 6962 §2.1).
pub(crate) fn root_of_peaks(peaks: &[Digest]) -> Digest {
    let Some((last, others)) = peaks.split_last() else { return empty_root() };
    others.iter().rfold(*last, |right, left| node_hash(left, &right))
}
