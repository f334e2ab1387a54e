//! Every entry of a log, read once, and every hash over them compared.

use std::collections::VecDeque;
use std::ops::Range;

use souspli_protocol::Digest;
use souspli_tlog::entry::{leaf_hash, object_of};
use souspli_tlog::tile::{FULL, Level, TILE_HEIGHT, TileId, decode_bundle, encode_hashes};
use souspli_tlog::tree::root_of_leaves;
use tokio::task::JoinHandle;

use super::edge::{Edge, Made};
use super::source::{Source, SourceError};

/// Bundles that are under way at once.
const AHEAD: usize = 8;
/// Tiles with other hashes that are named.
const NAMED: usize = 16;

/// Why a log cannot be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The log does not have, under this name, what its checkpoint says that it has.
    #[error("{path}: {why}")]
    Tile {
        /// Below the log's prefix.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// It could not be looked at.
    #[error(transparent)]
    Source(SourceError),
}

impl Fault {
    pub(crate) fn tile(id: TileId, why: impl std::fmt::Display) -> Self {
        Self::Tile { path: id.path(), why: why.to_string() }
    }

    /// What it means that a tile of a signed tree cannot be had.
    pub(crate) fn of(id: TileId, error: SourceError) -> Self {
        match error {
            SourceError::Missing(_) => Self::tile(id, "it is not there"),
            SourceError::TooLong(_) => Self::tile(id, "it is too long"),
            error @ SourceError::Unreadable(..) => Self::Source(error),
        }
    }
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Walked {
    /// Where to go on next time.
    pub(crate) edge: Edge,
    /// Root of the tree, from the entries alone.
    pub(crate) root: Digest,
    /// Tiles whose hashes are not those of the entries; at most 16 are named.
    pub(crate) differing: Vec<TileId>,
}

/// Is told of leaf hashes as they are read: index of the first, and 1 to 256 of them.
pub type Visit<'a> = &'a mut (dyn FnMut(u64, &[Digest]) + Send);
/// Is told how many entries were read, of how many.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Reads the entries of a tree of `size` leaves, from where `edge` stands. In memory are a few bundles and the edge.
pub(crate) async fn walk(
    source: &Source,
    size: u64,
    mut edge: Edge,
    visit: Visit<'_>,
    progress: Progress<'_>,
) -> Result<Walked, Fault> {
    let full = |_| Fault::Tile { path: String::new(), why: "the tree is too large".to_owned() };
    let mut frontier = edge.frontier().map_err(full)?;
    let (begin, mut differing) = (edge.bundles(), Vec::new());
    let mut ahead = Ahead::new(source, size, begin..size.div_ceil(u64::from(FULL)));
    while let Some((id, entries, hashes)) = ahead.next().await {
        let leaves = leaves(id, &entries.map_err(|error| Fault::of(id, error))?)?;
        let over = TileId { level: Level::Hashes(0), ..id };
        let hashes = hashes.map_err(|error| Fault::of(over, error))?;
        if hashes != encode_hashes(&leaves) {
            note(&mut differing, over);
        }
        let first = id.index.saturating_mul(u64::from(FULL));
        visit(first, &leaves);
        progress(first.saturating_add(u64::from(id.width)), size);
        if id.is_full() {
            let root = root_of_leaves(&leaves);
            frontier.push_subtree(TILE_HEIGHT, root).map_err(full)?;
            compare(source, edge.push(root), &mut differing).await?;
        } else {
            for leaf in leaves {
                frontier.push(leaf).map_err(full)?;
            }
        }
    }
    compare(source, edge.unfinished(), &mut differing).await?;
    Ok(Walked { edge, root: frontier.root(), differing })
}

/// The leaf hashes of a bundle, each of whose entries is one of ours.
fn leaves(id: TileId, bytes: &[u8]) -> Result<Vec<Digest>, Fault> {
    let entries = decode_bundle(bytes, id.width).map_err(|error| Fault::tile(id, error))?;
    if let Some(at) = entries.iter().position(|entry| object_of(entry).is_none()) {
        return Err(Fault::tile(id, format_args!("entry {at} is none of this version")));
    }
    Ok(entries.into_iter().map(leaf_hash).collect())
}

/// Compares tiles with what must stand in them.
async fn compare(source: &Source, tiles: Vec<Made>, differing: &mut Vec<TileId>) -> Result<(), Fault> {
    for (id, hashes) in tiles {
        let stored = source.tile(id).await.map_err(|error| Fault::of(id, error))?;
        if stored != encode_hashes(&hashes) {
            note(differing, id);
        }
    }
    Ok(())
}

fn note(differing: &mut Vec<TileId>, id: TileId) {
    if differing.len() < NAMED {
        differing.push(id);
    }
}

type Came = Result<Vec<u8>, SourceError>;

/// Bundles with the tiles of leaf hashes over them, in their order, some of them asked for ahead.
struct Ahead {
    source: Source,
    size: u64,
    rest: Range<u64>,
    under_way: VecDeque<(TileId, JoinHandle<(Came, Came)>)>,
}

impl Ahead {
    fn new(source: &Source, size: u64, rest: Range<u64>) -> Self {
        Self { source: source.clone(), size, rest, under_way: VecDeque::new() }
    }

    async fn next(&mut self) -> Option<(TileId, Came, Came)> {
        while self.under_way.len() < AHEAD
            && let Some(id) = self.rest.next().and_then(|index| TileId::in_tree(Level::Entries, index, self.size))
        {
            let source = self.source.clone();
            let over = TileId { level: Level::Hashes(0), ..id };
            let read = async move { (source.tile(id).await, source.tile(over).await) };
            self.under_way.push_back((id, tokio::spawn(read)));
        }
        let (id, task) = self.under_way.pop_front()?;
        let ended = || SourceError::Unreadable(id.path(), "the reader ended".to_owned());
        let (entries, hashes) = task.await.unwrap_or_else(|_| (Err(ended()), Err(ended())));
        Some((id, entries, hashes))
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        for (_, task) in &self.under_way {
            task.abort();
        }
    }
}
