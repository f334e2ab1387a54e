//! The root of what is stored, computed anew before each signature (`docs/spec/log.md` §5).
//!
//! Logs have died of one flipped bit. So the root that is signed is made from the stored entries, and every stored hash is
//! compared on the way. A full bundle that was read before is read again where its file, or that of its leaf hashes, is
//! not the very one of then; and some of the others in turn, since a medium changes files without their knowing.

use std::io;

use souspli_protocol::Digest;
use souspli_tlog::entry::{leaf_hash, object_of};
use souspli_tlog::store::Tiles as _;
use souspli_tlog::tile::{FULL, Level, TILE_HEIGHT, TileId, decode_bundle, encode_hashes};
use souspli_tlog::tree::{Frontier, root_of_leaves};

use crate::log::folder::{Folder, Stamp};

/// Full bundles that are read again with each batch though nothing speaks against them.
const AGAIN: usize = 64;

/// What is wrong with what is stored.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// A tile cannot be read, or is shorter than it must be.
    #[error("{0} cannot be read: {1}")]
    Unreadable(TileId, io::Error),
    /// A full tile has bytes behind its end.
    #[error("{0} is too long")]
    TooLong(TileId),
    /// A bundle holds what is no entry of this log.
    #[error("{0} holds what is no entry")]
    Entry(TileId),
    /// Hashes are not those of what lies below them.
    #[error("{0} holds other hashes than those of the entries")]
    Hashes(TileId),
    /// The right edge does not go on.
    #[error("no entries can be added: {0}")]
    Growth(String),
    /// The tree cannot be as large.
    #[error("the tree is too large")]
    Size,
}

/// What was read of full bundles.
#[derive(Debug, Default)]
pub(crate) struct Proven {
    bundles: Vec<Bundle>,
    /// The bundle from which on some are read again.
    turn: usize,
}

/// A full bundle as it was read.
#[derive(Debug, Clone, Copy)]
struct Bundle {
    stamps: [Stamp; 2],
    root: Digest,
}

/// Bundle and leaf hashes of an index.
fn pair(index: u64, width: u16) -> [TileId; 2] {
    [Level::Entries, Level::Hashes(0)].map(|level| TileId { level, index, width })
}

impl Proven {
    /// Roots of the first `old` and of the first `new` stored entries; `old` is at most `new`.
    pub(crate) fn roots(&mut self, folder: &Folder, old: u64, new: u64) -> Result<[Digest; 2], Damage> {
        let full = u64::from(FULL);
        let again = self.again(usize::try_from(new / full).map_err(|_| Damage::Size)?);
        let (mut frontier, mut old_root, mut roots) = (Frontier::new(), None, Vec::new());
        for index in 0..new.div_ceil(full) {
            let width = u16::try_from(new - index * full).unwrap_or(FULL).min(FULL);
            if (index * full..(index + 1) * full).contains(&old) {
                let leaves = leaves(folder, index, u16::try_from(old % full).unwrap_or(0))?;
                old_root = Some(with_leaves(&frontier, &leaves)?);
            }
            if width < FULL {
                let leaves = leaves(folder, index, width)?;
                return finish(folder, new, &roots, &with_leaves(&frontier, &leaves)?, old_root);
            }
            let root = self.full(folder, index, &again)?;
            frontier.push_subtree(TILE_HEIGHT, root).map_err(|_| Damage::Size)?;
            roots.push(root);
        }
        finish(folder, new, &roots, &frontier, old_root)
    }

    /// Which full bundles are read again this time.
    fn again(&mut self, bundles: usize) -> std::ops::Range<usize> {
        let from = if self.turn < bundles { self.turn } else { 0 };
        self.turn = from.saturating_add(AGAIN);
        from..self.turn
    }

    /// Root of a full bundle.
    fn full(&mut self, folder: &Folder, index: u64, again: &std::ops::Range<usize>) -> Result<Digest, Damage> {
        let pair = pair(index, FULL);
        let at = usize::try_from(index).map_err(|_| Damage::Size)?;
        let mut stamps = Vec::with_capacity(2);
        for id in pair {
            stamps.push(folder.stamp(id).map_err(|error| Damage::Unreadable(id, error))?);
        }
        let stamps = [stamps[0], stamps[1]];
        if let Some(known) = self.bundles.get(at)
            && known.stamps == stamps
            && !again.contains(&at)
        {
            return Ok(known.root);
        }
        let leaves = leaves(folder, index, FULL)?;
        for (id, stamp) in pair.into_iter().zip(stamps) {
            let read = folder.read(id).map_err(|error| Damage::Unreadable(id, error))?;
            if stamp.length() != read.len() {
                return Err(Damage::TooLong(id));
            }
        }
        let root = root_of_leaves(&leaves);
        let bundle = Bundle { stamps, root };
        match self.bundles.get_mut(at) {
            Some(known) => *known = bundle,
            None => self.bundles.push(bundle),
        }
        Ok(root)
    }
}

/// The first leaf hashes of a bundle, made from its entries and compared with those that are stored.
fn leaves(folder: &Folder, index: u64, width: u16) -> Result<Vec<Digest>, Damage> {
    if width == 0 {
        return Ok(Vec::new());
    }
    let [bundle, hashes] = pair(index, width);
    let read = |id| folder.read(id).map_err(|error| Damage::Unreadable(id, error));
    let bytes = read(bundle)?;
    let entries = decode_bundle(&bytes, width).map_err(|_| Damage::Entry(bundle))?;
    if entries.iter().any(|entry| object_of(entry).is_none()) {
        return Err(Damage::Entry(bundle));
    }
    let leaves: Vec<Digest> = entries.into_iter().map(leaf_hash).collect();
    if read(hashes)? == encode_hashes(&leaves) { Ok(leaves) } else { Err(Damage::Hashes(hashes)) }
}

fn with_leaves(frontier: &Frontier, leaves: &[Digest]) -> Result<Frontier, Damage> {
    let mut frontier = frontier.clone();
    leaves.iter().try_for_each(|leaf| frontier.push(*leaf)).map_err(|_| Damage::Size)?;
    Ok(frontier)
}

/// Compares the levels above with the roots of the bundles, and gives both roots.
fn finish(
    folder: &Folder,
    new: u64,
    bundles: &[Digest],
    whole: &Frontier,
    old: Option<Frontier>,
) -> Result<[Digest; 2], Damage> {
    let mut hashes = bundles.to_vec();
    for level in (1_u8..).map(Level::Hashes) {
        if hashes.is_empty() {
            break;
        }
        for (index, expected) in (0..).zip(hashes.chunks(usize::from(FULL))) {
            let id = TileId::in_tree(level, index, new).ok_or(Damage::Size)?;
            let stored = folder.read(id).map_err(|error| Damage::Unreadable(id, error))?;
            if stored != encode_hashes(expected) {
                return Err(Damage::Hashes(id));
            }
            let length = folder.stamp(id).map_err(|error| Damage::Unreadable(id, error))?.length();
            if id.is_full() && length != stored.len() {
                return Err(Damage::TooLong(id));
            }
        }
        hashes = hashes.as_chunks::<{ FULL as usize }>().0.iter().map(|chunk| root_of_leaves(chunk)).collect();
    }
    Ok([old.as_ref().unwrap_or(whole).root(), whole.root()])
}
