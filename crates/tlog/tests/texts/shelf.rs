//! A log whose tiles lie in memory, as a log would have written them.

use std::collections::BTreeMap;

use souspli_protocol::Digest;
use souspli_tlog::store::{Growth, Tiles, grow};
use souspli_tlog::tile::TileId;

/// Every tile that was ever written.
#[derive(Default, Clone)]
pub(crate) struct Shelf {
    pub(crate) size: u64,
    pub(crate) root: Option<Digest>,
    pub(crate) tiles: BTreeMap<TileId, Vec<u8>>,
}

/// A tile that was never written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such tile")]
pub(crate) struct Missing;

impl Tiles for Shelf {
    type Error = Missing;

    fn read(&self, id: TileId) -> Result<Vec<u8>, Missing> {
        self.tiles.get(&id).cloned().ok_or(Missing)
    }
}

impl Shelf {
    pub(crate) fn grow(&mut self, entries: &[Vec<u8>]) -> Growth {
        let growth = grow(self, self.size, entries).expect("growth");
        assert!(self.root.is_none_or(|root| root == growth.old_root));
        for (id, bytes) in &growth.writes {
            assert_eq!(self.tiles.insert(*id, bytes.clone()), None, "{id} is written once");
        }
        (self.size, self.root) = (growth.size, Some(growth.root));
        growth
    }
}
