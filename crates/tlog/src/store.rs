//! Roots, paths and growth over stored tiles (C2SP tlog-tiles; RFC 6962 §2.1).
//!
//! What is computed from tiles is as good as the tiles. Whoever reads them from somebody else verifies what comes out
//! against a signed root: `crate::tree`.

mod growth;
mod reader;

use souspli_protocol::Digest;

use crate::tile::{BundleError, TileId};
use reader::Reader;

pub use growth::{Growth, grow};

/// Where tiles come from. A partial tile is asked for by the width that it has in the tree at hand; where only a wider
/// one is left, its beginning is what is asked for.
pub trait Tiles {
    /// Why a tile cannot be read.
    type Error;

    /// The bytes of one tile.
    fn read(&self, id: TileId) -> Result<Vec<u8>, Self::Error>;
}

/// Why something cannot be computed from tiles; `E` is what the store itself says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError<E> {
    /// A tile cannot be read.
    #[error("{id} cannot be read")]
    Read {
        /// Which tile.
        id: TileId,
        /// What the store says.
        source: E,
    },
    /// A tile holds another number of hashes than its width.
    #[error("{id} has the wrong length")]
    Length {
        /// Which tile.
        id: TileId,
    },
    /// A bundle cannot be taken apart.
    #[error("{id}: {error}")]
    Bundle {
        /// Which bundle.
        id: TileId,
        /// What is wrong with it.
        error: BundleError,
    },
    /// A bundle's entries do not hash to the tile of leaf hashes over it.
    #[error("{id} holds other entries than the tile over it")]
    Mismatch {
        /// Which bundle.
        id: TileId,
    },
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
    /// A new entry is longer than 65,535 bytes.
    #[error("entry {index} is longer than 65,535 bytes")]
    EntryTooLong {
        /// Index that the entry would have in the log.
        index: u64,
    },
    /// The tree would have more than 2^64 - 1 leaves.
    #[error("the tree has no room left")]
    Full,
}

/// Root of the tree of the first `size` leaves. Its partial tiles must be at hand.
pub fn root_at<T: Tiles>(tiles: &T, size: u64) -> Result<Digest, StoreError<T::Error>> {
    Reader::new(tiles, size).range(0, size)
}

/// Leaf hash at `index` in a tree of `size` leaves.
pub fn leaf_at<T: Tiles>(tiles: &T, size: u64, index: u64) -> Result<Digest, StoreError<T::Error>> {
    Reader::new(tiles, size).subtree(0, index)
}

/// Entry at `index` in a tree of `size` leaves, compared with its leaf hash.
pub fn entry_at<T: Tiles>(tiles: &T, size: u64, index: u64) -> Result<Vec<u8>, StoreError<T::Error>> {
    Reader::new(tiles, size).entry(index)
}

/// The inclusion path of the leaf at `index`, from its sibling to the root's child (RFC 6962 §2.1.1).
pub fn inclusion_path<T: Tiles>(tiles: &T, index: u64, size: u64) -> Result<Vec<Digest>, StoreError<T::Error>> {
    if index >= size {
        return Err(StoreError::Index { index, size });
    }
    let mut reader = Reader::new(tiles, size);
    let mut path = Vec::new();
    let (mut from, mut to) = (0_u64, size);
    while to.abs_diff(from) > 1 {
        let middle = from.saturating_add(left_part(to.abs_diff(from)));
        if index < middle {
            path.push(reader.range(middle, to)?);
            to = middle;
        } else {
            path.push(reader.range(from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The consistency path from the tree of `old` leaves to that of `new` leaves (RFC 6962 §2.1.2); empty from zero and
/// between equal sizes. Only tiles of the newer tree are read.
pub fn consistency_path<T: Tiles>(tiles: &T, old: u64, new: u64) -> Result<Vec<Digest>, StoreError<T::Error>> {
    if old > new {
        return Err(StoreError::Shrinks { old, new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(tiles, new);
    let mut path = Vec::new();
    let (mut from, mut to) = (0_u64, new);
    while to != old {
        let middle = from.saturating_add(left_part(to.abs_diff(from)));
        if old <= middle {
            path.push(reader.range(middle, to)?);
            to = middle;
        } else {
            path.push(reader.range(from, middle)?);
            from = middle;
        }
    }
    // Where the older tree is a perfect one, who verifies has its root.
    if from != 0 {
        path.push(reader.range(from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// How many leaves of a tree of `size` > 1 stand left of its root: the largest power of two smaller than `size`.
fn left_part(size: u64) -> u64 {
    1 << size.saturating_sub(1).checked_ilog2().unwrap_or(0)
}
