//! The right edge of a log that has been read: what is needed to go on from there without reading it again.

use souspli_protocol::Digest;
use souspli_tlog::tile::{FULL, Level, TILE_HEIGHT, TileId};
use souspli_tlog::tree::{Frontier, FrontierError, root_of_leaves};

/// Levels above the entries' own that a tree of 2^64 leaves has.
const LEVELS: usize = 7;

/// The full bundles that were read, as the unfinished tile of each level over them: at most 255 hashes a level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Edge {
    /// `levels[l]`: hashes of full tiles of level l that no full tile of level l + 1 holds yet. Level 0 lies over entries.
    levels: Vec<Vec<Digest>>,
}

/// A tile by what must stand in it.
pub(crate) type Made = (TileId, Vec<Digest>);

impl Edge {
    /// From what [`Edge::levels`] gave; `None` for what no tree has.
    pub(crate) fn from_levels(levels: Vec<Vec<Digest>>) -> Option<Self> {
        let right = levels.len() <= LEVELS && levels.iter().all(|hashes| hashes.len() < usize::from(FULL));
        (right && levels.last().is_none_or(|last| !last.is_empty())).then_some(Self { levels })
    }

    /// The hashes of each level.
    pub(crate) fn levels(&self) -> &[Vec<Digest>] {
        &self.levels
    }

    /// How many full bundles were read.
    pub(crate) fn bundles(&self) -> u64 {
        self.levels.iter().rev().fold(0_u64, |sum, hashes| {
            let hashes = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
            sum.saturating_mul(u64::from(FULL)).saturating_add(hashes)
        })
    }

    /// The tree of the full bundles.
    pub(crate) fn frontier(&self) -> Result<Frontier, FrontierError> {
        let mut peaks = Vec::new();
        for hashes in self.levels.iter().rev() {
            peaks.extend_from_slice(Frontier::of_leaves(hashes).peaks());
        }
        Frontier::from_peaks(self.bundles().saturating_mul(u64::from(FULL)), peaks)
    }

    /// Adds a full bundle by the root of its leaf hashes; gives the tiles that are full now.
    pub(crate) fn push(&mut self, root: Digest) -> Vec<Made> {
        let (mut index, mut hash, mut full) = (self.bundles(), root, Vec::new());
        for level in 1..=u8::MAX {
            let at = usize::from(level).saturating_sub(1);
            if self.levels.len() <= at {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(at) else { break };
            hashes.push(hash);
            if hashes.len() < usize::from(FULL) {
                break;
            }
            let hashes = std::mem::take(hashes);
            hash = root_of_leaves(&hashes);
            index >>= TILE_HEIGHT;
            full.push((TileId { level: Level::Hashes(level), index, width: FULL }, hashes));
        }
        full
    }

    /// The unfinished tiles over the entries' own.
    pub(crate) fn unfinished(&self) -> Vec<Made> {
        let mut index = self.bundles();
        let mut tiles = Vec::new();
        for (level, hashes) in (1..=u8::MAX).zip(&self.levels) {
            index >>= TILE_HEIGHT;
            let width = u16::try_from(hashes.len()).unwrap_or(FULL);
            if width > 0 {
                tiles.push((TileId { level: Level::Hashes(level), index, width }, hashes.clone()));
            }
        }
        tiles
    }
}

#[cfg(test)]
mod tests {
    use souspli_attest::sha256;

    use super::*;

    fn hash(n: u64) -> Digest {
        sha256(&n.to_be_bytes())
    }

    #[test]
    fn the_edge_makes_the_tiles_and_the_root_of_the_tree() {
        let (mut edge, mut whole, mut tiles) = (Edge::default(), Frontier::new(), 0);
        for n in 0..70_000_u64 {
            for (id, hashes) in edge.push(hash(n)) {
                assert_eq!(hashes.len(), 256);
                assert!(TileId::in_tree(id.level, id.index, (n + 1) * 256).is_some_and(TileId::is_full), "{id}");
                tiles += 1;
            }
            whole.push_subtree(8, hash(n)).expect("room");
            if n % 997 == 0 || n == 69_999 {
                assert_eq!((edge.bundles(), edge.frontier().expect("peaks").root()), (n + 1, whole.root()));
                let again = Edge::from_levels(edge.levels().to_vec());
                assert_eq!(again.as_ref(), Some(&edge));
                for (id, hashes) in edge.unfinished() {
                    assert_eq!(TileId::in_tree(id.level, id.index, (n + 1) * 256), Some(id));
                    assert_eq!(hashes.len(), usize::from(id.width));
                }
            }
        }
        assert_eq!(tiles, 70_000 / 256 + 1);
    }

    #[test]
    fn levels_that_no_tree_has_are_refused() {
        assert!(Edge::from_levels(vec![vec![hash(1); 256]]).is_none());
        assert!(Edge::from_levels(vec![vec![hash(1)]; 8]).is_none());
        assert!(Edge::from_levels(vec![vec![hash(1)], vec![]]).is_none(), "a level of nothing at the top");
        assert!(Edge::from_levels(Vec::new()).is_some());
    }
}
