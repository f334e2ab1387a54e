//! What a log must write to grow.

use souspli_protocol::Digest;

use super::reader::Reader;
use super::{StoreError, Tiles};
use crate::entry::leaf_hash;
use crate::tile::{FULL, Level, TILE_HEIGHT, TileId, encode_bundle, encode_hashes};
use crate::tree::{Frontier, root_of_leaves, root_of_peaks};

/// A log that has grown: its new size and root, and what must be stored before a checkpoint says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    /// Root of the tree before, from the tiles that the growth builds on: whoever signed it compares.
    pub old_root: Digest,
    /// How many leaves the tree has now.
    pub size: u64,
    /// Root of the tree now.
    pub root: Digest,
    /// Bundles and tiles of the new tree that the old one had not, full and partial, in the order of
    /// [`TileId::of_tree`].
    pub writes: Vec<(TileId, Vec<u8>)>,
}

/// Adds entries to the tree of `old_size` leaves; reads its right edge ([`TileId::edge`]) and nothing else.
///
/// The same tiles and entries always give the same writes. Entries of the last partial bundle are compared with their
/// leaf hashes before anything is built on them.
pub fn grow<T: Tiles>(tiles: &T, old_size: u64, entries: &[Vec<u8>]) -> Result<Growth, StoreError<T::Error>> {
    let added = u64::try_from(entries.len()).map_err(|_| StoreError::Full)?;
    let size = old_size.checked_add(added).ok_or(StoreError::Full)?;
    let mut reader = Reader::new(tiles, old_size);
    let old_root = reader.range(0, old_size)?;
    let mut writes = Vec::new();

    if let Some((index, _)) = (old_size..).zip(entries).find(|(_, entry)| u16::try_from(entry.len()).is_err()) {
        return Err(StoreError::EntryTooLong { index });
    }
    let mut bundle = match TileId::last_partial(Level::Entries, old_size) {
        Some(id) => reader.entries(id)?,
        None => Vec::new(),
    };
    bundle.extend_from_slice(entries);
    for (id, bundle) in new_tiles(Level::Entries, old_size, size, &bundle) {
        writes.push((id, encode_bundle(bundle).map_err(|error| StoreError::Bundle { id, error })?));
    }

    let mut peaks = Vec::new();
    let mut news: Vec<Digest> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    for level in (0..=u8::MAX).map(Level::Hashes).take_while(|level| level.count(size) > 0) {
        let mut hashes = match TileId::last_partial(level, old_size) {
            Some(id) => reader.hashes(id)?.to_vec(),
            None => Vec::new(),
        };
        hashes.append(&mut news);
        writes.extend(new_tiles(level, old_size, size, &hashes).map(|(id, hashes)| (id, encode_hashes(hashes))));
        let (full, rest) = hashes.as_chunks::<{ FULL as usize }>();
        news.extend(full.iter().map(|tile| root_of_leaves(tile)));
        peaks.splice(..0, Frontier::of_leaves(rest).peaks().iter().copied());
    }
    Ok(Growth { old_root, size, root: root_of_peaks(&peaks), writes })
}

/// The tiles that a level has gained, with what is in them; `items` begins with the old tree's partial tile.
fn new_tiles<I>(level: Level, old_size: u64, size: u64, items: &[I]) -> impl Iterator<Item = (TileId, &[I])> {
    let grown = level.count(size) > level.count(old_size);
    let first = level.count(old_size) >> TILE_HEIGHT;
    let tiles = (first..=u64::MAX).zip(items.chunks(usize::from(FULL)));
    tiles.filter(move |_| grown).filter_map(move |(index, items)| Some((TileId::in_tree(level, index, size)?, items)))
}
