//! Tiles and entry bundles: their names and their bytes (C2SP tlog-tiles, "Merkle Tree" and "Log entries").

use souspli_protocol::Digest;

use crate::text::decimal;

/// Hashes in a full tile, entries in a full bundle.
pub const FULL: u16 = 256;
/// Levels of a tree are taken eight at a time: a full tile is a subtree of this height.
pub const TILE_HEIGHT: u8 = 8;
/// Highest level of a tile that a path may name.
const MAX_LEVEL: u8 = 63;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The entries themselves: a bundle.
    Entries,
    /// Hashes of perfect subtrees of 256^level leaves; level 0 holds leaf hashes.
    Hashes(u8),
}

impl Level {
    /// How many entries or hashes of this level a tree has; each is of a *full* tile of the level below.
    pub fn count(self, size: u64) -> u64 {
        match self {
            Self::Entries => size,
            Self::Hashes(level) => {
                size.checked_shr(u32::from(level).saturating_mul(u32::from(TILE_HEIGHT))).unwrap_or(0)
            }
        }
    }
}

/// One tile: level, index within the level, and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// What it holds; at most level 63.
    pub level: Level,
    /// Which tile of the level, from 0.
    pub index: u64,
    /// How many hashes or entries it holds: 256 in a full tile, 1 to 255 in a partial one.
    pub width: u16,
}

impl TileId {
    /// The tile of this level and index in a tree of `size` leaves; `None` where the tree has none.
    pub fn in_tree(level: Level, index: u64, size: u64) -> Option<Self> {
        let before = index.checked_mul(u64::from(FULL))?;
        let rest = level.count(size).checked_sub(before).filter(|rest| *rest > 0)?;
        let width = u16::try_from(rest).unwrap_or(FULL).min(FULL);
        Some(Self { level, index, width })
    }

    /// Every bundle and every tile of a tree, level by level from the entries up, each level from the left.
    pub fn of_tree(size: u64) -> impl Iterator<Item = Self> {
        levels(size).flat_map(move |level| {
            let tiles = level.count(size).div_ceil(u64::from(FULL));
            (0..tiles).filter_map(move |index| Self::in_tree(level, index, size))
        })
    }

    /// The partial bundle and tiles of a tree: its right edge, which is all that [`crate::store::grow`] reads.
    pub fn edge(size: u64) -> impl Iterator<Item = Self> {
        levels(size).filter_map(move |level| Self::last_partial(level, size))
    }

    /// The partial tile at the right end of a level, if there is one.
    pub(crate) fn last_partial(level: Level, size: u64) -> Option<Self> {
        Self::in_tree(level, level.count(size) >> TILE_HEIGHT, size)
    }

    /// Whether it has all of its 256 hashes or entries.
    pub fn is_full(self) -> bool {
        self.width == FULL
    }

    /// The tile of a tree of `size` leaves that holds the `place`-th hash or entry of a level, and where in it.
    pub(crate) fn holding(level: Level, place: u64, size: u64) -> Option<(Self, usize)> {
        let tile = Self::in_tree(level, place >> TILE_HEIGHT, size)?;
        let within = usize::try_from(place & u64::from(FULL - 1)).ok()?;
        (within < usize::from(tile.width)).then_some((tile, within))
    }

    /// Where it is served, below the log's prefix: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
    pub fn path(self) -> String {
        let mut index = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            index = format!("x{:03}/{index}", rest % 1000);
            rest /= 1000;
        }
        let partial = if self.is_full() { String::new() } else { format!(".p/{}", self.width) };
        match self.level {
            Level::Entries => format!("tile/entries/{index}{partial}"),
            Level::Hashes(level) => format!("tile/{level}/{index}{partial}"),
        }
    }

    /// Reads a path; `None` unless it is exactly what [`TileId::path`] gives for some tile.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = match level {
            "entries" => Level::Entries,
            level => Level::Hashes(u8::try_from(decimal(level)?).ok().filter(|level| *level <= MAX_LEVEL)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, FULL),
            Some((index, width)) => {
                (index, u16::try_from(decimal(width)?).ok().filter(|width| (1..FULL).contains(width))?)
            }
        };
        let tile = Self { level, index: tile_index(index)?, width };
        (tile.path() == path).then_some(tile)
    }

    /// Takes the bytes of a hash tile apart; `None` unless they are exactly `width` hashes.
    pub fn hashes(self, bytes: &[u8]) -> Option<Vec<Digest>> {
        let (hashes, rest) = bytes.as_chunks::<{ Digest::SIZE }>();
        (rest.is_empty() && hashes.len() == usize::from(self.width))
            .then(|| hashes.iter().copied().map(Digest).collect())
    }
}

impl core::fmt::Display for TileId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.path())
    }
}

/// The levels of a tree that hold anything, from the entries up.
fn levels(size: u64) -> impl Iterator<Item = Level> {
    let levels = core::iter::once(Level::Entries).chain((0..=MAX_LEVEL).map(Level::Hashes));
    levels.take_while(move |level| level.count(size) > 0)
}

/// The number that the elements of a path spell; whether they are spelt as they must be is seen by spelling it again.
fn tile_index(elements: &str) -> Option<u64> {
    elements.split('/').try_fold(0_u64, |index, element| {
        let digits = element.strip_prefix('x').unwrap_or(element);
        let three = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        index.checked_mul(1000)?.checked_add(three.then(|| digits.parse().ok()).flatten()?)
    })
}

/// The bytes of a hash tile.
pub fn encode_hashes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Why entries and a bundle's bytes do not belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// A bundle holds 1 to 256 entries.
    #[error("a bundle holds 1 to 256 entries")]
    Count,
    /// An entry is longer than 65,535 bytes.
    #[error("entry {at} of the bundle is longer than 65,535 bytes")]
    EntryTooLong {
        /// Which entry of the bundle, from 0.
        at: usize,
    },
    /// The bytes end inside an entry, or before the last one.
    #[error("the bundle ends inside entry {at}")]
    Truncated {
        /// Which entry of the bundle, from 0.
        at: usize,
    },
    /// Bytes are left over after the last entry.
    #[error("bytes are left over behind the bundle")]
    Trailing,
}

/// The bytes of a bundle: each entry behind its length as a big-endian u16.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, BundleError> {
    if !(1..=usize::from(FULL)).contains(&entries.len()) {
        return Err(BundleError::Count);
    }
    let mut bytes = Vec::new();
    for (at, entry) in entries.iter().map(AsRef::as_ref).enumerate() {
        let length = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong { at })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Takes the bytes of a bundle of exactly `width` entries apart.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    if !(1..=FULL).contains(&width) {
        return Err(BundleError::Count);
    }
    let mut rest = bytes;
    let mut entries = Vec::with_capacity(usize::from(width));
    for at in 0..usize::from(width) {
        let (length, after) = rest.split_first_chunk::<2>().ok_or(BundleError::Truncated { at })?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(BundleError::Truncated { at })?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(BundleError::Trailing) }
}
