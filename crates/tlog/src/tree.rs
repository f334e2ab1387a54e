//! Merkle trees: roots, inclusion, consistency (RFC 6962 §2.1; RFC 9162 §2.1.3.2 and §2.1.4.2 verify).

mod frontier;

use souspli_attest::sha256;
use souspli_protocol::Digest;

use crate::entry::node_hash;

pub(crate) use frontier::root_of_peaks;
pub use frontier::{Frontier, FrontierError};

/// Why a path does not prove what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The tree has no leaf of this index.
    #[error("leaf {index} lies outside of a tree of {size}")]
    Index {
        /// The leaf that was asked for.
        index: u64,
        /// How many leaves the tree has.
        size: u64,
    },
    /// The newer tree has fewer leaves than the older one.
    #[error("the tree shrinks from {old} leaves to {new}")]
    Shrinks {
        /// Leaves of the older tree.
        old: u64,
        /// Leaves of the newer tree.
        new: u64,
    },
    /// The path has too few or too many hashes for these sizes.
    #[error("the path has the wrong number of hashes")]
    Length,
    /// The path does not lead from the leaf to the root.
    #[error("the path does not lead to the root")]
    Root,
    /// The path does not lead to the older root.
    #[error("the path does not lead to the older root")]
    OldRoot,
    /// The path does not lead to the newer root.
    #[error("the path does not lead to the newer root")]
    NewRoot,
    /// A tree without leaves has another root than SHA-256 of nothing.
    #[error("an empty tree has another root than the hash of nothing")]
    EmptyRoot,
    /// Two trees of one size have different roots.
    #[error("two trees of one size have different roots")]
    Split,
}

/// Root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1).
pub fn empty_root() -> Digest {
    sha256(&[])
}

/// Root of the tree that has these leaf hashes (RFC 6962 §2.1).
pub fn root_of_leaves(leaves: &[Digest]) -> Digest {
    Frontier::of_leaves(leaves).root()
}

/// Verifies that a tree of `size` leaves with this root has the leaf hash at `index` (RFC 9162 §2.1.3.2).
///
/// The path runs from the leaf's sibling to the root's child; its length is exact.
pub fn verify_inclusion(leaf: &Digest, index: u64, size: u64, path: &[Digest], root: &Digest) -> Result<(), TreeError> {
    if index >= size {
        return Err(TreeError::Index { index, size });
    }
    let mut node = Node::new(index, size);
    let mut hash = *leaf;
    for sibling in path {
        if node.last == 0 {
            return Err(TreeError::Length);
        }
        hash = if node.is_right() { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
        node.rise();
    }
    match node.last {
        0 if hash == *root => Ok(()),
        0 => Err(TreeError::Root),
        _ => Err(TreeError::Length),
    }
}

/// Verifies that the tree of `new_size` leaves begins with the tree of `old_size` leaves (RFC 9162 §2.1.4.2).
///
/// The path is empty where `old_size` is zero or both sizes are the same, and its length is exact everywhere else.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Digest,
    new_size: u64,
    new_root: &Digest,
    path: &[Digest],
) -> Result<(), TreeError> {
    if old_size > new_size {
        return Err(TreeError::Shrinks { old: old_size, new: new_size });
    }
    if old_size == 0 && *old_root != empty_root() || new_size == 0 && *new_root != empty_root() {
        return Err(TreeError::EmptyRoot);
    }
    if old_size == 0 || old_size == new_size {
        return match path {
            [_, ..] => Err(TreeError::Length),
            [] if old_size == new_size && old_root != new_root => Err(TreeError::Split),
            [] => Ok(()),
        };
    }
    let (first, rest) = first_node(old_size, old_root, path)?;
    walk_up(old_size, new_size, first, rest).and_then(|(old, new)| match (old == *old_root, new == *new_root) {
        (false, _) => Err(TreeError::OldRoot),
        (true, false) => Err(TreeError::NewRoot),
        (true, true) => Ok(()),
    })
}

/// §2.1.4.2, steps 1 and 2: where the older tree is a perfect one, its root is not sent.
fn first_node<'a>(
    old_size: u64,
    old_root: &'a Digest,
    path: &'a [Digest],
) -> Result<(&'a Digest, &'a [Digest]), TreeError> {
    match path {
        [] => Err(TreeError::Length),
        path if old_size.is_power_of_two() => Ok((old_root, path)),
        [first, rest @ ..] => Ok((first, rest)),
    }
}

/// §2.1.4.2, steps 3 to 6: the roots of both trees that the path leads to.
fn walk_up(old_size: u64, new_size: u64, first: &Digest, path: &[Digest]) -> Result<(Digest, Digest), TreeError> {
    let mut node = Node::new(old_size.saturating_sub(1), new_size);
    while node.at & 1 == 1 {
        node.rise_once();
    }
    let (mut old, mut new) = (*first, *first);
    for sibling in path {
        if node.last == 0 {
            return Err(TreeError::Length);
        }
        if node.is_right() {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
        } else {
            new = node_hash(&new, sibling);
        }
        node.rise();
    }
    if node.last == 0 { Ok((old, new)) } else { Err(TreeError::Length) }
}

/// `fn` and `sn` of RFC 9162: the index of a node at its height, and that of the last node there.
struct Node {
    at: u64,
    last: u64,
}

impl Node {
    fn new(at: u64, size: u64) -> Self {
        Self { at, last: size.saturating_sub(1) }
    }

    /// Whether the sibling stands to the left: an odd node, or the last one, which is carried up to where it is odd.
    fn is_right(&self) -> bool {
        self.at & 1 == 1 || self.at == self.last
    }

    fn rise_once(&mut self) {
        self.at >>= 1;
        self.last >>= 1;
    }

    fn rise(&mut self) {
        if self.is_right() {
            while self.at & 1 == 0 && self.at != 0 {
                self.rise_once();
            }
        }
        self.rise_once();
    }
}
