//! Tiles: names, bytes, growth and paths, against the definition and against tlog_tiles.

use proptest::prelude::*;
use souspli_protocol::Digest;
use souspli_tlog::entry::leaf_hash;
use souspli_tlog::store::{StoreError, consistency_path, entry_at, grow, inclusion_path, leaf_at, root_at};
use souspli_tlog::tile::{BundleError, FULL, Level, TileId, decode_bundle, encode_bundle, encode_hashes};
use souspli_tlog::tree::{Frontier, empty_root, root_of_leaves, verify_consistency, verify_inclusion};
use tlog_tiles::{HashReader, Tile, TileHashReader, TileReader};

use crate::definition::{path, subproof};
use crate::reference::{Ranges, entries};
use crate::shelf::{Missing, Shelf};

fn tile(level: Level, index: u64, width: u16) -> TileId {
    TileId { level, index, width }
}

#[test]
fn paths_are_those_of_the_text() {
    for (id, path) in [
        (tile(Level::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067"),
        (tile(Level::Entries, 1_234_067, 256), "tile/entries/x001/x234/067"),
        (tile(Level::Hashes(2), 0, 1), "tile/2/000.p/1"),
        (tile(Level::Hashes(63), 999, 255), "tile/63/999.p/255"),
        (tile(Level::Entries, 1_000, 17), "tile/entries/x001/000.p/17"),
        (tile(Level::Hashes(0), u64::MAX, 256), "tile/0/x018/x446/x744/x073/x709/x551/615"),
    ] {
        assert_eq!(id.path(), path);
        assert_eq!(TileId::parse(path), Some(id), "{path}");
    }
}

#[test]
fn a_path_that_is_spelt_otherwise_is_none() {
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/x01/002",
        "tile/0/001/",
        "tile/0//001",
        "/tile/0/001",
        "tile/0/001 ",
        "tile/00/001",
        "tile/64/001",
        "tile/256/001",
        "tile/-1/001",
        "tile/+1/001",
        "tile/x/001",
        "tile/Entries/001",
        "tile/data/001",
        "tile/8/0/001",
        "tile/0/001.p",
        "tile/0/001.p/",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/01",
        "tile/0/001.p/+1",
        "tile/0/001.p/1/",
        "tile/0/001.p/1.p/1",
        "tile/0/001.P/1",
        "tile/0/x00a/001",
        "tile/0/٠٠١",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/xx01/001",
    ] {
        assert_eq!(TileId::parse(path), None, "{path}");
    }
}

#[test]
fn the_trees_of_the_text_have_its_tiles() {
    let count = |size: u64, level: Level| {
        let tiles: Vec<TileId> = TileId::of_tree(size).filter(|id| id.level == level).collect();
        let partial = tiles.iter().find(|id| !id.is_full()).map(|id| id.width);
        (tiles.iter().filter(|id| id.is_full()).count(), partial)
    };
    for level in [Level::Entries, Level::Hashes(0)] {
        assert_eq!(count(70_000, level), (273, Some(112)));
        assert_eq!(count(256, level), (1, None));
    }
    assert_eq!(count(70_000, Level::Hashes(1)), (1, Some(17)));
    assert_eq!(count(70_000, Level::Hashes(2)), (0, Some(1)));
    assert_eq!(count(70_000, Level::Hashes(3)), (0, None));
    assert_eq!(count(256, Level::Hashes(1)), (0, Some(1)));
    assert_eq!(TileId::of_tree(0).count(), 0);
    assert_eq!(TileId::in_tree(Level::Hashes(7), 0, u64::MAX), Some(tile(Level::Hashes(7), 0, 255)));
    assert_eq!(TileId::in_tree(Level::Hashes(8), 0, u64::MAX), None);
    assert_eq!(TileId::in_tree(Level::Hashes(0), u64::MAX, u64::MAX), None);
}

#[test]
fn a_bundle_comes_back_whole_or_not_at_all() {
    let full = entries(0, 256);
    let bytes = encode_bundle(&full).expect("bundle");
    assert_eq!(decode_bundle(&bytes, FULL).expect("back"), full);
    let small = entries(0, 3);
    let bytes = encode_bundle(&small).expect("bundle");
    assert_eq!(decode_bundle(&bytes, 3).expect("back"), small);
    for cut in 0..bytes.len() {
        assert!(matches!(decode_bundle(&bytes[..cut], 3), Err(BundleError::Truncated { .. })), "cut at {cut}");
    }
    assert_eq!(decode_bundle(&bytes, 2), Err(BundleError::Trailing));
    assert_eq!(decode_bundle(&bytes, 4), Err(BundleError::Truncated { at: 3 }));
    assert_eq!(decode_bundle(&[&bytes[..], &[0]].concat(), 3), Err(BundleError::Trailing));
    assert_eq!(decode_bundle(&[0, 0], 1), Ok(vec![&[][..]]));
    assert_eq!(decode_bundle(&[], 0), Err(BundleError::Count));
    assert_eq!(decode_bundle(&bytes, 257), Err(BundleError::Count));
    assert_eq!(encode_bundle::<Vec<u8>>(&[]), Err(BundleError::Count));
    assert_eq!(encode_bundle(&entries(0, 257)), Err(BundleError::Count));
    assert_eq!(encode_bundle(&[vec![], vec![0; 65_536]]), Err(BundleError::EntryTooLong { at: 1 }));
    assert_eq!(encode_bundle(&[vec![0; 65_535]]).map(|bytes| bytes.len()), Ok(65_537));
}

#[test]
fn a_log_that_grows_entry_by_entry_has_every_root_and_every_path() {
    let all = entries(0, 600);
    let ranges = Ranges::of(all.iter().map(|entry| leaf_hash(entry)).collect());
    let mth = |lo, hi| ranges.mth(lo, hi);
    let mut shelf = Shelf::default();
    assert_eq!(root_at(&shelf, 0), Ok(empty_root()));
    for size in 1..=600 {
        let growth = shelf.grow(&all[size - 1..size]);
        let size = size as u64;
        assert_eq!((growth.size, growth.root), (size, mth(0, size)));
        assert_eq!(root_at(&shelf, size), Ok(mth(0, size)));
        // Near the sizes at which a tile becomes full, every leaf and every older tree; elsewhere a few.
        let step = if size < 40 || (254..260).contains(&size) || (510..515).contains(&size) { 1 } else { 67 };
        for at in (0..size).step_by(step) {
            assert_eq!(leaf_at(&shelf, size, at), Ok(mth(at, at + 1)));
            let inclusion = inclusion_path(&shelf, at, size).expect("path");
            assert_eq!(inclusion, path(at, 0, size, &mth));
            assert_eq!(verify_inclusion(&mth(at, at + 1), at, size, &inclusion, &growth.root), Ok(()));
            let old = at + 1;
            let consistency = consistency_path(&shelf, old, size).expect("path");
            assert_eq!(consistency, subproof(old, 0, size, true, &mth));
            assert_eq!(verify_consistency(old, &mth(0, old), size, &growth.root, &consistency), Ok(()));
        }
        assert_eq!(consistency_path(&shelf, 0, size), Ok(vec![]));
        assert_eq!(entry_at(&shelf, size, size / 2), Ok(all[(size / 2) as usize].clone()));
    }
}

#[test]
fn steps_of_any_size_lead_to_the_same_tiles() {
    const SIZE: u64 = 66_100; // beyond 256²: three levels
    let all = entries(0, SIZE);
    let mut whole = Shelf::default();
    let growth = whole.grow(&all);
    assert_eq!(growth.writes.iter().map(|(id, _)| *id).collect::<Vec<_>>(), TileId::of_tree(SIZE).collect::<Vec<_>>());
    let leaves: Vec<Digest> = all.iter().map(|entry| leaf_hash(entry)).collect();
    assert_eq!(growth.root, root_of_leaves(&leaves));

    let mut steps = Shelf::default();
    let mut at = 0;
    for step in [1_usize, 255, 0, 1, 512, 300, 65_000 - 1_069, 535, 256, 244, 65].into_iter().cycle() {
        let next = (at + step).min(all.len());
        let growth = steps.grow(&all[at..next]);
        assert_eq!(steps.grow(&[]).writes, [], "nothing new, nothing to write");
        let edge = TileId::edge(at as u64).map(|id| (id, steps.tiles[&id].clone()));
        let edge = Shelf { tiles: edge.collect(), ..Shelf::default() };
        assert_eq!(grow(&edge, at as u64, &all[at..next]), Ok(growth), "the right edge is enough");
        at = next;
        if at == all.len() {
            break;
        }
    }
    assert_eq!(steps.root, Some(growth.root));
    for (id, bytes) in growth.writes {
        assert_eq!(steps.tiles.get(&id), Some(&bytes), "{id}");
    }
}

#[test]
fn bundles_alone_recompute_the_root() {
    let mut shelf = Shelf::default();
    let growth = shelf.grow(&entries(0, 1_500));
    let mut frontier = Frontier::new();
    for id in TileId::of_tree(1_500).filter(|id| id.level == Level::Entries) {
        let leaves: Vec<Digest> =
            decode_bundle(&shelf.tiles[&id], id.width).expect("bundle").iter().map(|entry| leaf_hash(entry)).collect();
        if id.is_full() {
            frontier.push_subtree(8, root_of_leaves(&leaves)).expect("place");
        } else {
            for leaf in leaves {
                frontier.push(leaf).expect("room");
            }
        }
    }
    assert_eq!((frontier.size(), frontier.root()), (1_500, growth.root));
}

#[test]
fn what_is_wrong_with_a_tile_is_said_with_its_name() {
    let mut shelf = Shelf::default();
    shelf.grow(&entries(0, 300));
    let edge = tile(Level::Hashes(0), 1, 44);
    let bundle = tile(Level::Entries, 1, 44);
    let damage = |id: TileId, bytes: Option<Vec<u8>>| {
        let mut damaged = shelf.clone();
        match bytes {
            Some(bytes) => damaged.tiles.insert(id, bytes),
            None => damaged.tiles.remove(&id),
        };
        damaged
    };
    let good = shelf.tiles[&edge].clone();
    for bytes in
        [good[..good.len() - 1].to_vec(), good[..good.len() - 32].to_vec(), [&good[..], &[0; 32]].concat(), vec![]]
    {
        let damaged = damage(edge, Some(bytes));
        assert_eq!(root_at(&damaged, 300), Err(StoreError::Length { id: edge }));
        assert_eq!(inclusion_path(&damaged, 0, 300), Err(StoreError::Length { id: edge }));
        assert_eq!(grow(&damaged, 300, &entries(300, 301)), Err(StoreError::Length { id: edge }));
    }
    let gone = damage(edge, None);
    assert_eq!(leaf_at(&gone, 300, 299), Err(StoreError::Read { id: edge, source: Missing }));
    assert_eq!(leaf_at(&gone, 300, 255), leaf_at(&shelf, 300, 255));

    let other = encode_bundle(&entries(0, 44)).expect("bundle");
    assert_eq!(entry_at(&damage(bundle, Some(other.clone())), 300, 299), Err(StoreError::Mismatch { id: bundle }));
    assert_eq!(grow(&damage(bundle, Some(other)), 300, &[]), Err(StoreError::Mismatch { id: bundle }));
    let cut = damage(bundle, Some(vec![0]));
    let error = BundleError::Truncated { at: 0 };
    assert_eq!(grow(&cut, 300, &[]), Err(StoreError::Bundle { id: bundle, error }));
    assert_eq!(StoreError::<Missing>::Length { id: edge }.to_string(), "tile/0/001.p/44 has the wrong length");

    assert_eq!(leaf_at(&shelf, 300, 300), Err(StoreError::Index { index: 300, size: 300 }));
    assert_eq!(entry_at(&shelf, 0, 0), Err(StoreError::Index { index: 0, size: 0 }));
    assert_eq!(inclusion_path(&shelf, 0, 0), Err(StoreError::Index { index: 0, size: 0 }));
    assert_eq!(consistency_path(&shelf, 301, 300), Err(StoreError::Shrinks { old: 301, new: 300 }));
    let long = [vec![0; 65_535], vec![0; 65_536]];
    assert_eq!(grow(&shelf, 300, &long), Err(StoreError::EntryTooLong { index: 301 }));
    assert_eq!(grow(&shelf, u64::MAX, &entries(0, 1)), Err(StoreError::Full));
}

/// Our tiles as tlog_tiles asks for them: with the height in the path, and `data` for entries.
impl TileReader for Shelf {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| self.tiles.get(&ours(tile)).cloned().ok_or(tlog_tiles::Error::InvalidTile);
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _tiles: &[Tile], _data: &[Vec<u8>]) {}
}

fn ours(tile: &Tile) -> TileId {
    let path = tile.path().replacen("tile/8/", "tile/", 1).replacen("data", "entries", 1);
    TileId::parse(&path).expect("their path is ours, but for the height")
}

#[test]
fn tlog_tiles_reads_what_is_written_and_proves_the_same() {
    let mut shelf = Shelf::default();
    let mut sizes = vec![];
    for size in [1, 2, 7, 255, 256, 257, 1_000, 65_535, 65_537] {
        let old = shelf.size;
        let growth = shelf.grow(&entries(old, size));
        let mut theirs: Vec<TileId> = Tile::new_tiles(8, old, size).iter().map(ours).collect();
        theirs.sort_unstable();
        let hashes = growth.writes.iter().map(|(id, _)| *id).filter(|id| id.level != Level::Entries);
        assert_eq!(hashes.collect::<Vec<_>>(), theirs, "{old} to {size}");

        let root = tlog_tiles::Hash(growth.root.0);
        let reader = TileHashReader::new(size, root, &shelf);
        assert_eq!(tlog_tiles::tree_hash(size, &reader).expect("their root"), root);
        for index in [0, size / 3, size / 2, size - 1] {
            let theirs = tlog_tiles::prove_record(size, index, &reader).expect("their proof");
            let leaf = tlog_tiles::Hash(leaf_at(&shelf, size, index).expect("leaf").0);
            assert_eq!(reader.read_hashes(&[tlog_tiles::stored_hash_index(0, index)]).expect("leaf"), [leaf]);
            assert_eq!(leaf, tlog_tiles::record_hash(&entries(index, index + 1)[0]));
            tlog_tiles::check_record(&theirs, size, root, index, leaf).expect("their proof holds");
            let theirs: Vec<Digest> = theirs.iter().map(|hash| Digest(hash.0)).collect();
            assert_eq!(inclusion_path(&shelf, index, size), Ok(theirs));
        }
        for (old, old_root) in &sizes {
            let theirs = tlog_tiles::prove_tree(size, *old, &reader).expect("their proof");
            tlog_tiles::check_tree(&theirs, size, root, *old, *old_root).expect("their proof holds");
            let theirs: Vec<Digest> = theirs.iter().map(|hash| Digest(hash.0)).collect();
            assert_eq!(consistency_path(&shelf, *old, size), Ok(theirs));
        }
        sizes.push((size, root));
    }
}

proptest! {
    #[test]
    fn tlog_tiles_spells_paths_alike(level in 0_u8..64, index in any::<u64>(), shift in 0_u32..64, width in 1_u16..=256) {
        let index = index >> shift;
        for (id, data) in [(tile(Level::Hashes(level), index, width), false), (tile(Level::Entries, index, width), true)] {
            let theirs = Tile::new(8, if data { 0 } else { level }, index, u32::from(width), data);
            prop_assert_eq!(ours(&theirs), id);
            prop_assert_eq!(TileId::parse(&id.path()), Some(id));
        }
    }

    #[test]
    fn what_is_read_as_a_path_is_written_so(path in "tile/(entries|[0-9]{1,2})/(x[0-9]{3}/){0,2}[0-9]{2,4}(\\.p/[0-9]{1,3})?") {
        prop_assert!(TileId::parse(&path).is_none_or(|id| id.path() == path));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), width in any::<u16>(), text in ".{0,40}") {
        if let Ok(entries) = decode_bundle(&bytes, width) {
            prop_assert_eq!(encode_bundle(&entries), Ok(bytes.clone()));
        }
        if let Some(hashes) = tile(Level::Hashes(0), 0, width).hashes(&bytes) {
            prop_assert_eq!(encode_hashes(&hashes), bytes);
        }
        let _ = TileId::parse(&text);
    }
}
