//! What is computed from the hash tiles of a log: whether one checkpoint goes on from another.

use std::collections::BTreeMap;

use souspli_protocol::Digest;
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::store::{StoreError, Tiles, consistency_path, root_at};
use souspli_tlog::tile::TileId;
use souspli_tlog::tree::verify_consistency;

use super::source::Source;
use super::walk::Fault;

/// Most tiles that one path is made of.
const MOST: usize = 1_024;

/// How two checkpoints of one log stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// The newer tree begins with the older one.
    Consistent,
    /// The newer tree begins with another tree of the older one's size, and its own hashes prove it.
    Forked(Fork),
}

/// What the newer tree holds in place of the older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fork {
    /// Root of its first leaves, as many as the older checkpoint counts.
    pub(crate) prefix: Digest,
    /// The consistency path from there.
    pub(crate) path: Vec<Digest>,
}

/// Tiles that were fetched.
#[derive(Default)]
struct Fetched(BTreeMap<TileId, Vec<u8>>);

/// A tile that was not fetched yet.
struct NotYet;

impl Tiles for Fetched {
    type Error = NotYet;

    fn read(&self, id: TileId) -> Result<Vec<u8>, NotYet> {
        self.0.get(&id).cloned().ok_or(NotYet)
    }
}

/// Compares an older checkpoint with a newer one, whose tiles the source has. Both are signed by the log; `older` is
/// not larger.
pub(crate) async fn compare(source: &Source, older: &Checkpoint, newer: &Checkpoint) -> Result<Agreement, Fault> {
    let (old, new) = (older.size, newer.size);
    let mut fetched = Fetched::default();
    let path = computed(source, new, &mut fetched, |tiles| consistency_path(tiles, old, new)).await?;
    let leads = |root: &Digest| verify_consistency(old, root, new, &newer.root, &path).is_ok();
    if leads(&older.root) {
        return Ok(Agreement::Consistent);
    }
    let prefix =
        if old == new { newer.root } else { computed(source, new, &mut fetched, |tiles| root_at(tiles, old)).await? };
    if leads(&prefix) {
        Ok(Agreement::Forked(Fork { prefix, path }))
    } else {
        // The hashes lead to neither root: they are not those of the tree that was signed.
        Err(Fault::Tile { path: "tile".to_owned(), why: "the hashes do not lead to the signed root".to_owned() })
    }
}

/// Computes something from the hash tiles of a tree of `size` leaves, and fetches those that it asks for.
async fn computed<T>(
    source: &Source,
    size: u64,
    fetched: &mut Fetched,
    compute: impl Fn(&Fetched) -> Result<T, StoreError<NotYet>>,
) -> Result<T, Fault> {
    for _ in 0..MOST {
        match compute(fetched) {
            Ok(value) => return Ok(value),
            Err(StoreError::Read { id, .. }) => {
                // As the newer tree has it: the older one's partial tiles may be gone, or never have been.
                let there = TileId::in_tree(id.level, id.index, size).unwrap_or(id);
                let mut bytes = source.tile(there).await.map_err(|error| Fault::of(there, error))?;
                bytes.truncate(usize::from(id.width).saturating_mul(Digest::SIZE));
                fetched.0.insert(id, bytes);
            }
            Err(StoreError::Length { id }) => return Err(Fault::tile(id, "it has the wrong length")),
            Err(error) => {
                let why = error_text(&error);
                return Err(Fault::Tile { path: "tile".to_owned(), why });
            }
        }
    }
    Err(Fault::Tile { path: "tile".to_owned(), why: "a path needs too many tiles".to_owned() })
}

fn error_text(error: &StoreError<NotYet>) -> String {
    match error {
        StoreError::Index { index, size } => format!("leaf {index} lies outside of a tree of {size}"),
        StoreError::Shrinks { old, new } => format!("the tree shrinks from {old} leaves to {new}"),
        _ => "the path cannot be computed".to_owned(),
    }
}
