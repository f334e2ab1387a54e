//! Hashes of ranges of leaves, from the tiles of one tree.

use std::collections::BTreeMap;

use souspli_protocol::Digest;

use super::{StoreError, Tiles};
use crate::entry::leaf_hash;
use crate::tile::{Level, TILE_HEIGHT, TileId, decode_bundle};
use crate::tree::{root_of_leaves, root_of_peaks};

/// Reads each tile of a tree once.
pub(super) struct Reader<'a, T> {
    tiles: &'a T,
    size: u64,
    seen: BTreeMap<TileId, Vec<Digest>>,
}

impl<'a, T: Tiles> Reader<'a, T> {
    pub(super) fn new(tiles: &'a T, size: u64) -> Self {
        Self { tiles, size, seen: BTreeMap::new() }
    }

    /// MTH(D[from:to]) (RFC 6962 §2.1), where `from` is a multiple of the largest power of two in `to - from`: the
    /// perfect subtrees that it is made of, joined from the right.
    pub(super) fn range(&mut self, from: u64, to: u64) -> Result<Digest, StoreError<T::Error>> {
        let mut peaks = Vec::new();
        let mut at = from;
        while at < to {
            let height = to.abs_diff(at).ilog2();
            peaks.push(self.subtree(u8::try_from(height).unwrap_or(u8::MAX), at >> height)?);
            at = at.saturating_add(1 << height);
        }
        Ok(root_of_peaks(&peaks))
    }

    /// Hash of the `index`-th perfect subtree of 2^`height` leaves.
    pub(super) fn subtree(&mut self, height: u8, index: u64) -> Result<Digest, StoreError<T::Error>> {
        let level = Level::Hashes(height / TILE_HEIGHT);
        let within = u32::from(height % TILE_HEIGHT);
        let outside = StoreError::Index { index, size: self.size };
        let place = index.checked_shl(within).and_then(|first| TileId::holding(level, first, self.size));
        let Some((id, first)) = place else { return Err(outside) };
        let hashes = self.hashes(id)?.get(first..).and_then(|rest| rest.get(..1 << within));
        hashes.map(root_of_leaves).ok_or(outside)
    }

    /// The hashes of a tile.
    pub(super) fn hashes(&mut self, id: TileId) -> Result<&[Digest], StoreError<T::Error>> {
        if !self.seen.contains_key(&id) {
            let bytes = self.tiles.read(id).map_err(|source| StoreError::Read { id, source })?;
            self.seen.insert(id, id.hashes(&bytes).ok_or(StoreError::Length { id })?);
        }
        self.seen.get(&id).map(Vec::as_slice).ok_or(StoreError::Length { id })
    }

    /// The entries of a bundle, each compared with its leaf hash.
    pub(super) fn entries(&mut self, id: TileId) -> Result<Vec<Vec<u8>>, StoreError<T::Error>> {
        let bytes = self.tiles.read(id).map_err(|source| StoreError::Read { id, source })?;
        let entries = decode_bundle(&bytes, id.width).map_err(|error| StoreError::Bundle { id, error })?;
        let leaves = self.hashes(TileId { level: Level::Hashes(0), ..id })?;
        if entries.iter().map(|entry| leaf_hash(entry)).ne(leaves.iter().copied()) {
            return Err(StoreError::Mismatch { id });
        }
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }

    /// The entry of a leaf.
    pub(super) fn entry(&mut self, index: u64) -> Result<Vec<u8>, StoreError<T::Error>> {
        let outside = StoreError::Index { index, size: self.size };
        let Some((id, place)) = TileId::holding(Level::Entries, index, self.size) else { return Err(outside) };
        self.entries(id)?.into_iter().nth(place).ok_or(outside)
    }
}
